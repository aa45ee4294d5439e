// Looks at messages without touching them: for the admin API. Reads pages synchronously.
import type { Peek, PeekedMessage, Reply } from '../command.ts';
import type { QueueContext } from './context.ts';
import { queueNotFound } from './errors.ts';
import { firstSequenceOf, pageIndexOf } from './message-page.ts';
import { slotOf } from './page-store.ts';
import { storedMessage } from '../routing/publication.ts';

/** Messages looked at in one query, shown or not; the answer then says where to go on. */
const LOOKED_AT_MAX = 20_000;

export function answerPeek(context: QueueContext, query: Peek): Reply {
  if (context.catalog.byEntity(query.entity) === undefined) return queueNotFound;
  const { state, log } = context;
  const queue = state.queue(query.entity);
  const messages: PeekedMessage[] = [];
  let looked = 0;
  let sequence = Math.max(query.after + 1, queue.floor);
  while (messages.length < query.limit && looked < LOOKED_AT_MAX && sequence < queue.nextSequence) {
    const index = state.pages.next(queue, pageIndexOf(sequence));
    if (index < 0) return { kind: 'peeked', messages };
    const page = state.pages.get(queue, index);
    const slot = page?.nextLive(index > pageIndexOf(sequence) ? 0 : slotOf(sequence)) ?? -1;
    if (page === undefined || slot < 0) {
      sequence = firstSequenceOf(index + 1);
      continue;
    }
    looked++;
    sequence = page.firstSequence + slot + 1;
    const at = state.stateOf(queue, page, sequence - 1);
    if (query.view !== 'all' && query.view !== at) continue;
    const message = storedMessage(log, queue.entity, sequence - 1);
    // A message of a group that is not committed yet has no body to show: it is not there yet.
    if (message === undefined) continue;
    const receiveCount = page.receiveCount(slot);
    messages.push({
      sequence: sequence - 1,
      state: at,
      receiveCount,
      message,
    });
  }
  const isMore = sequence < queue.nextSequence;
  return isMore ? { kind: 'peeked', messages, next: sequence - 1 } : { kind: 'peeked', messages };
}
