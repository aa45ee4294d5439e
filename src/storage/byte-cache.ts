// A cache of buffers (or of things made of one) bounded by bytes, in order of insertion or of last use.
// Used for the hot tail, for values read back from unsealed segments and for blocks. Never holds less than
// its newest entry, so that what was just read can be used whatever its size.

interface Entry<V> {
  readonly value: V;
  readonly bytes: number;
}

export class ByteCache<K, V> {
  readonly #entries = new Map<K, Entry<V>>();
  readonly #bytesMax: number;
  readonly #isByUse: boolean;
  #bytes = 0;

  constructor(bytesMax: number, order: 'insertion' | 'use') {
    this.#bytesMax = bytesMax;
    this.#isByUse = order === 'use';
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(key: K): V | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (this.#isByUse) {
      this.#entries.delete(key);
      this.#entries.set(key, entry);
    }
    return entry.value;
  }

  set(key: K, value: V, bytes: number): void {
    this.delete(key);
    this.#entries.set(key, { value, bytes });
    this.#bytes += bytes;
    if (this.#bytes <= this.#bytesMax) return;
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#bytesMax || this.#entries.size === 1) return;
      this.delete(oldest);
    }
  }

  delete(key: K): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
  }

  /** Answers the bytes that went. */
  deleteOldest(): number {
    for (const [key, entry] of this.#entries) {
      this.delete(key);
      return entry.bytes;
    }
    return 0;
  }

  deleteWhere(matches: (value: V) => boolean): void {
    for (const [key, entry] of this.#entries) if (matches(entry.value)) this.delete(key);
  }

  clear(): void {
    this.#entries.clear();
    this.#bytes = 0;
  }
}
