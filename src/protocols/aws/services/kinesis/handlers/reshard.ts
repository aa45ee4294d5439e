// SplitShard, MergeShards, UpdateShardCount. The order of the checks is the service's (recorded).
import type { BrokerError, Reply, ShardView } from '../../../../../broker/index.ts';
import type { Call } from '../../../engine/service.ts';
import { annotated, annotation } from '../annotations.ts';
import { changeStream } from '../change.ts';
import {
  brokerFailure,
  inOnDemandMode,
  invalidArgument,
  notAdjacent,
  placeText,
  shardClosed,
  shardNotFound,
} from '../errors.ts';
import type { Kinesis } from '../kinesis.ts';
import type { KinesisInput, KinesisOutput } from '../model.ts';
import { requireShardCount } from '../new-stream.ts';
import { admitDaily, admitShards, openShardCount } from '../quotas.ts';
import { parseShardId, shardIdOf } from '../shard-id.ts';
import {
  openStream,
  placeOf,
  requireActive,
  resolveIds,
  type Stream,
  type StreamIds,
} from '../stream-ref.ts';
import { readShards } from './describe.ts';

export async function splitShard(
  kinesis: Kinesis,
  input: KinesisInput<'SplitShard'>,
  call: Call,
): Promise<object> {
  const index = shardIndex(call, input, input.ShardToSplit);
  const stream = openFixed(kinesis, call, input, 'kinesis:SplitShard');
  const shard = knownShard(await readShards(call, stream), index, stream);
  await admitShards(kinesis, call, stream, 1);
  const id = shardIdOf(index);
  const key = BigInt(input.NewStartingHashKey);
  if (key <= shard.startHash + 1n || key >= shard.endHash)
    throw keyOutside(input.NewStartingHashKey, shard, stream);
  if (shard.closedAtMs !== undefined) throw shardClosed(id, stream);
  await showUpdating(kinesis, call, stream);
  const { entity } = stream;
  const reply = await call.run({ kind: 'splitShard', entity, shardIndex: index, atHash: key });
  return done(reply, stream, ({ code }) => {
    if (code === 'shard_closed') return shardClosed(id, stream);
    if (code === 'split_outside_shard') return keyOutside(input.NewStartingHashKey, shard, stream);
    return code === 'shard_not_found' ? shardNotFound(id, stream) : undefined;
  });
}

export async function mergeShards(
  kinesis: Kinesis,
  input: KinesisInput<'MergeShards'>,
  call: Call,
): Promise<object> {
  const indexes = [input.ShardToMerge, input.AdjacentShardToMerge].map((id) => shardIndex(call, input, id));
  const stream = openFixed(kinesis, call, input, 'kinesis:MergeShards');
  const shards = await readShards(call, stream);
  const [lower, upper] = indexes.map((index) => knownShard(shards, index, stream)) as [ShardView, ShardView];
  const refused = notAdjacent(shardIdOf(lower.index), shardIdOf(upper.index), stream);
  const areOpen = lower.closedAtMs === undefined && upper.closedAtMs === undefined;
  if (!areOpen || lower.endHash + 1n !== upper.startHash) throw refused;
  await showUpdating(kinesis, call, stream);
  const pair = { shardIndex: lower.index, adjacentIndex: upper.index };
  const reply = await call.run({ kind: 'mergeShards', entity: stream.entity, ...pair });
  return done(reply, stream, ({ code }) =>
    code === 'shard_closed' || code === 'shards_not_adjacent' ? refused : undefined,
  );
}

export async function updateShardCount(
  kinesis: Kinesis,
  input: KinesisInput<'UpdateShardCount'>,
  call: Call,
): Promise<KinesisOutput<'UpdateShardCount'>> {
  const { TargetShardCount: target } = input;
  const stream = openFixed(kinesis, call, input, 'kinesis:UpdateShardCount');
  const current = await openShardCount(call, stream);
  requireTarget(stream, current, target);
  await admitShards(kinesis, call, stream, target - current);
  const find = (): Stream => openFixed(kinesis, call, input, 'kinesis:UpdateShardCount');
  const claimed = await changeStream(call, find, (found) => {
    const { annotations } = found.definition;
    const resizedAtMs = admitDaily(kinesis, found, 'resizes', annotations[annotation.resizedAtMs]);
    return {
      annotations: annotated(annotations, { [annotation.resizedAtMs]: resizedAtMs }),
      readyAfterMs: kinesis.stateDelayMs(found.name),
    };
  });
  const reply = await call.run({ kind: 'resizeStream', entity: claimed.entity, shardCount: target });
  done(reply, stream, () => undefined);
  return {
    StreamName: stream.name,
    CurrentShardCount: current,
    TargetShardCount: target,
    StreamARN: stream.arn,
  };
}

function requireTarget(stream: Stream, current: number, target: number): void {
  requireShardCount(target);
  if (target > current * 2) {
    throw invalidArgument(
      `TargetShardCount ${target} of ${placeText(stream)} is more than double its current shard count ` +
        `${current}.`,
    );
  }
  if (target * 2 < current) {
    throw invalidArgument(
      `TargetShardCount ${target} of ${placeText(stream)} is less than half its current shard count ` +
        `${current}.`,
    );
  }
}

/** Whether the id can be one comes before whether there is a stream. */
function shardIndex(call: Call, ids: StreamIds, id: string): number {
  const index = parseShardId(id);
  if (index === undefined) throw shardNotFound(id, placeOf(resolveIds(call, ids)));
  return index;
}

/** Active, and sharded by command. */
function openFixed(kinesis: Kinesis, call: Call, ids: StreamIds, action: string): Stream {
  const stream = openStream(kinesis, call, ids, action);
  requireActive(kinesis, stream);
  if (stream.mode === 'ON_DEMAND') throw inOnDemandMode(stream);
  return stream;
}

function knownShard(shards: readonly ShardView[], index: number, stream: Stream): ShardView {
  const shard = shards.find((candidate) => candidate.index === index);
  if (shard === undefined) throw shardNotFound(shardIdOf(index), stream);
  return shard;
}

/** With a delay of states, the stream is UPDATING from before the reshard until after it. */
async function showUpdating(kinesis: Kinesis, call: Call, stream: Stream): Promise<void> {
  const readyAfterMs = kinesis.stateDelayMs(stream.name);
  if (readyAfterMs === 0) return;
  const find = (): Stream => {
    const found = openStream(kinesis, call, { StreamARN: stream.arn }, `kinesis:${call.operationName}`);
    requireActive(kinesis, found);
    return found;
  };
  await changeStream(call, find, () => ({ readyAfterMs }));
}

/** `said`: better words for an error of the core than it has by itself. */
function done(reply: Reply, stream: Stream, said: (error: BrokerError) => Error | undefined): object {
  if (reply.kind === 'error') throw said(reply.error) ?? brokerFailure(reply.error, stream);
  return {};
}

function keyOutside(key: string, { index, startHash, endHash }: ShardView, stream: Stream): Error {
  return invalidArgument(
    `NewStartingHashKey ${key} used in SplitShard() on shard ${shardIdOf(index)} in ${placeText(stream)} ` +
      `is not both greater than one plus the shard's StartingHashKey ${startHash} and less than the ` +
      `shard's EndingHashKey ${endHash}.`,
  );
}
