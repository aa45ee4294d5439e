// Picks visible messages of an unordered queue: roughly oldest first, quiet tenants before noisy ones. Moves
// the (volatile) ready cursor; records nothing.
import type { QueueContext } from './context.ts';
import { isNoisy, mayHaveNoisyTenants } from './fairness.ts';
import type { MessagePage } from './message-page.ts';
import { firstSequenceOf, pageIndexOf } from './message-page.ts';
import { slotOf } from './page-store.ts';
import type { Queue } from './queue.ts';

/** Pages searched in one receive for messages of quiet tenants. */
const QUIET_PAGES_MAX = 256;

export function pickUnordered(context: QueueContext, queue: Queue, max: number): number[] {
  if (mayHaveNoisyTenants(queue)) return pickFair(context, queue, max);
  const picked: number[] = [];
  pickReturned(context, queue, max, picked);
  pickFresh(context, queue, max, picked);
  return picked;
}

/** Messages that came back, lowest page first. */
function pickReturned(context: QueueContext, queue: Queue, max: number, picked: number[]): void {
  for (;;) {
    const index = queue.ready.returnedPage();
    if (index < 0 || picked.length >= max) return;
    const page = context.state.pages.require(queue, index);
    const end = queue.ready.next - firstSequenceOf(index);
    let slot = page === undefined ? -1 : page.nextReady(0);
    while (page !== undefined && slot >= 0 && slot < end && picked.length < max) {
      picked.push(page.firstSequence + slot);
      slot = page.nextReady(slot + 1);
    }
    if (slot >= 0 && slot < end) return;
    queue.ready.dropReturnedPage();
  }
}

/** Messages never looked at before, from the cursor on. */
function pickFresh(context: QueueContext, queue: Queue, max: number, picked: number[]): void {
  const { pages } = context.state;
  let index = pageIndexOf(Math.max(queue.ready.next, queue.floor));
  let from = slotOf(Math.max(queue.ready.next, queue.floor));
  while (picked.length < max && queue.ready.next < queue.nextSequence) {
    const page = pages.require(queue, index);
    const slot = page === undefined ? -1 : page.nextReady(from);
    if (page !== undefined && slot >= 0) {
      picked.push(page.firstSequence + slot);
      from = slot + 1;
      queue.ready.next = page.firstSequence + from;
      continue;
    }
    const next = pages.next(queue, index + 1);
    if (next < 0) {
      queue.ready.next = queue.nextSequence;
      return;
    }
    index = next;
    from = 0;
    queue.ready.next = firstSequenceOf(index);
  }
}

function pickFair(context: QueueContext, queue: Queue, max: number): number[] {
  const picked: number[] = [];
  pickQuietLane(context, queue, max, picked);
  const noisy: number[] = [];
  searchQuiet(context, queue, { max, picked, noisy });
  for (const sequence of noisy) {
    if (picked.length >= max) break;
    picked.push(sequence);
  }
  return picked;
}

function pickQuietLane(context: QueueContext, queue: Queue, max: number, picked: number[]): void {
  const lane = queue.quietLane;
  let used = 0;
  while (used < lane.length && picked.length < max) {
    const sequence = lane[used] as number;
    const page = context.state.pages.require(queue, pageIndexOf(sequence));
    used++;
    if (page === undefined || !page.isReady(slotOf(sequence))) continue;
    if (!isNoisy(queue, page.groupOf(slotOf(sequence)))) picked.push(sequence);
  }
  if (used > 0) lane.splice(0, used);
}

/** Walks the backlog from the front; what belongs to noisy tenants is kept for when nothing else is found. */
function searchQuiet(
  context: QueueContext,
  queue: Queue,
  search: { readonly max: number; readonly picked: number[]; readonly noisy: number[] },
): void {
  const { pages } = context.state;
  const { max, picked, noisy } = search;
  let index = pages.next(queue, 0);
  for (let walked = 0; index >= 0 && walked < QUIET_PAGES_MAX && picked.length < max; walked++) {
    // Pages between the first ready ones and the quiet cursor hold noisy tenants only: jump over them.
    if (noisy.length >= max && firstSequenceOf(index) < queue.quietCursor) {
      index = pages.next(queue, pageIndexOf(queue.quietCursor));
      if (index < 0) break;
    }
    const page = pages.require(queue, index);
    if (page !== undefined) searchPage(queue, page, search);
    if (noisy.length >= max && picked.length < max)
      queue.quietCursor = Math.max(queue.quietCursor, firstSequenceOf(index + 1));
    index = pages.next(queue, index + 1);
  }
  if (index < 0 && picked.length === 0 && noisy.length === 0) queue.quietCursor = 0;
}

function searchPage(
  queue: Queue,
  page: MessagePage,
  search: { readonly max: number; readonly picked: number[]; readonly noisy: number[] },
): void {
  const { max, picked, noisy } = search;
  for (let slot = page.nextReady(0); slot >= 0 && picked.length < max; slot = page.nextReady(slot + 1)) {
    const sequence = page.firstSequence + slot;
    const isQuiet = !isNoisy(queue, page.groupOf(slot));
    if (isQuiet && !picked.includes(sequence)) picked.push(sequence);
    else if (!isQuiet && noisy.length < max) noisy.push(sequence);
  }
}
