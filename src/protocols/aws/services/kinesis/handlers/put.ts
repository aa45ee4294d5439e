// PutRecord and PutRecords. A request fails as a whole for what is wrong with it, record by record for what
// the rate of a shard refuses. Hot path: no promise, no closure, no object per record.
import type { Append, AppendReply, Reply } from '../../../../../broker/index.ts';
import { hasKey, recordOverheadBytes, refusedSequence } from '../../../../../broker/index.ts';
import type { Call, Pending } from '../../../engine/service.ts';
import type { Kinesis } from '../kinesis.ts';
import type { KinesisInput, KinesisOutput } from '../model.ts';
import type { Stream } from '../stream-ref.ts';
import {
  dryRunSucceeded,
  invalidArgument,
  invalidHashKey,
  invalidOrdering,
  rateExceeded,
  rateExceededText,
  validationError,
} from '../errors.ts';
import { PutRecordsAnswer } from '../put-answer.ts';
import { batch, packEntries, type PackedRecords, spreadEvenly } from '../put-batch.ts';
import { shardRate } from '../record-rates.ts';
import { expectReply } from '../reply.ts';
import { parseSequenceNumber, sequenceNumber } from '../sequence-number.ts';
import { shardIdOf } from '../shard-id.ts';
import { openWritable } from '../stream-ref.ts';

/** Keys included, whatever the stream's own limit for one record. */
const requestBytesMax = 10 * 1024 * 1024;

/** PutRecords as its row has it, with failures in it. */
interface MixedAnswer {
  readonly FailedRecordCount: number;
  readonly Records: readonly RecordResult[];
  readonly EncryptionType?: 'KMS';
}
interface RecordResult {
  readonly SequenceNumber?: string;
  readonly ShardId?: string;
  readonly ErrorCode?: string;
  readonly ErrorMessage?: string;
}

export function putRecords(
  kinesis: Kinesis,
  input: KinesisInput<'PutRecords'> | PackedRecords,
  call: Call,
): Pending {
  const stream = openWritable(kinesis, call, input, 'kinesis:PutRecords');
  if (!('isPacked' in input)) packOrThrow(input.Records);
  checkRecords(stream, 'records.');
  const bytes = batch.starts[batch.count]! - batch.count * recordOverheadBytes;
  if (bytes > requestBytesMax) throw invalidArgument('Records size exceeds 10 MB limit');
  if (input.DryRun === true) throw dryRunSucceeded();
  return call.submit(appendTo(kinesis, stream), respondPutRecords, stream);
}

function respondPutRecords(reply: Reply, _call: Call, stream: Stream): PutRecordsAnswer | MixedAnswer {
  const appended = expectReply(reply, 'appended', stream);
  if (appended.refusedCount === 0) return new PutRecordsAnswer(appended, stream.isEncrypted);
  const records: RecordResult[] = [];
  for (let i = 0; i < appended.sequences.length; i++) {
    const ShardId = shardIdOf(appended.shardIndexes[i]!);
    if (appended.sequences[i] === refusedSequence) {
      const ErrorMessage = rateExceededText(ShardId, stream);
      records.push({ ErrorCode: 'ProvisionedThroughputExceededException', ErrorMessage });
    } else {
      records.push({ SequenceNumber: numberOf(appended, i), ShardId });
    }
  }
  return { FailedRecordCount: appended.refusedCount, Records: records, ...encryption(stream) };
}

export function putRecord(kinesis: Kinesis, input: KinesisInput<'PutRecord'>, call: Call): Pending {
  const stream = openWritable(kinesis, call, input, 'kinesis:PutRecord');
  packOrThrow([input]);
  checkOrdering(kinesis, stream, input.SequenceNumberForOrdering);
  checkRecords(stream, '');
  if (input.DryRun === true) throw dryRunSucceeded();
  return call.submit(appendTo(kinesis, stream), respondPutRecord, stream);
}

function respondPutRecord(reply: Reply, _call: Call, stream: Stream): KinesisOutput<'PutRecord'> {
  const appended = expectReply(reply, 'appended', stream);
  const shardId = shardIdOf(appended.shardIndexes[0]!);
  if (appended.refusedCount > 0) throw rateExceeded(shardId, stream);
  return { ShardId: shardId, SequenceNumber: numberOf(appended, 0), ...encryption(stream) };
}

function packOrThrow(entries: Parameters<typeof packEntries>[0]): void {
  const outOfRange = packEntries(entries);
  if (outOfRange !== undefined) throw invalidHashKey(outOfRange);
}

/** What depends on the stream: keys may only be missing where they don't place records, and sizes. */
function checkRecords(stream: Stream, path: string): void {
  const { starts, bytes, count } = batch;
  const storedBytesMax = stream.maxRecordBytes + recordOverheadBytes;
  for (let i = 0; i < count; i++) {
    const start = starts[i]!;
    if (starts[i + 1]! - start > storedBytesMax) throw tooLarge(stream, path, i);
    if (!stream.isAutoDistributed && !hasKey(bytes, start + 4)) throw noKey(path, i);
  }
}

function memberPath(path: string, i: number): string {
  return path === '' ? '' : `${path}${i + 1}.member.`;
}

function tooLarge({ maxRecordBytes }: Stream, path: string, i: number): Error {
  const size = batch.starts[i + 1]! - batch.starts[i]! - recordOverheadBytes;
  return validationError(
    `1 validation error detected: Value 'java.nio.HeapByteBuffer[pos=0 lim=${size} cap=${size}]' at ` +
      `'${memberPath(path, i)}data' failed to satisfy constraint: Member must have length less than or ` +
      `equal to ${maxRecordBytes}`,
  );
}

function noKey(path: string, i: number): Error {
  return validationError(
    `1 validation error detected: Value null at '${memberPath(path, i)}partitionKey' failed to satisfy ` +
      'constraint: Member must not be null',
  );
}

/** With one order of commits per shard it holds by itself: checked as the service does, then ignored. */
function checkOrdering(kinesis: Kinesis, stream: Stream, value: string | undefined): void {
  if (value === undefined) return;
  const parsed = parseSequenceNumber(value);
  const isPast = parsed !== undefined && parsed.arrivedAtSeconds * 1000 <= kinesis.clock.nowMs();
  if (!isPast) throw invalidOrdering(value, stream);
}

function appendTo(kinesis: Kinesis, stream: Stream): Append {
  if (stream.isAutoDistributed) spreadEvenly();
  const { entity, mode, name } = stream;
  const rate = mode === 'PROVISIONED' && kinesis.isStrict(name) ? shardRate : undefined;
  return { kind: 'append', entity, records: batch, rate };
}

function numberOf(appended: AppendReply, i: number): string {
  const shard = { index: appended.shardIndexes[i]!, createdAtMs: appended.shardsCreatedAtMs[i]! };
  return sequenceNumber(shard, appended.sequences[i]!, appended.arrivedAtMs);
}

function encryption({ isEncrypted }: Stream): { readonly EncryptionType?: 'KMS' } {
  return isEncrypted ? { EncryptionType: 'KMS' } : {};
}
