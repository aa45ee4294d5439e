// Time passing: leases that end, delays that are over, messages older than their queue keeps them. Enters as
// ticks and leaves as records, so that replay needs no clock. Loads pages synchronously.
import type { QueueContext } from './context.ts';
import { firstSequenceOf, pageIndexOf } from './message-page.ts';
import type { MessagePage } from './message-page.ts';
import { slotOf } from './page-store.ts';
import { isExpired } from './receive.ts';
import type { MessageState, Queue } from './queue.ts';

/** Deadlines handled in one tick, so that a tick stays short; the rest follows in the next one. */
const DUE_PER_TICK_MAX = 5000;
/** Queues whose retention is looked at in one tick. */
const SWEPT_QUEUES_PER_TICK = 64;

interface Due {
  readonly entity: number;
  readonly sequence: number;
}

/** What is due beyond one tick's worth follows in the next one. */
export function endLeases(context: QueueContext): void {
  const { state } = context;
  const due: Due[] = [];
  state.leases.due(state.nowMs, DUE_PER_TICK_MAX, due);
  for (const { entity, sequence } of due) {
    const queue = state.queue(entity);
    const page = state.pages.get(queue, pageIndexOf(sequence));
    const slot = slotOf(sequence);
    if (page === undefined || !page.isLive(slot)) {
      state.leases.remove(entity, sequence);
      continue;
    }
    queue.counters.expiredLeaseCount++;
    context.record.released({ entity, sequence, prior: 'leased', count: page.receiveCount(slot) });
  }
}

/** Leases of a session (of all sessions: 0) are over; the messages are back in place, counted as received. */
export function endSession(context: QueueContext, session: number): void {
  const { state } = context;
  for (const { entity, sequence } of state.leases.ofSession(session)) {
    const page = state.pages.get(state.queue(entity), pageIndexOf(sequence));
    if (page === undefined) continue;
    context.record.released({
      entity,
      sequence,
      prior: 'leased',
      count: page.receiveCount(slotOf(sequence)),
    });
  }
}

/** Queues that promise nothing over a restart start empty. */
export function dropVolatile(context: QueueContext): void {
  for (const queue of context.state.queues.values()) {
    if (queue.liveCount === 0) continue;
    if (context.catalog.byEntity(queue.entity)?.settings.durability !== 'memory') continue;
    context.record.floor(queue.entity, queue.nextSequence, { ...queue.counts });
  }
}

export function endDelays(context: QueueContext): void {
  const { state } = context;
  const due: Due[] = [];
  state.due.due(state.nowMs, DUE_PER_TICK_MAX, due);
  for (const { entity, sequence } of due) {
    state.due.done(entity, sequence);
    const queue = state.queues.get(entity);
    if (queue === undefined || sequence < queue.floor) continue;
    const page = state.pages.get(queue, pageIndexOf(sequence));
    if (page?.isDelayed(slotOf(sequence)) === true) context.record.due(entity, sequence);
  }
}

/** Retention, a few queues a tick in turn. */
export class RetentionSweep {
  #queues: Iterator<Queue> | undefined;

  tick(context: QueueContext): void {
    for (let swept = 0; swept < SWEPT_QUEUES_PER_TICK; swept++) {
      this.#queues ??= context.state.queues.values();
      const next = this.#queues.next();
      if (next.done === true) {
        this.#queues = undefined;
        return;
      }
      sweepQueue(context, next.value);
    }
  }
}

/** Drops what is older than the queue keeps: whole pages from the front, then single messages. */
function sweepQueue(context: QueueContext, queue: Queue): void {
  const { state } = context;
  if (queue.liveCount === 0 || queue.nextExpiryMs > state.nowMs) return;
  const definition = context.catalog.byEntity(queue.entity);
  if (definition === undefined) return;
  const expiresBefore = state.nowMs - definition.settings.retentionMs;
  let oldestMs = Infinity;
  let index = state.pages.next(queue, 0);
  for (let pages = 0; index >= 0 && pages < 64; pages++) {
    const page = state.pages.get(queue, index);
    if (page !== undefined && page.sentMinMs <= expiresBefore)
      dropExpired(context, queue, page, expiresBefore);
    if (page !== undefined && page.liveCount > 0) {
      oldestMs = Math.min(oldestMs, Math.max(page.sentMinMs, expiresBefore + 1));
      // In order of arrival nothing behind this page is older; moved-in messages may be.
      if (!queue.hasArrivals) break;
    }
    index = state.pages.next(queue, index + 1);
  }
  // Looked at again when the oldest message is due, and at least once a minute (settings may change).
  queue.nextExpiryMs = Math.min(oldestMs + definition.settings.retentionMs, state.nowMs + 60_000);
}

function dropExpired(context: QueueContext, queue: Queue, page: MessagePage, expiresBefore: number): void {
  const floor = firstSequenceOf(page.index + 1);
  const isFirst =
    pageIndexOf(queue.floor) === page.index || context.state.pages.next(queue, 0) === page.index;
  if (isFirst && page.sentMaxMs <= expiresBefore && floor < queue.nextSequence) {
    context.record.floor(queue.entity, floor, countStates(context, queue, page));
    return;
  }
  for (let slot = page.nextLive(0); slot >= 0; slot = page.nextLive(slot + 1)) {
    const sequence = page.firstSequence + slot;
    if (!isExpired(context, queue, sequence, expiresBefore)) continue;
    const prior = context.state.stateOf(queue, page, sequence);
    if (prior !== 'moving') context.record.settled(queue.entity, sequence, prior);
  }
}

function countStates(context: QueueContext, queue: Queue, page: MessagePage): Record<MessageState, number> {
  const counts = { ready: 0, leased: 0, delayed: 0, moving: 0 };
  for (let slot = page.nextLive(0); slot >= 0; slot = page.nextLive(slot + 1)) {
    counts[context.state.stateOf(queue, page, page.firstSequence + slot)]++;
  }
  return counts;
}
