// The broker: one catalog cell and a number of queue cells over one storage. Routes commands to the cell of
// their queue, carries what crosses cells, drives timers and reclaiming.
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Rng } from '../base/rng.ts';
import type { CellLog, Storage } from '../storage/types.ts';
import type { CreateQueue } from './catalog-types.ts';
import type { PendingDrop } from './catalog/machine.ts';
import { CatalogMachine } from './catalog/machine.ts';
import type { CatalogCellCommand } from './catalog/machine.ts';
import { Cell } from './cell/cell.ts';
import type { Command, Consume, EndSession, Query, Reply, ReplySink, Subscription } from './command.ts';
import { shuttingDown, tooManyWaiters } from './errors.ts';
import type { Broker, BrokerIntrospection, Catalog } from './index.ts';
import type { ArrivedReply } from './queue/arrive.ts';
import { queueNotFound } from './queue/errors.ts';
import type { InternalCommand, QueueCellCommand } from './queue/machine.ts';
import { QueueMachine } from './queue/machine.ts';
import { answerListMoves } from './queue/move-task.ts';
import { answerPeek } from './queue/peek.ts';
import { answerStats } from './queue/stats.ts';
import type { SendToCell } from './queue/outbox.ts';
import { foldFromEmpty, hashState } from './queue/state-hash.ts';
import { Reclaimer } from './cell/reclaimer.ts';
import { liveMessages } from './queue/live.ts';

export interface BrokerOptions {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly rng: Rng;
  readonly logger: Logger;
  readonly queueCells: number;
  /** `memory`: what new queues promise, whatever they ask for. Default `disk`: what they ask for. */
  readonly durability?: 'disk' | 'memory';
  /** How often timers are looked at; 0: only by `tick()` (tests with a manual clock). */
  readonly tickMs?: number;
  /** Tests: every n-th page access is answered with Need. */
  readonly needPagesEvery?: number;
}

/** What tests may ask beyond the public face. */
export interface TestableBroker extends Broker {
  /** Runs due timers at the clock's time and waits until nothing is on its way any more. */
  tick(): Promise<void>;
  stateHash(): Promise<string>;
  /** The same hash from folding every log from empty. */
  replayHash(): Promise<string>;
}

const TICK_MS = 50;
/** What a restore skips: more messages than any queue takes between a backup and its restore. */
const SEQUENCES_AHEAD = 2 ** 32;

export async function createBroker(options: BrokerOptions): Promise<TestableBroker> {
  const broker = new LocalBroker(options);
  await broker.start();
  return broker;
}

interface QueueCell {
  readonly cell: Cell<QueueCellCommand>;
  readonly machine: QueueMachine;
  readonly reclaimer: Reclaimer;
}

const noSink: ReplySink = { reveal: () => {}, isOpen: () => true };

class LocalBroker implements TestableBroker {
  readonly #options: BrokerOptions;
  readonly #catalogMachine: CatalogMachine;
  #catalogCell!: Cell<CatalogCellCommand>;
  #catalogReclaimer!: Reclaimer;
  readonly #cells: QueueCell[] = [];
  readonly #budget = { residentBytes: 0 };
  /** Clients that wait until the cell of a deleted queue has confirmed. */
  readonly #deleting = new Map<number, { readonly sink: ReplySink; readonly reply: Reply }[]>();
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: BrokerOptions) {
    this.#options = options;
    this.#catalogMachine = new CatalogMachine({
      queueCells: () => this.#cells.length,
      drop: (drop) => this.#drop(drop),
    });
  }

  get catalog(): Catalog {
    return this.#catalogMachine.view;
  }

  async start(): Promise<void> {
    const { storage, queueCells, clock } = this.#options;
    const known = storage.cellNames().filter((name) => name.startsWith('queue-')).length;
    if (queueCells < known) {
      throw new Error(
        `this data directory has ${known} queue cells: start with --queue-cells ${known} or more`,
      );
    }
    this.#catalogCell = this.#makeCell('catalog', await storage.openCell('catalog'), this.#catalogMachine);
    this.#catalogReclaimer = new Reclaimer(this.#catalogCell, () => 0);
    for (let index = 0; index < queueCells; index++) {
      this.#openQueueCell(index, await storage.openCell(`queue-${index}`));
    }
    this.#catalogCell.load();
    for (const { cell } of this.#cells) cell.load();
    const sequencesAhead = storage.wasRestored ? SEQUENCES_AHEAD : 0;
    const start = { kind: 'start', epoch: clock.nowMs(), sequencesAhead } as const;
    await Promise.all([
      ask((sink) => this.#catalogCell.submit(start, sink)),
      ...this.#cells.map(({ cell }) => ask((sink) => cell.submit(start, sink))),
    ]);
    if (storage.wasRestored) await storage.acknowledgeRestore();
    for (const drop of this.#catalogMachine.pendingDrops()) this.#drop(drop);
    const tickMs = this.#options.tickMs ?? TICK_MS;
    if (tickMs > 0) this.#timer = setInterval(() => this.#tickCells(), tickMs);
  }

  #makeCell<C>(
    name: string,
    log: CellLog,
    machine: ConstructorParameters<typeof Cell<C>>[0]['machine'],
  ): Cell<C> {
    const { clock, logger } = this.#options;
    const catalogPosition = (): number => this.#catalogMachine.view.position;
    return new Cell<C>({ name, log, machine, clock, logger, catalogPosition });
  }

  #openQueueCell(index: number, log: CellLog): void {
    const submitHere = (command: InternalCommand): void => this.#cells[index]?.cell.submit(command, noSink);
    const machine = new QueueMachine({
      cell: index,
      cellCount: this.#options.queueCells,
      catalog: this.#catalogMachine.view,
      rng: this.#options.rng,
      budget: this.#budget,
      sendToCell: this.#sendToCell,
      submitHere,
      uncommittedBytes: () => this.#cells[index]?.cell.uncommittedBytes ?? 0,
      leaseCount: () => this.#leaseCount(),
      ...(this.#options.needPagesEvery === undefined ? {} : { needPagesEvery: this.#options.needPagesEvery }),
    });
    const cell = this.#makeCell<QueueCellCommand>(`queue-${index}`, log, machine);
    const reclaimer = new Reclaimer(cell, (entity, firstSequence, count, bitmap) =>
      liveMessages(machine.state, { entity, firstSequence, count }, bitmap),
    );
    this.#cells.push({ cell, machine, reclaimer });
  }

  submit(command: Command, sink: ReplySink): void {
    if (this.#isClosed) return sink.reveal({ kind: 'error', error: shuttingDown });
    switch (command.kind) {
      case 'createQueue':
        return this.#catalogCell.submit(this.#withDurability(command), sink);
      case 'updateQueue':
        return this.#catalogCell.submit(command, sink);
      case 'endSession':
        return this.#inAllCells(command, sink);
      case 'deleteQueue':
        return this.#catalogCell.submit(command, this.#deleteSink(sink));
      default: {
        const cell = this.#cellOf(command.entity);
        if (cell === undefined) return sink.reveal(queueNotFound);
        return cell.cell.submit(command, sink);
      }
    }
  }

  #withDurability(command: CreateQueue): CreateQueue {
    if (this.#options.durability !== 'memory') return command;
    return { ...command, settings: { ...command.settings, durability: 'memory' } };
  }

  /** Answered once, when every cell has committed. */
  #inAllCells(command: EndSession, sink: ReplySink): void {
    let left = this.#cells.length;
    const each: ReplySink = {
      isOpen: () => sink.isOpen(),
      reveal: (reply) => {
        if (--left === 0) sink.reveal(reply);
      },
    };
    for (const { cell } of this.#cells) cell.submit(command, each);
  }

  query(query: Query, sink: ReplySink): void {
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
    for (const { machine } of this.#cells) machine.waiters.cancel(sink);
  }

  introspect(): BrokerIntrospection {
    const cells = [this.#catalogCell, ...this.#cells.map(({ cell }) => cell)].map((cell) => ({
      name: cell.name,
      position: cell.log.position(),
      commitCount: cell.commitCount,
      uncommittedBytes: cell.uncommittedBytes,
      isWritable: cell.log.isWritable(),
    }));
    return {
      cells,
      pageCacheBytes: this.#budget.residentBytes,
      leaseCount: this.#leaseCount(),
      waiterCount: this.#cells.reduce((sum, { machine }) => sum + machine.waiters.count, 0),
      diskBytes: this.#options.storage.stats().diskBytes,
      queueCounters: (entity) => this.#cellOf(entity)?.machine.state.queues.get(entity)?.counters,
    };
  }

  async reset(): Promise<void> {
    const entities = [...this.catalog.all()].map(({ entity }) => entity);
    await Promise.all(
      entities.map((entity) => ask((sink) => this.submit({ kind: 'deleteQueue', entity }, sink))),
    );
  }

  async backup(directory: string): Promise<void> {
    const all = [
      ...this.#cells.map(({ cell, reclaimer }) => ({ cell, reclaimer })),
      { cell: this.#catalogCell, reclaimer: this.#catalogReclaimer },
    ];
    for (const { reclaimer } of all) await reclaimer.pause();
    try {
      await this.#options.storage.backup(directory, {
        hold: async () => {
          await Promise.all(all.map(({ cell }) => cell.hold()));
        },
        release: () => {
          for (const { cell } of all) cell.release();
        },
      });
    } finally {
      for (const { reclaimer } of all) reclaimer.resume();
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    for (const { reclaimer } of this.#cells) await reclaimer.pause();
    await this.#catalogReclaimer.pause();
    await Promise.all(this.#cells.map(({ cell }) => cell.close()));
    await this.#catalogCell.close();
  }

  // --- tests ---

  async tick(): Promise<void> {
    this.#tickCells();
    for (let quiet = 0; quiet < 3;) {
      await new Promise((resolve) => setImmediate(resolve));
      quiet = this.#cells.some(({ cell }) => cell.isBusy) || this.#catalogCell.isBusy ? 0 : quiet + 1;
    }
  }
  async stateHash(): Promise<string> {
    await this.#settled();
    return this.#cells.map(({ machine }) => hashState(machine.state)).join('/');
  }
  async replayHash(): Promise<string> {
    await this.#settled();
    return this.#cells
      .map(({ cell, machine }) => hashState(foldFromEmpty(cell.log, machine.state.nowMs)))
      .join('/');
  }
  async #settled(): Promise<void> {
    for (const { cell } of this.#cells) await cell.barrier();
  }

  // --- inside ---

  #tickCells(): void {
    this.#catalogCell.tick();
    this.#catalogReclaimer.tick();
    for (const { cell, reclaimer } of this.#cells) {
      cell.tick();
      reclaimer.tick();
    }
  }

  #cellOf(entity: number): QueueCell | undefined {
    const definition = this.catalog.byEntity(entity);
    return definition === undefined ? undefined : this.#cells[definition.cell];
  }

  #leaseCount(): number {
    let count = 0;
    for (const { machine } of this.#cells) count += machine.state.leases.count;
    return count;
  }

  readonly #sendToCell: SendToCell = (cell, command, answer) => {
    const target = this.#cells[cell];
    if (target === undefined) return answer();
    target.cell.submit(command, {
      reveal: (reply: Reply | ArrivedReply) => answer(reply.kind === 'arrived' ? reply.answers : undefined),
      isOpen: () => true,
    });
  };

  /** A deletion is answered when the queue's cell has committed it too. */
  #deleteSink(sink: ReplySink): ReplySink {
    return {
      isOpen: () => sink.isOpen(),
      reveal: (reply) => {
        if (reply.kind !== 'catalog') return sink.reveal(reply);
        const waiting = this.#deleting.get(reply.definition.entity);
        if (waiting === undefined) sink.reveal(reply);
        else waiting.push({ sink, reply });
      },
    };
  }

  #drop(drop: PendingDrop): void {
    this.#deleting.set(drop.entity, this.#deleting.get(drop.entity) ?? []);
    const cell = this.#cells[drop.cell]?.cell;
    cell?.submit(
      { kind: 'dropQueue', entity: drop.entity },
      {
        isOpen: () => true,
        reveal: (reply) => {
          if (reply.kind === 'error') {
            if (!this.#isClosed) setTimeout(() => this.#drop(drop), 100);
            return;
          }
          this.#catalogCell.submit({ kind: 'dropped', entity: drop.entity }, noSink);
          const waiting = this.#deleting.get(drop.entity) ?? [];
          this.#deleting.delete(drop.entity);
          for (const { sink, reply: answer } of waiting) sink.reveal(answer);
        },
      },
    );
  }
}

function ask(submit: (sink: ReplySink) => void): Promise<Reply> {
  return new Promise((resolve) => submit({ reveal: resolve, isOpen: () => true }));
}
