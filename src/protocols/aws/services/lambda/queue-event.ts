// Messages of a queue as the event that a function gets
// (docs.aws.amazon.com/lambda/latest/dg/with-sqs.html), and what filters see of them. Called for each batch
// by the daemon's pollers.
import type { Delivery, MessageAttribute, ResourceName } from '../../../../broker/index.ts';
import { md5OfAttributes, md5OfBody } from '../sqs/md5.ts';
import { sequenceNumber } from '../sqs/message-text.ts';
import { arnOf } from '../sqs/names.ts';
import type { Receipts } from '../sqs/receipt.ts';

export interface EventQueue {
  readonly name: ResourceName;
  readonly arn: string;
  readonly entity: number;
  readonly isFifo: boolean;
  readonly receipts: Receipts;
}

export function queueRecord(queue: EventQueue, delivery: Delivery): Record<string, unknown> {
  const { message } = delivery;
  const { attributes } = message;
  return {
    messageId: message.id,
    receiptHandle: queue.receipts.encode(queue.entity, delivery.sequence, delivery.generation),
    body: message.bodyText(),
    attributes: systemAttributes(queue, delivery),
    messageAttributes: Object.fromEntries(attributes.map((given) => [given.name, attributeOf(given)])),
    md5OfBody: md5OfBody(message.body()),
    ...(attributes.length === 0 ? {} : { md5OfMessageAttributes: md5OfAttributes(attributes) }),
    eventSource: 'aws:sqs',
    eventSourceARN: queue.arn,
    awsRegion: queue.name.namespace.split('/')[1],
  };
}

function systemAttributes({ isFifo }: EventQueue, delivery: Delivery): Record<string, unknown> {
  const { message } = delivery;
  const { origin } = message;
  return {
    ApproximateReceiveCount: String(delivery.receiveCount),
    AWSTraceHeader: message.trace,
    SentTimestamp: String(message.sentAtMs),
    SequenceNumber: isFifo ? sequenceNumber(delivery.sequence) : undefined,
    MessageGroupId: message.group,
    SenderId: message.sender,
    MessageDeduplicationId: message.dedupId,
    ApproximateFirstReceiveTimestamp: String(delivery.firstReceivedAtMs),
    DeadLetterQueueSourceArn: origin === undefined ? undefined : arnOf(origin),
  };
}

function attributeOf({ type, value }: MessageAttribute): Record<string, unknown> {
  const lists = { stringListValues: [], binaryListValues: [], dataType: type };
  if (typeof value === 'string') return { stringValue: value, ...lists };
  return { binaryValue: Buffer.from(value).toString('base64'), ...lists };
}

/** The record with its body decoded, as JSON; a body that is no object stays a text. */
export function filterDocument(record: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ ...record, body: decoded(String(record['body'])) });
}

function decoded(text: string): unknown {
  if (!/^\s*[{[]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
