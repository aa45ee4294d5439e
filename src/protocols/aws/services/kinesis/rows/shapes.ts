// Shapes that several rows of Kinesis share, with the bounds of the public model. Members of the rows stand
// in the order in which the service lists what is wrong with them (recorded), which is not the model's.
import { int, list, map, str, struct, timestamp } from '../../../engine/shapes.ts';

export const nothing = struct({});

// --- ids ---

/** Of streams, shards and consumers. */
export const nameBounds = { min: 1, max: 128, pattern: /^[a-zA-Z0-9_.-]+$/ } as const;
export const streamArn = { min: 1, max: 2048, pattern: /^arn:aws.*:kinesis:.*:\d{12}:stream\/\S+$/ } as const;
export const resourceArn = {
  min: 1,
  max: 2048,
  pattern: /^arn:aws.*:kinesis:.*:\d{12}:.*stream\/\S+$/,
} as const;
export const consumerArn = {
  min: 1,
  max: 2048,
  pattern: /^(arn):aws.*:kinesis:.*:\d{12}:.*stream\/[a-zA-Z0-9_.-]+\/consumer\/[a-zA-Z0-9_.-]+:[0-9]+$/,
} as const;
const streamId = { min: 1, max: 24, pattern: /^[a-z0-9]{20}-[a-z0-9]{3}$/ } as const;

/** Reserved by AWS: accepted and ignored. */
export const reservedId = { StreamId: str(streamId) } as const;
/** A request names its stream by either, or by both when they agree. */
export const streamIds = { StreamName: str(nameBounds), StreamARN: str(streamArn), ...reservedId } as const;

// --- values ---

export const hashKey = { pattern: /^(?:0|([1-9]\d{0,38}))$/ } as const;
export const sequenceNumber = { pattern: /^(?:0|([1-9]\d{0,128}))$/ } as const;
export const nextToken = { min: 1, max: 1_048_576 } as const;
export const pageLimit = { min: 1, max: 10_000 } as const;
export const recordKiB = { min: 1024, max: 10_240 } as const;
export const iteratorType = {
  enum: ['AFTER_SEQUENCE_NUMBER', 'LATEST', 'AT_TIMESTAMP', 'AT_SEQUENCE_NUMBER', 'TRIM_HORIZON'],
} as const;
export const encryptionType = { enum: ['NONE', 'KMS'] } as const;
export const distribution = { enum: ['AUTO', 'USER_PARTITION_KEY'] } as const;

const tagKey = str({ min: 1, max: 128 });
const tagValue = str({ min: 0, max: 256 });
const tagMap = { keys: tagKey, min: 1, max: 200 } as const;
export const tagsGiven = map(tagValue, tagMap);
export const tagsToAdd = map(tagValue, { ...tagMap, isRequired: true });
export const tagKeys = list(tagKey, { min: 1, max: 50, isRequired: true });
export const tagKeyGiven = tagKey;
export const tagsShown = list(struct({ Key: str(), Value: str() }));

export const streamMode = {
  StreamMode: str({ enum: ['PROVISIONED', 'ON_DEMAND'], isRequired: true }),
} as const;

// --- what is shown ---

const hashKeyRange = struct({ StartingHashKey: str(), EndingHashKey: str() });

export const shard = struct({
  ShardId: str(),
  ParentShardId: str(),
  AdjacentParentShardId: str(),
  HashKeyRange: hashKeyRange,
  SequenceNumberRange: struct({ StartingSequenceNumber: str(), EndingSequenceNumber: str() }),
});

export const childShard = struct({ ShardId: str(), ParentShards: list(str()), HashKeyRange: hashKeyRange });

/** What DescribeStream and DescribeStreamSummary both show. */
export const described = {
  StreamName: str(),
  StreamARN: str(),
  StreamStatus: str(),
  StreamModeDetails: struct({ StreamMode: str() }),
  RetentionPeriodHours: int(),
  StreamCreationTimestamp: timestamp(),
  EnhancedMonitoring: list(struct({ ShardLevelMetrics: list(str()) })),
  EncryptionType: str(),
  KeyId: str(),
} as const;

export const warmThroughput = struct({ TargetMiBps: int(), CurrentMiBps: int() });

export const consumer = {
  ConsumerName: str(),
  ConsumerARN: str(),
  ConsumerStatus: str(),
  ConsumerCreationTimestamp: timestamp(),
} as const;

// --- errors ---

/** Of nearly every operation on a stream. */
export const onStream = [
  'ResourceNotFoundException',
  'InvalidArgumentException',
  'LimitExceededException',
  'AccessDeniedException',
] as const;
export const onChange = [...onStream, 'ResourceInUseException'] as const;
export const onKey = [
  'KMSAccessDeniedException',
  'KMSDisabledException',
  'KMSInvalidStateException',
  'KMSNotFoundException',
  'KMSOptInRequired',
  'KMSThrottlingException',
] as const;
