// Rows of streams as such: made, described, listed, changed, deleted.
import { bool, int, list, str, struct, structMember, timestamp } from '../../../engine/shapes.ts';
import {
  described,
  distribution,
  encryptionType,
  nextToken,
  nothing,
  onChange,
  onKey,
  onStream,
  pageLimit,
  recordKiB,
  reservedId,
  shard,
  streamArn,
  streamIds,
  streamMode,
  nameBounds,
  tagsGiven,
  warmThroughput,
} from './shapes.ts';

const modeMember = structMember(streamMode, { isRequired: true });
const natural = { min: 0 } as const;
const keyId = { min: 1, max: 2048 } as const;
const retention = { RetentionPeriodHours: int({ isRequired: true }), ...streamIds } as const;
const encryption = {
  EncryptionType: str({ ...encryptionType, isRequired: true }),
  KeyId: str({ ...keyId, isRequired: true }),
  ...streamIds,
} as const;

export const metricNames = [
  'IncomingBytes',
  'IncomingRecords',
  'OutgoingBytes',
  'OutgoingRecords',
  'WriteProvisionedThroughputExceeded',
  'ReadProvisionedThroughputExceeded',
  'IteratorAgeMilliseconds',
] as const;
const monitoring = {
  input: struct({
    ShardLevelMetrics: list(str({ enum: [...metricNames, 'ALL'] }), { min: 1, max: 7, isRequired: true }),
    ...streamIds,
  }),
  output: struct({
    StreamName: str(),
    StreamARN: str(),
    CurrentShardLevelMetrics: list(str()),
    DesiredShardLevelMetrics: list(str()),
  }),
  errors: onChange,
} as const;

const lifeOperations = {
  CreateStream: {
    input: struct({
      ShardCount: int({ min: 1 }),
      StreamName: str({ ...nameBounds, isRequired: true }),
      StreamModeDetails: structMember(streamMode, { isRequired: false }),
      Tags: tagsGiven,
      WarmThroughputMiBps: int(natural),
      MaxRecordSizeInKiB: int(recordKiB),
      RecordDistributionStrategy: str(distribution),
    }),
    output: nothing,
    action: 'kinesis:CreateStream',
    errors: [
      'ResourceInUseException',
      'LimitExceededException',
      'InvalidArgumentException',
      'ValidationException',
    ],
  },
  DeleteStream: {
    input: struct({ EnforceConsumerDeletion: bool(), ...streamIds }),
    output: nothing,
    action: 'kinesis:DeleteStream',
    errors: onChange,
  },
  DescribeStream: {
    input: struct({ Limit: int(pageLimit), ExclusiveStartShardId: str(nameBounds), ...streamIds }),
    output: struct({
      StreamDescription: struct({ ...described, Shards: list(shard), HasMoreShards: bool() }),
    }),
    action: 'kinesis:DescribeStream',
    errors: onStream,
  },
  DescribeStreamSummary: {
    input: struct(streamIds),
    output: struct({
      StreamDescriptionSummary: struct({
        ...described,
        OpenShardCount: int(),
        ConsumerCount: int(),
        WarmThroughput: warmThroughput,
        MaxRecordSizeInKiB: int(),
        ChannelCount: int(),
        RecordDistributionStrategy: str(),
        ...reservedId,
      }),
    }),
    action: 'kinesis:DescribeStreamSummary',
    errors: onStream,
  },
  ListStreams: {
    input: struct({
      Limit: int(pageLimit),
      ExclusiveStartStreamName: str(nameBounds),
      NextToken: str(nextToken),
    }),
    output: struct({
      StreamNames: list(str()),
      HasMoreStreams: bool(),
      NextToken: str(),
      StreamSummaries: list(
        struct({
          StreamName: str(),
          StreamARN: str(),
          StreamStatus: str(),
          StreamModeDetails: struct({ StreamMode: str() }),
          StreamCreationTimestamp: timestamp(),
        }),
      ),
    }),
    action: 'kinesis:ListStreams',
    errors: ['LimitExceededException', 'ExpiredNextTokenException', 'InvalidArgumentException'],
  },
} as const;

const settingOperations = {
  IncreaseStreamRetentionPeriod: {
    input: struct(retention),
    output: nothing,
    action: 'kinesis:IncreaseStreamRetentionPeriod',
    errors: onChange,
  },
  DecreaseStreamRetentionPeriod: {
    input: struct(retention),
    output: nothing,
    action: 'kinesis:DecreaseStreamRetentionPeriod',
    errors: onChange,
  },
  StartStreamEncryption: {
    input: struct(encryption),
    output: nothing,
    action: 'kinesis:StartStreamEncryption',
    errors: [...onChange, ...onKey],
  },
  StopStreamEncryption: {
    input: struct(encryption),
    output: nothing,
    action: 'kinesis:StopStreamEncryption',
    errors: onChange,
  },
  EnableEnhancedMonitoring: { ...monitoring, action: 'kinesis:EnableEnhancedMonitoring' },
  DisableEnhancedMonitoring: { ...monitoring, action: 'kinesis:DisableEnhancedMonitoring' },
  UpdateStreamMode: {
    input: struct({
      StreamARN: str({ ...streamArn, isRequired: true }),
      StreamModeDetails: modeMember,
      WarmThroughputMiBps: int(natural),
      ...reservedId,
    }),
    output: nothing,
    action: 'kinesis:UpdateStreamMode',
    errors: [...onChange, 'ValidationException'],
  },
  UpdateMaxRecordSize: {
    input: struct({
      MaxRecordSizeInKiB: int({ ...recordKiB, isRequired: true }),
      StreamARN: str(streamArn),
      ...reservedId,
    }),
    output: nothing,
    action: 'kinesis:UpdateMaxRecordSize',
    errors: [...onChange, 'ValidationException'],
  },
  UpdateStreamWarmThroughput: {
    input: struct({ WarmThroughputMiBps: int({ ...natural, isRequired: true }), ...streamIds }),
    output: struct({ StreamARN: str(), StreamName: str(), WarmThroughput: warmThroughput }),
    action: 'kinesis:UpdateStreamWarmThroughput',
    errors: [...onChange, 'ValidationException'],
  },
  UpdateStreamRecordDistributionStrategy: {
    input: struct({
      StreamARN: str({ ...streamArn, isRequired: true }),
      RecordDistributionStrategy: str({ ...distribution, isRequired: true }),
      ...reservedId,
    }),
    output: nothing,
    action: 'kinesis:UpdateStreamRecordDistributionStrategy',
    errors: [...onChange, 'ValidationException'],
  },
} as const;

export const streamOperations = { ...lifeOperations, ...settingOperations } as const;
