// Gathers a body that came in several reads. Grows by doubling up to what is allowed, so that neither an
// announced length nor a stream of tiny pieces costs more memory than was really sent (twice, at most, and
// what the pool rounds up to).
import type { BodyPool } from './body-pool.ts';

const firstBytes = 256 * 1024;
const smallestBytes = 4 * 1024;

export class BodyBuffer {
  readonly #pool: BodyPool;
  #memory: Buffer | undefined;
  #length = 0;

  constructor(pool: BodyPool) {
    this.#pool = pool;
  }

  get length(): number {
    return this.#length;
  }

  /** What the body lies in, to be given back to the pool by whoever gets the body. */
  get memory(): Buffer | undefined {
    return this.#memory;
  }

  /** Appends a piece; false when the budget is used up. `expectedBytes` is the announced length, or 0. */
  append(source: Buffer, from: number, to: number, expectedBytes: number): boolean {
    const needed = this.#length + (to - from);
    if (needed > this.#capacity && !this.#grow(needed, expectedBytes)) return false;
    source.copy(this.#memory as Buffer, this.#length, from, to);
    this.#length = needed;
    return true;
  }

  /** Hands the body over; the caller owes `memory` (read before) to the pool. */
  take(): Buffer {
    const body = this.#memory?.subarray(0, this.#length) ?? Buffer.alloc(0);
    this.#memory = undefined;
    this.#length = 0;
    return body;
  }

  drop(): void {
    if (this.#memory !== undefined) this.#pool.give(this.#memory);
    this.#memory = undefined;
    this.#length = 0;
  }

  get #capacity(): number {
    return this.#memory?.length ?? 0;
  }

  #grow(needed: number, expectedBytes: number): boolean {
    const doubled = Math.max(needed, this.#capacity * 2, smallestBytes);
    const capacity = expectedBytes > 0 ? Math.min(expectedBytes, Math.max(doubled, firstBytes)) : doubled;
    const grown = this.#pool.take(capacity, this.#memory);
    if (grown === undefined) return false;
    if (this.#memory !== undefined) {
      this.#memory.copy(grown, 0, 0, this.#length);
      this.#pool.keep(this.#memory);
    }
    this.#memory = grown;
    return true;
  }
}
