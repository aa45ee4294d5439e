// Picks deliverable messages of an ordered queue: as many as possible from the group that has been available
// longest, then from the next one. Maintains the (volatile) group window; records nothing.
import { limits } from '../../base/limits.ts';
import type { QueueContext } from './context.ts';
import { findLive } from './context.ts';
import { GroupWindow } from './group-window.ts';
import { firstSequenceOf, pageIndexOf } from './message-page.ts';
import { slotOf } from './page-store.ts';
import type { Queue } from './queue.ts';

export function pickOrdered(context: QueueContext, queue: Queue, max: number): number[] {
  const window = windowOf(context, queue);
  const probe = (sequence: number): 'gone' | 'hidden' | 'ready' => {
    const live = findLive(context, queue, sequence);
    if (live === undefined) return 'gone';
    if (!live.page.isHidden(live.slot)) return 'ready';
    // On its way to another queue it holds up nobody (SQS: a dead letter unblocks its group in the same
    // receive).
    return context.state.stateOf(queue, live.page, sequence) === 'moving' ? 'gone' : 'hidden';
  };
  const picked: number[] = [];
  const taken = new Set<number>();
  try {
    while (picked.length < max) {
      window.settleDirty(probe);
      const group = window.firstAvailable();
      if (group === undefined) {
        if (!loadMore(context, queue, window)) break;
        continue;
      }
      // Looked at before it leaves the ring: a Need in here leaves the ring as it was.
      const found = taken.has(group) ? [] : window.deliverable(group, max - picked.length, probe);
      window.passFirst();
      if (found.length > 0) taken.add(group);
      for (const sequence of found) picked.push(sequence);
    }
  } finally {
    // What was picked may stay deliverable: the receive is full, a message leaves for another queue, a Need
    // undid it all. Only now, or a group would come round again within this pick.
    for (const group of taken) window.touch(group);
  }
  return picked;
}

/** The queue's window, made when it is missing; the least recently used ones make room. */
function windowOf(context: QueueContext, queue: Queue): GroupWindow {
  queue.usedAt = ++useCount;
  if (queue.window !== undefined) return queue.window;
  makeRoom(context, queue);
  queue.window = new GroupWindow();
  queue.window.loadedThrough = queue.floor - 1;
  return queue.window;
}
let useCount = 0;

function makeRoom(context: QueueContext, except: Queue): void {
  let size = 0;
  const withWindow: Queue[] = [];
  for (const queue of context.state.queues.values()) {
    if (queue.window === undefined || queue === except) continue;
    size += queue.window.size;
    withWindow.push(queue);
  }
  if (size <= limits.groupWindowMessagesMax) return;
  withWindow.sort((a, b) => a.usedAt - b.usedAt);
  for (const queue of withWindow) {
    if (size <= limits.groupWindowMessagesMax / 2) return;
    size -= queue.window?.size ?? 0;
    queue.window = undefined;
  }
}

/** Lists the next page's messages; false when the window is full or everything is listed. */
function loadMore(context: QueueContext, queue: Queue, window: GroupWindow): boolean {
  if (window.size >= limits.groupWindowMessages || window.loadedThrough >= queue.nextSequence - 1)
    return false;
  const from = window.loadedThrough + 1;
  const index = context.state.pages.next(queue, pageIndexOf(from));
  if (index < 0) {
    window.loadedThrough = queue.nextSequence - 1;
    return false;
  }
  const page = context.state.pages.require(queue, index);
  if (page !== undefined) {
    const first = page.firstSequence >= from ? 0 : slotOf(from);
    for (let slot = page.nextLive(first); slot >= 0; slot = page.nextLive(slot + 1)) {
      window.add(page.firstSequence + slot, page.groupOf(slot));
    }
  }
  window.loadedThrough = Math.min(firstSequenceOf(index + 1) - 1, queue.nextSequence - 1);
  return true;
}
