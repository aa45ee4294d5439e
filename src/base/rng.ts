// Chance as an input: the system source for the daemon, a seeded one for tests and models.
import { randomFillSync } from 'node:crypto';

export interface Rng {
  /** An unsigned 32-bit integer. */
  nextU32(): number;
}

/** Cryptographically strong, drawn from the operating system 4 KiB at a time. */
export class SystemRng implements Rng {
  readonly #pool = new Uint32Array(1024);
  #next = 1024;
  nextU32(): number {
    if (this.#next === this.#pool.length) {
      randomFillSync(this.#pool);
      this.#next = 0;
    }
    return this.#pool[this.#next++] as number;
  }
}

/** xorshift128: the same seed gives the same sequence, for ever. */
export class SeededRng implements Rng {
  #a: number;
  #b = 362436069;
  #c = 521288629;
  #d = 88675123;
  constructor(seed: number) {
    this.#a = seed >>> 0 || 1;
  }
  nextU32(): number {
    const t = this.#d;
    const s = this.#a;
    this.#d = this.#c;
    this.#c = this.#b;
    this.#b = s;
    let mixed = t ^ (t << 11);
    mixed ^= mixed >>> 8;
    this.#a = (mixed ^ s ^ (s >>> 19)) >>> 0;
    return this.#a;
  }
}
