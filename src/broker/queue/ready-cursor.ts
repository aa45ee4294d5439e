// Where the next ready message of an unordered queue is, without holding a list of them: one cursor that
// only moves forward over messages never seen before, and the few pages behind it that got messages back.
// Volatile: never hashed, never replayed; after a restart it starts at the front again.
import { firstSequenceOf } from './message-page.ts';

/** Pages with returned messages that are remembered; beyond it the cursor simply goes back. */
const RETURNED_PAGES_MAX = 8192;

const none: number[] = [];

export class ReadyCursor {
  /** Sequences from here on were not looked at yet. */
  next = 1;
  /** Binary min-heap of page indexes below the cursor that hold returned messages. */
  #heap: number[] = none;
  #members: Set<number> | undefined;

  /** A message at `sequence` (in page `page`) became ready. */
  returned(sequence: number, page: number): void {
    if (sequence >= this.next || this.#members?.has(page) === true) return;
    if (this.#heap.length >= RETURNED_PAGES_MAX) {
      this.next = Math.min(sequence, this.#lowestSequence(page));
      this.#clear();
      return;
    }
    if (this.#members === undefined) {
      this.#members = new Set();
      this.#heap = [];
    }
    this.#members.add(page);
    this.#heap.push(page);
    this.#siftUp();
  }

  /** Lowest page with returned messages, or -1. */
  returnedPage(): number {
    return this.#heap[0] ?? -1;
  }
  /** The lowest returned page has nothing ready any more. */
  dropReturnedPage(): void {
    const lowest = this.#heap[0];
    if (lowest === undefined) return;
    this.#members?.delete(lowest);
    const last = this.#heap.pop() as number;
    if (this.#heap.length === 0) {
      this.#clear();
      return;
    }
    this.#heap[0] = last;
    this.#siftDown();
  }

  /** Forgets everything: the next pick looks from `sequence` on again. */
  rewind(sequence: number): void {
    this.next = sequence;
    this.#clear();
  }

  /** Most queues never get a message back out of order: they pay for no heap. */
  #clear(): void {
    this.#heap = none;
    this.#members = undefined;
  }

  #lowestSequence(page: number): number {
    const lowest = Math.min(page, this.#heap[0] ?? page);
    return firstSequenceOf(lowest);
  }
  #siftUp(): void {
    const heap = this.#heap;
    let at = heap.length - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if ((heap[parent] as number) <= (heap[at] as number)) return;
      this.#swap(parent, at);
      at = parent;
    }
  }
  #siftDown(): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < heap.length && (heap[child] as number) < (heap[least] as number)) least = child;
      }
      if (least === at) return;
      this.#swap(least, at);
      at = least;
    }
  }
  #swap(a: number, b: number): void {
    const held = this.#heap[a] as number;
    this.#heap[a] = this.#heap[b] as number;
    this.#heap[b] = held;
  }
}
