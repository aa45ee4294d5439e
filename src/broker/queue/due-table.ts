// Delayed messages of one cell. They sit in ordered rows, 15 seconds of due time to a bucket, and come into
// memory shortly before they are due: a million delayed messages cost their rows and nothing else.
//
//   row index: bucket x 65,536 + chunk number
//   row: f64 position | count x (u32 entity, f64 sequence, f64 due ms)
import type { DirtySet, Persistent } from '../cell/persistent.ts';
import { rowKind } from '../cell/persistent.ts';
import { LeaseTable } from './lease-table.ts';

const BUCKET_MS = 15_000;
const CHUNKS_PER_BUCKET = 65_536;
const CHUNK_ENTRIES = 1024;
const ENTRY_BYTES = 20;
const HEADER_BYTES = 8;

export interface DueRows {
  load(kind: number, entity: number, index: number): Uint8Array | undefined;
  next(kind: number, entity: number, from: number): number;
}

class DueChunk implements Persistent {
  readonly kind = rowKind.due;
  readonly entity = 0;
  readonly index: number;
  dirtySince = 0;
  isSaving = false;
  count = 0;
  isGone = false;
  /** Dropped once it is full and saved. */
  row: Buffer | undefined = Buffer.alloc(HEADER_BYTES + CHUNK_ENTRIES * ENTRY_BYTES);

  constructor(index: number) {
    this.index = index;
  }
  encode(position: number): Uint8Array | null {
    if (this.isGone) return null;
    const row = Buffer.from((this.row as Buffer).subarray(0, HEADER_BYTES + this.count * ENTRY_BYTES));
    row.writeDoubleLE(position, 0);
    return row;
  }
  saved(): void {
    if (this.count === CHUNK_ENTRIES && this.dirtySince === 0) this.row = undefined;
  }
}

interface Bucket {
  chunks: DueChunk[];
  nextChunk: number;
  /** Entries up to this batch are in rows of before the start. */
  loadedPosition: number;
}

export class DueTable {
  readonly #dirty: DirtySet;
  readonly #rows: DueRows;
  readonly #buckets = new Map<number, Bucket>();
  /** Messages due soon, by due time. */
  readonly #soon = new LeaseTable();
  /** Buckets below this one are in `#soon` (or over). */
  #loadedBelow = 0;

  constructor(dirty: DirtySet, rows: DueRows) {
    this.#dirty = dirty;
    this.#rows = rows;
  }

  add(entry: { entity: number; sequence: number; dueMs: number; batch: number }): void {
    const number = Math.floor(entry.dueMs / BUCKET_MS);
    const bucket = this.#bucket(number);
    if (number < this.#loadedBelow) this.#soon.set(lease(entry.entity, entry.sequence, entry.dueMs));
    if (entry.batch <= bucket.loadedPosition) return;
    let chunk = bucket.chunks[bucket.chunks.length - 1];
    if (chunk === undefined || chunk.count === CHUNK_ENTRIES) {
      chunk = new DueChunk(number * CHUNKS_PER_BUCKET + bucket.nextChunk);
      bucket.nextChunk++;
      bucket.chunks.push(chunk);
    }
    const at = HEADER_BYTES + chunk.count * ENTRY_BYTES;
    const row = chunk.row as Buffer;
    row.writeUInt32LE(entry.entity, at);
    row.writeDoubleLE(entry.sequence, at + 4);
    row.writeDoubleLE(entry.dueMs, at + 12);
    chunk.count++;
    this.#dirty.mark(chunk, entry.batch);
  }

  /** Collects up to `max` messages that are due; true when more are. They stay until `done`. */
  due(nowMs: number, max: number, found: { entity: number; sequence: number }[]): boolean {
    const wanted = Math.floor(nowMs / BUCKET_MS) + 2;
    if (this.#loadedBelow === 0) this.#loadedBelow = this.#firstBucket(wanted);
    for (; this.#loadedBelow < wanted; this.#loadedBelow++) this.#loadBucket(this.#loadedBelow);
    return this.#soon.due(nowMs, max, found);
  }
  done(entity: number, sequence: number): void {
    this.#soon.remove(entity, sequence);
  }

  /** Removes the rows of buckets that are over. */
  expire(nowMs: number, batch: number): void {
    const over = Math.floor(nowMs / BUCKET_MS) - 1;
    for (const [number, bucket] of this.#buckets) {
      if (number >= over) continue;
      for (const chunk of bucket.chunks) {
        chunk.isGone = true;
        this.#dirty.mark(chunk, batch);
      }
      this.#buckets.delete(number);
    }
  }

  /** The lowest bucket that has rows, to start loading from. */
  #firstBucket(wanted: number): number {
    const index = this.#rows.next(rowKind.due, 0, 0);
    const inRows = index < 0 ? wanted : Math.floor(index / CHUNKS_PER_BUCKET);
    let lowest = Math.min(wanted, inRows);
    for (const number of this.#buckets.keys()) lowest = Math.min(lowest, number);
    return lowest;
  }

  /** The bucket of a number, with what earlier runs left in rows. */
  #bucket(number: number): Bucket {
    let bucket = this.#buckets.get(number);
    if (bucket !== undefined) return bucket;
    bucket = { chunks: [], nextChunk: 0, loadedPosition: 0 };
    this.#buckets.set(number, bucket);
    const end = (number + 1) * CHUNKS_PER_BUCKET;
    let index = this.#rows.next(rowKind.due, 0, number * CHUNKS_PER_BUCKET);
    while (index >= 0 && index < end) {
      const bytes = this.#rows.load(rowKind.due, 0, index);
      if (bytes !== undefined)
        bucket.loadedPosition = Math.max(bucket.loadedPosition, viewOf(bytes).getFloat64(0, true));
      const chunk = new DueChunk(index);
      chunk.count = CHUNK_ENTRIES;
      chunk.row = undefined;
      bucket.chunks.push(chunk);
      bucket.nextChunk = index - number * CHUNKS_PER_BUCKET + 1;
      index = this.#rows.next(rowKind.due, 0, index + 1);
    }
    return bucket;
  }

  #loadBucket(number: number): void {
    const hasRows = this.#rows.next(rowKind.due, 0, number * CHUNKS_PER_BUCKET);
    const isStored = hasRows >= 0 && hasRows < (number + 1) * CHUNKS_PER_BUCKET;
    if (!isStored && !this.#buckets.has(number)) return;
    for (const chunk of this.#bucket(number).chunks) {
      const bytes =
        chunk.row?.subarray(0, HEADER_BYTES + chunk.count * ENTRY_BYTES) ??
        this.#rows.load(rowKind.due, 0, chunk.index);
      if (bytes === undefined) continue;
      const view = viewOf(bytes);
      for (let at = HEADER_BYTES; at + ENTRY_BYTES <= bytes.length; at += ENTRY_BYTES) {
        this.#soon.set(
          lease(view.getUint32(at, true), view.getFloat64(at + 4, true), view.getFloat64(at + 12, true)),
        );
      }
    }
  }
}

function lease(entity: number, sequence: number, untilMs: number) {
  return { entity, sequence, generation: 0, untilMs };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
