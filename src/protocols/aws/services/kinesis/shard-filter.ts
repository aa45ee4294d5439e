// ShardFilter of ListShards: which shards a reader has to start with. Filters that name an instant must list
// shards which cover all keys once, without a gap: consumer libraries refuse anything else. Pure.
import type { ShardView } from '../../../../broker/index.ts';
import { invalidArgument } from './errors.ts';
import { parseShardId } from './shard-id.ts';

export interface ShardFilter {
  readonly Type:
    | 'AFTER_SHARD_ID'
    | 'AT_TRIM_HORIZON'
    | 'FROM_TRIM_HORIZON'
    | 'AT_LATEST'
    | 'AT_TIMESTAMP'
    | 'FROM_TIMESTAMP';
  readonly ShardId?: string | undefined;
  readonly Timestamp?: number | undefined;
}

/** Throws InvalidArgumentException for a filter without what its type needs. */
export function checkFilter({ Type: type, ShardId: id, Timestamp: atMs }: ShardFilter): void {
  const needsTime = type === 'AT_TIMESTAMP' || type === 'FROM_TIMESTAMP';
  if (needsTime && atMs === undefined) {
    throw invalidArgument(`Timestamp must be provided in ShardFilter of type ${type}.`);
  }
  if (!needsTime && atMs !== undefined) {
    throw invalidArgument(`Timestamp cannot be provided in ShardFilter of type ${type}.`);
  }
  if (type !== 'AFTER_SHARD_ID') {
    if (id !== undefined) throw invalidArgument(`ShardId cannot be provided in ShardFilter of type ${type}.`);
    return;
  }
  if (id === undefined)
    throw invalidArgument('ShardId must be provided in ShardFilter of type AFTER_SHARD_ID.');
  if (parseShardId(id) === undefined) throw invalidArgument(`ShardId ${id} in ShardFilter is invalid.`);
}

/** `horizonMs`: the older end of retention, not before the stream itself. */
export function filterShards(
  shards: readonly ShardView[],
  filter: ShardFilter | undefined,
  horizonMs: number,
): readonly ShardView[] {
  switch (filter?.Type) {
    case undefined:
    case 'FROM_TRIM_HORIZON':
      return shards;
    case 'AFTER_SHARD_ID': {
      const after = parseShardId(filter.ShardId!)!;
      return shards.filter(({ index }) => index > after);
    }
    case 'AT_LATEST':
      return shards.filter(({ closedAtMs }) => closedAtMs === undefined);
    case 'AT_TRIM_HORIZON':
      return openAt(shards, horizonMs);
    case 'AT_TIMESTAMP':
      return openAt(shards, Math.max(filter.Timestamp!, horizonMs));
    case 'FROM_TIMESTAMP':
      return shards.filter(({ closedAtMs }) => closedAtMs === undefined || closedAtMs >= filter.Timestamp!);
  }
}

/**
 * A child is dated a second ahead of its parents' end, so that its sequence numbers are greater: what tells
 * when it took over is when they closed.
 */
function openAt(shards: readonly ShardView[], atMs: number): readonly ShardView[] {
  const closings = new Map(shards.map(({ index, closedAtMs }) => [index, closedAtMs]));
  const openedAtMs = (shard: ShardView): number => {
    const parents = [shard.parentIndex, shard.adjacentParentIndex].filter((index) => index !== undefined);
    const closed = parents.map((index) => closings.get(index)).filter((ms) => ms !== undefined);
    // Parents that are no longer listed were closed before anything that is still asked about.
    if (parents.length > 0 && closed.length === 0) return Number.NEGATIVE_INFINITY;
    return closed.length === 0 ? shard.createdAtMs : Math.max(...closed);
  };
  return shards.filter(
    (shard) => openedAtMs(shard) <= atMs && (shard.closedAtMs === undefined || shard.closedAtMs > atMs),
  );
}
