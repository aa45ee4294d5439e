// Decides splits, merges and resizes. Closing the parents and opening the children is one record, so that the
// open shards own every key hash at any instant.
import { limits } from '../../base/limits.ts';
import type { Reply } from '../command.ts';
import type { MergeShards, ResizeStream, SplitShard } from '../stream-types.ts';
import type { StreamContext } from './context.ts';
import { refused, shardNotFound, streamNotFound } from './errors.ts';
import { evenStarts, keyHashMax } from './key-hash.ts';
import { describeShards } from './read.ts';
import type { Shard, ShardBirth } from './shard.ts';
import type { Stream } from './stream.ts';

export function decideSplit(context: StreamContext, command: SplitShard): Reply {
  const stream = context.state.stream(command.entity);
  if (stream === undefined) return streamNotFound;
  const shard = stream.shards.get(command.shardIndex);
  if (shard === undefined) return shardNotFound;
  if (!shard.isOpen) return refused('shard_closed', `shard ${command.shardIndex} is closed`);
  if (stream.open.length >= limits.shardsPerStreamMax) return tooManyShards(stream.open.length + 1);
  const { startHash, endHash } = shard.birth;
  if (command.atHash <= startHash || command.atHash > endHash) {
    return refused('split_outside_shard', `${command.atHash} is not inside [${startHash}, ${endHash}]`);
  }
  split(context, stream, shard, command.atHash);
  return describeShards(context, command.entity);
}

export function decideMerge(context: StreamContext, command: MergeShards): Reply {
  const stream = context.state.stream(command.entity);
  if (stream === undefined) return streamNotFound;
  const lower = stream.shards.get(command.shardIndex);
  const upper = stream.shards.get(command.adjacentIndex);
  if (lower === undefined || upper === undefined) return shardNotFound;
  const isAdjacent = lower.isOpen && upper.isOpen && lower.birth.endHash + 1n === upper.birth.startHash;
  if (!isAdjacent) {
    const text = `shards ${command.shardIndex} and ${command.adjacentIndex} are no open neighbours`;
    return refused('shards_not_adjacent', text);
  }
  merge(context, stream, lower, upper);
  return describeShards(context, command.entity);
}

/** Splits at the new borders first and merges then: a child has two parents at the most. */
export function decideResize(context: StreamContext, command: ResizeStream): Reply {
  const stream = context.state.stream(command.entity);
  if (stream === undefined) return streamNotFound;
  const { shardCount } = command;
  if (shardCount < 1 || shardCount > limits.shardsPerStreamMax) return tooManyShards(shardCount);
  const starts = evenStarts(shardCount);
  const pieces = splitAtBorders(context, stream, starts);
  let next = 0;
  for (const i of starts.keys()) {
    const end = (starts[i + 1] ?? keyHashMax + 1n) - 1n;
    let whole = pieces[next++] as Shard;
    while (whole.birth.endHash < end) whole = merge(context, stream, whole, pieces[next++] as Shard);
  }
  return describeShards(context, command.entity);
}

/** Open shards in order, none of them across one of the sorted borders: one pass over both. */
function splitAtBorders(context: StreamContext, stream: Stream, borders: readonly bigint[]): Shard[] {
  const pieces: Shard[] = [];
  let at = 0;
  // What a split changes is a new list: this one stays as it is.
  for (const shard of stream.open) {
    let rest = shard;
    for (; at < borders.length && (borders[at] as bigint) <= shard.birth.endHash; at++) {
      const border = borders[at] as bigint;
      if (border <= rest.birth.startHash) continue;
      const [lower, upper] = split(context, stream, rest, border);
      pieces.push(lower);
      rest = upper;
    }
    pieces.push(rest);
  }
  return pieces;
}

/** Halves the shard, for automatic sharding. */
export function halve(context: StreamContext, stream: Stream, shard: Shard): void {
  const { startHash, endHash } = shard.birth;
  if (endHash > startHash) split(context, stream, shard, startHash + (endHash - startHash + 1n) / 2n);
}

function split(context: StreamContext, stream: Stream, shard: Shard, atHash: bigint): [Shard, Shard] {
  const { index, startHash, endHash } = shard.birth;
  const birth = birthOf(context, stream, [shard]);
  const lower = { ...birth, startHash, endHash: atHash - 1n };
  const upper = { ...birth, lane: birth.lane + 1, index: birth.index + 1, startHash: atHash, endHash };
  reshard(context, stream, [index], [lower, upper]);
  return [stream.shards.get(lower.index) as Shard, stream.shards.get(upper.index) as Shard];
}

function merge(context: StreamContext, stream: Stream, lower: Shard, upper: Shard): Shard {
  const { startHash } = lower.birth;
  const { endHash, index: adjacentParentIndex } = upper.birth;
  const birth = birthOf(context, stream, [lower, upper]);
  const child = { ...birth, startHash, endHash, adjacentParentIndex };
  reshard(context, stream, [lower.birth.index, adjacentParentIndex], [child]);
  return stream.shards.get(child.index) as Shard;
}

function reshard(context: StreamContext, stream: Stream, parents: number[], children: ShardBirth[]): void {
  const closedAtMs = Math.max(context.state.nowMs, 1);
  context.record.resharded({ entity: stream.entity, closedAtMs, parents, children });
}

/**
 * Positions carry the second of their shard's creation, and a child's have to come after its parents': it is
 * dated a second after their closing, and after their own creation.
 */
function birthOf(context: StreamContext, stream: Stream, parents: readonly Shard[]): ShardBirth {
  let createdAtMs = context.state.nowMs + 1000;
  for (const { birth } of parents)
    createdAtMs = Math.max(createdAtMs, (Math.floor(birth.createdAtMs / 1000) + 1) * 1000);
  return {
    lane: context.state.root.nextLane,
    stream: stream.entity,
    index: stream.nextShardIndex,
    startHash: 0n,
    endHash: 0n,
    createdAtMs,
    parentIndex: (parents[0] as Shard).birth.index,
    adjacentParentIndex: -1,
  };
}

function tooManyShards(shardCount: number): Reply {
  const text = `a stream has 1 to ${limits.shardsPerStreamMax} open shards, not ${shardCount}`;
  return refused('shard_count_out_of_range', text);
}
