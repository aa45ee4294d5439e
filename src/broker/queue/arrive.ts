// The receiving and the answering end of moves between queues. The target takes entries of one source cell in
// order and keeps one high-water mark for it, so that an entry handed over twice arrives once; the source
// keeps the message in place until it has the answer.
import type { QueueDefinition } from '../catalog-types.ts';
import type { OutgoingMessage, Reply } from '../command.ts';
import type { MessageOrigin, StoredMessage } from '../message.ts';
import { parseId } from '../message.ts';
import type { OutboxEntry } from './cell-root.ts';
import type { QueueContext } from './context.ts';
import { findLive } from './context.ts';
import { publicationCopies, publicationFacts, publicationMessage } from '../routing/publication.ts';
import type { Copies } from './publish.ts';
import { placeCopies, republish } from './publish.ts';
import { appendMessage, dedupHash, dedupedId, drawId, findFirst } from './send.ts';

export interface ArrivingMessage {
  readonly entry: OutboxEntry;
  /** As stored at the source. */
  readonly message: StoredMessage;
  /** The whole publication, for entries of kind `publish`. */
  readonly publication?: Buffer | undefined;
  readonly origin: MessageOrigin;
  readonly receiveCount: number;
  readonly firstReceivedAtMs: number;
}

export interface Arrive {
  readonly kind: 'arrive';
  readonly source: number;
  /** In the order of their outbox sequences. */
  readonly messages: readonly ArrivingMessage[];
}

export interface MoveAnswer {
  readonly outboxSequence: number;
  readonly isAccepted: boolean;
}

export interface ArrivedReply {
  readonly kind: 'arrived';
  readonly answers: readonly MoveAnswer[];
}

export interface MoveAnswered {
  readonly kind: 'moveAnswered';
  readonly answers: readonly MoveAnswer[];
}

export function decideArrive(context: QueueContext, command: Arrive): ArrivedReply {
  const answers: MoveAnswer[] = [];
  for (const message of command.messages) {
    const { outboxSequence } = message.entry;
    const mark = context.state.root.mark(command.source);
    if (outboxSequence <= mark.high) {
      answers.push({ outboxSequence, isAccepted: !mark.refused.includes(outboxSequence) });
      continue;
    }
    const isAccepted = take(context, message);
    context.record.arrived({ source: command.source, outboxSequence, isAccepted });
    answers.push({ outboxSequence, isAccepted });
  }
  return { kind: 'arrived', answers };
}

function take(context: QueueContext, arriving: ArrivingMessage): boolean {
  if (arriving.publication !== undefined) {
    takePublication(context, arriving.entry.outboxSequence, arriving.publication);
    return true;
  }
  const definition = context.catalog.byEntity(arriving.entry.targetEntity);
  if (definition !== undefined) takeMessage(context, definition, arriving);
  return definition !== undefined;
}

/** Copies of a publication of another cell (or of this one, for topics that are fed by topics). */
function takePublication(context: QueueContext, outboxSequence: number, publication: Buffer): void {
  const route = publicationCopies(publication).routes.find(
    (other) => other.outboxSequence === outboxSequence,
  );
  const facts = publicationFacts(publication);
  const message = publicationMessage(publication);
  const locals: Copies['locals'] = [];
  for (const { kind, target, binding, rendering } of route?.copies ?? []) {
    const topic = kind === 'topic' ? context.catalog.topics.byEntity(target) : undefined;
    const { id, sentAtMs } = message;
    if (topic !== undefined)
      republish(context, topic, { ...outgoing(message, 'redrive'), id, sentAtMs }, facts.hops + 1);
    const definition = kind === 'queue' ? context.catalog.byEntity(target) : undefined;
    if (definition !== undefined) locals.push({ definition, binding, rendering });
  }
  placeCopies(context, {
    message: outgoing(message, 'redrive'),
    locals,
    remotes: new Map(),
    id: parseId(message.id),
    sentAtMs: message.sentAtMs,
    ...facts,
  });
}

function takeMessage(context: QueueContext, definition: QueueDefinition, arriving: ArrivingMessage): void {
  const stored = arriving.message;
  const message = outgoing(stored, arriving.entry.kind);
  const hash = definition.settings.dedup === 'none' ? undefined : dedupHash(definition, message);
  // A moved message was acknowledged once and is never dropped as a duplicate; it takes its id when it is
  // free.
  const isFree = hash !== undefined && findFirst(context, definition, hash) === undefined;
  const dedup = isFree ? hash : undefined;
  const sequence = context.state.queue(definition.entity).nextSequence;
  const isOrdered = definition.settings.ordering === 'group';
  if (arriving.entry.kind === 'redrive') {
    const id = dedup === undefined ? drawId(context) : dedupedId(dedup, sequence);
    appendMessage(context, definition, message, { id, sequence, dedup, isArrival: true, copy: stored.copy });
    return;
  }
  appendMessage(context, definition, message, {
    id: parseId(stored.id),
    sequence,
    dedup,
    isArrival: true,
    origin: arriving.origin,
    copy: stored.copy,
    receiveCount: arriving.receiveCount,
    firstReceivedAtMs: arriving.firstReceivedAtMs,
    // Unordered: retention goes on from the original send; ordered: it starts anew (SQS dead-letter queues).
    sentAtMs: isOrdered ? context.state.nowMs : stored.sentAtMs,
  });
}

/**
 * A dead letter is deduplicated by what it is: two that share an id of their sender are two all the same (SQS
 * developer guide, dead-letter queue redrive).
 */
function outgoing(stored: StoredMessage, kind: OutboxEntry['kind']): OutgoingMessage {
  return {
    body: stored.isText ? stored.bodyText() : stored.body(),
    attributes: stored.attributes,
    group: stored.group,
    dedupId: kind === 'deadLetter' && stored.dedupId !== undefined ? stored.id : stored.dedupId,
    sender: stored.sender,
    trace: stored.trace,
    subject: stored.subject,
  };
}

/** The source hears what became of its entries. */
export function decideMoveAnswered(context: QueueContext, command: MoveAnswered): Reply {
  for (const { outboxSequence, isAccepted } of command.answers) {
    const entry = context.state.root.outbox.get(outboxSequence);
    if (entry === undefined) continue;
    if (entry.kind === 'publish') {
      context.record.answered({ entry, outcome: 'forgotten', count: 0 });
      continue;
    }
    const queue = context.state.queue(entry.entity);
    const live = findLive(context, queue, entry.sequence);
    if (live === undefined) {
      context.record.answered({ entry, outcome: 'forgotten', count: 0 });
      continue;
    }
    const count = live.page.receiveCount(live.slot);
    context.record.answered({ entry, outcome: isAccepted ? 'accepted' : 'refused', count });
  }
  return { kind: 'done' };
}
