// Decides receives: picks visible messages, moves those received too often to the dead-letter queue, leases
// the rest. Picking looks at everything first (and may answer Need); only then is anything recorded.
import { limits } from '../../base/limits.ts';
import type { QueueDefinition } from '../catalog-types.ts';
import type { Delivery, Receive, ReceiveReply, Reply } from '../command.ts';
import { brokerError } from '../errors.ts';
import type { StoredMessage } from '../message.ts';
import type { QueueContext } from './context.ts';
import { findLive, nextGeneration } from './context.ts';
import { queueNotFound } from './errors.ts';
import { giveBack, giveBackAll, pickReady } from './pick.ts';
import { slotOf } from './page-store.ts';
import { pageIndexOf } from './message-page.ts';
import { storedSentAt } from '../routing/publication.ts';
import type { Queue } from './queue.ts';

/** A delivery whose body is read when the answer leaves. */
export class PendingDelivery implements Delivery {
  readonly entity: number;
  readonly sequence: number;
  readonly generation: number;
  readonly receiveCount: number;
  readonly firstReceivedAtMs: number;
  readonly leaseUntilMs: number;
  message!: StoredMessage;
  constructor(facts: Omit<PendingDelivery, 'message' | 'until'>) {
    this.entity = facts.entity;
    this.sequence = facts.sequence;
    this.generation = facts.generation;
    this.receiveCount = facts.receiveCount;
    this.firstReceivedAtMs = facts.firstReceivedAtMs;
    this.leaseUntilMs = facts.leaseUntilMs;
  }
  /** The same delivery with another deadline. */
  until(leaseUntilMs: number): PendingDelivery {
    const { entity, sequence, generation, receiveCount, firstReceivedAtMs } = this;
    return new PendingDelivery({
      entity,
      sequence,
      generation,
      receiveCount,
      firstReceivedAtMs,
      leaseUntilMs,
    });
  }
}

export interface PendingReceiveReply extends ReceiveReply {
  readonly entity: number;
  readonly deliveries: PendingDelivery[];
}

const leasesExhausted: Reply = {
  kind: 'error',
  error: brokerError(
    'leases_exhausted',
    `a queue has at most ${limits.leasesPerQueueMax} messages in flight`,
  ),
};

/** The answer; without deliveries when nothing is there (the machine makes a waiter of it). */
export function decideReceive(context: QueueContext, command: Receive): Reply {
  const definition = context.catalog.byEntity(command.entity);
  if (definition === undefined) return queueNotFound;
  const { state } = context;
  const queue = state.queue(command.entity);
  const repeated = repeatAttempt(context, definition, command);
  if (repeated !== undefined) return repeated;
  const room = Math.min(
    limits.leasesPerQueueMax - queue.counts.leased,
    limits.leasesMax - context.leaseCount(),
  );
  if (room <= 0)
    return definition.settings.ordering === 'group' ? received(command.entity, []) : leasesExhausted;
  const picked = pickMessages(context, definition, { queue, max: Math.min(command.messagesMax, room) });
  if (picked.length === 0) return received(command.entity, []);
  const leaseMs = command.leaseMs ?? definition.settings.leaseMs;
  const session = command.session ?? 0;
  const deliveries = picked.map((sequence) => leaseOne(context, queue, { sequence, leaseMs, session }));
  queue.counters.receivedCount += deliveries.length;
  rememberAttempt(context, command, deliveries);
  return received(command.entity, deliveries);
}

function received(entity: number, deliveries: PendingDelivery[]): PendingReceiveReply {
  return { kind: 'received', entity, deliveries };
}

/** Messages passed over in one receive because they go elsewhere; the next receive takes up from there. */
const DIVERTED_MAX = 100;

/** Sequences to lease. Messages that expired or were received too often leave on the way. */
function pickMessages(
  context: QueueContext,
  definition: QueueDefinition,
  wanted: { readonly queue: Queue; readonly max: number },
): number[] {
  for (let round = 0; round < DIVERTED_MAX; round++) {
    const picked = pickReady(context, wanted.queue, wanted.max);
    const fates = fatesOf(context, definition, wanted.queue, picked);
    if (fates.every((fate) => fate === 'deliver')) return picked;
    if (fates.includes('wait')) {
      // Never delivered once too often: the queue goes on when the moves under way are answered.
      giveBackAll(wanted.queue);
      return [];
    }
    picked.forEach((sequence, i) =>
      divert(context, definition, { queue: wanted.queue, sequence, fate: fates[i] as Fate }),
    );
  }
  return [];
}

/** wait: it is to be dead-lettered, and too much is on its way already. */
type Fate = 'deliver' | 'expire' | 'deadLetter' | 'wait';

function fatesOf(
  context: QueueContext,
  definition: QueueDefinition,
  queue: Queue,
  picked: readonly number[],
): Fate[] {
  try {
    return picked.map((sequence) => fateOf(context, definition, queue, sequence));
  } catch (error) {
    giveBackAll(queue);
    throw error;
  }
}

function fateOf(context: QueueContext, definition: QueueDefinition, queue: Queue, sequence: number): Fate {
  const page = context.state.pages.require(queue, pageIndexOf(sequence));
  if (page === undefined) return 'expire';
  const expiresBefore = context.state.nowMs - definition.settings.retentionMs;
  if (page.sentMinMs <= expiresBefore && isExpired(context, queue, sequence, expiresBefore)) return 'expire';
  const policy = definition.settings.deadLetter;
  if (policy === undefined || page.receiveCount(slotOf(sequence)) < policy.maxReceives) return 'deliver';
  const target = context.catalog.find(policy.target);
  // Its own dead-letter queue: it has been there all the time.
  if (target === undefined || target.entity === definition.entity) return 'deliver';
  return context.state.root.outbox.size < limits.outboxEntriesMax ? 'deadLetter' : 'wait';
}

/** Exact, by the time in the body: the page only says that some message of it is old enough. */
export function isExpired(
  context: QueueContext,
  queue: Queue,
  sequence: number,
  expiresBefore: number,
): boolean {
  const sentAtMs = storedSentAt(context.log, queue.entity, sequence);
  return sentAtMs !== undefined && sentAtMs <= expiresBefore;
}

function divert(
  context: QueueContext,
  definition: QueueDefinition,
  message: { readonly queue: Queue; readonly sequence: number; readonly fate: Fate },
): void {
  const { queue, sequence, fate } = message;
  if (fate === 'expire') context.record.settled(queue.entity, sequence, 'ready');
  if (fate !== 'deadLetter') {
    // Picking took it out of the ready order; it is picked again in the next round.
    if (fate === 'deliver') giveBack(queue, sequence);
    return;
  }
  const policy = definition.settings.deadLetter;
  const target = policy === undefined ? undefined : context.catalog.find(policy.target);
  if (target === undefined) return;
  queue.counters.deadLetteredCount++;
  context.record.moving(
    {
      outboxSequence: context.state.root.outboxSequence + 1,
      entity: queue.entity,
      sequence,
      targetCell: target.cell,
      targetEntity: target.entity,
      kind: 'deadLetter',
    },
    'ready',
  );
}

function leaseOne(
  context: QueueContext,
  queue: Queue,
  message: { readonly sequence: number; readonly leaseMs: number; readonly session: number },
): PendingDelivery {
  const { state } = context;
  const live = findLive(context, queue, message.sequence);
  const count = Math.min((live?.page.receiveCount(live.slot) ?? 0) + 1, 0xffff);
  const lease = {
    entity: queue.entity,
    sequence: message.sequence,
    generation: nextGeneration(context),
    untilMs: message.session > 0 ? -message.session : state.nowMs + message.leaseMs,
    count,
  };
  if (message.leaseMs > 0 || message.session > 0) context.record.leased(lease);
  else context.record.counted(lease);
  return new PendingDelivery({
    entity: queue.entity,
    sequence: message.sequence,
    generation: lease.generation,
    receiveCount: count,
    firstReceivedAtMs: count === 1 ? state.nowMs : (live?.page.firstReceivedAtMs(live.slot) ?? state.nowMs),
    leaseUntilMs: lease.untilMs,
  });
}

// --- repeated receives (ordered queues): volatile, a restart forgets them ---

interface Attempt {
  readonly deliveries: readonly PendingDelivery[];
  readonly expiresAtMs: number;
}
const ATTEMPT_WINDOW_MS = 300_000;

/** SQS ReceiveRequestAttemptId: the same messages and leases again, unless one of them changed meanwhile. */
function repeatAttempt(
  context: QueueContext,
  definition: QueueDefinition,
  command: Receive,
): Reply | undefined {
  if (command.attemptId === undefined || definition.settings.ordering !== 'group') return undefined;
  const attempt = attemptsOf(context).get(`${command.entity}\0${command.attemptId}`);
  if (attempt === undefined || attempt.expiresAtMs <= context.state.nowMs) return undefined;
  const { leases, nowMs } = context.state;
  const isUnchanged = attempt.deliveries.every((delivery) => {
    const at = leases.find(command.entity, delivery.sequence);
    return (
      at >= 0 &&
      leases.generationAt(at) === delivery.generation &&
      leases.untilAt(at) === delivery.leaseUntilMs &&
      delivery.leaseUntilMs > nowMs
    );
  });
  if (!isUnchanged) return undefined;
  const untilMs = nowMs + (command.leaseMs ?? definition.settings.leaseMs);
  const deliveries = attempt.deliveries.map((delivery) => {
    const { entity, sequence, generation, receiveCount: count } = delivery;
    context.record.leaseChanged({ entity, sequence, generation, untilMs, count, prior: 'leased' });
    return delivery.until(untilMs);
  });
  attemptsOf(context).set(`${command.entity}\0${command.attemptId}`, { ...attempt, deliveries });
  return received(command.entity, deliveries);
}

function rememberAttempt(
  context: QueueContext,
  command: Receive,
  deliveries: readonly PendingDelivery[],
): void {
  if (command.attemptId === undefined || deliveries.length === 0) return;
  const attempts = attemptsOf(context);
  if (attempts.size >= limits.receiveAttemptsMax) {
    for (const oldest of attempts.keys()) {
      attempts.delete(oldest);
      break;
    }
  }
  attempts.set(`${command.entity}\0${command.attemptId}`, {
    deliveries,
    expiresAtMs: context.state.nowMs + ATTEMPT_WINDOW_MS,
  });
}

const attemptsByState = new WeakMap<object, Map<string, Attempt>>();

function attemptsOf(context: QueueContext): Map<string, Attempt> {
  let attempts = attemptsByState.get(context.state);
  if (attempts === undefined) {
    attempts = new Map();
    attemptsByState.set(context.state, attempts);
  }
  return attempts;
}
