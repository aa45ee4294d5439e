// DescribeStream and DescribeStreamSummary: a stream as it is in the committed catalog, with its shards as
// its cell has them. Changes nothing.
import type { ShardView } from '../../../../../broker/index.ts';
import type { Call } from '../../../engine/service.ts';
import { annotation } from '../annotations.ts';
import { shardNotFound } from '../errors.ts';
import type { Kinesis } from '../kinesis.ts';
import type { KinesisInput, KinesisOutput } from '../model.ts';
import { hourMs } from '../new-stream.ts';
import { openShardCount } from '../quotas.ts';
import { expectReply } from '../reply.ts';
import { parseShardId } from '../shard-id.ts';
import { shardShape } from '../shard-shape.ts';
import { isBeingMade } from '../stream-status.ts';
import { openStream, statusOf, type Stream } from '../stream-ref.ts';
import { metricsOf } from './monitoring.ts';
import { createdAtMs } from './streams.ts';

const shardsDefault = 100;

export async function describeStream(
  kinesis: Kinesis,
  input: KinesisInput<'DescribeStream'>,
  call: Call,
): Promise<KinesisOutput<'DescribeStream'>> {
  const { Limit: limit = shardsDefault, ExclusiveStartShardId: startId } = input;
  const stream = openStream(kinesis, call, input, 'kinesis:DescribeStream');
  const start = startId === undefined ? -1 : parseShardId(startId);
  if (start === undefined) throw shardNotFound(startId!, stream);
  const all = await shownShards(kinesis, call, stream);
  const found = all.filter(({ index }) => index > start);
  return {
    StreamDescription: {
      ...described(kinesis, stream),
      Shards: found.slice(0, limit).map(shardShape),
      HasMoreShards: found.length > limit,
    },
  };
}

async function shownShards(kinesis: Kinesis, call: Call, stream: Stream): Promise<readonly ShardView[]> {
  if (isBeingMade(stream.definition, kinesis.clock.nowMs())) return [];
  return readShards(call, stream);
}

export async function readShards(call: Call, stream: Stream): Promise<readonly ShardView[]> {
  const reply = await call.ask({ kind: 'listShards', entity: stream.entity });
  return expectReply(reply, 'shards', stream).shards;
}

export async function describeStreamSummary(
  kinesis: Kinesis,
  input: KinesisInput<'DescribeStreamSummary'>,
  call: Call,
): Promise<KinesisOutput<'DescribeStreamSummary'>> {
  const stream = openStream(kinesis, call, input, 'kinesis:DescribeStreamSummary');
  const { consumers, annotations } = stream.definition;
  const isCreating = isBeingMade(stream.definition, kinesis.clock.nowMs());
  const distribution = annotations[annotation.distribution];
  return {
    StreamDescriptionSummary: {
      ...described(kinesis, stream),
      OpenShardCount: isCreating ? 0 : await openShardCount(call, stream),
      ConsumerCount: consumers.length,
      WarmThroughput: warmThroughputOf(stream),
      MaxRecordSizeInKiB: stream.maxRecordBytes / 1024,
      ChannelCount: 0,
      RecordDistributionStrategy:
        distribution ?? (stream.mode === 'ON_DEMAND' ? 'USER_PARTITION_KEY' : undefined),
    },
  };
}

export function warmThroughputOf({ definition }: Stream) {
  const warm = definition.annotations[annotation.warmMiBps];
  return warm === undefined ? undefined : { TargetMiBps: Number(warm), CurrentMiBps: Number(warm) };
}

function described(kinesis: Kinesis, stream: Stream) {
  const { settings, annotations } = stream.definition;
  return {
    StreamName: stream.name,
    StreamARN: stream.arn,
    StreamStatus: statusOf(kinesis, stream),
    StreamModeDetails: { StreamMode: stream.mode },
    RetentionPeriodHours: settings.retentionMs / hourMs,
    StreamCreationTimestamp: createdAtMs(stream),
    EnhancedMonitoring: [{ ShardLevelMetrics: metricsOf(stream) }],
    EncryptionType: stream.isEncrypted ? 'KMS' : 'NONE',
    KeyId: annotations[annotation.keyId],
  };
}
