// Decides sends: dedup, order, delay, then the body into the group and one record per message.
import type { QueueDefinition } from '../catalog-types.ts';
import type { OutgoingMessage, Reply, Send, SentMessage } from '../command.ts';
import { brokerError } from '../errors.ts';
import type { IdWords, MessageOrigin } from '../message.ts';
import { formatId, makeUuid4, writeMessage } from '../message.ts';
import type { CopyFacts } from '../topic-types.ts';
import { limits } from '../../base/limits.ts';
import type { QueueContext } from './context.ts';
import { hashGroup } from './context.ts';
import { hashId, scramble } from './dedup-hash.ts';
import type { DedupHash, DedupHit } from './dedup-table.ts';
import { queueNotFound } from './errors.ts';
import { isNoisy, mayHaveNoisyTenants, QUIET_LANE_MAX } from './fairness.ts';
import { pageIndexOf } from './message-page.ts';

export function decideSend(context: QueueContext, command: Send): Reply {
  const definition = context.catalog.byEntity(command.entity);
  if (definition === undefined) return queueNotFound;
  const refusal = refusalOf(context);
  if (refusal !== undefined) return refusal;
  const queue = context.state.queue(command.entity);
  // The page that takes the message is asked for first: nothing is recorded before everything is here.
  context.state.pages.require(queue, pageIndexOf(queue.nextSequence));
  const messages: SentMessage[] = [];
  for (const message of command.messages) messages.push(sendOne(context, definition, message));
  return { kind: 'sent', messages };
}

/** New messages are refused while they cannot be stored; everything else goes on. */
export function refusalOf(context: QueueContext): Reply | undefined {
  if (!context.log.isWritable()) return storageFull;
  if (context.uncommittedBytes() > limits.uncommittedBytesMax) return throttled;
  return undefined;
}
const storageFull: Reply = {
  kind: 'error',
  error: brokerError('storage_full', 'the disk is too full to take new messages'),
};
const throttled: Reply = {
  kind: 'error',
  error: brokerError('throttled', 'too much is waiting for its commit'),
};

function sendOne(context: QueueContext, definition: QueueDefinition, message: OutgoingMessage): SentMessage {
  const { settings } = definition;
  const dedup = settings.dedup === 'none' ? undefined : dedupHash(definition, message);
  if (dedup !== undefined) {
    const first = findFirst(context, definition, dedup);
    if (first !== undefined) {
      dedupedId(dedup, first.sequence);
      return { id: lastIdText(), sequence: first.sequence, isDuplicate: true };
    }
  }
  const sequence = context.state.queue(definition.entity).nextSequence;
  const id = dedup === undefined ? drawId(context) : dedupedId(dedup, sequence);
  appendMessage(context, definition, message, { id, sequence, dedup });
  return { id: lastIdText(), sequence, isDuplicate: false };
}

export interface AppendFacts {
  readonly id: IdWords;
  readonly sequence: number;
  readonly dedup?: DedupHash | undefined;
  readonly sentAtMs?: number;
  readonly origin?: MessageOrigin | undefined;
  readonly copy?: CopyFacts | undefined;
  readonly receiveCount?: number;
  readonly firstReceivedAtMs?: number;
  readonly isArrival?: boolean;
}

/** Writes body and record of one message that the queue takes. */
export function appendMessage(
  context: QueueContext,
  definition: QueueDefinition,
  message: OutgoingMessage,
  facts: AppendFacts,
): void {
  const { state, group } = context;
  const sentAtMs = facts.sentAtMs ?? state.nowMs;
  const isOrdered = definition.settings.ordering === 'group';
  const delayMs = facts.isArrival === true ? 0 : (message.delayMs ?? definition.settings.delayMs);
  group.beginBody();
  const { id, origin, copy } = facts;
  const bytes = writeMessage(group.bodies, message, { sentAtMs, id, origin, copy });
  group.endBody(definition.entity, facts.sequence);
  const tenant = message.group === undefined ? 0 : hashGroup(message.group);
  context.record.sent({
    entity: definition.entity,
    sequence: facts.sequence,
    isOrdered,
    group: tenant,
    dueMs: delayMs > 0 ? state.nowMs + delayMs : 0,
    sentAtMs,
    dedup: facts.dedup,
    receiveCount: facts.receiveCount ?? 0,
    firstReceivedAtMs: facts.firstReceivedAtMs ?? 0,
    isArrival: facts.isArrival ?? false,
  });
  const queue = state.queue(definition.entity);
  queue.counters.sentCount++;
  queue.counters.sentBytes += bytes;
  if (tenant !== 0 && delayMs === 0 && mayHaveNoisyTenants(queue) && !isNoisy(queue, tenant)) {
    if (queue.quietLane.length === 0) queue.quietLane = [];
    if (queue.quietLane.length < QUIET_LANE_MAX) queue.quietLane.push(facts.sequence);
  }
}

/** A purge forgets ids with their messages (recorded from SQS); the rest of what left the queue counts. */
export function findFirst(
  { state }: QueueContext,
  definition: QueueDefinition,
  dedup: DedupHash,
): DedupHit | undefined {
  return state.dedup.find(dedup, state.nowMs, state.queue(definition.entity).purgedBelow);
}

/** Hash of queue, scope and id; undefined for a message without an id. Valid until the next call. */
export function dedupHash(definition: QueueDefinition, message: OutgoingMessage): DedupHash | undefined {
  if (message.dedupId === undefined) return undefined;
  const scope = definition.settings.dedup === 'group' ? (message.group ?? '') : '';
  return hashId(definition.entity, scope, message.dedupId);
}

/**
 * The id of a deduplicated message follows from its hash, so that a duplicate is answered without its body.
 * Valid until the next id is made.
 */
export function dedupedId(dedup: DedupHash, sequence: number): IdWords {
  const salt = Math.imul(sequence >>> 0, 0x9e3779b1) ^ Math.floor(sequence / 4294967296);
  for (let i = 0; i < 4; i++) idWords[i] = scramble((dedup[i] as number) ^ (salt + i));
  return makeUuid4(idWords);
}

/** A random id, valid until the next id is made. */
export function drawId(context: QueueContext): IdWords {
  for (let i = 0; i < 4; i++) idWords[i] = context.rng.nextU32();
  return makeUuid4(idWords);
}

/** Text of the id that was made last. */
export function lastIdText(): string {
  return formatId(idBytes, 0);
}

/** One id at a time: an array of its own for each message would be most of what a send allocates. */
const idWords = new Uint32Array(4);
const idBytes = new Uint8Array(idWords.buffer);
