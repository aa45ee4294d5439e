// Loads the state of a queue cell: the rows of the last checkpoint (a few seeks, never the backlog), then the
// journal after it. Also folds the whole log from empty, for the replay test.
import type { CellLog } from '../../storage/types.ts';
import { rowKind } from '../cell/persistent.ts';
import { MessagePage } from './message-page.ts';
import type { PageBudget } from './page-store.ts';
import { Queue } from './queue.ts';
import { replayJournal } from './records.ts';
import { QueueCellState } from './state.ts';

export function loadState(
  log: CellLog,
  budget: PageBudget,
): { state: QueueCellState; replayedCount: number } {
  const state = new QueueCellState(log, budget);
  const root = log.page(rowKind.cell, 0, 0);
  if (root !== undefined) state.root.restore(root);
  for (const { entity, bytes } of log.pagesOfKind(rowKind.queue))
    state.queues.set(entity, Queue.decode(entity, bytes));
  state.dedup.restore(log.pagesOfKind(rowKind.dedup));
  loadLeases(state, log);
  const replayedCount = replay(state, log, log.checkpointPosition() + 1);
  return { state, replayedCount };
}

export function replay(state: QueueCellState, log: CellLog, from: number): number {
  let count = 0;
  for (const batch of log.batches(from)) {
    state.nowMs = Math.max(state.nowMs, batch.timeMs);
    replayJournal(state, batch.journal, batch.position);
    state.pages.evict();
    count++;
  }
  state.woken.clear();
  return count;
}

/** Pages that hold leases are listed in rows of their own. */
function loadLeases(state: QueueCellState, log: CellLog): void {
  const listed = [...log.pagesOfKind(rowKind.leasedPages)].map(({ entity, index }) => ({ entity, index }));
  for (const { entity, index } of listed) {
    const bytes = log.page(rowKind.messages, entity, index);
    const queue = state.queues.get(entity);
    if (bytes === undefined || queue === undefined) continue;
    const { page, leases } = MessagePage.decode(entity, index, bytes);
    for (const { slot, generation, untilMs } of leases) {
      const sequence = page.firstSequence + slot;
      if (sequence < queue.floor) continue;
      state.leases.set({ entity, sequence, generation, untilMs });
      state.countTenant(queue, page.groupOf(slot), 1);
    }
  }
}
