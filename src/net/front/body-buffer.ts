// Gathers a body that came in several reads. Grows by doubling up to what is allowed, so that neither an
// announced length nor a stream of tiny pieces costs more memory than was really sent (twice, at most).
import type { ByteBudget } from '../byte-budget.ts';

const firstBytes = 256 * 1024;
const smallestBytes = 4 * 1024;

export class BodyBuffer {
  readonly #budget: ByteBudget;
  #bytes: Buffer | undefined;
  #length = 0;

  constructor(budget: ByteBudget) {
    this.#budget = budget;
  }

  get length(): number {
    return this.#length;
  }

  /** What was taken from the budget, to be given back by whoever gets the body. */
  get heldBytes(): number {
    return this.#bytes?.length ?? 0;
  }

  /** Appends a piece; false when the budget is used up. `expectedBytes` is the announced length, or 0. */
  append(source: Buffer, from: number, to: number, expectedBytes: number): boolean {
    const needed = this.#length + (to - from);
    if (needed > this.heldBytes && !this.#grow(needed, expectedBytes)) return false;
    source.copy(this.#bytes as Buffer, this.#length, from, to);
    this.#length = needed;
    return true;
  }

  /** Hands the body over; the caller owes `heldBytes` (read before) to the budget. */
  take(): Buffer {
    const body = this.#bytes?.subarray(0, this.#length) ?? Buffer.alloc(0);
    this.#bytes = undefined;
    this.#length = 0;
    return body;
  }

  drop(): void {
    this.#budget.give(this.heldBytes);
    this.#bytes = undefined;
    this.#length = 0;
  }

  #grow(needed: number, expectedBytes: number): boolean {
    const doubled = Math.max(needed, this.heldBytes * 2, smallestBytes);
    const capacity = expectedBytes > 0 ? Math.min(expectedBytes, Math.max(doubled, firstBytes)) : doubled;
    if (!this.#budget.take(capacity - this.heldBytes)) return false;
    const grown = Buffer.allocUnsafeSlow(capacity);
    this.#bytes?.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
    return true;
  }
}
