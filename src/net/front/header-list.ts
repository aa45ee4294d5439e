// The headers of one request as two short lists. A request has a dozen of them and is asked for a few by
// literal names: comparing interned strings one by one costs less than filling a hash map each time. Never
// changed once made: requests of one connection share their list of names.

export class HeaderList {
  readonly #names: readonly string[];
  readonly #values: readonly string[];

  /** A name comes once. */
  constructor(names: readonly string[], values: readonly string[]) {
    this.#names = names;
    this.#values = values;
  }

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
}
