// GetShardIterator: a position of the core, sealed. LATEST is fixed now: what comes later is read by it.
import type { Reply } from '../../../../../broker/index.ts';
import type { Call, Pending } from '../../../engine/service.ts';
import type { KinesisInput, KinesisOutput } from '../model.ts';
import type { Reading } from '../reading.ts';
import type { Stream } from '../stream-ref.ts';
import { dryRunSucceeded, shardDoesNotExist, shardNotFound } from '../errors.ts';
import { expectReply } from '../reply.ts';
import { parseShardId, shardIdOf } from '../shard-id.ts';
import { checkStart, positionOf, type Start } from '../start-position.ts';
import { findStream, placeOf, resolveIds, statusOf } from '../stream-ref.ts';

interface IteratorContext {
  readonly reading: Reading;
  readonly stream: Stream;
  readonly shardIndex: number;
  readonly start: Start;
  readonly isDryRun: boolean;
}

export function getShardIterator(
  reading: Reading,
  input: KinesisInput<'GetShardIterator'>,
  call: Call,
): Pending {
  const { kinesis, gate } = reading;
  const shardIndex = parseShardId(input.ShardId);
  if (shardIndex === undefined) throw shardNotFound(input.ShardId, placeOf(resolveIds(call, input)));
  const stream = findStream(kinesis, call, input, 'kinesis:GetShardIterator');
  if (stream === undefined || statusOf(kinesis, stream) === 'CREATING') {
    throw shardDoesNotExist(shardIdOf(shardIndex), placeOf(resolveIds(call, input)));
  }
  gate.admit(stream, shardIndex, 'GetShardIterator');
  const start: Start = {
    type: input.ShardIteratorType,
    sequenceNumber: input.StartingSequenceNumber,
    timestampMs: input.Timestamp,
  };
  const context: IteratorContext = { reading, stream, shardIndex, start, isDryRun: input.DryRun === true };
  const { entity } = stream;
  return call.query(
    { kind: 'findPosition', entity, shardIndex, position: positionOf(start) },
    respondIterator,
    context,
  );
}

function respondIterator(
  reply: Reply,
  _call: Call,
  context: IteratorContext,
): KinesisOutput<'GetShardIterator'> {
  const { reading, stream, shardIndex, start, isDryRun } = context;
  if (reply.kind === 'error' && reply.error.code.endsWith('_not_found')) {
    throw shardDoesNotExist(shardIdOf(shardIndex), stream);
  }
  const position = expectReply(reply, 'position', stream);
  const nowMs = reading.kinesis.clock.nowMs();
  checkStart(start, stream, position, nowMs);
  if (isDryRun) throw dryRunSucceeded();
  const { entity, name: streamName } = stream;
  const token = { entity, shardIndex, position: position.sequence, streamName };
  return { ShardIterator: reading.iterators.seal(token, nowMs) };
}
