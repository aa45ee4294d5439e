// The state machine of a stream cell: commands in, answers out, everything recorded on the way; and the
// readers, who see the committed state without waiting for anybody. One instance lives as long as its cell.
import type { CellLog, Position } from '../../storage/types.ts';
import type { Catalog } from '../catalog-types.ts';
import { generationAfter } from '../cell/generation.ts';
import type { Group } from '../cell/group.ts';
import type { Attach, CellMachine } from '../cell/machine.ts';
import type { DirtySet } from '../cell/persistent.ts';
import type { EndSession, Reply, ReplySink } from '../command.ts';
import type { ViewCommand } from '../view-types.ts';
import type { GroupCommand, GroupQuery } from '../group-types.ts';
import { shuttingDown } from '../errors.ts';
import type { StreamCommand, StreamDefinition, StreamStats } from '../stream-types.ts';
import type { Arrive } from '../queue/arrive.ts';
import { decideAppend } from './append.ts';
import { decideArrive } from './arrive.ts';
import type { StreamContext } from './context.ts';
import { streamNotFound } from './errors.ts';
import { StreamReaders } from '../delivery/stream-readers.ts';
import { decideGroup, describeGroups, endSessions } from './group-decide.ts';
import { StreamRecorder } from './records.ts';
import { loadState } from './recovery.ts';
import { decideMerge, decideResize, decideSplit } from './reshard.ts';
import type { Trim } from './retention.ts';
import { RetentionSweep } from './retention.ts';
import type { Shard } from './shard.ts';
import { loadWindowMs, splitHotShards } from './sharding.ts';
import type { StreamCellState } from './state.ts';
import { Views } from './views.ts';

/** Sent by the broker itself. */
export type StreamCellCommand =
  | StreamCommand
  | GroupCommand
  | ViewCommand
  | EndSession
  | Trim
  | Arrive
  | { readonly kind: 'openStream'; readonly definition: StreamDefinition }
  | { readonly kind: 'dropStream'; readonly entity: number }
  | { readonly kind: 'start'; readonly epoch: number; readonly sequencesAhead: number };

export interface StreamMachineDeps {
  readonly catalog: Catalog;
  readonly uncommittedBytes: () => number;
  /** Back into this cell: floors that were found after a wait for the disk. */
  readonly submitHere: (trim: Trim) => void;
}

const RETENTION_TICK_MS = 1000;

export class StreamMachine implements CellMachine<StreamCellCommand> {
  /** Those who see committed records; they never come through `decide`. */
  readonly readers: StreamReaders;
  readonly #deps: StreamMachineDeps;
  readonly #retention: RetentionSweep;
  readonly #views = new Views();
  #generation = 0;
  readonly #moved: Shard[] = [];
  #context!: StreamContext;
  #retentionAtMs = 0;
  #loadAtMs = 0;

  constructor(deps: StreamMachineDeps) {
    this.#deps = deps;
    this.readers = new StreamReaders(() => this.#context);
    this.#retention = new RetentionSweep({ cold: this.readers.cold, submitHere: deps.submitHere });
  }

  get state(): StreamCellState {
    return this.#context.state;
  }
  get context(): StreamContext {
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
    const { state, replayedCount } = loadState(log);
    // After a failed commit too, time goes on from where it was: what was past retention stays so.
    const before: StreamContext | undefined = this.#context;
    state.nowMs = Math.max(state.nowMs, before?.state.nowMs ?? 0);
    this.#context = {
      state,
      record: new StreamRecorder(state, undefined as never),
      catalog: this.#deps.catalog,
      log,
      group: undefined as never,
      uncommittedBytes: this.#deps.uncommittedBytes,
      nextGeneration: () => (this.#generation = generationAfter(this.#generation, this.nowMs)),
    };
    this.#views.restart();
    this.#retention.restart();
    return replayedCount;
  }

  open(group: Group, batch: number): void {
    this.#context.group = group;
    this.#context.record.open(group.journal);
    this.state.batch = batch;
  }

  entityOf(command: StreamCellCommand): number {
    return 'entity' in command ? command.entity : 0;
  }

  bytesOf(command: StreamCellCommand): number {
    return command.kind === 'append' ? (command.records.starts[command.records.count] as number) : 0;
  }

  decide(command: StreamCellCommand, sink: ReplySink, nowMs: number): Reply | undefined {
    this.#clock(nowMs);
    const context = this.#context;
    // Records become visible at their commit; everything else may let somebody be served at once.
    if (command.kind !== 'append') this.#views.wake();
    if ('view' in command) return this.#views.decide(context, command, sink);
    if ('group' in command) return decideGroup(context, command);
    switch (command.kind) {
      case 'append':
        return decideAppend(context, command);
      case 'arrive':
        // Internal answer: its sink is the source cell's outbox, which knows the type.
        return decideArrive(context, command) as unknown as Reply;
      case 'splitShard':
        return decideSplit(context, command);
      case 'mergeShards':
        return decideMerge(context, command);
      case 'resizeStream':
        return decideResize(context, command);
      case 'endSession':
        this.#views.endSession(command.session);
        return { kind: 'done' };
      case 'trim':
        return this.#trim(command);
      case 'openStream':
        return this.#openStream(command.definition);
      case 'dropStream':
        context.record.dropped(command.entity);
        return { kind: 'done' };
      case 'start':
        context.record.started(Math.max(command.epoch, this.epoch + 1));
        if (command.sequencesAhead > 0) context.record.ahead(command.sequencesAhead);
        return { kind: 'done' };
    }
  }

  #trim({ lane, floor }: Trim): Reply {
    const shard = this.state.shards.get(lane);
    if (shard !== undefined && floor > shard.floor && floor <= shard.nextSequence)
      this.#context.record.trimmed(lane, floor);
    return { kind: 'done' };
  }

  /** Told again after a restart that came between: once is enough. */
  #openStream({ entity, createdAtMs, initialShardCount }: StreamDefinition): Reply {
    if (this.state.stream(entity) !== undefined) return { kind: 'done' };
    const { record, state } = this.#context;
    record.opened({ entity, createdAtMs, shardCount: initialShardCount, firstLane: state.root.nextLane });
    return { kind: 'done' };
  }

  groups(query: GroupQuery): Reply {
    return describeGroups(this.#context, query);
  }

  stats(entity: number): Reply {
    const stream = this.state.stream(entity);
    if (stream === undefined) return streamNotFound;
    const { recordCount, recordBytes, readRecordCount, readBytes, refusedCount } = stream;
    const stats: StreamStats = {
      kind: 'streamStats',
      openShardCount: stream.open.length,
      recordCount,
      recordBytes,
      readRecordCount,
      readBytes,
      refusedCount,
    };
    return stats;
  }

  isAnsweredEarly(): boolean {
    return false;
  }

  tick(nowMs: number, attach: Attach): void {
    this.#clock(nowMs);
    this.#views.tick(this.#context, attach);
    if (nowMs - this.#retentionAtMs >= RETENTION_TICK_MS) {
      this.#retentionAtMs = nowMs;
      this.#retention.tick(this.#context);
      for (const group of this.state.groups.values()) endSessions(this.#context, group);
    }
    if (nowMs - this.#loadAtMs >= loadWindowMs) {
      splitHotShards(this.#context, nowMs - this.#loadAtMs);
      this.#loadAtMs = nowMs;
    }
  }

  /** Followers are served by what is committed, in `committed`; views by what is there and not leased. */
  serve(nowMs: number, attach: Attach): void {
    this.#clock(nowMs);
    this.#views.serve(this.#context, attach);
  }

  committed(position: Position): void {
    this.state.committed(position, this.#moved);
    if (this.#moved.length > 0) this.#views.wake();
    for (const shard of this.#moved) this.readers.followers.moved(shard);
    this.#moved.length = 0;
    for (const lane of this.state.removed) this.readers.followers.removed(lane);
    this.state.removed.length = 0;
  }

  reveal(sink: ReplySink, reply: Reply): void {
    if (reply.kind === 'viewReceived' && !sink.isOpen()) this.#views.undelivered(this.#context, reply);
    else sink.reveal(reply);
  }

  cancel(sink: ReplySink): void {
    this.#views.cancel(sink);
  }

  close(attach: Attach): void {
    this.#views.close(attach);
    this.readers.followers.close({ kind: 'error', error: shuttingDown });
  }

  /** Time never goes back within a cell, whatever the system clock does. */
  #clock(nowMs: number): void {
    if (nowMs > this.state.nowMs) this.state.nowMs = nowMs;
  }
}
