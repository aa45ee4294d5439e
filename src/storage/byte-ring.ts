// What was read back from files, in one ring of bytes that is allocated once: reading leaves no garbage
// outside V8's heap. The oldest make room for new ones; a value too large for the ring is kept alone, until
// the next such one. Used for commits of unsealed segments and for blocks. Values are views: valid until the
// next `add`.

/** A larger value would push out too many others. */
const largestShare = 1 / 4;

interface Entry<K, V> {
  readonly key: K;
  readonly item: V;
  readonly start: number;
  readonly end: number;
}

export class ByteRing<K, V> {
  readonly #bytesMax: number;
  readonly #make: (key: K, value: Buffer) => V;
  readonly #onGone: (item: V) => void;
  #ring: Buffer | undefined;
  readonly #entries = new Map<K, Entry<K, V>>();
  /** What lies in the ring, oldest first, replaced ones included, from `#first` on. */
  #order: Entry<K, V>[] = [];
  #first = 0;
  #head = 0;
  #large: { readonly key: K; readonly item: V } | undefined;

  /** `make` turns a value into what is handed out; `onGone` hears when one is no longer kept. */
  constructor(bytesMax: number, make: (key: K, value: Buffer) => V, onGone: (item: V) => void = () => {}) {
    this.#bytesMax = bytesMax;
    this.#make = make;
    this.#onGone = onGone;
  }

  get(key: K): V | undefined {
    if (this.#large?.key === key) return this.#large.item;
    return this.#entries.get(key)?.item;
  }

  /** Keeps a copy of `source` under the key, in place of what was there. */
  add(key: K, source: Buffer): V {
    this.delete(key);
    const bytes = source.length;
    if (bytes > this.#bytesMax * largestShare) {
      const item = this.#make(key, Buffer.from(source));
      if (this.#large !== undefined) this.#onGone(this.#large.item);
      this.#large = { key, item };
      return item;
    }
    this.#ring ??= Buffer.allocUnsafeSlow(this.#bytesMax);
    const start = this.#makeRoom(bytes);
    const value = this.#ring.subarray(start, start + bytes);
    source.copy(value);
    const entry = { key, item: this.#make(key, value), start, end: start + bytes };
    this.#entries.set(key, entry);
    this.#order.push(entry);
    this.#head = start + bytes;
    return entry.item;
  }

  delete(key: K): void {
    const item = this.get(key);
    if (item === undefined) return;
    if (this.#large?.key === key) this.#large = undefined;
    this.#entries.delete(key);
    this.#onGone(item);
  }

  deleteWhere(matches: (item: V) => boolean): void {
    const large = this.#large;
    if (large !== undefined && matches(large.item)) this.delete(large.key);
    for (const [key, entry] of this.#entries) if (matches(entry.item)) this.delete(key);
  }

  #makeRoom(bytes: number): number {
    const isWrapping = this.#head + bytes > this.#bytesMax;
    // What lies behind the head is older than what lies at the ring's start.
    if (isWrapping) this.#forgetOverlapping(this.#head, this.#bytesMax);
    const start = isWrapping ? 0 : this.#head;
    this.#forgetOverlapping(start, start + bytes);
    return start;
  }

  #forgetOverlapping(start: number, end: number): void {
    while (this.#first < this.#order.length) {
      const oldest = this.#order[this.#first] as Entry<K, V>;
      if (oldest.start >= end || oldest.end <= start) break;
      if (this.#entries.get(oldest.key) === oldest) this.delete(oldest.key);
      this.#first++;
    }
    if (this.#first * 2 <= this.#order.length) return;
    this.#order = this.#order.slice(this.#first);
    this.#first = 0;
  }
}
