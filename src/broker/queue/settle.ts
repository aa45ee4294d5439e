// Decides what receivers do with their leases: settle, change the deadline, or (the broker itself) put back a
// message whose receiver was gone before the answer left.
import type { ChangeLease, LeaseRef, OutcomesReply, Reply, Settle } from '../command.ts';
import type { BrokerError } from '../errors.ts';
import type { LiveMessage, QueueContext } from './context.ts';
import { generationTimeMs } from '../cell/generation.ts';
import { findLive } from './context.ts';
import { leaseExpired, leaseInvalid, leaseTooLong, messageGone, queueNotFound } from './errors.ts';
import type { Queue } from './queue.ts';

/** No lease lasts longer than this after its receive, however often it is extended (SQS: 12 hours). */
const LEASE_MS_MAX = 43_200_000;

/** The receiver of these leases was gone at reveal; nothing of the receive must remain. */
export interface Undelivered {
  readonly kind: 'undelivered';
  readonly entity: number;
  readonly leases: readonly LeaseRef[];
}

export function decideSettle(context: QueueContext, command: Settle): Reply {
  const definition = context.catalog.byEntity(command.entity);
  if (definition === undefined) return queueNotFound;
  const queue = context.state.queue(command.entity);
  const isOrdered = definition.settings.ordering === 'group';
  requireAll(context, queue, command.leases);
  const outcomes = command.leases.map((lease) => settleOne(context, queue, lease, isOrdered));
  return { kind: 'outcomes', outcomes } satisfies OutcomesReply;
}

/** May answer Need, before anything is recorded. */
function requireAll(context: QueueContext, queue: Queue, leases: readonly LeaseRef[]): void {
  for (const lease of leases) findLive(context, queue, lease.sequence);
}

function settleOne(
  context: QueueContext,
  queue: Queue,
  lease: LeaseRef,
  isOrdered: boolean,
): BrokerError | undefined {
  if (lease.sequence < 1 || lease.sequence >= queue.nextSequence) return leaseInvalid;
  const live = findLive(context, queue, lease.sequence);
  // Settling twice is as good as once, in ordered queues too.
  if (live === undefined) return undefined;
  if (isOrdered && !holds(context, queue, lease)) return leaseExpired;
  const prior = context.state.stateOf(queue, live.page, lease.sequence);
  // On its way to another queue: it has left, whatever its former receiver thinks.
  if (prior === 'moving') return undefined;
  context.record.settled(queue.entity, lease.sequence, prior);
  queue.counters.settledCount++;
  return undefined;
}

/** The lease is the one in force and its deadline lies ahead. */
function holds(context: QueueContext, queue: Queue, lease: LeaseRef): boolean {
  const { leases, nowMs } = context.state;
  const at = leases.find(queue.entity, lease.sequence);
  if (at < 0 || leases.generationAt(at) !== lease.generation) return false;
  const until = leases.untilAt(at);
  return until < 0 || until > nowMs;
}

export function decideChangeLease(context: QueueContext, command: ChangeLease): Reply {
  const definition = context.catalog.byEntity(command.entity);
  if (definition === undefined) return queueNotFound;
  const queue = context.state.queue(command.entity);
  const isOrdered = definition.settings.ordering === 'group';
  requireAll(context, queue, command.leases);
  const outcomes = command.leases.map((lease) => changeOne(context, queue, lease, isOrdered));
  return { kind: 'outcomes', outcomes } satisfies OutcomesReply;
}

function changeOne(
  context: QueueContext,
  queue: Queue,
  change: ChangeLease['leases'][number],
  isOrdered: boolean,
): BrokerError | undefined {
  if (change.sequence < 1 || change.sequence >= queue.nextSequence) return leaseInvalid;
  const live = findLive(context, queue, change.sequence);
  if (live === undefined) return messageGone;
  const { leases, nowMs } = context.state;
  const at = leases.find(queue.entity, change.sequence);
  if (isOrdered && !holds(context, queue, change)) return leaseExpired;
  // Unordered: whoever once had the message may hide or show it, also while the next one has it (recorded
  // from SQS). The lease stays with the next one; that of a session is no business of others.
  const generation = at < 0 ? change.generation : leases.generationAt(at);
  if (generation !== change.generation && leases.untilAt(at) < 0) return messageGone;
  const untilMs = nowMs + change.leaseMs;
  if (change.leaseMs > 0 && untilMs - generationTimeMs(generation) > LEASE_MS_MAX) return leaseTooLong;
  return moveDeadline(context, queue, live, { ...change, generation, untilMs });
}

function moveDeadline(
  context: QueueContext,
  queue: Queue,
  live: LiveMessage,
  change: LeaseRef & { readonly leaseMs: number; readonly untilMs: number },
): BrokerError | undefined {
  const prior = context.state.stateOf(queue, live.page, change.sequence);
  if (prior !== 'leased' && prior !== 'ready') return messageGone;
  const count = live.page.receiveCount(live.slot);
  const facts = { entity: queue.entity, sequence: change.sequence, prior, count };
  if (change.leaseMs > 0) {
    context.record.leaseChanged({ ...facts, generation: change.generation, untilMs: change.untilMs });
  } else if (prior === 'leased') {
    context.record.released(facts);
  }
  return undefined;
}

export function decideUndelivered(context: QueueContext, command: Undelivered): Reply {
  const queue = context.state.queue(command.entity);
  requireAll(context, queue, command.leases);
  for (const lease of command.leases) {
    const live = findLive(context, queue, lease.sequence);
    if (live === undefined) continue;
    const prior = context.state.stateOf(queue, live.page, lease.sequence);
    const at = context.state.leases.find(queue.entity, lease.sequence);
    const isItsLease = at >= 0 && context.state.leases.generationAt(at) === lease.generation;
    const count = live.page.receiveCount(live.slot);
    // Received with a lease of 0 ms and nobody has received it since: only the count is taken back.
    const isItsCount = prior === 'ready' && lease.generation === context.state.root.generation;
    if (!isItsLease && !isItsCount) continue;
    queue.counters.receivedCount--;
    context.record.released({
      entity: queue.entity,
      sequence: lease.sequence,
      prior,
      count: Math.max(0, count - 1),
    });
  }
  return { kind: 'done' };
}
