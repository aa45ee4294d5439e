// Rows of the data plane: writing, iterators, reading, subscriptions.
import { blob, bool, int, list, long, str, struct, structMember, timestamp } from '../../../engine/shapes.ts';
import { encodePutRecords } from '../put-answer.ts';
import { readPutRecords } from '../put-decode.ts';
import { encodeGetRecords } from '../records-answer.ts';
import {
  childShard,
  consumerArn,
  encryptionType,
  hashKey,
  iteratorType,
  onKey,
  pageLimit,
  reservedId,
  sequenceNumber,
  nameBounds,
  streamArn,
  streamIds,
} from './shapes.ts';

const partitionKey = { min: 1, max: 256 } as const;
const data = blob({ max: 10_485_760, isRequired: true });
const dryRun = { DryRun: bool() } as const;
const iterator = { min: 1, max: 512 } as const;

const onRecords = [
  'ResourceNotFoundException',
  'InvalidArgumentException',
  'ProvisionedThroughputExceededException',
  'AccessDeniedException',
  'InternalFailureException',
  'DryRunOperationException',
] as const;

const record = struct({
  SequenceNumber: str(),
  ApproximateArrivalTimestamp: timestamp(),
  Data: blob(),
  PartitionKey: str(),
  EncryptionType: str(encryptionType),
});

const putEntry = structMember(
  { PartitionKey: str(partitionKey), ExplicitHashKey: str(hashKey), Data: data },
  { isRequired: false, printedAs: 'com.amazonaws.kinesis.v20131202.PutRecordsRequestEntry@c965e310' },
);

export const recordOperations = {
  PutRecord: {
    input: struct({
      SequenceNumberForOrdering: str(sequenceNumber),
      PartitionKey: str(partitionKey),
      ExplicitHashKey: str(hashKey),
      Data: data,
      ...streamIds,
      ...dryRun,
    }),
    output: struct({ ShardId: str(), SequenceNumber: str(), EncryptionType: str(encryptionType) }),
    action: 'kinesis:PutRecord',
    errors: [...onRecords, ...onKey],
  },
  PutRecords: {
    input: struct({
      Records: list(putEntry, { min: 1, max: 500, isRequired: true }),
      ...streamIds,
      ...dryRun,
    }),
    output: struct({
      FailedRecordCount: int(),
      Records: list(struct({ SequenceNumber: str(), ShardId: str(), ErrorCode: str(), ErrorMessage: str() })),
      EncryptionType: str(encryptionType),
    }),
    action: 'kinesis:PutRecords',
    errors: [...onRecords, ...onKey],
    decodeBody: readPutRecords,
    encodeOutput: encodePutRecords,
  },
  GetShardIterator: {
    input: struct({
      ShardId: str({ ...nameBounds, isRequired: true }),
      ShardIteratorType: str({ ...iteratorType, isRequired: true }),
      StartingSequenceNumber: str(sequenceNumber),
      ...streamIds,
      Timestamp: timestamp(),
      ...dryRun,
    }),
    output: struct({ ShardIterator: str() }),
    action: 'kinesis:GetShardIterator',
    errors: onRecords,
  },
  GetRecords: {
    input: struct({
      Limit: int(pageLimit),
      ShardIterator: str({ ...iterator, isRequired: true }),
      StreamARN: str(streamArn),
      ...reservedId,
      ...dryRun,
    }),
    output: struct({
      Records: list(record),
      NextShardIterator: str(),
      MillisBehindLatest: long(),
      ChildShards: list(childShard),
    }),
    action: 'kinesis:GetRecords',
    errors: ['ExpiredIteratorException', ...onRecords, ...onKey],
    encodeOutput: encodeGetRecords,
  },
  SubscribeToShard: {
    input: struct({
      ConsumerARN: str({ ...consumerArn, isRequired: true }),
      ShardId: str({ ...nameBounds, isRequired: true }),
      StartingPosition: structMember(
        {
          Type: str({ ...iteratorType, isRequired: true }),
          SequenceNumber: str(sequenceNumber),
          Timestamp: timestamp(),
        },
        { isRequired: true },
      ),
      ...reservedId,
      ...dryRun,
    }),
    /** The answer is an event stream, which the handler opens; nothing is ever encoded by this shape. */
    output: struct({}),
    action: 'kinesis:SubscribeToShard',
    errors: [
      'ResourceNotFoundException',
      'InvalidArgumentException',
      'ResourceInUseException',
      'LimitExceededException',
      'AccessDeniedException',
      'InternalFailureException',
      'DryRunOperationException',
      ...onKey,
    ],
  },
} as const;
