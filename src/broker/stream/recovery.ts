// Loads the state of a stream cell: the rows of the last checkpoint, one per stream and shard, then the
// journal after it. Also folds the whole log from empty, for the replay test.
import { createHash } from 'node:crypto';
import type { CellLog } from '../../storage/types.ts';
import { rowKind } from '../cell/persistent.ts';
import { ConsumerGroup } from './group.ts';
import { replayJournal } from './records.ts';
import { Shard } from './shard.ts';
import { StreamCellState } from './state.ts';
import { Stream } from './stream.ts';

export function loadState(log: CellLog): { state: StreamCellState; replayedCount: number } {
  const state = new StreamCellState();
  const root = log.page(rowKind.cell, 0, 0);
  if (root !== undefined) state.root.restore(root);
  for (const { entity, bytes } of log.pagesOfKind(rowKind.stream))
    state.addLoadedStream(Stream.decode(entity, bytes));
  for (const { entity, bytes } of log.pagesOfKind(rowKind.shard))
    state.addLoadedShard(Shard.decode(entity, bytes));
  for (const { index, bytes } of log.pagesOfKind(rowKind.consumerGroup))
    state.addLoadedGroup(ConsumerGroup.decode(index, bytes));
  const replayedCount = replay(state, log, log.checkpointPosition() + 1);
  state.settle();
  return { state, replayedCount };
}

function replay(state: StreamCellState, log: CellLog, from: number): number {
  let count = 0;
  for (const batch of log.batches(from)) {
    state.nowMs = Math.max(state.nowMs, batch.timeMs);
    replayJournal(state, batch.journal, batch.position);
    count++;
  }
  return count;
}

/** Folds the whole log from empty. Needs a log that still has all its batches. */
export function foldFromEmpty(log: CellLog): StreamCellState {
  const state = new StreamCellState();
  replay(state, log, 1);
  return state;
}

/** Equal for the live state, for the state loaded from a checkpoint and for the fold of the whole log. */
export function hashState(state: StreamCellState): string {
  const hash = createHash('sha256');
  hash.update(JSON.stringify(state.root.facts()));
  for (const { entity, nextShardIndex } of [...state.streams.values()].sort((a, b) => a.entity - b.entity))
    hash.update(`stream ${entity} ${nextShardIndex}\n`);
  for (const shard of [...state.shards.values()].sort((a, b) => a.entity - b.entity))
    hash.update(shard.facts());
  for (const group of [...state.groups.values()].sort((a, b) => a.index - b.index))
    hash.update(JSON.stringify(group.facts()));
  return hash.digest('hex');
}
