// What storage asks when it gives space back: a stream's records are needed from the floor of their shard on.
import type { LiveQuery, ReclaimGuide } from '../../storage/types.ts';
import type { StreamContext } from './context.ts';

/** Streams of about the same retention share sealed segments: a band is a power of two of days. */
const DAY_MS = 86_400_000;

export function streamReclaimGuide(context: () => StreamContext): Omit<ReclaimGuide, 'barrier'> {
  const floor = (entity: number): number => context().state.shards.get(entity)?.floor ?? Infinity;
  const live: LiveQuery = (entity, firstSequence, count, bitmap) => {
    const from = Math.min(Math.max(floor(entity) - firstSequence, 0), count);
    for (let i = from; i < count; i++) bitmap[i >> 3] = (bitmap[i >> 3] as number) | (1 << (i & 7));
    return count - from;
  };
  return { live, floor, band: (entity) => bandOf(context(), entity) };
}

function bandOf(context: StreamContext, lane: number): number {
  const shard = context.state.shards.get(lane);
  if (shard === undefined) return 0;
  const retentionMs = context.catalog.streams.byEntity(shard.birth.stream)?.settings.retentionMs ?? DAY_MS;
  return Math.max(0, Math.ceil(Math.log2(retentionMs / DAY_MS)));
}
