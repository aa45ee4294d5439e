// Ids of recent sends of one cell: exact over the whole window and over restarts, in bounded memory. Ids go
// into chunks of 1,024 in arrival order. Each chunk keeps a small filter in memory; its ids stay in memory
// while it is new, later they are read back from its row when the filter says "maybe".
//
//   row: f64 position | u32 count | count x (4 x u32 hash, f64 sequence, f64 sent at ms)
import { limits } from '../../base/limits.ts';
import type { DirtySet, Persistent } from '../cell/persistent.ts';
import { rowKind } from '../cell/persistent.ts';

const CHUNK_IDS = 1024;
const ENTRY_BYTES = 32;
const HEADER_BYTES = 12;
/** 16 bits an id with three probes: about one false "maybe" in 3,000. */
const FILTER_WORDS = 512;

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
  readonly filter = new Uint32Array(FILTER_WORDS);
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

export class DedupTable {
  readonly #dirty: DirtySet;
  readonly #load: LoadRow;
  /** Oldest first. */
  #chunks: Chunk[] = [];
  #loadedPosition = 0;

  constructor(dirty: DirtySet, load: LoadRow) {
    this.#dirty = dirty;
    this.#load = load;
  }

  /** Takes the rows of the last checkpoint, oldest first. */
  restore(rows: Iterable<{ readonly index: number; readonly bytes: Uint8Array }>): void {
    for (const { index, bytes } of rows) {
      const row = Buffer.alloc(HEADER_BYTES + CHUNK_IDS * ENTRY_BYTES);
      row.set(bytes);
      const chunk = new Chunk(index, row);
      this.#loadedPosition = Math.max(this.#loadedPosition, row.readDoubleLE(0));
      const count = row.readUInt32LE(8);
      for (let i = 0; i < count; i++) {
        const at = HEADER_BYTES + i * ENTRY_BYTES;
        this.#note(chunk, row.readUInt32LE(at), row.readUInt32LE(at + 4), row.readDoubleLE(at + 24));
      }
      this.#chunks.push(chunk);
      this.#spill();
    }
  }

  /** The first send under this id, if it was less than a window ago. */
  find(hash: DedupHash, nowMs: number): DedupHit | undefined {
    const [a, b] = hash as unknown as [number, number];
    for (let i = this.#chunks.length - 1; i >= 0; i--) {
      const chunk = this.#chunks[i] as Chunk;
      if (chunk.newestMs + limits.dedupWindowMs <= nowMs) break;
      if (!mayContain(chunk.filter, a, b)) continue;
      const hit = this.#search(chunk, hash, nowMs);
      if (hit !== undefined) return hit;
    }
    return undefined;
  }

  /** Remembers an id from the batch `batch`; a replayed id that a row holds already is left alone. */
  add(hash: DedupHash, entry: { sequence: number; sentAtMs: number; batch: number }): void {
    if (entry.batch <= this.#loadedPosition) return;
    let chunk = this.#chunks[this.#chunks.length - 1];
    if (chunk === undefined || chunk.count === CHUNK_IDS) chunk = this.#open(chunk);
    const row = chunk.row as Buffer;
    const at = HEADER_BYTES + chunk.count * ENTRY_BYTES;
    for (let i = 0; i < 4; i++) row.writeUInt32LE(hash[i] as number, at + i * 4);
    row.writeDoubleLE(entry.sequence, at + 16);
    row.writeDoubleLE(entry.sentAtMs, at + 24);
    this.#note(chunk, hash[0] as number, hash[1] as number, entry.sentAtMs);
    this.#dirty.mark(chunk, entry.batch);
  }

  /** Forgets chunks whose window is over. */
  expire(nowMs: number, batch: number): void {
    let gone = 0;
    for (const chunk of this.#chunks) {
      if (chunk.newestMs + limits.dedupWindowMs > nowMs) break;
      chunk.isGone = true;
      chunk.row = undefined;
      this.#dirty.mark(chunk, batch);
      gone++;
    }
    if (gone > 0) this.#chunks = this.#chunks.slice(gone);
  }

  /** Ids still in their window, oldest first, for the state hash. */
  *entries(nowMs: number): Iterable<string> {
    for (const chunk of this.#chunks) {
      const row = this.#rowOf(chunk);
      for (let i = 0; row !== undefined && i < chunk.count; i++) {
        const at = HEADER_BYTES + i * ENTRY_BYTES;
        if (row.readDoubleLE(at + 24) + limits.dedupWindowMs <= nowMs) continue;
        yield row.toString('hex', at, at + ENTRY_BYTES);
      }
    }
  }

  #open(previous: Chunk | undefined): Chunk {
    const row = Buffer.alloc(HEADER_BYTES + CHUNK_IDS * ENTRY_BYTES);
    const chunk = new Chunk((previous?.index ?? 0) + 1, row);
    this.#chunks.push(chunk);
    this.#spill();
    return chunk;
  }

  /** Lets go of the ids of old chunks that are saved. */
  #spill(): void {
    const kept = this.#chunks.length - limits.dedupChunksResidentMax;
    for (let i = kept - 1; i >= 0; i--) {
      const chunk = this.#chunks[i] as Chunk;
      if (chunk.row === undefined) break;
      if (chunk.dirtySince === 0 && !chunk.isSaving) chunk.row = undefined;
    }
  }

  #note(chunk: Chunk, a: number, b: number, sentAtMs: number): void {
    chunk.count++;
    chunk.newestMs = Math.max(chunk.newestMs, sentAtMs);
    for (let probe = 0; probe < 3; probe++) {
      const bit = probeBit(a, b, probe);
      chunk.filter[bit >> 5] = (chunk.filter[bit >> 5] as number) | (1 << (bit & 31));
    }
  }

  #rowOf(chunk: Chunk): Buffer | undefined {
    if (chunk.row !== undefined) return chunk.row;
    const bytes = this.#load(rowKind.dedup, 0, chunk.index);
    return bytes === undefined ? undefined : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  #search(chunk: Chunk, hash: DedupHash, nowMs: number): DedupHit | undefined {
    const row = this.#rowOf(chunk);
    if (row === undefined) return undefined;
    for (let i = 0; i < chunk.count; i++) {
      const at = HEADER_BYTES + i * ENTRY_BYTES;
      if (row.readUInt32LE(at) !== hash[0] || row.readUInt32LE(at + 4) !== hash[1]) continue;
      if (row.readUInt32LE(at + 8) !== hash[2] || row.readUInt32LE(at + 12) !== hash[3]) continue;
      if (row.readDoubleLE(at + 24) + limits.dedupWindowMs <= nowMs) continue;
      return { sequence: row.readDoubleLE(at + 16) };
    }
    return undefined;
  }
}

function probeBit(a: number, b: number, probe: number): number {
  return (a + Math.imul(probe, b | 1)) & (FILTER_WORDS * 32 - 1);
}

function mayContain(filter: Uint32Array, a: number, b: number): boolean {
  for (let probe = 0; probe < 3; probe++) {
    const bit = probeBit(a, b, probe);
    if (((filter[bit >> 5] as number) & (1 << (bit & 31))) === 0) return false;
  }
  return true;
}
