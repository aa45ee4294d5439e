// SubscribeToShard: finds where to begin, then hands over to the subscription, which writes events until
// one of both sides ends it.
import type { Reply } from '../../../../../broker/index.ts';
import { limits } from '../../../../../base/limits.ts';
import type { Call, Pending } from '../../../engine/service.ts';
import type { KinesisInput } from '../model.ts';
import type { Reading } from '../reading.ts';
import { dryRunSucceeded, resourceInUse, shardDoesNotExist, shardNotFound } from '../errors.ts';
import { expectReply } from '../reply.ts';
import { parseShardId, shardIdOf } from '../shard-id.ts';
import { checkStart, positionOf, type Start } from '../start-position.ts';
import { type Consumer, openConsumer } from '../stream-ref.ts';
import { consumerStatus } from '../stream-status.ts';

interface SubscribeContext {
  readonly reading: Reading;
  readonly consumer: Consumer;
  readonly shardIndex: number;
  readonly start: Start;
  readonly isDryRun: boolean;
}

export function subscribeToShard(
  reading: Reading,
  input: KinesisInput<'SubscribeToShard'>,
  call: Call,
): Pending {
  const { kinesis } = reading;
  const consumer = openConsumer(kinesis, call, input.ConsumerARN, 'kinesis:SubscribeToShard');
  const { stream } = consumer;
  const shardIndex = parseShardId(input.ShardId);
  if (shardIndex === undefined) throw shardNotFound(input.ShardId, stream);
  if (consumerStatus(consumer.consumer, kinesis.clock.nowMs()) !== 'ACTIVE') {
    throw resourceInUse(`Consumer ${consumer.arn} not ACTIVE, instead in state CREATING`);
  }
  const { Type: type, SequenceNumber: sequenceNumber, Timestamp: timestampMs } = input.StartingPosition;
  const start: Start = { type, sequenceNumber, timestampMs };
  const context: SubscribeContext = { reading, consumer, shardIndex, start, isDryRun: input.DryRun === true };
  const { entity } = stream;
  return call.query(
    { kind: 'findPosition', entity, shardIndex, position: positionOf(start) },
    respondSubscribed,
    context,
  );
}

function respondSubscribed(reply: Reply, call: Call, context: SubscribeContext): object {
  const { reading, consumer, shardIndex, start, isDryRun } = context;
  const { kinesis, subscriptions } = reading;
  const { stream } = consumer;
  if (reply.kind === 'error' && reply.error.code.endsWith('_not_found')) {
    throw shardDoesNotExist(shardIdOf(shardIndex), stream);
  }
  const position = expectReply(reply, 'position', stream);
  checkStart(start, stream, position, kinesis.clock.nowMs());
  subscriptions.admit(consumer, shardIndex);
  if (isDryRun) throw dryRunSucceeded();
  const follow = {
    entity: stream.entity,
    shardIndex,
    from: position.sequence,
    recordsMax: limits.kinesisEventRecordsMax,
    bytesMax: limits.kinesisEventBytesMax,
  };
  return subscriptions.start({
    consumer,
    shard: position.shard,
    position: position.sequence,
    follow: (sink) => kinesis.broker.follow(follow, sink),
    open: () => call.openEventStream(),
  });
}
