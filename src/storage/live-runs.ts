// Asks the state which messages are still needed, a bounded window at a time, and walks the answer; where the
// guide knows floors, one number an entity says it all. Used by sealing and compaction to copy survivors and
// by the live count.
import type { ReclaimGuide } from './types.ts';

/** Messages asked for in one question when the answer is used message by message. */
export const liveWindow = 4096;
/** Messages asked for in one question when only their number matters: 32 pages of state. */
const countWindow = 16_384;

const bitmap = new Uint8Array(countWindow / 8);

export type LiveGuide = Pick<ReclaimGuide, 'live' | 'floor'>;

/** Counts the live messages of a range, one question at a time. */
export class LiveRange {
  readonly #guide: LiveGuide;
  #entity = 0;
  #at = 0;
  #end = 0;
  #count = 0;

  constructor(guide: LiveGuide) {
    this.#guide = guide;
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
    const floor = this.#guide.floor?.(this.#entity);
    if (floor !== undefined) {
      this.#count = Math.max(this.#end - Math.max(this.#at, floor), 0);
      this.#at = this.#end;
      return true;
    }
    const asked = Math.min(countWindow, this.#end - this.#at);
    if (asked <= 0) return true;
    bitmap.fill(0, 0, (asked + 7) >> 3);
    this.#count += this.#guide.live(this.#entity, this.#at, asked, bitmap);
    this.#at += asked;
    return this.#at >= this.#end;
  }
}

/** One answer, to be read before the next question. */
export class LiveWindow {
  readonly #guide: LiveGuide;
  #first = 0;
  #end = 0;
  #entity = -1;
  #count = 0;
  #floor = 0;

  constructor(guide: LiveGuide) {
    this.#guide = guide;
  }

  /** Is this sequence needed? `lastSequence` says how far the caller is going to go on asking. */
  has(entity: number, sequence: number, lastSequence: number): boolean {
    if (this.#guide.floor !== undefined) return sequence >= this.floor(entity);
    if (entity !== this.#entity || sequence < this.#first || sequence >= this.#end) {
      this.#ask(entity, sequence, lastSequence);
    }
    if (this.#count === 0) return false;
    const bit = sequence - this.#first;
    return ((bitmap[bit >> 3] as number) & (1 << (bit & 7))) !== 0;
  }

  /** Nothing of the entity below this sequence is needed; 0 when the guide knows no floors. */
  floor(entity: number): number {
    if (entity !== this.#entity && this.#guide.floor !== undefined) {
      this.#entity = entity;
      this.#floor = this.#guide.floor(entity);
    }
    return this.#floor;
  }

  /** The answer may be out of date: another piece of work ran, or the shared bitmap was used. */
  forget(): void {
    this.#entity = -1;
  }

  #ask(entity: number, sequence: number, lastSequence: number): void {
    const asked = Math.min(liveWindow, lastSequence - sequence + 1);
    bitmap.fill(0, 0, (asked + 7) >> 3);
    this.#count = this.#guide.live(entity, sequence, asked, bitmap);
    this.#entity = entity;
    this.#first = sequence;
    this.#end = sequence + asked;
  }
}
