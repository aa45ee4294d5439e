// SendMessage and SendMessageBatch. A batch fails as a whole for what is wrong with the batch, entry by
// entry for what is wrong with a message; its good entries go to the core as one command. Hot path: no
// promise, no closure.
import type { OutgoingMessage, Reply } from '../../../../../broker/index.ts';
import type { Call, Pending } from '../../../engine/service.ts';
import type { PreparedMessage } from '../message.ts';
import type { SqsInput, SqsOutput } from '../model.ts';
import type { Queue } from '../queue.ts';
import type { Sqs } from '../sqs.ts';
import { checkBatch, failedEntry } from '../batch.ts';
import {
  batchTooLong,
  invalidParameter,
  missingParameter,
  missingParameterText,
  noDedupId,
} from '../errors.ts';
import { prepareMessage } from '../message.ts';
import { sequenceNumber } from '../message-text.ts';
import { openQueue } from '../queue.ts';
import { expectReply } from '../reply.ts';

/** Of a batch, whatever the queue's MaximumMessageSize. */
const batchBytesMax = 1_048_576;

export function sendMessage(sqs: Sqs, input: SqsInput<'SendMessage'>, call: Call): Pending {
  const queue = openQueue(sqs, call, input.QueueUrl, 'sqs:SendMessage');
  const prepared = prepareMessage(queue, input, call);
  if (prepared.bytes > queue.maxMessageBytes) {
    throw invalidParameter(`One or more parameters are invalid. Reason: ${tooLongText(queue)}`);
  }
  sqs.gate.admitCall(queue, 'SendMessage');
  sqs.gate.admitSend(queue, prepared.message.group);
  const command = { kind: 'send', entity: queue.entity, messages: [prepared.message] } as const;
  return call.submit(command, queue.isFifo ? respondSentInOrder : respondSent, prepared);
}

function respondSent(reply: Reply, call: Call, prepared: PreparedMessage): SqsOutput<'SendMessage'> {
  const { messages } = expectReply(reply, 'sent', call);
  return {
    MessageId: messages[0]!.id,
    MD5OfMessageBody: prepared.bodyMd5,
    MD5OfMessageAttributes: prepared.attributesMd5,
    MD5OfMessageSystemAttributes: prepared.systemAttributesMd5,
  };
}

function respondSentInOrder(reply: Reply, call: Call, prepared: PreparedMessage): SqsOutput<'SendMessage'> {
  const { messages } = expectReply(reply, 'sent', call);
  const answer = respondSent(reply, call, prepared);
  return { ...answer, SequenceNumber: sequenceNumber(messages[0]!.sequence) };
}

type Entry = NonNullable<SqsInput<'SendMessageBatch'>['Entries']>[number];
type Failed = NonNullable<SqsOutput<'SendMessageBatch'>['Failed']>[number];

/** What of a batch was good: ids and messages side by side, in entry order. */
interface BatchContext {
  readonly isFifo: boolean;
  readonly ids: string[];
  readonly prepared: PreparedMessage[];
  readonly failed: Failed[];
}

export function sendMessageBatch(
  sqs: Sqs,
  input: SqsInput<'SendMessageBatch'>,
  call: Call,
): Pending | SqsOutput<'SendMessageBatch'> {
  const queue = openQueue(sqs, call, input.QueueUrl, 'sqs:SendMessage');
  const entries = input.Entries ?? [];
  checkBatch(entries, 'SendMessageBatchRequestEntry');
  checkMembers(queue, entries);
  const context: BatchContext = { isFifo: queue.isFifo, ids: [], prepared: [], failed: [] };
  let bytes = 0;
  for (const entry of entries) bytes += prepareEntry(queue, entry, call, context);
  if (bytes > batchBytesMax) throw batchTooLong(bytes, batchBytesMax);
  sqs.gate.admitCall(queue, 'SendMessageBatch');
  const messages: OutgoingMessage[] = [];
  for (const { message } of context.prepared) {
    sqs.gate.admitSend(queue, message.group);
    messages.push(message);
  }
  if (messages.length === 0) return { Successful: [], Failed: context.failed };
  return call.submit({ kind: 'send', entity: queue.entity, messages }, respondBatch, context);
}

/**
 * What a whole batch fails for: members that each entry must have (recorded: with this code for the group,
 * and for an id of deduplication that neither the entry nor its body gives).
 */
function checkMembers(queue: Queue, entries: readonly Entry[]): void {
  for (const [index, entry] of entries.entries()) {
    if (entry.MessageBody === undefined) {
      throw missingParameter(`SendMessageBatchRequestEntry.${index + 1}.MessageBody`);
    }
    if (!queue.isFifo) continue;
    if (entry.MessageGroupId === undefined) throw invalidParameter(missingParameterText('MessageGroupId'));
    if (entry.MessageDeduplicationId === undefined && !queue.hasContentDedup) throw noDedupId();
  }
}

/**
 * Sorts an entry into the good or the failed ones; answers its size, which counts to the batch either way.
 */
function prepareEntry(queue: Queue, entry: Entry, call: Call, context: BatchContext): number {
  const id = entry.Id as string;
  try {
    const prepared = prepareMessage(queue, entry, call);
    if (prepared.bytes > queue.maxMessageBytes) {
      const error = invalidParameter(
        `One or more parameters cannot be validated. Reason: ${tooLongText(queue)}`,
      );
      context.failed.push(failedEntry(id, error));
    } else {
      context.ids.push(id);
      context.prepared.push(prepared);
    }
    return prepared.bytes;
  } catch (error) {
    context.failed.push(failedEntry(id, error));
    return Buffer.byteLength(entry.MessageBody ?? '');
  }
}

function respondBatch(reply: Reply, call: Call, context: BatchContext): SqsOutput<'SendMessageBatch'> {
  const { messages } = expectReply(reply, 'sent', call);
  const successful = messages.map((sent, i) => {
    const prepared = context.prepared[i]!;
    return {
      Id: context.ids[i]!,
      MessageId: sent.id,
      MD5OfMessageBody: prepared.bodyMd5,
      MD5OfMessageAttributes: prepared.attributesMd5,
      MD5OfMessageSystemAttributes: prepared.systemAttributesMd5,
      SequenceNumber: context.isFifo ? sequenceNumber(sent.sequence) : undefined,
    };
  });
  return { Successful: successful, Failed: context.failed.length === 0 ? undefined : context.failed };
}

function tooLongText(queue: Queue): string {
  return `Message must be shorter than ${queue.maxMessageBytes} bytes.`;
}
