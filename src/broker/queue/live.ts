// Which messages of a run are still needed: what reclaiming asks.
import { PAGE_MESSAGES, pageIndexOf } from './message-page.ts';
import { publicationCopies, publicationsEntity } from '../routing/publication.ts';
import type { CellLog } from '../../storage/types.ts';
import { slotOf } from './page-store.ts';
import type { QueueCellState } from './state.ts';

export interface MessageRange {
  readonly entity: number;
  readonly firstSequence: number;
  readonly count: number;
}

/** Sets a bit per live message; answers how many are live. Loads pages synchronously. */
export function liveMessages(
  state: QueueCellState,
  log: CellLog,
  range: MessageRange,
  bitmap: Uint8Array,
): number {
  if (range.entity === publicationsEntity) return livePublications(state, log, range, bitmap);
  const queue = state.queues.get(range.entity);
  if (queue === undefined) return 0;
  let liveCount = 0;
  let index = -1;
  let page = undefined as ReturnType<typeof state.pages.get>;
  for (let i = 0; i < range.count; i++) {
    const sequence = range.firstSequence + i;
    if (sequence < queue.floor || sequence >= queue.nextSequence) continue;
    if (pageIndexOf(sequence) !== index) {
      index = pageIndexOf(sequence);
      page = state.pages.get(queue, index);
    }
    if (page === undefined) {
      // Nothing of this page is left: on to the next one.
      i += PAGE_MESSAGES - 1 - slotOf(sequence);
      continue;
    }
    if (!page.isLive(slotOf(sequence))) continue;
    bitmap[i >> 3] = (bitmap[i >> 3] as number) | (1 << (i & 7));
    liveCount++;
  }
  state.pages.evict();
  return liveCount;
}

/** A publication is needed while one of its copies is live or one of its routes has no answer yet. */
function livePublications(
  state: QueueCellState,
  log: CellLog,
  range: MessageRange,
  bitmap: Uint8Array,
): number {
  let liveCount = 0;
  for (let i = 0; i < range.count; i++) {
    const body = log.body(publicationsEntity, range.firstSequence + i);
    if (body === undefined) continue;
    const { locals, routes } = publicationCopies(Buffer.from(body));
    const isLive =
      routes.some(({ outboxSequence }) => state.root.outbox.has(outboxSequence)) ||
      locals.some(({ entity, sequence }) => isLiveMessage(state, entity, sequence));
    if (!isLive) continue;
    bitmap[i >> 3] = (bitmap[i >> 3] as number) | (1 << (i & 7));
    liveCount++;
  }
  state.pages.evict();
  return liveCount;
}

function isLiveMessage(state: QueueCellState, entity: number, sequence: number): boolean {
  const queue = state.queues.get(entity);
  if (queue === undefined || sequence < queue.floor) return false;
  return state.pages.get(queue, pageIndexOf(sequence))?.isLive(slotOf(sequence)) === true;
}
