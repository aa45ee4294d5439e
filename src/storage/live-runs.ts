// Asks the state which messages are still needed, a bounded window at a time, and walks the answer.
// Used by sealing and compaction to copy survivors and by the live count.
import type { LiveQuery } from './types.ts';

/** Messages asked for in one question when the answer is used message by message. */
export const liveWindow = 4096;
/** Messages asked for in one question when only their number matters: 32 pages of state. */
const countWindow = 16_384;

const bitmap = new Uint8Array(countWindow / 8);

/** Counts the live messages of a range, one question at a time. */
export class LiveRange {
  readonly #live: LiveQuery;
  #entity = 0;
  #at = 0;
  #end = 0;
  #count = 0;

  constructor(live: LiveQuery) {
    this.#live = live;
  }

  /** Live messages found so far. */
  get count(): number {
    return this.#count;
  }

  /** Sequences in [first, end). */
  begin(entity: number, first: number, end: number): void {
    this.#entity = entity;
    this.#at = first;
    this.#end = end;
    this.#count = 0;
  }

  /** Asks once; true when the range is counted. */
  step(): boolean {
    const asked = Math.min(countWindow, this.#end - this.#at);
    if (asked <= 0) return true;
    bitmap.fill(0, 0, (asked + 7) >> 3);
    this.#count += this.#live(this.#entity, this.#at, asked, bitmap);
    this.#at += asked;
    return this.#at >= this.#end;
  }
}

/** One answer, to be read before the next question. */
export class LiveWindow {
  readonly #live: LiveQuery;
  #first = 0;
  #end = 0;
  #entity = -1;
  #count = 0;

  constructor(live: LiveQuery) {
    this.#live = live;
  }

  /** Is this sequence needed? `lastSequence` says how far the caller is going to go on asking. */
  has(entity: number, sequence: number, lastSequence: number): boolean {
    if (entity !== this.#entity || sequence < this.#first || sequence >= this.#end) {
      this.#ask(entity, sequence, lastSequence);
    }
    if (this.#count === 0) return false;
    const bit = sequence - this.#first;
    return ((bitmap[bit >> 3] as number) & (1 << (bit & 7))) !== 0;
  }

  /** The answer may be out of date: another piece of work ran, or the shared bitmap was used. */
  forget(): void {
    this.#entity = -1;
  }

  #ask(entity: number, sequence: number, lastSequence: number): void {
    const asked = Math.min(liveWindow, lastSequence - sequence + 1);
    bitmap.fill(0, 0, (asked + 7) >> 3);
    this.#count = this.#live(entity, sequence, asked, bitmap);
    this.#entity = entity;
    this.#first = sequence;
    this.#end = sequence + asked;
  }
}
