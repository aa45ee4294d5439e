// The derived rows of one cell and the position a replay starts from, in an environment of their own: in
// the log segment's they would make every commit pay for their tree. Written by checkpoints, one
// transaction each; every row has its checksum, and a damaged one is refused: there is no state without it.
import { assert } from '../base/assert.ts';
import { limits } from '../base/limits.ts';
import { Arena } from './arena.ts';
import type { CellContext } from './cell-context.ts';
import { checksumBytes, checksumProblem, openRow, sealRow, sealedRow } from './checked-row.ts';
import { corruption } from './damage.ts';
import { entityOfPageKey, indexOfPageKey, kindOfPageKey, pageKey, sequenceMax } from './keys.ts';
import type { Rows } from './lmdb-env.ts';
import { Env } from './lmdb-env.ts';
import type { PageKey, PageRow, Position } from './types.ts';
import { join } from 'node:path';
import { statSync } from 'node:fs';
import { stat } from 'node:fs/promises';

/** Address space only; beyond it the map grows by doubling. */
const mapBytes = 1024 * 1024 * 1024;
/** One byte, so it sorts before every page of kind 0 and is the key of no page. */
const replayFromKey = Buffer.from([0]);
const rowsPerRead = 256;
/** Checksums of the rows of one slice, and the position. */
const arenaBytes = limits.checkpointSliceBytes + 64 * 1024;

export class PageStore {
  readonly #context: CellContext;
  readonly #env: Env;
  readonly #path: string;
  #replayFrom: Position;
  /** Size of the file: as last seen, and what may have been added since. */
  #bytes: number;
  #isLooking = false;
  /** Rows with their checksums, until they are on disk. */
  readonly #arena = new Arena(arenaBytes);
  #writing = 0;

  constructor(context: CellContext) {
    this.#context = context;
    this.#path = join(context.directory, pagesFile);
    this.#env = new Env(this.#path, { mapBytes, room: context.disk, hasRemoves: true });
    this.#bytes = statSync(this.#path).size;
    this.#replayFrom = this.#read(replayFromKey)?.readDoubleLE(0) ?? 0;
  }

  get replayFrom(): Position {
    return this.#replayFrom;
  }

  get bytes(): number {
    return this.#bytes;
  }

  page(kind: number, entity: number, index: number): Uint8Array | undefined {
    return this.#read(pageKey(kind, entity, index));
  }

  nextPage(kind: number, entity: number, from: number): number {
    const start = Buffer.from(pageKey(kind, entity, from));
    const end = Buffer.from(pageKey(kind, entity, sequenceMax));
    const key = this.#env.keys({ start, end, limit: 1 })[0];
    return key === undefined ? -1 : indexOfPageKey(key);
  }

  /** Read in pieces: no cursor is open while the caller has the control. */
  *pagesOfKind(kind: number): Iterable<PageKey & { readonly bytes: Uint8Array }> {
    let start = Buffer.from(pageKey(kind, 0, 0));
    const end = kind < 255 ? Buffer.from([kind + 1]) : Buffer.alloc(14, 0xff);
    for (;;) {
      const rows = this.#env.rows({ start, end, limit: rowsPerRead });
      for (const { key, value } of rows) {
        yield {
          kind: kindOfPageKey(key),
          entity: entityOfPageKey(key),
          index: indexOfPageKey(key),
          bytes: this.#opened(key, value),
        };
      }
      const last = rows.at(-1);
      if (last === undefined || rows.length < rowsPerRead) return;
      start = Buffer.concat([last.key, Buffer.alloc(1)]);
    }
  }

  async checkpoint(replayFrom: Position, rows: readonly PageRow[]): Promise<void> {
    assert(replayFrom >= this.#replayFrom, 'a checkpoint never goes back');
    const bytes = this.#bytesOf(rows);
    this.#writing++;
    try {
      await this.#env.commit(bytes, (target) => this.#putAll(target, replayFrom, rows));
      this.#bytes += bytes;
      this.#look();
    } catch (cause) {
      throw this.#context.disk.failure(cause, 'a checkpoint');
    } finally {
      if (--this.#writing === 0) this.#arena.reset();
    }
    this.#replayFrom = replayFrom;
  }

  async close(): Promise<void> {
    await this.#env.close();
  }

  #read(key: Buffer): Buffer | undefined {
    const stored = this.#env.read(key);
    return stored === undefined ? undefined : this.#opened(key, stored);
  }

  #opened(key: Uint8Array, stored: Buffer): Buffer {
    const payload = openRow(key, stored);
    if (payload !== undefined) return payload;
    throw corruption(this.#path, pageName(key), checksumProblem);
  }

  #putAll(target: Rows, replayFrom: Position, rows: readonly PageRow[]): void {
    for (const { kind, entity, index, bytes } of rows) {
      const key = pageKey(kind, entity, index);
      if (bytes === null) void target.remove(key);
      else void target.put(key, sealRow(key, bytes, this.#arena.take(bytes.length + checksumBytes)));
    }
    const position = Buffer.alloc(8);
    position.writeDoubleLE(replayFrom, 0);
    void target.put(replayFromKey, sealedRow(replayFromKey, position));
  }

  /** Each row may dirty a leaf and a branch of its own, but no more pages than the file has. */
  #bytesOf(rows: readonly PageRow[]): number {
    let bytes = 0;
    for (const row of rows) bytes += row.bytes?.length ?? 0;
    return 2 * bytes + Math.min(rows.length * 2 * 4096, this.#bytes);
  }

  /** The next size, asked for behind: the loop does not wait for the file system. */
  #look(): void {
    if (this.#isLooking) return;
    this.#isLooking = true;
    const looked = stat(this.#path).then(({ size }) => (this.#bytes = size));
    this.#context.discard(looked.finally(() => (this.#isLooking = false)));
  }
}

export const pagesFile = 'pages.mdb';

/** How a row is called in errors and by the check. */
export function pageName(key: Uint8Array): string {
  if (key.length === replayFromKey.length) return 'checkpoint position';
  return `page ${kindOfPageKey(key)}/${entityOfPageKey(key)}/${indexOfPageKey(key)}`;
}
