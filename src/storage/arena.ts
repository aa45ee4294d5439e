// Memory that sealing and compaction use again and again, so that copying survivors leaves no garbage behind
// (a heap full of holes is what makes a process large). Owned by one user at a time; what it answers is valid
// until the next `reset`.

export class Arena {
  readonly #bytesUsual: number;
  #bytes: Buffer;
  #used = 0;

  /** Grows beyond `bytesUsual` when it has to; memory that is never written to costs nothing. */
  constructor(bytesUsual: number) {
    this.#bytesUsual = bytesUsual;
    this.#bytes = Buffer.allocUnsafeSlow(bytesUsual);
  }

  get bytes(): Buffer {
    return this.#bytes;
  }

  get usedBytes(): number {
    return this.#used;
  }

  reset(): void {
    this.#used = 0;
  }

  /** Empty, and no larger than usual. */
  shrink(): void {
    this.reset();
    if (this.#bytes.length > this.#bytesUsual) this.#bytes = Buffer.allocUnsafeSlow(this.#bytesUsual);
  }

  /** Copies these bytes behind the others; answers where they start in `bytes`. */
  append(source: Buffer, start: number, end: number): number {
    const at = this.#used;
    const used = at + end - start;
    if (used > this.#bytes.length) this.#grow(used);
    source.copy(this.#bytes, at, start, end);
    this.#used = used;
    return at;
  }

  /** Room for `bytes`, which stays where it is until the next `reset`: beside the arena when it is full. */
  take(bytes: number): Buffer {
    const at = this.#used;
    if (at + bytes > this.#bytes.length) return Buffer.allocUnsafeSlow(bytes);
    this.#used = at + bytes;
    return this.#bytes.subarray(at, this.#used);
  }

  /** Holds nothing but a copy of `source`, and answers it. */
  hold(source: Buffer): Buffer {
    this.reset();
    this.append(source, 0, source.length);
    return this.#bytes.subarray(0, source.length);
  }

  #grow(bytes: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(bytes, this.#bytes.length * 2));
    this.#bytes.copy(larger, 0, 0, this.#used);
    this.#bytes = larger;
  }
}
