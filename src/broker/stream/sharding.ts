// Automatic sharding: splits shards of streams that ask for it when they take more than one shard is meant
// to. Load is measured, not logged: what comes out of it is an ordinary split, recorded like any other.
import { limits } from '../../base/limits.ts';
import type { StreamContext } from './context.ts';
import { halve } from './reshard.ts';
import type { Shard } from './shard.ts';

/** How often load is looked at. */
export const loadWindowMs = 10_000;
/** After a split the stream is left alone until the load has found its new places. */
const restMs = 30_000;

export function splitHotShards(context: StreamContext, elapsedMs: number): void {
  const seconds = elapsedMs / 1000;
  for (const stream of context.state.streams.values()) {
    const settings = context.catalog.streams.byEntity(stream.entity)?.settings;
    const isSplitting = settings?.sharding === 'automatic' && context.state.nowMs >= stream.nextSplitAtMs;
    let room = limits.automaticShardsMax - stream.open.length;
    for (const shard of stream.open) {
      const isHot = isAboveRate(shard, seconds);
      shard.loadRecords = 0;
      shard.loadBytes = 0;
      if (!isHot || !isSplitting || room-- <= 0) continue;
      halve(context, stream, shard);
      stream.nextSplitAtMs = context.state.nowMs + restMs;
    }
  }
}

function isAboveRate(shard: Shard, seconds: number): boolean {
  return (
    shard.loadRecords > limits.shardRecordsPerSecond * seconds ||
    shard.loadBytes > limits.shardBytesPerSecond * seconds
  );
}
