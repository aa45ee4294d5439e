// Memory for bodies that come in several reads. What a reply is done with is used again: allocated anew,
// bodies of 100 KiB at a thousand a second make the garbage collector run all the time. Every piece is taken
// from the listener's budget while it is in use; a few are kept beyond that. Used by BodyBuffer and by
// connections.
import { limits } from '../../base/limits.ts';
import type { ByteBudget } from '../byte-budget.ts';

/** Sizes are multiples of this from here on, so that bodies of about one size fit into each other's place. */
const stepBytes = 64 * 1024;

export class BodyPool {
  readonly #budget: ByteBudget;
  readonly #kept = new Map<number, ArrayBuffer[]>();
  #keptBytes = 0;

  constructor(budget: ByteBudget) {
    this.#budget = budget;
  }

  /**
   * At least `bytes` of memory with anything in it, or undefined when the budget is used up. `instead` is
   * given by `keep` once what is in it was copied: the budget counts it no more.
   */
  take(bytes: number, instead: Buffer | undefined): Buffer | undefined {
    const size = bytes < stepBytes ? bytes : Math.ceil(bytes / stepBytes) * stepBytes;
    if (!this.#budget.take(size - (instead?.length ?? 0))) return undefined;
    const kept = this.#kept.get(size)?.pop();
    if (kept === undefined) return Buffer.allocUnsafeSlow(size);
    this.#keptBytes -= size;
    return Buffer.from(kept);
  }

  /** Nobody looks at it any more. */
  give(memory: Buffer): void {
    this.#budget.give(memory.length);
    this.keep(memory);
  }

  /** The same for memory that the budget does not count. */
  keep(memory: Buffer): void {
    const size = memory.length;
    if (size < stepBytes || this.#keptBytes + size > limits.httpBodyPoolBytesMax) return;
    const kept = this.#kept.get(size) ?? [];
    kept.push(memory.buffer as ArrayBuffer);
    this.#kept.set(size, kept);
    this.#keptBytes += size;
  }

  /** Somebody may still look at it: only the budget gets it back. */
  abandon(memory: Buffer): void {
    this.#budget.give(memory.length);
  }
}
