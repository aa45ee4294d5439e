// The broker: one catalog cell, queue cells and stream cells over one storage. Routes commands, makes the
// cells follow what the catalog has committed, drives timers and reclaiming.
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Rng } from '../base/rng.ts';
import type { Storage } from '../storage/types.ts';
import type { CreateQueue } from './catalog-types.ts';
import type { CatalogCellCommand, PendingDrop } from './catalog/machine.ts';
import { isRoutingCommand } from './catalog/routing-decide.ts';
import { CatalogMachine } from './catalog/machine.ts';
import type { Cell } from './cell/cell.ts';
import type { AnyRunningCell, CellDeps, RunningCell } from './cell/cell-set.ts';
import { checkCellCount, runCell } from './cell/cell-set.ts';
import type { Command, Consume, EndSession, Query, Reply, ReplySink, Subscription } from './command.ts';
import { noSink } from './command.ts';
import { shuttingDown } from './errors.ts';
import type { Broker, BrokerIntrospection, Catalog } from './index.ts';
import { QueueCells } from './queue-cells.ts';
import type { Renderer } from './topic-types.ts';
import { StreamCells } from './stream-cells.ts';
import type { FollowShard, StreamDefinition } from './stream-types.ts';

export interface BrokerOptions {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly rng: Rng;
  readonly logger: Logger;
  readonly queueCells: number;
  /** Default 1. */
  readonly streamCells?: number;
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
const FOLLOW_AGAIN_MS = 100;
/** What a restore skips: more than any queue or shard takes between a backup and its restore. */
const SEQUENCES_AHEAD = 2 ** 32;

export async function createBroker(options: BrokerOptions): Promise<TestableBroker> {
  const broker = new LocalBroker(options);
  await broker.start();
  return broker;
}

class LocalBroker implements TestableBroker {
  readonly renderers = new Map<number, Renderer>();
  readonly #options: BrokerOptions;
  readonly #cellDeps: CellDeps;
  readonly #catalogMachine: CatalogMachine;
  readonly #queues: QueueCells;
  readonly #streams: StreamCells;
  #catalog!: RunningCell<CatalogCellCommand, CatalogMachine>;
  /** Clients that wait until the cell of a deleted queue or stream has confirmed. */
  readonly #deleting = new Map<number, { readonly sink: ReplySink; readonly reply: Reply }[]>();
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: BrokerOptions) {
    this.#options = options;
    this.#catalogMachine = new CatalogMachine({
      queueCells: () => this.#queues.cells.length,
      streamCells: () => this.#streams.cells.length,
      drop: (drop) => this.#drop(drop),
    });
    const { storage, clock, logger, rng, needPagesEvery } = options;
    this.#cellDeps = { storage, clock, logger, catalog: this.#catalogMachine.view };
    this.#streams = new StreamCells(this.#cellDeps);
    const sendToStreams = this.#streams.take;
    const { renderers } = this;
    this.#queues = new QueueCells({ ...this.#cellDeps, rng, needPagesEvery, sendToStreams, renderers });
  }

  get catalog(): Catalog {
    return this.#catalogMachine.view;
  }
  get #catalogCell(): Cell<CatalogCellCommand> {
    return this.#catalog.cell;
  }

  async start(): Promise<void> {
    const { storage, queueCells, streamCells = 1, clock } = this.#options;
    checkCellCount(storage, 'queue', queueCells);
    checkCellCount(storage, 'stream', streamCells);
    const log = await storage.openCell('catalog');
    const run = { machine: this.#catalogMachine, guide: { live: () => 0 } };
    this.#catalog = runCell(this.#cellDeps, 'catalog', log, run);
    await this.#queues.open(queueCells);
    await this.#streams.open(streamCells);
    for (const { cell } of this.#cells()) cell.load();
    const sequencesAhead = storage.wasRestored ? SEQUENCES_AHEAD : 0;
    const start = { kind: 'start', epoch: clock.nowMs(), sequencesAhead } as const;
    await Promise.all([
      ask((sink) => this.#catalogCell.submit(start, sink)),
      ...this.#queues.cells.map(({ cell }) => ask((sink) => cell.submit(start, sink))),
      ...this.#streams.cells.map(({ cell }) => ask((sink) => cell.submit(start, sink))),
    ]);
    if (storage.wasRestored) await storage.acknowledgeRestore();
    this.#catchUp();
    const tickMs = this.#options.tickMs ?? TICK_MS;
    if (tickMs > 0) this.#timer = setInterval(() => this.#tickCells(), tickMs);
  }

  submit(command: Command, sink: ReplySink): void {
    if (this.#isClosed) return sink.reveal({ kind: 'error', error: shuttingDown });
    // Consumer groups and views are parts of a stream.
    if ('group' in command || 'view' in command) return this.#streams.submit(command, sink);
    if (isRoutingCommand(command)) return this.#catalogCell.submit(command, this.#deleteSink(sink));
    switch (command.kind) {
      case 'createQueue':
        return this.#catalogCell.submit(this.#withDurability(command), sink);
      case 'createStream':
        return this.#catalogCell.submit(command, this.#createStreamSink(sink));
      case 'updateQueue':
      case 'updateStream':
        return this.#catalogCell.submit(command, sink);
      case 'deleteQueue':
      case 'deleteStream':
        return this.#catalogCell.submit(command, this.#deleteSink(sink));
      case 'endSession':
        return this.#inAllCells(command, sink);
      case 'append':
      case 'splitShard':
      case 'mergeShards':
      case 'resizeStream':
        return this.#streams.submit(command, sink);
      default:
        return this.#queues.submit(command, sink);
    }
  }

  /** Answered once, when every cell has committed. */
  #inAllCells(command: EndSession, sink: ReplySink): void {
    const cells = [...this.#queues.cells, ...this.#streams.cells];
    let left = cells.length;
    const each: ReplySink = {
      isOpen: () => sink.isOpen(),
      reveal: (reply) => {
        if (--left === 0) sink.reveal(reply);
      },
    };
    for (const { cell } of cells) cell.submit(command, each);
  }

  #withDurability(command: CreateQueue): CreateQueue {
    if (this.#options.durability !== 'memory') return command;
    return { ...command, settings: { ...command.settings, durability: 'memory' } };
  }

  query(query: Query, sink: ReplySink): void {
    switch (query.kind) {
      case 'peek':
      case 'queueStats':
      case 'listMoves':
        return this.#queues.query(query, sink);
      default:
        return this.#streams.query(query, sink);
    }
  }

  subscribe(consume: Consume, sink: ReplySink): Subscription {
    return this.#queues.subscribe(consume, sink);
  }

  follow(follow: FollowShard, sink: ReplySink): Subscription {
    return this.#streams.follow(follow, sink);
  }

  cancel(sink: ReplySink): void {
    this.#queues.cancel(sink);
    this.#streams.cancel(sink);
  }

  introspect(): BrokerIntrospection {
    const cells = this.#cells().map(({ cell }) => ({
      name: cell.name,
      position: cell.log.position(),
      commitCount: cell.commitCount,
      uncommittedBytes: cell.uncommittedBytes,
      isWritable: cell.log.isWritable(),
    }));
    return {
      cells,
      pageCacheBytes: this.#queues.pageCacheBytes,
      leaseCount: this.#queues.leaseCount,
      waiterCount: this.#queues.waiterCount,
      followerCount: this.#streams.followerCount,
      diskBytes: this.#options.storage.stats().diskBytes,
      queueCounters: (entity) => this.#queues.counters(entity),
    };
  }

  async reset(): Promise<void> {
    const topics = [...this.catalog.topics.all()].map(
      ({ entity }) => ({ kind: 'deleteTopic', entity }) as const,
    );
    const documents = [...this.catalog.documents.all()].map(
      ({ entity }) => ({ kind: 'deleteDocument', entity }) as const,
    );
    const routing = [...topics, ...documents];
    await Promise.all(routing.map((command) => ask((sink) => this.submit(command, sink))));
    const queues = [...this.catalog.all()].map(({ entity }) => ({ kind: 'deleteQueue', entity }) as const);
    const streams = [...this.catalog.streams.all()].map(
      ({ entity }) => ({ kind: 'deleteStream', entity, afterMs: 0 }) as const,
    );
    await Promise.all([...queues, ...streams].map((command) => ask((sink) => this.submit(command, sink))));
  }

  async backup(directory: string): Promise<void> {
    const all = this.#cells().toReversed();
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
    for (const { reclaimer } of this.#cells()) await reclaimer.pause();
    await Promise.all([...this.#queues.cells, ...this.#streams.cells].map(({ cell }) => cell.close()));
    await this.#catalogCell.close();
  }

  // --- tests ---

  async tick(): Promise<void> {
    this.#tickCells();
    for (let quiet = 0; quiet < 3;) {
      await new Promise((resolve) => setImmediate(resolve));
      quiet = this.#cells().some(({ cell }) => cell.isBusy) ? 0 : quiet + 1;
    }
  }
  async stateHash(): Promise<string> {
    await this.#settled();
    return [...this.#queues.hashes(), ...this.#streams.hashes()].join('/');
  }
  async replayHash(): Promise<string> {
    await this.#settled();
    return [...this.#queues.replayHashes(), ...this.#streams.replayHashes()].join('/');
  }
  async #settled(): Promise<void> {
    for (const { cell } of this.#cells()) await cell.barrier();
  }

  // --- inside ---

  /** The catalog's first: the others read what it has committed. */
  #cells(): readonly AnyRunningCell[] {
    return [this.#catalog, ...this.#queues.cells, ...this.#streams.cells];
  }

  #tickCells(): void {
    for (const { cell, reclaimer } of this.#cells()) {
      cell.tick();
      reclaimer.tick();
    }
  }

  /** What a crash left between the catalog's commit and that of the other cell. */
  #catchUp(): void {
    for (const drop of this.#catalogMachine.pendingDrops()) this.#drop(drop);
    for (const definition of this.catalog.streams.all()) {
      if (!this.#streams.has(definition)) this.#openStream(definition, () => {});
    }
  }

  /** A new stream is answered when its cell has committed its shards. */
  #createStreamSink(sink: ReplySink): ReplySink {
    return {
      isOpen: () => sink.isOpen(),
      reveal: (reply) => {
        if (reply.kind !== 'stream' || !reply.isCreated) return sink.reveal(reply);
        this.#openStream(reply.definition, () => sink.reveal(reply));
      },
    };
  }

  #openStream(definition: StreamDefinition, done: () => void): void {
    const sink = this.#untilDone(() => this.#openStream(definition, done), done);
    this.#streams.cells[definition.cell]?.cell.submit({ kind: 'openStream', definition }, sink);
  }

  /** A deletion is answered when the cell has committed it too. */
  #deleteSink(sink: ReplySink): ReplySink {
    return {
      isOpen: () => sink.isOpen(),
      reveal: (reply) => {
        if (reply.kind !== 'catalog' && reply.kind !== 'stream' && reply.kind !== 'topic')
          return sink.reveal(reply);
        const waiting = this.#deleting.get(reply.definition.entity);
        if (waiting === undefined) sink.reveal(reply);
        else waiting.push({ sink, reply });
      },
    };
  }

  #drop(drop: PendingDrop): void {
    const { entity } = drop;
    this.#deleting.set(entity, this.#deleting.get(entity) ?? []);
    const sink = this.#untilDone(
      () => this.#drop(drop),
      () => {
        this.#catalogCell.submit({ kind: 'dropped', entity }, noSink);
        const waiting = this.#deleting.get(entity) ?? [];
        this.#deleting.delete(entity);
        for (const { sink: client, reply } of waiting) client.reveal(reply);
      },
    );
    if (drop.kind === 'stream')
      this.#streams.cells[drop.cell]?.cell.submit({ kind: 'dropStream', entity }, sink);
    else this.#queues.cells[drop.cell]?.cell.submit({ kind: 'dropQueue', entity }, sink);
  }

  /** What the catalog has committed and another cell has to follow: asked again until it has. */
  #untilDone(again: () => void, done: () => void): ReplySink {
    return {
      isOpen: () => true,
      reveal: (reply) => {
        if (reply.kind !== 'error') return done();
        if (!this.#isClosed) setTimeout(again, FOLLOW_AGAIN_MS);
      },
    };
  }
}

function ask(submit: (sink: ReplySink) => void): Promise<Reply> {
  return new Promise((resolve) => submit({ reveal: resolve, isOpen: () => true }));
}
