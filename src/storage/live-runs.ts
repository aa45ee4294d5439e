// Asks the state which messages are still needed, a bounded window at a time, and walks the answer.
// Used by sealing and compaction to copy survivors and by the live count.
import type { LiveQuery } from './types.ts';

/** Messages asked for in one question when the answer is used message by message. */
export const liveWindow = 4096;
/** Messages asked for in one question when only their number matters. */
const countWindow = 65_536;

const bitmap = new Uint8Array(countWindow / 8);

/** How many of the sequences in [first, end) are live. */
export function countLive(live: LiveQuery, entity: number, first: number, end: number): number {
  let count = 0;
  for (let at = first; at < end; at += countWindow) {
    const asked = Math.min(countWindow, end - at);
    bitmap.fill(0, 0, (asked + 7) >> 3);
    count += live(entity, at, asked, bitmap);
  }
  return count;
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
