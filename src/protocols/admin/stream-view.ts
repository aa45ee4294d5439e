// Streams, shards, records and consumer groups as the admin API shows them. Pure. Key hashes are decimal
// texts: JSON has no numbers of 128 bits.
import type { GroupView, RecordViews, ShardView, StreamDefinition, StreamStats } from '../../broker/index.ts';
import { arrivedAtMs, dataStart, hasKey, keyLength, keyStart } from '../../broker/index.ts';
import { addressOf } from './queue-path.ts';

export function streamLine({ name, settings, readyAtMs, deletesAtMs }: StreamDefinition, stats: StreamStats) {
  return {
    ...addressOf(name),
    sharding: settings.sharding,
    retentionMs: settings.retentionMs,
    readyAtMs,
    ...(deletesAtMs === undefined ? {} : { deletesAtMs }),
    openShardCount: stats.openShardCount,
    recordCount: stats.recordCount,
    recordBytes: stats.recordBytes,
    readRecordCount: stats.readRecordCount,
    readBytes: stats.readBytes,
    refusedCount: stats.refusedCount,
  };
}

export function shardView(shard: ShardView) {
  return {
    index: shard.index,
    startHash: String(shard.startHash),
    endHash: String(shard.endHash),
    createdAtMs: shard.createdAtMs,
    ...(shard.closedAtMs === undefined ? {} : { closedAtMs: shard.closedAtMs }),
    parents: [shard.parentIndex, shard.adjacentParentIndex].filter((index) => index !== undefined),
    firstSequence: shard.firstSequence,
    nextSequence: shard.nextSequence,
  };
}

export interface ShownRecord {
  readonly sequence: number;
  readonly arrivedAtMs: number;
  readonly key?: string;
  readonly dataBytes: number;
  /** Base64. */
  readonly data: string;
}

/** Copies: the views are gone when the core's answer was taken. */
export function recordViews({ count, source, sequences, starts, ends }: RecordViews): readonly ShownRecord[] {
  const shown: ShownRecord[] = [];
  for (let i = 0; i < count; i++) {
    const start = starts[i] as number;
    const end = ends[i] as number;
    const keyAt = keyStart(start);
    const dataAt = dataStart(source, start);
    shown.push({
      sequence: sequences[i] as number,
      arrivedAtMs: arrivedAtMs(source, start),
      ...(hasKey(source, start)
        ? { key: source.toString('utf8', keyAt, keyAt + keyLength(source, start)) }
        : {}),
      dataBytes: end - dataAt,
      data: source.toString('base64', dataAt, end),
    });
  }
  return shown;
}

export function groupLine({ name, members, shards }: GroupView) {
  return {
    name,
    memberCount: members.length,
    shardCount: shards.length,
    doneShardCount: shards.filter((shard) => shard.isDone).length,
    behindCount: behindCount(shards),
  };
}

export function groupView(group: GroupView) {
  return { ...groupLine(group), members: group.members, shards: group.shards };
}

export function behindCount(shards: GroupView['shards']): number {
  return shards.reduce((sum, shard) => sum + shard.behindCount, 0);
}
