// Events that clients have not taken yet, of all subscriptions together: beyond the limit nobody asks the
// core for more, so that clients that do not read cannot fill the memory. Each has one event on its way at
// most.
import { limits } from '../../../../base/limits.ts';

/** Who waits goes on two by two as others are read: each asks for another event at once. */
const wokenAtOnce = 2;

export class UnreadBytes {
  #bytes = 0;
  readonly #waiting = new Set<() => void>();

  get hasRoom(): boolean {
    return this.#bytes < limits.kinesisUnreadBytesMax;
  }

  add(bytes: number): void {
    this.#bytes += bytes;
  }

  remove(bytes: number): void {
    this.#bytes -= bytes;
    let left = wokenAtOnce;
    for (const resume of this.#waiting) {
      if (!this.hasRoom || left-- === 0) return;
      this.#waiting.delete(resume);
      resume();
    }
  }

  /** Called once when there is room. */
  wait(resume: () => void): void {
    this.#waiting.add(resume);
  }

  forget(resume: () => void): void {
    this.#waiting.delete(resume);
  }
}
