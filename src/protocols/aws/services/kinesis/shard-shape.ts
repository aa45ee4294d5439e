// A shard as answers show it: DescribeStream, ListShards, and the children in GetRecords. Pure.
import type { ShardView } from '../../../../broker/index.ts';
import type { Infer } from '../../engine/shapes.ts';
import type { childShard, shard } from './rows/shapes.ts';
import { endingSequenceNumber, startingSequenceNumber } from './sequence-number.ts';
import { shardIdOf } from './shard-id.ts';

export function shardShape(view: ShardView): Infer<typeof shard> {
  const { parentIndex, adjacentParentIndex, closedAtMs } = view;
  return {
    ShardId: shardIdOf(view.index),
    ParentShardId: parentIndex === undefined ? undefined : shardIdOf(parentIndex),
    AdjacentParentShardId: adjacentParentIndex === undefined ? undefined : shardIdOf(adjacentParentIndex),
    HashKeyRange: hashKeyRange(view),
    SequenceNumberRange: {
      StartingSequenceNumber: startingSequenceNumber(view),
      EndingSequenceNumber: closedAtMs === undefined ? undefined : endingSequenceNumber(view, closedAtMs),
    },
  };
}

export function childShape(view: ShardView): Infer<typeof childShard> {
  const parents = [view.parentIndex, view.adjacentParentIndex].filter((index) => index !== undefined);
  return {
    ShardId: shardIdOf(view.index),
    ParentShards: parents.map(shardIdOf),
    HashKeyRange: hashKeyRange(view),
  };
}

function hashKeyRange({ startHash, endHash }: ShardView) {
  return { StartingHashKey: startHash.toString(), EndingHashKey: endHash.toString() };
}
