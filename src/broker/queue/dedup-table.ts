// Ids of recent sends of one cell: exact over the whole window and over restarts, in bounded memory. Ids go
// into chunks of 1,024 in arrival order, which are rows; 64 chunks share one compact index in memory (8 bytes
// an id). The ids of a chunk stay in memory while it is new; later they are read back from its row when the
// index names one of them.
//
//   row: f64 position | u32 count | count x (4 x u32 hash, f64 sequence, f64 sent at ms)
import { limits } from '../../base/limits.ts';
import type { DirtySet, Persistent } from '../cell/persistent.ts';
import { rowKind } from '../cell/persistent.ts';
import { DedupIndex } from './dedup-index.ts';

const CHUNK_IDS = 1024;
const ENTRY_BYTES = 32;
const HEADER_BYTES = 12;
const CHUNK_BYTES = HEADER_BYTES + CHUNK_IDS * ENTRY_BYTES;
/** Chunks that share an index. */
const RUN_CHUNKS = 64;

/** 128-bit hash of queue, scope and id as four words. */
export type DedupHash = Uint32Array;

export interface DedupHit {
  readonly sequence: number;
}

type LoadRow = (kind: number, entity: number, index: number) => Uint8Array | undefined;

class Chunk implements Persistent {
  readonly kind = rowKind.dedup;
  readonly entity = 0;
  readonly index: number;
  dirtySince = 0;
  isSaving = false;
  count = 0;
  newestMs = 0;
  isGone = false;
  /** Absent when only the row has the ids. */
  row: Buffer | undefined;

  constructor(index: number, row: Buffer | undefined) {
    this.index = index;
    this.row = row;
  }
  encode(position: number): Uint8Array | null {
    if (this.isGone) return null;
    const row = Buffer.from((this.row as Buffer).subarray(0, HEADER_BYTES + this.count * ENTRY_BYTES));
    row.writeDoubleLE(position, 0);
    row.writeUInt32LE(this.count, 8);
    return row;
  }
}

/** Chunks that are indexed together. */
interface Run {
  readonly index: DedupIndex;
  readonly chunks: Chunk[];
  newestMs: number;
}

export class DedupTable {
  readonly #dirty: DirtySet;
  readonly #load: LoadRow;
  /** Oldest first. */
  #runs: Run[] = [];
  #nextChunk = 1;
  /** Chunks that still have their ids in memory, oldest first. */
  #resident: Chunk[] = [];
  #loadedPosition = 0;

  constructor(dirty: DirtySet, load: LoadRow) {
    this.#dirty = dirty;
    this.#load = load;
  }

  /** Takes the rows of the last checkpoint, oldest first. */
  restore(rows: Iterable<{ readonly index: number; readonly bytes: Uint8Array }>): void {
    for (const { index, bytes } of rows) {
      const row = Buffer.alloc(CHUNK_BYTES);
      row.set(bytes);
      this.#nextChunk = index;
      const chunk = this.#open(row);
      const run = this.#runs[this.#runs.length - 1] as Run;
      this.#loadedPosition = Math.max(this.#loadedPosition, row.readDoubleLE(0));
      const count = row.readUInt32LE(8);
      for (let i = 0; i < count; i++) {
        const at = HEADER_BYTES + i * ENTRY_BYTES;
        note(run, chunk, {
          a: row.readUInt32LE(at),
          b: row.readUInt32LE(at + 4),
          sentAtMs: row.readDoubleLE(at + 24),
        });
      }
    }
  }

  /** The first send under this id, if it was less than a window ago and nothing purged it since. */
  find(hash: DedupHash, nowMs: number, purgedBelow: number): DedupHit | undefined {
    for (let i = this.#runs.length - 1; i >= 0; i--) {
      const run = this.#runs[i] as Run;
      if (run.newestMs + limits.dedupWindowMs <= nowMs) break;
      let sequence = 0;
      run.index.find(hash[0] as number, hash[1] as number, (entry) => {
        sequence = this.#compare(run.chunks[entry >>> 10] as Chunk, entry & 1023, {
          hash,
          nowMs,
          purgedBelow,
        });
        return sequence > 0;
      });
      if (sequence > 0) return { sequence };
    }
    return undefined;
  }

  /** Remembers an id from the batch `batch`; a replayed id that a row holds already is left alone. */
  add(hash: DedupHash, entry: { sequence: number; sentAtMs: number; batch: number }): void {
    if (entry.batch <= this.#loadedPosition) return;
    let run = this.#runs[this.#runs.length - 1];
    let chunk = run?.chunks[run.chunks.length - 1];
    if (run === undefined || chunk === undefined || chunk.count === CHUNK_IDS) {
      chunk = this.#open(Buffer.alloc(CHUNK_BYTES));
      run = this.#runs[this.#runs.length - 1] as Run;
    }
    const row = chunk.row as Buffer;
    const at = HEADER_BYTES + chunk.count * ENTRY_BYTES;
    for (let i = 0; i < 4; i++) row.writeUInt32LE(hash[i] as number, at + i * 4);
    row.writeDoubleLE(entry.sequence, at + 16);
    row.writeDoubleLE(entry.sentAtMs, at + 24);
    note(run, chunk, { a: hash[0] as number, b: hash[1] as number, sentAtMs: entry.sentAtMs });
    this.#dirty.mark(chunk, entry.batch);
  }

  /** Forgets runs whose window is over. */
  expire(nowMs: number, batch: number): void {
    let gone = 0;
    for (const run of this.#runs) {
      if (run.newestMs + limits.dedupWindowMs > nowMs) break;
      for (const chunk of run.chunks) {
        chunk.isGone = true;
        chunk.row = undefined;
        this.#dirty.mark(chunk, batch);
      }
      gone++;
    }
    if (gone > 0) this.#runs = this.#runs.slice(gone);
  }

  /** Ids still in their window, oldest first, for the state hash. */
  *entries(nowMs: number): Iterable<string> {
    for (const chunk of this.#runs.flatMap((run) => run.chunks)) {
      const row = this.#rowOf(chunk);
      for (let i = 0; row !== undefined && i < chunk.count; i++) {
        const at = HEADER_BYTES + i * ENTRY_BYTES;
        if (row.readDoubleLE(at + 24) + limits.dedupWindowMs <= nowMs) continue;
        yield row.toString('hex', at, at + ENTRY_BYTES);
      }
    }
  }

  #open(row: Buffer): Chunk {
    const chunk = new Chunk(this.#nextChunk++, row);
    let run = this.#runs[this.#runs.length - 1];
    // Entry numbers are chunk x 1,024 + place: a chunk that a restart left half full ends its run.
    if (
      run === undefined ||
      run.chunks.length === RUN_CHUNKS ||
      run.index.count !== run.chunks.length * CHUNK_IDS
    ) {
      run = { index: new DedupIndex(), chunks: [], newestMs: 0 };
      this.#runs.push(run);
    }
    run.chunks.push(chunk);
    this.#resident.push(chunk);
    this.#spill();
    return chunk;
  }

  /** Lets go of the ids of old chunks that are saved. */
  #spill(): void {
    while (this.#resident.length > limits.dedupChunksResidentMax) {
      const oldest = this.#resident[0] as Chunk;
      if (oldest.row !== undefined && (oldest.dirtySince !== 0 || oldest.isSaving)) return;
      oldest.row = undefined;
      this.#resident.shift();
    }
  }

  #rowOf(chunk: Chunk): Buffer | undefined {
    if (chunk.row !== undefined) return chunk.row;
    const bytes = this.#load(rowKind.dedup, 0, chunk.index);
    return bytes === undefined ? undefined : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** The sequence under which the id was sent, or 0: another id, or one whose window is over. */
  #compare(
    chunk: Chunk,
    place: number,
    wanted: { readonly hash: DedupHash; readonly nowMs: number; readonly purgedBelow: number },
  ): number {
    const row = this.#rowOf(chunk);
    const at = HEADER_BYTES + place * ENTRY_BYTES;
    if (row === undefined || row.length < at + ENTRY_BYTES) return 0;
    for (let i = 0; i < 4; i++) if (row.readUInt32LE(at + i * 4) !== wanted.hash[i]) return 0;
    const sequence = row.readDoubleLE(at + 16);
    const isOver = row.readDoubleLE(at + 24) + limits.dedupWindowMs <= wanted.nowMs;
    return isOver || sequence < wanted.purgedBelow ? 0 : sequence;
  }
}

function note(
  run: Run,
  chunk: Chunk,
  entry: { readonly a: number; readonly b: number; readonly sentAtMs: number },
): void {
  run.index.add(entry.a, entry.b);
  chunk.count++;
  chunk.newestMs = Math.max(chunk.newestMs, entry.sentAtMs);
  run.newestMs = Math.max(run.newestMs, entry.sentAtMs);
}
