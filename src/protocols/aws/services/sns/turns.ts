// Lets requests that would make the same thing go one after the other, so that the second finds what the
// first made (Subscribe and CreatePlatformEndpoint are idempotent by what they were given, not by a name).

export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Runs `work` when every earlier one under this key is done, well or not. */
  async take<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key);
    const turn = before === undefined ? work() : before.then(work, work);
    this.#last.set(key, turn);
    try {
      return await turn;
    } finally {
      if (this.#last.get(key) === turn) this.#last.delete(key);
    }
  }
}
