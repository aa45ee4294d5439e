// Counts the reply bytes of one listener that its clients have not taken yet. Asked before a large reply is
// made (HttpReply.hasRoom): clients that ask for much and read nothing must not fill the memory. It never
// cuts a connection; the engines do that, from the count.
export class UnsentBytes {
  readonly #bytesMax: number;
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get hasRoom(): boolean {
    return this.#bytes < this.#bytesMax;
  }

  /** What must go before the listener is at ease again: down to half, so that it does not flutter. */
  get excessBytes(): number {
    return this.hasRoom ? 0 : this.#bytes - this.#bytesMax / 2;
  }

  add(bytes: number): void {
    this.#bytes += bytes;
  }

  remove(bytes: number): void {
    this.#bytes -= bytes;
  }
}
