// A shared allowance of bytes: every buffer that a listener gathers is taken from it and given back, so
// that many half-sent bodies together stay under one named limit.
import { assert } from '../base/assert.ts';

export class ByteBudget {
  readonly #bytesMax: number;
  #usedBytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** False when the allowance is used up; nothing is taken then. */
  take(bytes: number): boolean {
    if (this.#usedBytes + bytes > this.#bytesMax) return false;
    this.#usedBytes += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#usedBytes -= bytes;
    assert(this.#usedBytes >= 0, 'a byte budget got back more than was taken');
  }
}
