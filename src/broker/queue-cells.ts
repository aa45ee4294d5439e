// The queue cells of a broker: routes what is about a queue to the cell that holds it. Called by the broker.
import type { Rng } from '../base/rng.ts';
import type { CellDeps, RunningCell } from './cell/cell-set.ts';
import { runCell } from './cell/cell-set.ts';
import type { Consume, QueueCommand, QueueQuery, ReplySink, Subscription } from './command.ts';
import { noSink } from './command.ts';
import { tooManyWaiters } from './errors.ts';
import type { QueueCounters } from './index.ts';
import type { Renderers } from './delivery/render.ts';
import { queueNotFound, topicNotFound } from './queue/errors.ts';
import type { Publish } from './topic-types.ts';
import { liveMessages } from './queue/live.ts';
import type { InternalCommand, QueueCellCommand } from './queue/machine.ts';
import { QueueMachine } from './queue/machine.ts';
import { answerListMoves } from './queue/move-task.ts';
import type { SendToCell } from './queue/outbox.ts';
import { handOver, streamCellBase } from './queue/outbox.ts';
import { answerPeek } from './queue/peek.ts';
import { foldFromEmpty, hashState } from './queue/state-hash.ts';
import { answerStats } from './queue/stats.ts';

type QueueCell = RunningCell<QueueCellCommand, QueueMachine>;

export interface QueueCellsDeps extends CellDeps {
  readonly rng: Rng;
  readonly sendToStreams: SendToCell;
  readonly renderers: Renderers;
  /** Tests: every n-th page access is answered with Need. */
  readonly needPagesEvery?: number | undefined;
}

export class QueueCells {
  readonly cells: QueueCell[] = [];
  readonly #deps: QueueCellsDeps;
  readonly #budget = { residentBytes: 0 };

  constructor(deps: QueueCellsDeps) {
    this.#deps = deps;
  }

  async open(cellCount: number): Promise<void> {
    const { storage, catalog, rng, needPagesEvery } = this.#deps;
    for (let index = 0; index < cellCount; index++) {
      const name = `queue-${index}`;
      const log = await storage.openCell(name);
      const submitHere = (command: InternalCommand): void => this.cells[index]?.cell.submit(command, noSink);
      const machine = new QueueMachine({
        cell: index,
        cellCount,
        catalog,
        rng,
        budget: this.#budget,
        sendToCell: this.#sendToCell,
        renderers: this.#deps.renderers,
        submitHere,
        uncommittedBytes: () => this.cells[index]?.cell.uncommittedBytes ?? 0,
        leaseCount: () => this.leaseCount,
        ...(needPagesEvery === undefined ? {} : { needPagesEvery }),
      });
      const live: Parameters<typeof runCell>[3]['guide']['live'] = (entity, firstSequence, count, bitmap) =>
        liveMessages(machine.state, log, { entity, firstSequence, count }, bitmap);
      this.cells.push(runCell(this.#deps, name, log, { machine, guide: { live } }));
    }
  }

  submit(command: QueueCommand, sink: ReplySink): void {
    if (command.kind === 'publish') return this.#publish(command, sink);
    const found = this.#cellOf(command.entity);
    if (found === undefined) sink.reveal(queueNotFound);
    else found.cell.submit(command, sink);
  }

  #publish(command: Publish, sink: ReplySink): void {
    const topic = this.#deps.catalog.topics.byEntity(command.entity);
    if (topic === undefined) sink.reveal(topicNotFound);
    else this.cells[topic.cell]?.cell.submit(command, sink);
  }

  query(query: QueueQuery, sink: ReplySink): void {
    const found = this.#cellOf(query.entity);
    if (found === undefined) return sink.reveal(queueNotFound);
    const { context } = found.machine;
    found.cell.query(() => {
      if (query.kind === 'peek') return answerPeek(context, query);
      if (query.kind === 'queueStats') return answerStats(context, query);
      return answerListMoves(context, query);
    }, sink);
  }

  subscribe(consume: Consume, sink: ReplySink): Subscription {
    const found = this.#cellOf(consume.entity);
    if (found?.machine.consume({ kind: 'receive', ...consume }, sink) !== true) {
      sink.reveal(found === undefined ? queueNotFound : { kind: 'error', error: tooManyWaiters });
    }
    return {
      grant: (messages) => {
        found?.machine.grant(sink, messages);
        found?.cell.poke();
      },
      cancel: () => found?.machine.waiters.cancel(sink),
    };
  }

  cancel(sink: ReplySink): void {
    for (const { machine } of this.cells) machine.waiters.cancel(sink);
  }

  get leaseCount(): number {
    return this.cells.reduce((sum, { machine }) => sum + machine.state.leases.count, 0);
  }
  get waiterCount(): number {
    return this.cells.reduce((sum, { machine }) => sum + machine.waiters.count, 0);
  }
  get pageCacheBytes(): number {
    return this.#budget.residentBytes;
  }
  counters(entity: number): QueueCounters | undefined {
    return this.#cellOf(entity)?.machine.state.queues.get(entity)?.counters;
  }

  /** Tests: of the state as it is, and as its log alone makes it. */
  hashes(): string[] {
    return this.cells.map(({ machine }) => hashState(machine.state));
  }
  replayHashes(): string[] {
    return this.cells.map(({ cell, machine }) => hashState(foldFromEmpty(cell.log, machine.state.nowMs)));
  }

  #cellOf(entity: number): QueueCell | undefined {
    const definition = this.#deps.catalog.byEntity(entity);
    return definition === undefined ? undefined : this.cells[definition.cell];
  }

  readonly #sendToCell: SendToCell = (cell, command, answer) => {
    if (cell >= streamCellBase) return this.#deps.sendToStreams(cell - streamCellBase, command, answer);
    handOver(this.cells[cell]?.cell, command, answer);
  };
}
