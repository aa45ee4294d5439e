// The horizon of a shard: its oldest record within retention. Found by time when somebody asks, and
// remembered until that record is too old itself; so readers see exact retention whenever the space behind it
// goes.
import type { StreamContext } from './context.ts';
import { arrivalAt, ArrivalSearch } from './arrival-search.ts';
import type { Shard } from './shard.ts';

/** Records that arrived before this are past retention. */
function retainedFromMs(context: StreamContext, shard: Shard): number {
  const definition = context.catalog.streams.byEntity(shard.birth.stream);
  return context.state.nowMs - (definition?.settings.retentionMs ?? 0);
}

/** The sequence of the horizon. Reads as many blocks as it takes, unless it is known. */
export function horizonOf(context: StreamContext, shard: Shard): number {
  if (!isHorizonKnown(context, shard)) noteHorizon(context, shard, horizonSearch(context, shard).finish());
  return shard.horizonSequence;
}

export function isHorizonKnown(context: StreamContext, shard: Shard): boolean {
  return shard.horizonSequence >= shard.floor && shard.horizonArrivedMs >= retainedFromMs(context, shard);
}

export function horizonSearch(context: StreamContext, shard: Shard): ArrivalSearch {
  const from = Math.max(shard.floor, shard.horizonSequence);
  return new ArrivalSearch(context, shard, from, retainedFromMs(context, shard));
}

export function noteHorizon(context: StreamContext, shard: Shard, sequence: number): void {
  const arrivedMs = arrivalAt(context, shard, sequence);
  shard.horizonSequence = Math.max(sequence, shard.floor);
  // Nothing there yet: what comes is younger than this, and no search is needed before it is old.
  shard.horizonArrivedMs = arrivedMs ?? (sequence >= shard.nextSequence ? context.state.nowMs : 0);
}
