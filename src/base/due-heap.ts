// When numbered things are due, soonest first: a binary heap in two flat arrays, and where each key stands
// in it, so that a due time can be moved or taken out. Used by the daemon's scheduler; it sets no timers and
// reads no clock. 16 bytes a key and some 40 of the map.
import { assert } from './assert.ts';

export class DueHeap {
  readonly #keysMax: number;
  readonly #keys: number[] = [];
  readonly #dueMs: number[] = [];
  readonly #indexOf = new Map<number, number>();

  constructor(keysMax: number) {
    this.#keysMax = keysMax;
  }

  get size(): number {
    return this.#keys.length;
  }

  /** Adds the key or moves it; false, and nothing done, when it is new and the heap is full. */
  set(key: number, dueMs: number): boolean {
    assert(!Number.isNaN(dueMs), `a due time for ${key}`);
    let index = this.#indexOf.get(key);
    if (index === undefined) {
      if (this.#keys.length >= this.#keysMax) return false;
      index = this.#keys.length;
      this.#put(index, key, dueMs);
    } else {
      this.#dueMs[index] = dueMs;
    }
    this.#sink(this.#rise(index));
    return true;
  }

  /** False when the key was not there. */
  remove(key: number): boolean {
    const index = this.#indexOf.get(key);
    if (index === undefined) return false;
    this.#indexOf.delete(key);
    const lastKey = this.#keys.pop() as number;
    const lastDueMs = this.#dueMs.pop() as number;
    if (index < this.#keys.length) {
      this.#put(index, lastKey, lastDueMs);
      this.#sink(this.#rise(index));
    }
    return true;
  }

  dueMsOf(key: number): number | undefined {
    const index = this.#indexOf.get(key);
    return index === undefined ? undefined : this.#dueMs[index];
  }

  /** The soonest due time: what to set a timer to. */
  nextDueMs(): number | undefined {
    return this.#dueMs[0];
  }

  /** Takes out the key that is due first, if that is not after `nowMs`; of equal times the smallest key. */
  takeDue(nowMs: number): number | undefined {
    const dueMs = this.#dueMs[0];
    if (dueMs === undefined || dueMs > nowMs) return undefined;
    const key = this.#keys[0] as number;
    this.remove(key);
    return key;
  }

  #rise(start: number): number {
    let index = start;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#isBefore(index, parent)) break;
      this.#swap(index, parent);
      index = parent;
    }
    return index;
  }

  #sink(start: number): void {
    const size = this.#keys.length;
    let index = start;
    for (;;) {
      const left = 2 * index + 1;
      if (left >= size) return;
      const right = left + 1;
      const child = right < size && this.#isBefore(right, left) ? right : left;
      if (!this.#isBefore(child, index)) return;
      this.#swap(index, child);
      index = child;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const difference = (this.#dueMs[a] as number) - (this.#dueMs[b] as number);
    return difference < 0 || (difference === 0 && (this.#keys[a] as number) < (this.#keys[b] as number));
  }

  #swap(a: number, b: number): void {
    const key = this.#keys[a] as number;
    const dueMs = this.#dueMs[a] as number;
    this.#put(a, this.#keys[b] as number, this.#dueMs[b] as number);
    this.#put(b, key, dueMs);
  }

  #put(index: number, key: number, dueMs: number): void {
    this.#keys[index] = key;
    this.#dueMs[index] = dueMs;
    this.#indexOf.set(key, index);
  }
}
