// Finds the entry of an id among up to 65,536: an open-addressing table of packed words, 16 bits of the id's
// hash and 16 bits of entry number each. Answers candidates; whoever asks compares the whole hash.

const ENTRIES_MAX = 65_536;
const INITIAL_SLOTS = 2048;

export class DedupIndex {
  count = 0;
  #slots = new Uint32Array(INITIAL_SLOTS);
  /** Second word and mark of each entry's hash, for growing without reading the entries again. */
  #places = new Uint32Array(INITIAL_SLOTS / 2);
  #marks = new Uint16Array(INITIAL_SLOTS / 2);

  get isFull(): boolean {
    return this.count === ENTRIES_MAX;
  }

  /** Adds the next entry; its number is `count` before the call. */
  add(a: number, b: number): void {
    if (this.count * 2 >= this.#slots.length) this.#grow();
    this.#places[this.count] = b;
    this.#marks[this.count] = markOf(a);
    this.#place(this.count, markOf(a));
    this.count++;
    // A full table is never grown again.
    if (this.isFull) {
      this.#places = none32;
      this.#marks = none16;
    }
  }

  /** Calls `isMatch` with each entry that may be it; answers the first that is, or -1. */
  find(a: number, b: number, isMatch: (entry: number) => boolean): number {
    const mask = this.#slots.length - 1;
    const mark = markOf(a);
    for (let at = b & mask; this.#slots[at] !== 0; at = (at + 1) & mask) {
      const word = this.#slots[at] as number;
      if (word >>> 16 === mark && isMatch(word & 0xffff)) return word & 0xffff;
    }
    return -1;
  }

  #place(entry: number, mark: number): void {
    const mask = this.#slots.length - 1;
    let at = (this.#places[entry] as number) & mask;
    while (this.#slots[at] !== 0) at = (at + 1) & mask;
    this.#slots[at] = ((mark << 16) | entry) >>> 0;
  }
  #grow(): void {
    const places = new Uint32Array(this.#slots.length);
    places.set(this.#places);
    const marks = new Uint16Array(this.#slots.length);
    marks.set(this.#marks);
    this.#places = places;
    this.#marks = marks;
    this.#slots = new Uint32Array(this.#slots.length * 2);
    for (let entry = 0; entry < this.count; entry++) this.#place(entry, marks[entry] as number);
  }
}

const none32 = new Uint32Array(0);
const none16 = new Uint16Array(0);

/** Never 0, which means an empty slot. */
function markOf(a: number): number {
  return a >>> 16 || 1;
}
