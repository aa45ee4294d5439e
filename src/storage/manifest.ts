// The meta environment of a data directory: format version, secret, the cells and the files of each cell.
// Read at open, written when a file comes or goes. What it does not name is not part of the data; it never
// holds a message, a position that the logs do not know better, or anything that is needed per commit.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { formatVersion } from './format.ts';
import { readEnvFile } from './env-file.ts';
import type { Room } from './lmdb-env.ts';
import { Env } from './lmdb-env.ts';
import { syncDirectoryNow } from './sync-directory.ts';
import { StorageError } from './types.ts';

const manifestFile = 'meta.mdb';
const mapBytes = 64 * 1024 * 1024;

/** The files of one cell. */
export interface CellFiles {
  /** Number of the next file of this cell; numbers are never used twice. */
  readonly nextNumber: number;
  /** Log segments in order, the one opened ahead included. */
  readonly logs: readonly number[];
  /** Log segments that were sealed but are kept (tests replay from empty). */
  readonly keptLogs: readonly number[];
  /** Body segments; every sequence of an entity in one is below all its sequences in those behind it. */
  readonly bodies: readonly BodyFile[];
  /** Commits up to here may be gone: their bodies are sealed, their state is in the pages. */
  readonly sealedThrough: number;
}

export interface BodyFile {
  readonly number: number;
  /** Bytes of its blocks when it was written. */
  readonly recordBytes: number;
}

const noFiles: CellFiles = { nextNumber: 1, logs: [], keptLogs: [], bodies: [], sealedThrough: 0 };

export class Manifest {
  readonly secret: Buffer;
  readonly wasRestored: boolean;
  readonly #directory: string;
  readonly #env: Env;
  readonly #cells: string[];

  /** Opens the manifest of a directory, or makes one. */
  constructor(directory: string, room: Room | 'read-only') {
    const isReadOnly = room === 'read-only';
    this.#directory = directory;
    const path = join(directory, manifestFile);
    requireManifest(directory, path, isReadOnly);
    this.#env = new Env(path, isReadOnly ? { readOnly: true } : { mapBytes, room, hasRemoves: true });
    const format = this.#read('format');
    if (format === undefined) this.#create(isReadOnly, directory);
    else refuseNewer(format, directory);
    const secret = this.#env.read(keyOf('secret'));
    if (secret === undefined) throw new StorageError('corrupt', `${directory}: the manifest has no secret`);
    this.secret = secret;
    this.#cells = (this.#read('cells') as string[] | undefined) ?? [];
    this.wasRestored = this.#read('restored') === true;
  }

  cellNames(): readonly string[] {
    return this.#cells;
  }

  files(cell: string): CellFiles {
    return { ...noFiles, ...(this.#read(`cell/${cell}`) as Partial<CellFiles> | undefined) };
  }

  async setFiles(cell: string, files: CellFiles): Promise<void> {
    await this.#env.put(keyOf(`cell/${cell}`), Buffer.from(JSON.stringify(files)));
  }

  addCell(cell: string): void {
    if (this.#cells.includes(cell)) return;
    syncDirectoryNow(join(this.#directory, 'cells'));
    syncDirectoryNow(this.#directory);
    this.#cells.push(cell);
    this.#env.putNow(keyOf('cells'), Buffer.from(JSON.stringify(this.#cells)));
  }

  async setRestored(isRestored: boolean): Promise<void> {
    await this.#env.put(keyOf('restored'), Buffer.from(JSON.stringify(isRestored)));
  }

  /** A copy as of one moment, whatever is being written. */
  async copyTo(directory: string): Promise<void> {
    await this.#env.backup(join(directory, manifestFile));
  }

  async close(): Promise<void> {
    await this.#env.close();
  }

  #create(isReadOnly: boolean, directory: string): void {
    if (isReadOnly) throw new StorageError('format', `${directory} is not a data directory`);
    this.#env.putNow(keyOf('secret'), randomBytes(32));
    this.#env.putNow(keyOf('format'), Buffer.from(JSON.stringify({ version: formatVersion })));
  }

  #read(key: string): unknown {
    const bytes = this.#env.read(keyOf(key));
    if (bytes === undefined) return undefined;
    try {
      return JSON.parse(bytes.toString('utf8'));
    } catch {
      throw new StorageError('corrupt', `${join(this.#directory, manifestFile)}: ${key} cannot be read`);
    }
  }
}

/** Where the files of a cell are. */
export function cellDirectory(directory: string, cell: string): string {
  const path = join(directory, 'cells', cell);
  mkdirSync(path, { recursive: true });
  return path;
}

export function segmentPath(directory: string, kind: 'log' | 'body', number: number): string {
  return join(directory, `${kind}-${number}.mdb`);
}

/**
 * Nothing is made anew around cells that are there: without the manifest their files would count as left
 * over, and be removed.
 */
function requireManifest(directory: string, path: string, isReadOnly: boolean): void {
  if (readEnvFile(path) !== undefined) return;
  const cells = join(directory, 'cells');
  if (existsSync(cells) && readdirSync(cells).length > 0) {
    throw new StorageError('corrupt', `${path} is missing or empty, but there is data in ${cells}`);
  }
  if (isReadOnly)
    throw new StorageError('format', `${directory} is no data directory: it has no ${manifestFile}`);
}

function keyOf(name: string): Buffer {
  return Buffer.from(name, 'utf8');
}

function refuseNewer(format: unknown, directory: string): void {
  const version = (format as { version?: number }).version ?? 0;
  if (version <= formatVersion) return;
  throw new StorageError(
    'format',
    `${directory} was written in format ${version}; ` +
      `this version of Caudal reads formats up to ${formatVersion}`,
  );
}
