// The newest commits of all cells of a data directory, in one ring of bytes that is allocated once: an append
// encodes into it, LMDB writes from it, and reading a recent commit needs neither LMDB nor a copy. Used by
// the cell logs. The oldest commits make room for new ones; one whose append is under way is never
// overwritten. What `get` answers is a view: valid until the next append of any cell.
import { assert } from '../base/assert.ts';
import { limits } from '../base/limits.ts';
import type { Position } from './types.ts';

/**
 * A commit larger than this share of the ring would push out too many others: it gets a buffer of its own.
 */
const largestShare = 1 / 8;
/** Forgotten entries in front of the queue before it is cut. */
const forgottenMax = 1024;

/** Room for the bytes of one commit, from `reserve` until `keep` or `drop`. */
export interface HotEntry {
  readonly cell: string;
  readonly position: Position;
  readonly value: Buffer;
  /** Where it lies in the ring; -1: in a buffer of its own. */
  readonly start: number;
  isInFlight: boolean;
}

export class HotTail {
  readonly #ring: Buffer;
  readonly #cells = new Map<string, Map<Position, HotEntry>>();
  /** What lies in the ring, oldest first, from `#first` on. */
  #entries: HotEntry[] = [];
  #first = 0;
  /** Where the next one goes. */
  #head = 0;

  constructor(bytesMax: number = limits.hotTailBytesMax) {
    // Slow: a buffer of Node's shared pool would be zeroed or keep others alive.
    this.#ring = Buffer.allocUnsafeSlow(bytesMax);
  }

  get(cell: string, position: Position): Buffer | undefined {
    return this.#cells.get(cell)?.get(position)?.value;
  }

  reserve(cell: string, position: Position, bytes: number): HotEntry {
    const start = bytes > this.#ring.length * largestShare ? -1 : this.#makeRoom(bytes);
    if (start === -1) {
      return { cell, position, value: Buffer.allocUnsafeSlow(bytes), start, isInFlight: true };
    }
    const value = this.#ring.subarray(start, start + bytes);
    const entry = { cell, position, value, start, isInFlight: true };
    this.#entries.push(entry);
    this.#head = start + bytes;
    return entry;
  }

  /** The commit is on disk: it can be read from here until others need the room. */
  keep(entry: HotEntry): void {
    assert(entry.isInFlight, 'an append settles once');
    entry.isInFlight = false;
    if (entry.start === -1) return;
    let cell = this.#cells.get(entry.cell);
    if (cell === undefined) {
      cell = new Map();
      this.#cells.set(entry.cell, cell);
    }
    cell.set(entry.position, entry);
  }

  /** The commit failed: nobody reads it. */
  drop(entry: HotEntry): void {
    assert(entry.isInFlight, 'an append settles once');
    entry.isInFlight = false;
  }

  forget(cell: string): void {
    this.#cells.delete(cell);
  }

  /** Where `bytes` fit without touching what is in flight, or -1. */
  #makeRoom(bytes: number): number {
    const isWrapping = this.#head + bytes > this.#ring.length;
    // What lies behind the head is older than what lies at the ring's start.
    if (isWrapping && !this.#forgetOverlapping(this.#head, this.#ring.length)) return -1;
    const start = isWrapping ? 0 : this.#head;
    return this.#forgetOverlapping(start, start + bytes) ? start : -1;
  }

  /** False when one of them is in flight. */
  #forgetOverlapping(start: number, end: number): boolean {
    while (this.#first < this.#entries.length) {
      const oldest = this.#entries[this.#first] as HotEntry;
      if (oldest.start >= end || oldest.start + oldest.value.length <= start) break;
      if (oldest.isInFlight) return false;
      const cell = this.#cells.get(oldest.cell);
      // A later append may have taken the position of one that failed.
      if (cell?.get(oldest.position) === oldest) cell.delete(oldest.position);
      this.#first++;
    }
    if (this.#first > forgottenMax) {
      this.#entries = this.#entries.slice(this.#first);
      this.#first = 0;
    }
    return true;
  }
}
