// Finds the same text again and again in replies that look alike. Used by the workloads, reply after reply;
// it knows no wire.

/**
 * Finds a needle in bodies that look alike. Servers lay their messages out regularly, so the next one is
 * where the last reply had it; only a miss pays for a search, which costs microseconds.
 */
export class NeedleFinder {
  readonly #needle: Buffer;
  #firstAt = 0;
  #strideBytes = 0;

  constructor(needle: string) {
    this.#needle = Buffer.from(needle, 'latin1');
  }

  /** Index behind the first needle, or -1. */
  first(body: Buffer): number {
    if (!this.#isAt(body, this.#firstAt)) {
      const at = body.indexOf(this.#needle);
      if (at < 0) return -1;
      this.#firstAt = at;
    }
    return this.#firstAt + this.#needle.length;
  }

  /** Index behind the next needle after the one that ended at `previous`, or -1. */
  next(body: Buffer, previous: number): number {
    if (this.#strideBytes > 0 && this.#isAt(body, previous - this.#needle.length + this.#strideBytes)) {
      return previous + this.#strideBytes;
    }
    // At the end of the list: shorter than one more message.
    if (this.#strideBytes > 0 && previous + this.#strideBytes > body.length) return -1;
    const at = body.indexOf(this.#needle, previous);
    if (at < 0) return -1;
    this.#strideBytes = at + this.#needle.length - previous;
    return at + this.#needle.length;
  }

  #isAt(body: Buffer, at: number): boolean {
    if (at + this.#needle.length > body.length) return false;
    for (let index = 0; index < this.#needle.length; index++) {
      if (body[at + index] !== this.#needle[index]) return false;
    }
    return true;
  }
}
