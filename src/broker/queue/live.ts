// Which messages of a run are still needed: what reclaiming asks.
import { PAGE_MESSAGES, pageIndexOf } from './message-page.ts';
import { slotOf } from './page-store.ts';
import type { QueueCellState } from './state.ts';

export interface MessageRange {
  readonly entity: number;
  readonly firstSequence: number;
  readonly count: number;
}

/** Sets a bit per live message; answers how many are live. Loads pages synchronously. */
export function liveMessages(state: QueueCellState, range: MessageRange, bitmap: Uint8Array): number {
  const queue = state.queues.get(range.entity);
  if (queue === undefined) return 0;
  let liveCount = 0;
  let index = -1;
  let page = undefined as ReturnType<typeof state.pages.get>;
  for (let i = 0; i < range.count; i++) {
    const sequence = range.firstSequence + i;
    if (sequence < queue.floor || sequence >= queue.nextSequence) continue;
    if (pageIndexOf(sequence) !== index) {
      index = pageIndexOf(sequence);
      page = state.pages.get(queue, index);
    }
    if (page === undefined) {
      // Nothing of this page is left: on to the next one.
      i += PAGE_MESSAGES - 1 - slotOf(sequence);
      continue;
    }
    if (!page.isLive(slotOf(sequence))) continue;
    bitmap[i >> 3] = (bitmap[i >> 3] as number) | (1 << (i & 7));
    liveCount++;
  }
  state.pages.evict();
  return liveCount;
}
