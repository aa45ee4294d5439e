// The receiving and the answering end of moves between queues. The target takes entries of one source cell in
// order and keeps one high-water mark for it, so that an entry handed over twice arrives once; the source
// keeps the message in place until it has the answer.
import type { QueueDefinition } from '../catalog-types.ts';
import type { OutgoingMessage, Reply } from '../command.ts';
import type { MessageOrigin, StoredMessage } from '../message.ts';
import { readMessage } from '../message.ts';
import type { OutboxEntry } from './cell-root.ts';
import type { QueueContext } from './context.ts';
import { findLive } from './context.ts';
import { appendMessage, dedupHash, dedupedId, drawId, findFirst } from './send.ts';

export interface ArrivingMessage {
  readonly entry: OutboxEntry;
  /** The record as stored at the source. */
  readonly record: Uint8Array;
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
    const definition = context.catalog.byEntity(message.entry.targetEntity);
    if (definition !== undefined) takeMessage(context, definition, message);
    const isAccepted = definition !== undefined;
    context.record.arrived({ source: command.source, outboxSequence, isAccepted });
    answers.push({ outboxSequence, isAccepted });
  }
  return { kind: 'arrived', answers };
}

function takeMessage(context: QueueContext, definition: QueueDefinition, arriving: ArrivingMessage): void {
  const stored = readMessage(Buffer.from(arriving.record));
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
    appendMessage(context, definition, message, { id, sequence, dedup, isArrival: true });
    return;
  }
  appendMessage(context, definition, message, {
    id: idWords(stored.id),
    sequence,
    dedup,
    isArrival: true,
    origin: arriving.origin,
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
  };
}

function idWords(id: string): Uint32Array {
  const bytes = Buffer.from(id.replaceAll('-', ''), 'hex');
  return Uint32Array.of(
    bytes.readUInt32LE(0),
    bytes.readUInt32LE(4),
    bytes.readUInt32LE(8),
    bytes.readUInt32LE(12),
  );
}

/** The source hears what became of its entries. */
export function decideMoveAnswered(context: QueueContext, command: MoveAnswered): Reply {
  for (const { outboxSequence, isAccepted } of command.answers) {
    const entry = context.state.root.outbox.get(outboxSequence);
    if (entry === undefined) continue;
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
