// Rows of shards: listed, split, merged, counted. Put together with the others in ../model.ts; what
// differs from the public model stands in ../model.patch.ts.
import { int, list, str, struct, structMember, timestamp } from '../../../engine/shapes.ts';
import { hashKey, nextToken, nothing, onChange, pageLimit, shard, nameBounds, streamIds } from './shapes.ts';

const onReshard = [...onChange, 'ValidationException'] as const;
const requiredShard = str({ ...nameBounds, isRequired: true });

export const shardingOperations = {
  ListShards: {
    input: struct({
      ExclusiveStartShardId: str(nameBounds),
      MaxResults: int(pageLimit),
      NextToken: str(nextToken),
      StreamCreationTimestamp: timestamp(),
      ...streamIds,
      ShardFilter: structMember(
        {
          Type: str({
            enum: [
              'AFTER_SHARD_ID',
              'AT_TRIM_HORIZON',
              'FROM_TRIM_HORIZON',
              'AT_LATEST',
              'AT_TIMESTAMP',
              'FROM_TIMESTAMP',
            ],
            isRequired: true,
          }),
          ShardId: str(nameBounds),
          Timestamp: timestamp(),
        },
        { isRequired: false },
      ),
    }),
    output: struct({ Shards: list(shard), NextToken: str() }),
    action: 'kinesis:ListShards',
    errors: [...onChange, 'ExpiredNextTokenException'],
  },
  SplitShard: {
    input: struct({
      NewStartingHashKey: str({ ...hashKey, isRequired: true }),
      ...streamIds,
      ShardToSplit: requiredShard,
    }),
    output: nothing,
    action: 'kinesis:SplitShard',
    errors: onReshard,
  },
  MergeShards: {
    input: struct({ ShardToMerge: requiredShard, AdjacentShardToMerge: requiredShard, ...streamIds }),
    output: nothing,
    action: 'kinesis:MergeShards',
    errors: onReshard,
  },
  UpdateShardCount: {
    input: struct({
      TargetShardCount: int({ min: 1, isRequired: true }),
      ScalingType: str({ enum: ['UNIFORM_SCALING'], isRequired: true }),
      ...streamIds,
    }),
    output: struct({
      StreamName: str(),
      CurrentShardCount: int(),
      TargetShardCount: int(),
      StreamARN: str(),
    }),
    action: 'kinesis:UpdateShardCount',
    errors: onReshard,
  },
} as const;
