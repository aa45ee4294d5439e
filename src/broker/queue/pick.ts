// Picks visible messages of a queue in its order of delivery. Nothing is recorded; what is picked has left
// the (volatile) ready order and must be leased, moved, or given back.
import type { QueueContext } from './context.ts';
import { pageIndexOf } from './message-page.ts';
import { pickOrdered } from './pick-ordered.ts';
import { pickUnordered } from './pick-unordered.ts';
import type { Queue } from './queue.ts';

/** Up to `max` sequences. Throws Need with the ready order as it was. */
export function pickReady(context: QueueContext, queue: Queue, max: number): number[] {
  if (queue.counts.ready === 0 || max <= 0) return [];
  try {
    return queue.isOrdered ? pickOrdered(context, queue, max) : pickUnordered(context, queue, max);
  } catch (error) {
    giveBackAll(queue);
    throw error;
  }
}

/** The next pick looks at the whole queue again. */
export function giveBackAll(queue: Queue): void {
  queue.ready.rewind(queue.floor);
  queue.window = undefined;
}

/** A picked message stays where it is after all. */
export function giveBack(queue: Queue, sequence: number): void {
  queue.ready.returned(sequence, pageIndexOf(sequence));
}
