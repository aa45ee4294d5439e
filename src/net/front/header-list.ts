// The headers of one request as two short lists. A request has a dozen of them and is asked for a few by
// literal names: comparing interned strings one by one costs less than filling a hash map each time.

export class HeaderList {
  readonly #names: string[] = [];
  readonly #values: string[] = [];

  get(name: string): string | undefined {
    const at = this.#names.indexOf(name);
    return at < 0 ? undefined : this.#values[at];
  }
  has(name: string): boolean {
    return this.#names.includes(name);
  }
  *[Symbol.iterator](): Iterator<[string, string]> {
    for (let at = 0; at < this.#names.length; at++) {
      yield [this.#names[at] as string, this.#values[at] as string];
    }
  }
  /** Sets the value of a name that is there, or adds it. */
  set(name: string, value: string): void {
    const at = this.#names.indexOf(name);
    if (at >= 0) {
      this.#values[at] = value;
      return;
    }
    this.#names.push(name);
    this.#values.push(value);
  }
}
