// A hash over everything that counts in a queue cell's state, in a canonical order: equal for the live state,
// for the state loaded from a checkpoint and for the fold of the whole log from empty.
import { createHash } from 'node:crypto';
import type { CellLog } from '../../storage/types.ts';
import type { MessagePage } from './message-page.ts';
import { replay } from './recovery.ts';
import type { Queue } from './queue.ts';
import { messageStates } from './queue.ts';
import { QueueCellState } from './state.ts';

export function hashState(state: QueueCellState): string {
  const hash = createHash('sha256');
  hash.update(
    JSON.stringify(state.root.facts(), (key, value: unknown) => (key === 'dropped' ? undefined : value)),
  );
  const queues = [...state.queues.values()].sort((a, b) => a.entity - b.entity);
  for (const queue of queues) {
    // A queue object that was only looked at is no state.
    if (queue.nextSequence === state.root.sequenceBase + 1 && queue.liveCount === 0) continue;
    hash.update(describeQueue(queue));
    for (let index = state.pages.next(queue, 0); index >= 0; index = state.pages.next(queue, index + 1)) {
      const page = state.pages.get(queue, index);
      if (page !== undefined) hash.update(describePage(state, queue, page));
    }
  }
  for (const entry of state.dedup.entries(state.nowMs)) hash.update(entry);
  return hash.digest('hex');
}

function describeQueue(queue: Queue): string {
  const counts = messageStates.map((name) => `${name}=${queue.counts[name]}`).join(' ');
  const places = `next=${queue.nextSequence} floor=${queue.floor} purged=${queue.purgedBelow}`;
  return `queue ${queue.entity} ${places} ${counts}\n`;
}

function describePage(state: QueueCellState, queue: Queue, page: MessagePage): string {
  let text = '';
  for (let slot = page.nextLive(0); slot >= 0; slot = page.nextLive(slot + 1)) {
    const sequence = page.firstSequence + slot;
    const count = page.receiveCount(slot);
    const at = state.leases.find(queue.entity, sequence);
    const lease = at < 0 ? '' : ` lease=${state.leases.generationAt(at)}/${state.leases.untilAt(at)}`;
    const first = count === 0 ? '' : ` first=${page.firstReceivedAtMs(slot)}`;
    const place = `${state.stateOf(queue, page, sequence)} group=${page.groupOf(slot)}`;
    text += `${sequence} ${place} count=${count}${first}${lease}\n`;
  }
  return text;
}

/** Folds the whole log from empty. Needs a log that still has all its batches. */
export function foldFromEmpty(log: CellLog, nowMs: number): QueueCellState {
  const withoutRows: CellLog = Object.create(log) as CellLog;
  withoutRows.page = () => undefined;
  withoutRows.nextPage = () => -1;
  withoutRows.pagesOfKind = () => [];
  withoutRows.batches = (from) => log.batches(from);
  const state = new QueueCellState(withoutRows, { residentBytes: -Infinity });
  replay(state, withoutRows, 1);
  state.nowMs = Math.max(state.nowMs, nowMs);
  return state;
}
