// Answers how many messages a queue has in each state, and how old the oldest one is. Changes nothing.
import type { QueueStatsQuery, Reply } from '../command.ts';
import type { QueueContext } from './context.ts';
import { queueNotFound } from './errors.ts';

export function answerStats(context: QueueContext, query: QueueStatsQuery): Reply {
  if (context.catalog.byEntity(query.entity) === undefined) return queueNotFound;
  const { state } = context;
  const queue = state.queue(query.entity);
  const first = queue.liveCount === 0 ? -1 : state.pages.next(queue, 0);
  const page = first < 0 ? undefined : state.pages.get(queue, first);
  return {
    kind: 'queueStats',
    readyCount: queue.counts.ready,
    leasedCount: queue.counts.leased,
    delayedCount: queue.counts.delayed,
    oldestSentAtMs: page?.sentMinMs,
  };
}
