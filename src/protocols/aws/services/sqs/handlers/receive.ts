// ReceiveMessage: checks, the command, and messages written out with only those fields decoded that were
// asked for. Hot path: no promise, no closure.
import type { Delivery, MessageAttribute, Reply, StoredMessage } from '../../../../../broker/index.ts';
import type { Call, Pending } from '../../../engine/service.ts';
import type { AttributeValue, SqsInput, SqsOutput } from '../model.ts';
import type { Queue } from '../queue.ts';
import type { AttributeFilter } from '../receive-filter.ts';
import type { Sqs } from '../sqs.ts';
import { invalidValue } from '../errors.ts';
import { md5OfAttributes, md5OfBody } from '../md5.ts';
import { idReason, isMessageId, sequenceNumber } from '../message-text.ts';
import { arnOf } from '../names.ts';
import { openQueue } from '../queue.ts';
import { attributeFilter, filterAttributes, systemBits, systemMask } from '../receive-filter.ts';
import { expectReply } from '../reply.ts';
import { checkVisibility } from './visibility.ts';

type Input = SqsInput<'ReceiveMessage'>;
type Message = NonNullable<SqsOutput<'ReceiveMessage'>['Messages']>[number];

const messagesMax = 10;
const waitSecondsMax = 20;

interface ReceiveContext {
  readonly sqs: Sqs;
  readonly queue: Queue;
  readonly mask: number;
  readonly filter: AttributeFilter | undefined;
}

export function receiveMessage(sqs: Sqs, input: Input, call: Call): Pending {
  const queue = openQueue(sqs, call, input.QueueUrl, 'sqs:ReceiveMessage');
  const count = input.MaxNumberOfMessages ?? 1;
  if (!(count >= 1 && count <= messagesMax)) {
    throw invalidValue('MaxNumberOfMessages', count, `Must be between 1 and ${messagesMax}, if provided.`);
  }
  const lease = input.VisibilityTimeout;
  if (lease !== undefined) checkVisibility(lease);
  const wait = input.WaitTimeSeconds;
  if (wait !== undefined && !(wait >= 0 && wait <= waitSecondsMax)) {
    throw invalidValue('WaitTimeSeconds', wait, `Must be >= 0 and <= ${waitSecondsMax}, if provided.`);
  }
  checkAttempt(queue, input.ReceiveRequestAttemptId);
  const context: ReceiveContext = {
    sqs,
    queue,
    mask: systemMask(input.MessageSystemAttributeNames, input.AttributeNames),
    filter: attributeFilter(input.MessageAttributeNames),
  };
  sqs.gate.admitCall(queue, 'ReceiveMessage');
  const command = {
    kind: 'receive',
    entity: queue.entity,
    messagesMax: count,
    leaseMs: lease === undefined ? undefined : lease * 1000,
    waitMs: wait === undefined ? undefined : wait * 1000,
    attemptId: input.ReceiveRequestAttemptId,
  } as const;
  return call.submit(command, respondReceived, context);
}

function checkAttempt(queue: Queue, attemptId: string | undefined): void {
  if (attemptId === undefined) return;
  const parameter = 'ReceiveRequestAttemptId';
  if (!queue.isFifo) {
    throw invalidValue(
      parameter,
      attemptId,
      'The request includes a parameter that is not valid for this queue type.',
    );
  }
  if (!isMessageId(attemptId)) throw invalidValue(parameter, attemptId, idReason(parameter));
}

function respondReceived(reply: Reply, call: Call, context: ReceiveContext): SqsOutput<'ReceiveMessage'> {
  // A FIFO queue with all that may be in flight in flight answers with nothing, a standard one with
  // OverLimit.
  if (reply.kind === 'error' && reply.error.code === 'leases_exhausted' && context.queue.isFifo) return {};
  const { deliveries } = expectReply(reply, 'received', call);
  if (deliveries.length === 0) return {};
  const messages: Message[] = [];
  for (const delivery of deliveries) messages.push(wireMessage(delivery, context));
  return { Messages: messages };
}

function wireMessage(delivery: Delivery, context: ReceiveContext): Message {
  const { message } = delivery;
  const { queue, mask, filter } = context;
  const attributes = filter === undefined ? undefined : filterAttributes(message.attributes, filter);
  const hasAttributes = attributes !== undefined && attributes.length > 0;
  return {
    MessageId: message.id,
    ReceiptHandle: context.sqs.receipts.encode(queue.entity, delivery.sequence, delivery.generation),
    MD5OfBody: md5OfBody(message.body()),
    Body: message.bodyText(),
    Attributes: mask === 0 ? undefined : systemAttributes(delivery, message, queue, mask),
    // Over the attributes that are returned, not over all that the message has (recorded).
    MD5OfMessageAttributes: hasAttributes ? md5OfAttributes(attributes) : undefined,
    MessageAttributes: hasAttributes ? wireAttributes(attributes) : undefined,
  };
}

function systemAttributes(
  delivery: Delivery,
  message: StoredMessage,
  queue: Queue,
  mask: number,
): Record<string, string> {
  const wanted: Record<string, string> = {};
  if (mask & systemBits.SenderId) wanted['SenderId'] = message.sender;
  if (mask & systemBits.SentTimestamp) wanted['SentTimestamp'] = String(message.sentAtMs);
  if (mask & systemBits.ApproximateReceiveCount) {
    wanted['ApproximateReceiveCount'] = String(delivery.receiveCount);
  }
  if (mask & systemBits.ApproximateFirstReceiveTimestamp) {
    wanted['ApproximateFirstReceiveTimestamp'] = String(delivery.firstReceivedAtMs);
  }
  if (queue.isFifo && mask & systemBits.SequenceNumber) {
    wanted['SequenceNumber'] = sequenceNumber(delivery.sequence);
  }
  if (mask & systemBits.MessageDeduplicationId && message.dedupId !== undefined) {
    wanted['MessageDeduplicationId'] = message.dedupId;
  }
  if (mask & systemBits.MessageGroupId && message.group !== undefined) {
    wanted['MessageGroupId'] = message.group;
  }
  if (mask & systemBits.AWSTraceHeader && message.trace !== undefined) {
    wanted['AWSTraceHeader'] = message.trace;
  }
  if (mask & systemBits.DeadLetterQueueSourceArn && message.origin !== undefined) {
    wanted['DeadLetterQueueSourceArn'] = arnOf(message.origin);
  }
  return wanted;
}

function wireAttributes(attributes: readonly MessageAttribute[]): Record<string, AttributeValue> {
  // Without a prototype: `__proto__` is a name like any other.
  const wire = Object.create(null) as Record<string, AttributeValue>;
  for (const { name, type, value } of attributes) {
    wire[name] =
      typeof value === 'string'
        ? { DataType: type, StringValue: value }
        : { DataType: type, BinaryValue: value };
  }
  return wire;
}
