// One LMDB environment file, opened with the only settings this product uses, and the few calls made on it.
// Used by the segments, the pages and the manifest. Never lets a failed commit become an unhandled rejection,
// never leaves a cursor or a transaction open, and never lets LMDB run into a full disk.
//
// Settings: overlappingSync off, so that a resolved write is on disk (fdatasync, then the meta write through
// an O_DSYNC descriptor); never a writable map (SIGBUS on a full disk), never without sync (corruption);
// fresh pages are zeroed, or whatever the heap held before, secrets included, would lie in the files and
// in backups.
import { truncateSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import * as lmdb from 'lmdb';
import type { RangeOptions, RootDatabase } from 'lmdb';
import { readEnvFile } from './env-file.ts';
import { corruption } from './damage.ts';
import type { StorageError } from './types.ts';

/**
 * Asked before every write. LMDB formats its message about a write that found no space at all into 100 bytes,
 * which it overruns (lmdb 3.5.6, mdb_page_flush): the heap is damaged and the process dies some time
 * later. So `take` throws before LMDB is entered when the room is not there for sure.
 */
export interface Room {
  take(bytes: number): void;
  /** The write is over, well or not. */
  give(bytes: number): void;
}

export interface EnvOptions {
  /** Address space for the file. Growing beyond it works, but keeps every older mapping until close. */
  readonly mapBytes: number;
  readonly room: Room;
  /** Rows are removed from it, too: the file may be a little shorter than its head counts. */
  readonly hasRemoves?: boolean;
  /** Faults read the page that is missing and no more: for whoever reads ahead by other means. */
  readonly isRandom?: boolean;
}

/** Why a commit failed, with the code of the system call or of LMDB. */
export class CommitError extends Error {
  override name = 'CommitError';
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Pages that a commit took at the end of the file and gave back are counted, and never written. LMDB does not
 * look at them; they are filled up all the same, because to look would be a SIGBUS.
 */
const givenBackBytesMax = 16 * 1024;

/** Pages that a commit writes beside its values: branches, leaves, the free list, a new file's head. */
const treeBytes = 8 * 4096;

type Database = RootDatabase<Buffer, Uint8Array>;
/** What is to be done in one commit. */
export type Rows = Pick<Database, 'put' | 'remove'>;

export class Env {
  readonly #path: string;
  readonly #database: Database;
  readonly #room: Room;

  constructor(path: string, options: EnvOptions | { readonly readOnly: true }) {
    const isReadOnly = 'readOnly' in options;
    this.#path = path;
    this.#room = isReadOnly ? noRoom : options.room;
    const isNew = !isThere(path, !isReadOnly && options.hasRemoves === true);
    const newBytes = isNew && !isReadOnly ? treeBytes : 0;
    if (newBytes > 0) this.#room.take(newBytes);
    try {
      const mapBytes = isReadOnly ? readOnlyMapBytes : options.mapBytes;
      const isRandom = !isReadOnly && options.isRandom === true;
      this.#database = openDatabase(path, { mapBytes, isReadOnly, isRandom });
    } catch (cause) {
      const { code = 0, message } = cause as { readonly code?: number; readonly message: string };
      throw new CommitError(code, `${path}: ${message}`);
    } finally {
      if (newBytes > 0) this.#room.give(newBytes);
    }
  }

  /**
   * Writes one row in a commit of its own; resolves when it is on disk. The value must not change until
   * then.
   */
  put(key: Uint8Array, value: Buffer): Promise<void> {
    const bytes = value.length + treeBytes;
    this.#room.take(bytes);
    return new Promise((resolve, reject) => {
      const done: PutCallback = (error) => {
        this.#room.give(bytes);
        if (error) whenKnown(error, reject);
        else resolve();
      };
      // The callback form (not in lmdb's types) makes no promise that could be rejected without a handler.
      (this.#database.put as unknown as PutWithCallback).call(this.#database, key, value, done);
    });
  }

  /**
   * Runs `write`, a function of plain puts and removes, as one commit that adds up to `bytes` to the
   * file.
   */
  commit(bytes: number, write: (rows: Rows) => void): Promise<void> {
    const taken = bytes + treeBytes;
    this.#room.take(taken);
    return new Promise((resolve, reject) => {
      this.#database
        .batch(() => write(this.#database))
        .then(
          () => {
            this.#room.give(taken);
            resolve();
          },
          (error: unknown) => {
            this.#room.give(taken);
            whenKnown(error, reject);
          },
        );
    });
  }

  /** A commit on the calling thread: at open, before anything is served. */
  putNow(key: Uint8Array, value: Buffer): void {
    const bytes = value.length + treeBytes;
    this.#room.take(bytes);
    try {
      this.#database.putSync(key, value);
    } finally {
      this.#room.give(bytes);
    }
  }

  /** A row's bytes in a buffer of their own. */
  read(key: Uint8Array): Buffer | undefined {
    try {
      return this.#database.getBinary(key);
    } catch (cause) {
      throw this.#unreadable(cause);
    }
  }

  /** A row's bytes in lmdb's reused buffer: valid until the next read of any environment. */
  readTransient(key: Uint8Array): Buffer | undefined {
    let shared: Buffer | undefined;
    try {
      shared = this.#database.getBinaryFast(key);
    } catch (cause) {
      throw this.#unreadable(cause);
    }
    // Its `length` is set by hand on a larger buffer; only a subarray is safe to give to native code.
    return shared?.subarray(0, shared.length);
  }

  firstKey(): Uint8Array | undefined {
    return this.keys({ limit: 1 })[0];
  }

  lastKey(): Uint8Array | undefined {
    return this.keys({ reverse: true, limit: 1 })[0];
  }

  /** Keys of a range, read to its end at once: an open cursor would pin pages. Give a limit. */
  keys(range: RangeOptions): Uint8Array[] {
    return this.#all(() => this.#database.getKeys(range));
  }

  rows(range: RangeOptions): { key: Uint8Array; value: Buffer }[] {
    return this.#all(() => this.#database.getRange(range));
  }

  /** A copy of the file as of one moment, whatever is being written. */
  async backup(path: string): Promise<void> {
    await this.#database.backup(path, false);
  }

  async close(): Promise<void> {
    await this.#database.close();
    forget(this.#database);
  }

  #all<T>(range: () => Iterable<T>): T[] {
    try {
      return [...range()];
    } catch (cause) {
      throw this.#unreadable(cause);
    }
  }

  /** LMDB found its own tree damaged. */
  #unreadable(cause: unknown): StorageError {
    const text = cause instanceof Error ? cause.message : String(cause);
    return corruption(this.#path, 'file', `LMDB cannot read it (${text})`, cause);
  }
}

/** Throws for a file that is not whole, of those from which nothing is ever removed. */
export function requireWhole(path: string): void {
  if (!isThere(path, false)) throw corruption(path, 'file', 'empty');
}

/** False when LMDB will make the file. What would end the process inside LMDB is refused here. */
function isThere(path: string, mayEndEarly: boolean): boolean {
  const found = readEnvFile(path);
  if (typeof found === 'string') throw corruption(path, 'file', found);
  if (found === undefined) return false;
  if (found.bytes >= found.countedBytes) return true;
  if (!mayEndEarly || found.countedBytes - found.bytes > givenBackBytesMax) {
    throw corruption(path, 'file', `cut off: ${found.bytes} bytes of ${found.countedBytes}`);
  }
  truncateSync(path, found.countedBytes);
  return true;
}

export async function removeEnvFiles(path: string): Promise<void> {
  await rm(path, { force: true });
  await rm(`${path}-lock`, { force: true });
}

/**
 * lmdb-js keeps every database that was ever opened in a map by its file's name, closed or not: 100 KB for
 * each segment that comes and goes (lmdb 3.5.6, `allDbs`; not in its types).
 */
function forget(database: Database): void {
  const { allDbs } = lmdb as unknown as { readonly allDbs: Map<string, unknown> };
  for (const [name, known] of allDbs) if (known === database) allDbs.delete(name);
}

interface Opening {
  readonly mapBytes: number;
  readonly isReadOnly: boolean;
  readonly isRandom: boolean;
}

function openDatabase(path: string, { mapBytes, isReadOnly, isRandom }: Opening): Database {
  return lmdb.open<Buffer, Uint8Array>({
    path,
    noSubdir: true,
    encoding: 'binary',
    keyEncoding: 'binary',
    mapSize: mapBytes,
    maxDbs: 1,
    overlappingSync: false,
    ...ownerOnly,
    ...(isRandom ? withoutReadAhead : undefined),
    eventTurnBatching: false,
    readOnly: isReadOnly,
  });
}

/** Messages and keys are in these files: for nobody else to read. (Not in lmdb's types.) */
const ownerOnly = { permissionsMode: 0o600 };

/** Not in lmdb's types either. */
const withoutReadAhead = { noReadAhead: true };

type PutCallback = (error: unknown) => void;
type PutWithCallback = (key: Uint8Array, value: Buffer, done: PutCallback) => void;

const readOnlyMapBytes = 16 * 1024 * 1024;
const noRoom: Room = { take: () => {}, give: () => {} };

/** The reason of a failed commit arrives as a second promise that ends the process when nobody listens. */
function whenKnown(error: unknown, reject: (error: CommitError) => void): void {
  const reason = (error as { commitError?: Promise<unknown> }).commitError;
  const text = error instanceof Error ? error.message : String(error);
  if (reason === undefined) return reject(new CommitError(0, text));
  reason.then(
    () => reject(new CommitError(0, text)),
    (cause: { code?: number; message?: string }) =>
      reject(new CommitError(cause.code ?? 0, cause.message ?? text)),
  );
}
