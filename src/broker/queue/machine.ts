// The state machine of a queue cell: commands in, answers out, everything recorded on the way. One instance
// lives as long as its cell; `load` gives it a fresh state.
import type { Rng } from '../../base/rng.ts';
import type { CellLog, Position } from '../../storage/types.ts';
import type { CatalogView } from '../catalog/view.ts';
import type { Group } from '../cell/group.ts';
import type { Attach, CellMachine } from '../cell/machine.ts';
import { Need } from '../cell/machine.ts';
import type { DirtySet } from '../cell/persistent.ts';
import type { EndSession, Purge, QueueCommand, Receive, Reply, ReplySink } from '../command.ts';
import type { Renderers } from '../delivery/render.ts';
import { renderAll } from '../delivery/render.ts';
import { Waiters } from '../delivery/waiters.ts';
import { brokerError, shuttingDown, tooManyWaiters } from '../errors.ts';
import type { Arrive, MoveAnswered } from './arrive.ts';
import { decideArrive, decideMoveAnswered } from './arrive.ts';
import type { QueueContext } from './context.ts';
import { queueNotFound } from './errors.ts';
import { dropVolatile, endDelays, endLeases, endSession, RetentionSweep } from './expire.ts';
import { decideCancelMove, decideStartMove, failTask, MoveTasks } from './move-task.ts';
import type { SendToCell } from './outbox.ts';
import { Outbox } from './outbox.ts';
import type { PageBudget } from './page-store.ts';
import type { PendingReceiveReply } from './receive.ts';
import { decideReceive } from './receive.ts';
import { Recorder } from './records.ts';
import { loadState } from './recovery.ts';
import { decidePublish } from './publish.ts';
import { storedMessage } from '../routing/publication.ts';
import { decideSend } from './send.ts';
import type { Undelivered } from './settle.ts';
import { decideChangeLease, decideSettle, decideUndelivered } from './settle.ts';
import type { QueueCellState } from './state.ts';
import { sweepRows } from './sweep-rows.ts';

/** Sent by other cells and by the broker itself. */
export type InternalCommand =
  | Undelivered
  | Arrive
  | MoveAnswered
  | EndSession
  | { readonly kind: 'dropQueue'; readonly entity: number }
  | { readonly kind: 'start'; readonly epoch: number; readonly sequencesAhead: number };

export type QueueCellCommand = QueueCommand | InternalCommand;

export interface QueueMachineDeps {
  readonly cell: number;
  readonly cellCount: number;
  readonly catalog: CatalogView;
  readonly rng: Rng;
  readonly budget: PageBudget;
  readonly sendToCell: SendToCell;
  readonly renderers: Renderers;
  /** Back into this cell: what the outbox heard, and receives that nobody was there for. */
  readonly submitHere: (command: InternalCommand) => void;
  readonly uncommittedBytes: () => number;
  readonly leaseCount: () => number;
  /** Tests: see PageStore. */
  readonly needPagesEvery?: number;
}

const TICK_RETENTION_MS = 1000;

export class QueueMachine implements CellMachine<QueueCellCommand> {
  readonly waiters = new Waiters();
  readonly #deps: QueueMachineDeps;
  readonly #outbox: Outbox;
  readonly #tasks = new MoveTasks();
  readonly #retention = new RetentionSweep();
  #context!: QueueContext;
  #retentionAtMs = 0;
  /** Outbox entries up to this one are committed. */
  #committedOutbox = 0;
  /** The newest outbox entry of each batch that is closed and not committed. */
  #closedBatches: { readonly batch: number; readonly outboxSequence: number }[] = [];

  constructor(deps: QueueMachineDeps) {
    this.#deps = deps;
    this.#outbox = new Outbox(deps.sendToCell, (answers) =>
      deps.submitHere({ kind: 'moveAnswered', answers }),
    );
  }

  get state(): QueueCellState {
    return this.#context.state;
  }
  get context(): QueueContext {
    return this.#context;
  }
  get dirty(): DirtySet {
    return this.state.dirty;
  }
  get epoch(): number {
    return this.state.root.epoch;
  }
  get nowMs(): number {
    return this.state.nowMs;
  }

  load(log: CellLog): number {
    (this.#context as QueueContext | undefined)?.state.pages.release();
    const { state, replayedCount } = loadState(log, this.#deps.budget);
    state.pages.needEvery = this.#deps.needPagesEvery ?? 0;
    this.#context = {
      cell: this.#deps.cell,
      cellCount: this.#deps.cellCount,
      state,
      record: new Recorder(state, undefined as never),
      catalog: this.#deps.catalog,
      log,
      rng: this.#deps.rng,
      group: undefined as never,
      uncommittedBytes: this.#deps.uncommittedBytes,
      leaseCount: this.#deps.leaseCount,
    };
    this.#outbox.reset();
    this.#committedOutbox = state.root.outboxSequence;
    this.#closedBatches = [];
    // Messages whose leases were undone with a failed group are there again.
    for (const entity of this.waiters.entities()) state.woken.add(entity);
    return replayedCount;
  }

  open(group: Group, batch: number): void {
    this.#closedBatches.push({ batch: batch - 1, outboxSequence: this.state.root.outboxSequence });
    this.#context.group = group;
    this.#context.record.open(group.journal);
    this.state.batch = batch;
  }

  entityOf(command: QueueCellCommand): number {
    return 'entity' in command ? command.entity : 0;
  }

  decide(command: QueueCellCommand, sink: ReplySink, nowMs: number): Reply | undefined {
    this.#clock(nowMs);
    const reply = this.#dispatch(command, sink);
    this.state.pages.unpin();
    this.state.pages.evict();
    return reply;
  }

  #dispatch(command: QueueCellCommand, sink: ReplySink): Reply | undefined {
    const context = this.#context;
    switch (command.kind) {
      case 'send':
        return decideSend(context, command);
      case 'publish':
        return decidePublish(context, command);
      case 'receive':
        return this.#receive(command, sink);
      case 'settle':
        return decideSettle(context, command);
      case 'changeLease':
        return decideChangeLease(context, command);
      case 'undelivered':
        return decideUndelivered(context, command);
      case 'purge':
        return decidePurge(context, command);
      case 'startMove':
        return decideStartMove(context, command);
      case 'cancelMove':
        return decideCancelMove(context, command);
      case 'arrive':
        // Internal answer: its sink is the source cell's outbox, which knows the type.
        return decideArrive(context, command) as unknown as Reply;
      case 'moveAnswered':
        return this.#moveAnswered(command);
      case 'endSession':
        endSession(context, command.session);
        return { kind: 'done' };
      case 'dropQueue':
        return this.#dropQueue(command.entity);
      case 'start':
        return this.#start(command);
    }
  }

  /** A push consumer without credit yet; false when there are too many. */
  consume(command: Receive, sink: ReplySink): boolean {
    return this.waiters.addConsumer(command, sink);
  }
  grant(sink: ReplySink, messages: number): void {
    const entity = this.waiters.grant(sink, messages);
    if (entity !== undefined) this.state.woken.add(entity);
  }

  /** Hands out what is there, or waits for it. */
  #receive(command: Receive, sink: ReplySink): Reply | undefined {
    const reply = decideReceive(this.#context, command);
    if (reply.kind !== 'received' || reply.deliveries.length > 0) return reply;
    const waitMs = command.waitMs ?? this.#deps.catalog.byEntity(command.entity)?.settings.waitMs ?? 0;
    if (waitMs <= 0) return reply;
    if (this.waiters.add(command, sink, this.state.nowMs + waitMs)) return undefined;
    return { kind: 'error', error: tooManyWaiters };
  }

  #moveAnswered(command: MoveAnswered): Reply {
    const { outbox } = this.state.root;
    const failed: { entity: number; taskId: string }[] = [];
    const moved = new Map<string, number>();
    for (const { outboxSequence, isAccepted } of command.answers) {
      const entry = outbox.get(outboxSequence);
      if (entry?.taskId === undefined) continue;
      if (isAccepted) moved.set(entry.taskId, entry.entity);
      else failed.push({ entity: entry.entity, taskId: entry.taskId });
    }
    const reply = decideMoveAnswered(this.#context, command);
    for (const { entity, taskId } of failed) failTask(this.#context, entity, taskId);
    for (const [taskId, entity] of moved) this.#tasks.arrived(this.#context, entity, taskId);
    return reply;
  }

  #dropQueue(entity: number): Reply {
    this.#context.record.dropped(entity);
    return { kind: 'done' };
  }

  #start(command: { readonly epoch: number; readonly sequencesAhead: number }): Reply {
    this.#context.record.started(Math.max(command.epoch, this.epoch + 1));
    if (command.sequencesAhead > 0) this.#context.record.ahead(command.sequencesAhead);
    endSession(this.#context, 0);
    dropVolatile(this.#context);
    return { kind: 'done' };
  }

  isAnsweredEarly(command: QueueCellCommand, reply: Reply): boolean {
    if (command.kind !== 'send' || reply.kind !== 'sent') return false;
    return this.#deps.catalog.byEntity(command.entity)?.settings.durability === 'memory';
  }

  tick(nowMs: number, attach: Attach): void {
    this.#clock(nowMs);
    const context = this.#context;
    endLeases(context);
    endDelays(context);
    this.#retry(() => this.#tasks.tick(context));
    this.#outbox.dispatch(context, this.#committedOutbox);
    for (const waiter of this.waiters.expire(nowMs)) attach(waiter.sink, emptyReceive(waiter.command.entity));
    if (nowMs - this.#retentionAtMs >= TICK_RETENTION_MS) {
      this.#retentionAtMs = nowMs;
      this.#retention.tick(context);
      this.state.dedup.expire(nowMs, this.state.batch);
      this.state.due.expire(nowMs, this.state.batch);
      sweepRows(this.state, context.log);
    }
    this.state.pages.evict();
  }

  serve(nowMs: number, attach: Attach): void {
    const { woken } = this.state;
    if (woken.size === 0) return;
    if (this.waiters.count > 0) {
      this.#clock(nowMs);
      for (const entity of woken) this.#serveQueue(entity, attach);
    }
    woken.clear();
  }

  #serveQueue(entity: number, attach: Attach): void {
    for (let waiter = this.waiters.first(entity); waiter !== undefined; waiter = this.waiters.first(entity)) {
      const { command, credit } = waiter;
      const messagesMax = Math.min(command.messagesMax, credit ?? Infinity);
      const wanted = messagesMax === command.messagesMax ? command : { ...command, messagesMax };
      const reply = this.#retry(() => decideReceive(this.#context, wanted));
      if (reply.kind !== 'received') this.waiters.remove(waiter);
      else if (reply.deliveries.length === 0) return;
      else this.waiters.served(waiter, reply.deliveries.length);
      attach(waiter.sink, reply);
    }
  }

  /** Outside of commands nothing is parked: what is needed is fetched at once. */
  #retry<T>(decide: () => T): T {
    for (;;) {
      try {
        const result = decide();
        this.state.pages.unpin();
        return result;
      } catch (error) {
        if (!(error instanceof Need)) throw error;
        error.fetch();
      }
    }
  }

  committed(position: Position): void {
    while (this.#closedBatches[0] !== undefined && this.#closedBatches[0].batch <= position) {
      this.#committedOutbox = this.#closedBatches[0].outboxSequence;
      this.#closedBatches.shift();
    }
    this.#outbox.dispatch(this.#context, this.#committedOutbox);
  }

  reveal(sink: ReplySink, reply: Reply): void {
    if (reply.kind === 'received' && reply.deliveries.length > 0)
      this.#revealDeliveries(sink, reply as PendingReceiveReply);
    else sink.reveal(reply);
  }

  /** Bodies are read now; when nobody is there any more, the messages go back as if never received. */
  #revealDeliveries(sink: ReplySink, reply: PendingReceiveReply): void {
    const isOpen = sink.isOpen();
    if (!isOpen || sink.hasRoom?.() === false) {
      this.#deps.submitHere({ kind: 'undelivered', entity: reply.entity, leases: reply.deliveries });
      if (isOpen) sink.reveal(unread);
      return;
    }
    let kept = 0;
    for (const delivery of reply.deliveries) {
      const message = storedMessage(this.#context.log, delivery.entity, delivery.sequence);
      // Purged between decision and commit: it is not delivered any more.
      if (message === undefined) continue;
      delivery.message = message;
      reply.deliveries[kept++] = delivery;
    }
    reply.deliveries.length = kept;
    renderAll(this.#deps.renderers, reply.deliveries, () => sink.reveal(reply));
  }

  close(attach: Attach): void {
    for (const waiter of this.waiters.takeAll()) attach(waiter.sink, { kind: 'error', error: shuttingDown });
  }

  /** Time never goes back within a cell, whatever the system clock does. */
  #clock(nowMs: number): void {
    if (nowMs > this.state.nowMs) this.state.nowMs = nowMs;
  }
}

const unread: Reply = {
  kind: 'error',
  error: brokerError('throttled', 'too many answers wait for clients that do not read them'),
};

function emptyReceive(entity: number): Reply {
  return { kind: 'received', entity, deliveries: [] } as Reply;
}

function decidePurge(context: QueueContext, command: Purge): Reply {
  if (context.catalog.byEntity(command.entity) === undefined) return queueNotFound;
  const queue = context.state.queue(command.entity);
  // Also when nothing is left: the ids of what was settled go too.
  if (queue.floor < queue.nextSequence)
    context.record.floor(command.entity, queue.nextSequence, { ...queue.counts });
  return { kind: 'done' };
}
