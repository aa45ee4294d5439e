// Hands committed moves to their target cells, in order, one command under way per target. Volatile: what is
// on its way is in the state; a restart simply hands over everything that has no answer yet.
import { failpoint } from '../../base/failpoint.ts';
import { limits } from '../../base/limits.ts';
import type { Reply, ReplySink } from '../command.ts';
import type { Arrive, ArrivedReply, ArrivingMessage, MoveAnswer } from './arrive.ts';
import type { OutboxEntry } from './cell-root.ts';
import type { QueueContext } from './context.ts';
import { pageIndexOf } from './message-page.ts';
import { slotOf } from './page-store.ts';
import { publicationMessage, storedMessage } from '../routing/publication.ts';

/** Submits to another cell; `answer` is called with what became of the entries, or undefined to try again. */
export type SendToCell = (
  cell: number,
  command: Arrive,
  answer: (answers?: readonly MoveAnswer[]) => void,
) => void;

/** Hands entries to the cell that takes them, whichever kind it is of. */
export function handOver(
  target: { submit(command: Arrive, sink: ReplySink): void } | undefined,
  command: Arrive,
  answer: (answers?: readonly MoveAnswer[]) => void,
): void {
  if (target === undefined) return answer();
  target.submit(command, {
    reveal: (reply: Reply | ArrivedReply) => answer(reply.kind === 'arrived' ? reply.answers : undefined),
    isOpen: () => true,
  });
}

/** Cells from this number on are stream cells. */
export const streamCellBase = 0x8000;

export class Outbox {
  readonly #send: SendToCell;
  readonly #answered: (answers: readonly MoveAnswer[]) => void;
  /** Highest entry handed over and answered, or under way, per target cell. */
  readonly #handed = new Map<number, number>();
  readonly #isUnderWay = new Set<number>();

  constructor(send: SendToCell, answered: (answers: readonly MoveAnswer[]) => void) {
    this.#send = send;
    this.#answered = answered;
  }

  /** After a reload: what is in the state decides again. */
  reset(): void {
    this.#handed.clear();
    this.#isUnderWay.clear();
  }

  /** `committedThrough`: entries above it belong to groups that are not committed. */
  dispatch(context: QueueContext, committedThrough: number): void {
    if (context.state.root.outbox.size === 0) return;
    const byTarget = new Map<number, OutboxEntry[]>();
    for (const entry of context.state.root.outbox.values()) {
      if (entry.outboxSequence > committedThrough || this.#isUnderWay.has(entry.targetCell)) continue;
      if (entry.outboxSequence <= (this.#handed.get(entry.targetCell) ?? 0)) continue;
      const entries = byTarget.get(entry.targetCell) ?? [];
      if (entries.length < limits.outboxBatchMessages) entries.push(entry);
      byTarget.set(entry.targetCell, entries);
    }
    for (const [cell, entries] of byTarget) this.#hand(context, cell, entries);
  }

  #hand(context: QueueContext, cell: number, entries: readonly OutboxEntry[]): void {
    void failpoint('outbox.deliver');
    const unmoved: MoveAnswer[] = [];
    const messages: ArrivingMessage[] = [];
    let bytes = 0;
    let last = 0;
    for (const entry of entries) {
      if (bytes > limits.outboxBatchBytes) break;
      last = entry.outboxSequence;
      const message = arriving(context, entry);
      if (message !== undefined) {
        bytes += message.message.bodyBytes + (message.publication?.length ?? 0);
        messages.push(message);
        continue;
      }
      // Purged meanwhile: there is nothing to move, the source forgets the entry. A message that is there but
      // whose body cannot be read (damage) stays where it is.
      unmoved.push({ outboxSequence: entry.outboxSequence, isAccepted: !isThere(context, entry) });
    }
    this.#handed.set(cell, last);
    if (unmoved.length > 0) this.#answered(unmoved);
    if (messages.length === 0) return;
    this.#isUnderWay.add(cell);
    this.#send(cell, { kind: 'arrive', source: context.cell, messages }, (answers) => {
      this.#isUnderWay.delete(cell);
      if (answers !== undefined) {
        this.#answered(answers);
        return;
      }
      // Handed over again by the next tick; the target knows what it has taken already.
      const first = (messages[0] as ArrivingMessage).entry.outboxSequence;
      this.#handed.set(cell, Math.min(this.#handed.get(cell) ?? 0, first - 1));
    });
  }
}

function isThere(context: QueueContext, entry: OutboxEntry): boolean {
  if (entry.kind === 'publish') return false;
  const queue = context.state.queues.get(entry.entity);
  if (queue === undefined) return false;
  const page = context.state.pages.get(queue, pageIndexOf(entry.sequence));
  return page?.isLive(slotOf(entry.sequence)) === true;
}

function arriving(context: QueueContext, entry: OutboxEntry): ArrivingMessage | undefined {
  if (entry.kind === 'publish') return arrivingPublication(context, entry);
  const queue = context.state.queues.get(entry.entity);
  const definition = context.catalog.byEntity(entry.entity);
  if (queue === undefined || definition === undefined) return undefined;
  const page = context.state.pages.get(queue, pageIndexOf(entry.sequence));
  const slot = slotOf(entry.sequence);
  if (page === undefined || !page.isLive(slot)) return undefined;
  const message = storedMessage(context.log, entry.entity, entry.sequence);
  if (message === undefined) return undefined;
  const count = page.receiveCount(slot);
  return {
    entry,
    message,
    origin: { namespace: definition.name.namespace, name: definition.name.name },
    receiveCount: count,
    firstReceivedAtMs: count > 0 ? page.firstReceivedAtMs(slot) : 0,
  };
}

/** Everything that a publication has for one other cell, in one entry. */
function arrivingPublication(context: QueueContext, entry: OutboxEntry): ArrivingMessage | undefined {
  const body = context.log.body(entry.entity, entry.sequence);
  if (body === undefined) return undefined;
  const publication = Buffer.from(body);
  return {
    entry,
    message: publicationMessage(publication),
    publication,
    origin: { namespace: '', name: '' },
    receiveCount: 0,
    firstReceivedAtMs: 0,
  };
}
