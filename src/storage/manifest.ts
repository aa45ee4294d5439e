// The meta environment of a data directory: format version, secret, the cells and the files of each cell.
// Read at open, written when a file comes or goes; every value is a row with its checksum. What it does not
// name is not part of the data; it never holds a message, a position that the logs do not know better, or
// anything that is needed per commit.
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { checksumProblem, openRow, sealedRow } from './checked-row.ts';
import { corruption } from './damage.ts';
import { formatVersion } from './format.ts';
import { readEnvFile } from './env-file.ts';
import type { Room } from './lmdb-env.ts';
import { Env } from './lmdb-env.ts';
import { syncDirectoryNow } from './sync-directory.ts';
import { StorageError } from './types.ts';

export const manifestFile = 'meta.mdb';
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
  /** See ReclaimGuide.band; left out when it is 0. */
  readonly band?: number;
}

const noFiles: CellFiles = { nextNumber: 1, logs: [], keptLogs: [], bodies: [], sealedThrough: 0 };

export class Manifest {
  readonly secret: Buffer;
  readonly wasRestored: boolean;
  readonly #directory: string;
  readonly #path: string;
  readonly #env: Env;
  readonly #cells: string[];

  /** Opens the manifest of a directory, or makes one. */
  constructor(directory: string, room: Room | 'read-only') {
    const isReadOnly = room === 'read-only';
    this.#directory = directory;
    this.#path = join(directory, manifestFile);
    requireManifest(directory, this.#path, isReadOnly);
    this.#env = new Env(this.#path, isReadOnly ? { readOnly: true } : { mapBytes, room, hasRemoves: true });
    const format = this.#json('format');
    if (format === undefined) this.#create(isReadOnly, directory);
    else refuseNewer(format, directory);
    const secret = this.#read('secret');
    if (secret === undefined) throw corruption(this.#path, 'secret', 'missing');
    this.secret = secret;
    this.#cells = (this.#json('cells') as string[] | undefined) ?? [];
    this.wasRestored = this.#json('restored') === true;
  }

  cellNames(): readonly string[] {
    return this.#cells;
  }

  files(cell: string): CellFiles {
    return { ...noFiles, ...(this.#json(filesKey(cell)) as Partial<CellFiles> | undefined) };
  }

  async setFiles(cell: string, files: CellFiles): Promise<void> {
    const key = keyOf(filesKey(cell));
    await this.#env.put(key, jsonRow(key, files));
  }

  addCell(cell: string): void {
    if (this.#cells.includes(cell)) return;
    syncDirectoryNow(join(this.#directory, 'cells'));
    syncDirectoryNow(this.#directory);
    this.#cells.push(cell);
    const key = keyOf('cells');
    this.#env.putNow(key, jsonRow(key, this.#cells));
  }

  async setRestored(isRestored: boolean): Promise<void> {
    const key = keyOf('restored');
    await this.#env.put(key, jsonRow(key, isRestored));
  }

  /** A copy as of one moment, whatever is being written. */
  async copyTo(directory: string): Promise<void> {
    const copy = join(directory, manifestFile);
    await this.#env.backup(copy);
    chmodSync(copy, 0o600);
  }

  async close(): Promise<void> {
    await this.#env.close();
  }

  #create(isReadOnly: boolean, directory: string): void {
    if (isReadOnly) throw new StorageError('format', `${directory} is not a data directory`);
    // A secret alone was left by a crash in the middle of this. More than that is a manifest in use.
    if (this.#env.keys({ limit: 2 }).length > 1) throw corruption(this.#path, 'format', 'missing');
    const [secret, format] = [keyOf('secret'), keyOf('format')];
    this.#env.putNow(secret, sealedRow(secret, randomBytes(32)));
    this.#env.putNow(format, jsonRow(format, { version: formatVersion }));
  }

  #json(name: string): unknown {
    const bytes = this.#read(name);
    return bytes === undefined ? undefined : JSON.parse(bytes.toString('utf8'));
  }

  #read(name: string): Buffer | undefined {
    const key = keyOf(name);
    const stored = this.#env.read(key);
    if (stored === undefined) return undefined;
    const payload = openRow(key, stored);
    if (payload === undefined) throw corruption(this.#path, name, checksumProblem);
    return payload;
  }
}

/** Where the files of a cell are. */
export function cellDirectory(directory: string, cell: string): string {
  const path = join(directory, 'cells', cell);
  mkdirSync(path, { recursive: true, mode: 0o700 });
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
    throw corruption(path, 'file', `missing or empty, but there is data in ${cells}`);
  }
  if (isReadOnly)
    throw new StorageError('format', `${directory} is no data directory: it has no ${manifestFile}`);
}

/** The row of a cell's files. */
export function filesKey(cell: string): string {
  return `cell/${cell}`;
}

function jsonRow(key: Buffer, value: unknown): Buffer {
  return sealedRow(key, Buffer.from(JSON.stringify(value)));
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
