// The derived rows of one cell and the position a replay starts from, in an environment of their own: in
// the log segment's they would make every commit pay for their tree. Written by checkpoints, one
// transaction each.
import { assert } from '../base/assert.ts';
import type { CellContext } from './cell-context.ts';
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

export class PageStore {
  readonly #context: CellContext;
  readonly #env: Env;
  readonly #path: string;
  #replayFrom: Position;
  /** Size of the file: as last seen, and what may have been added since. */
  #bytes: number;
  #isLooking = false;

  constructor(context: CellContext) {
    this.#context = context;
    this.#path = join(context.directory, pagesFile);
    this.#env = new Env(this.#path, { mapBytes, room: context.disk, hasRemoves: true });
    this.#bytes = statSync(this.#path).size;
    this.#replayFrom = this.#env.read(replayFromKey)?.readDoubleLE(0) ?? 0;
  }

  get replayFrom(): Position {
    return this.#replayFrom;
  }

  get bytes(): number {
    return this.#bytes;
  }

  page(kind: number, entity: number, index: number): Uint8Array | undefined {
    return this.#env.read(pageKey(kind, entity, index));
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
          bytes: value,
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
    try {
      await this.#env.commit(bytes, (target) => putAll(target, replayFrom, rows));
      this.#bytes += bytes;
      this.#look();
    } catch (cause) {
      throw this.#context.disk.failure(cause, 'a checkpoint');
    }
    this.#replayFrom = replayFrom;
  }

  async close(): Promise<void> {
    await this.#env.close();
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

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function putAll(target: Rows, replayFrom: Position, rows: readonly PageRow[]): void {
  for (const { kind, entity, index, bytes } of rows) {
    if (bytes === null) void target.remove(pageKey(kind, entity, index));
    else void target.put(pageKey(kind, entity, index), asBuffer(bytes));
  }
  const position = Buffer.alloc(8);
  position.writeDoubleLE(replayFrom, 0);
  void target.put(replayFromKey, position);
}
