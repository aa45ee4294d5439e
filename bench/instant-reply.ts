// The one reply that the instant server gives, for each kind of load: whatever the workload looks for is in
// it. Pure.
import { bodyWriter } from './generator/workloads/kinesis/body-writer.ts';
import { Stamp } from './generator/stamp.ts';
import type { KinesisWire } from './generator/workload.ts';

export interface InstantReply {
  readonly body: Buffer;
  readonly contentType: string;
}

const sequenceNumber = '49'.padEnd(56, '0');
const shardId = 'shardId-000000000000';

/** `sqs MESSAGES`, or `put-records|put-record|get-records WIRE RECORDS BYTES`. */
export function instantReply(words: readonly string[]): InstantReply {
  const [kind = 'sqs', ...rest] = words;
  if (kind === 'sqs') return sqsReply(Number(rest[0] ?? 1));
  const wire = rest[0] as KinesisWire;
  const recordCount = Number(rest[1] ?? 1);
  const body =
    kind === 'get-records'
      ? getReply(wire, recordCount, Number(rest[2] ?? 200))
      : putReply(wire, kind, recordCount);
  return { body, contentType: `application/x-amz-${wire}-1.1` };
}

/** As many messages as a receive asks for: 1, or 10 for the batch workloads. */
function sqsReply(messageCount: number): InstantReply {
  const message = {
    MessageId: '00000000-0000-4000-8000-000000000000',
    ReceiptHandle: 'h'.repeat(200),
    MD5OfBody: '0'.repeat(32),
    Body: `caudal-000000-0000000000-${'x'.repeat(175)}`,
  };
  const Messages = Array.from({ length: messageCount }, () => message);
  const reply = { MessageId: message.MessageId, Messages, Successful: [] };
  return { body: Buffer.from(JSON.stringify(reply)), contentType: 'application/x-amz-json-1.0' };
}

function putReply(wire: KinesisWire, kind: string, recordCount: number): Buffer {
  const writer = bodyWriter(wire);
  const isBatch = kind === 'put-records';
  writer.startMap();
  if (isBatch) writer.number('FailedRecordCount', 0);
  if (isBatch) writer.startList('Records');
  for (let index = 0; index < recordCount; index++) {
    if (isBatch) writer.startMap();
    writer.text('SequenceNumber', sequenceNumber);
    writer.text('ShardId', shardId);
    if (isBatch) writer.endMap();
  }
  if (isBatch) writer.endList();
  writer.endMap();
  return writer.finish();
}

function getReply(wire: KinesisWire, recordCount: number, recordBytes: number): Buffer {
  const writer = bodyWriter(wire);
  const data = new Stamp('000000').data(recordBytes);
  writer.startMap();
  writer.startList('Records');
  for (let index = 0; index < recordCount; index++) {
    writer.startMap();
    writer.text('SequenceNumber', sequenceNumber);
    writer.number('ApproximateArrivalTimestamp', 1_800_000_000);
    writer.data('Data', data);
    writer.text('PartitionKey', 'k000000000000');
    writer.endMap();
  }
  writer.endList();
  writer.text('NextShardIterator', 'A'.repeat(204));
  writer.number('MillisBehindLatest', 1);
  writer.endMap();
  return writer.finish();
}
