// The state machine of the catalog cell: definitions of queues and streams, their placement and incarnation
// ids, and the deletions that their cells have not confirmed yet. Records are cold: msgpack.
//
//   create -> defined --update--> defined ...
//   defined --delete--> dropping (gone for everybody) --its cell confirms--> forgotten
import { Packr } from 'msgpackr';
import { ByteReader } from '../../base/bytes.ts';
import type { CellLog, Position } from '../../storage/types.ts';
import type { CatalogCommand, CreateQueue, QueueDefinition, UpdateQueue } from '../catalog-types.ts';
import type { Group } from '../cell/group.ts';
import type { CellMachine } from '../cell/machine.ts';
import { DirtySet, rowKind } from '../cell/persistent.ts';
import type { Reply, ReplySink } from '../command.ts';
import { brokerError } from '../errors.ts';
import type { ResourceName } from '../names.ts';
import { nameKey } from '../names.ts';
import type { CreateStream, DeleteStream, StreamDefinition, UpdateStream } from '../stream-types.ts';
import type { Birth, Definition } from './definitions.ts';
import {
  changedQueue,
  changedStream,
  endingStream,
  isBinding,
  isQueue,
  isStream,
  newQueue,
  newStream,
} from './definitions.ts';
import { isRoutingCommand, RoutingDecisions } from './routing-decide.ts';
import type { PendingDrop } from './rows.ts';
import { CatalogRoot, DefinitionRow } from './rows.ts';
import { CatalogView } from './view.ts';

export type { PendingDrop } from './rows.ts';

export type CatalogCellCommand =
  | CatalogCommand
  | { readonly kind: 'dropped'; readonly entity: number }
  | { readonly kind: 'start'; readonly epoch: number; readonly sequencesAhead: number };

type CatalogRecord =
  | { readonly type: 'defined'; readonly definition: Definition; readonly nowMs: number }
  | { readonly type: 'deleted'; readonly entity: number; readonly nowMs: number }
  | { readonly type: 'dropped'; readonly entity: number; readonly nowMs: number }
  | {
      readonly type: 'started';
      readonly epoch: number;
      readonly nowMs: number;
      readonly entitiesAhead: number;
    };

const packr = new Packr({ useRecords: false });
/** Incarnation ids handed out in the lost future of a restored backup are skipped by this many. */
const ENTITIES_AHEAD = 1_000_000;

export interface CatalogMachineDeps {
  readonly queueCells: () => number;
  readonly streamCells: () => number;
  /**
   * Asks the cell of a queue or stream to forget it; called after the deletion is committed, again after a
   * restart.
   */
  readonly drop: (drop: PendingDrop) => void;
}

export class CatalogMachine implements CellMachine<CatalogCellCommand> {
  readonly view = new CatalogView();
  readonly #deps: CatalogMachineDeps;
  dirty = new DirtySet();
  nowMs = 0;
  #root = new CatalogRoot();
  #rows = new Map<number, DefinitionRow>();
  #names = new Map<string, number>();
  /** Bindings by the entity of their topic. */
  #bindings = new Map<number, Set<number>>();
  readonly #routing = new RoutingDecisions({
    nextEntity: () => this.#root.nextEntity,
    nowMs: () => this.nowMs,
    cellOf: (name) => placeByName(nameKey(name), this.#deps.queueCells()),
    byName: (name) => this.#definition(this.#names.get(nameKey(name)) ?? 0),
    byEntity: (entity) => this.#definition(entity),
    bindingsOf: (topic) => this.#bindings.get(topic) ?? new Set(),
    define: (definition) => this.#record({ type: 'defined', definition, nowMs: this.nowMs }),
    remove: (entity) => this.#record({ type: 'deleted', entity, nowMs: this.nowMs }),
  });
  /** Streams whose deletion is set for later. */
  #ending = new Set<number>();
  #group!: Group;
  #batch = 1;
  /** Changes that the view does not show yet, with the batch that brings them. */
  #changes: { readonly batch: number; readonly record: CatalogRecord }[] = [];

  constructor(deps: CatalogMachineDeps) {
    this.#deps = deps;
  }

  get epoch(): number {
    return this.#root.epoch;
  }

  load(log: CellLog): number {
    this.dirty = new DirtySet();
    this.#root = new CatalogRoot();
    this.#rows = new Map();
    this.#names = new Map();
    this.#bindings = new Map();
    this.#ending = new Set();
    this.#changes = [];
    this.#restoreRows(log);
    let count = 0;
    for (const batch of log.batches(log.checkpointPosition() + 1)) {
      this.#batch = batch.position;
      const reader = new ByteReader(batch.journal);
      while (!reader.isAtEnd) this.#apply(packr.unpack(reader.raw32()) as CatalogRecord);
      count++;
    }
    this.view.clear();
    for (const { definition } of this.#rows.values())
      if (definition !== undefined) this.view.show(definition);
    this.view.position = log.position();
    return count;
  }

  #restoreRows(log: CellLog): void {
    const root = log.page(rowKind.cell, 0, 0);
    if (root !== undefined) this.#root.restore(root);
    for (const { entity, bytes } of log.pagesOfKind(rowKind.definition)) {
      const row = this.#row(entity);
      row.restore(bytes);
      this.#noteDefined(row.definition as Definition);
    }
  }

  open(group: Group, batch: number): void {
    this.#group = group;
    this.#batch = batch;
  }

  entityOf(): number {
    return 0;
  }

  decide(command: CatalogCellCommand, _sink: ReplySink, nowMs: number): Reply | undefined {
    this.nowMs = Math.max(this.nowMs, nowMs);
    if (isRoutingCommand(command)) return this.#routing.decide(command);
    switch (command.kind) {
      case 'createQueue':
      case 'createStream':
        return this.#create(command);
      case 'updateQueue':
      case 'updateStream':
        return this.#update(command);
      case 'deleteQueue':
        return this.#delete(command.entity, false);
      case 'deleteStream':
        return command.afterMs > 0 ? this.#endLater(command) : this.#delete(command.entity, true);
      case 'dropped':
        if (this.#root.drops.has(command.entity))
          this.#record({ type: 'dropped', entity: command.entity, nowMs: this.nowMs });
        return { kind: 'done' };
      case 'start': {
        const epoch = Math.max(command.epoch, this.epoch + 1);
        this.#record({
          type: 'started',
          epoch,
          nowMs: this.nowMs,
          entitiesAhead: command.sequencesAhead > 0 ? ENTITIES_AHEAD : 0,
        });
        return { kind: 'done' };
      }
    }
  }

  #create(command: CreateQueue | CreateStream): Reply {
    const existing = this.#names.get(nameKey(command.name));
    if (existing !== undefined)
      return replyOf(this.#row(existing).definition as QueueDefinition | StreamDefinition, false);
    const isForQueue = command.kind === 'createQueue';
    const cellCount = isForQueue ? this.#deps.queueCells() : this.#deps.streamCells();
    const birth = {
      entity: this.#root.nextEntity,
      cell: placeByName(nameKey(command.name), cellCount),
      nowMs: this.nowMs,
    };
    const definition = isForQueue
      ? newQueue(command, birth)
      : newStream(command, this.#later(command.name, birth));
    this.#record({ type: 'defined', definition, nowMs: this.nowMs });
    return replyOf(definition, true);
  }

  /** Positions of a stream carry the second of its creation: a new one of the same name needs another. */
  #later(name: ResourceName, birth: Birth): Birth {
    const deletedAtMs = this.view.streams.deletedAtMs(name) ?? -Infinity;
    const nextSecondMs = (Math.floor(deletedAtMs / 1000) + 1) * 1000;
    return { ...birth, nowMs: Math.max(birth.nowMs, nextSecondMs) };
  }

  #update(command: UpdateQueue | UpdateStream): Reply {
    const current = this.#definition(command.entity);
    const isForStream = command.kind === 'updateStream';
    if (current === undefined || !(isForStream ? isStream(current) : isQueue(current)))
      return notFound(isForStream);
    if (current.revision !== command.expectedRevision) {
      const message = `the ${current.name.kind} was changed meanwhile`;
      return { kind: 'error', error: brokerError('revision_conflict', message) };
    }
    const definition = isStream(current)
      ? changedStream(current, command as UpdateStream, this.nowMs)
      : changedQueue(current as QueueDefinition, command as UpdateQueue, this.nowMs);
    this.#record({ type: 'defined', definition, nowMs: this.nowMs });
    return replyOf(definition, false);
  }

  #delete(entity: number, isForStream: boolean): Reply {
    const definition = this.#definition(entity);
    if (definition === undefined || !(isStream(definition) || isQueue(definition)))
      return notFound(isForStream);
    if (isStream(definition) !== isForStream) return notFound(isForStream);
    this.#record({ type: 'deleted', entity, nowMs: this.nowMs });
    return replyOf(definition, false);
  }

  #endLater(command: DeleteStream): Reply {
    const current = this.#rows.get(command.entity)?.definition;
    if (current === undefined || !isStream(current)) return notFound(true);
    const definition = endingStream(current, command, this.nowMs);
    this.#record({ type: 'defined', definition, nowMs: this.nowMs });
    return replyOf(definition, false);
  }

  #record(record: CatalogRecord): void {
    this.#group.journal.raw32(packr.pack(record));
    this.#apply(record);
    this.#changes.push({ batch: this.#batch, record });
  }

  #apply(record: CatalogRecord): void {
    this.nowMs = Math.max(this.nowMs, record.nowMs);
    this.dirty.mark(this.#root, this.#batch);
    switch (record.type) {
      case 'defined':
        this.#applyDefined(record.definition);
        break;
      case 'deleted':
        this.#applyDeleted(record.entity);
        break;
      case 'dropped':
        this.#root.drops.delete(record.entity);
        break;
      case 'started':
        this.#root.epoch = record.epoch;
        this.#root.nextEntity += record.entitiesAhead;
        break;
    }
  }

  #applyDefined(definition: Definition): void {
    this.#root.nextEntity = Math.max(this.#root.nextEntity, definition.entity + 1);
    const row = this.#row(definition.entity);
    if (this.#batch <= row.loadedPosition) return;
    row.definition = definition;
    this.#noteDefined(definition);
    this.dirty.mark(row, this.#batch);
  }

  #definition(entity: number): Definition | undefined {
    return this.#rows.get(entity)?.definition;
  }

  #noteDefined(definition: Definition): void {
    this.#names.set(nameKey(definition.name), definition.entity);
    if (isBinding(definition)) {
      const bindings = this.#bindings.get(definition.topic) ?? new Set();
      this.#bindings.set(definition.topic, bindings.add(definition.entity));
    }
    if (isStream(definition) && definition.deletesAtMs !== undefined) this.#ending.add(definition.entity);
  }

  #applyDeleted(entity: number): void {
    const row = this.#rows.get(entity);
    if (row?.definition === undefined) return;
    const { definition } = row;
    // Bindings and documents live in the catalog alone.
    if ('cell' in definition)
      this.#root.drops.set(entity, { entity, cell: definition.cell, kind: definition.name.kind });
    if (isBinding(definition)) {
      const bindings = this.#bindings.get(definition.topic);
      bindings?.delete(entity);
      if (bindings?.size === 0) this.#bindings.delete(definition.topic);
    }
    const key = nameKey(definition.name);
    if (this.#names.get(key) === entity) this.#names.delete(key);
    row.definition = undefined;
    this.dirty.mark(row, this.#batch);
    this.#rows.delete(entity);
  }

  #row(entity: number): DefinitionRow {
    let row = this.#rows.get(entity);
    if (row === undefined) {
      row = new DefinitionRow(entity);
      this.#rows.set(entity, row);
    }
    return row;
  }

  /** Everything that a deletion has still to reach. */
  pendingDrops(): readonly PendingDrop[] {
    return [...this.#root.drops.values()];
  }

  isAnsweredEarly(): boolean {
    return false;
  }
  /** Deletions that were set for later come due. */
  tick(nowMs: number): void {
    this.nowMs = Math.max(this.nowMs, nowMs);
    for (const entity of this.#ending) {
      const definition = this.#rows.get(entity)?.definition;
      if (definition === undefined || !isStream(definition)) this.#ending.delete(entity);
      else if ((definition.deletesAtMs ?? Infinity) <= this.nowMs) this.#delete(entity, true);
    }
  }
  serve(): void {
    // Nothing waits for definitions.
  }

  committed(position: Position): void {
    const drops: PendingDrop[] = [];
    while (this.#changes[0] !== undefined && this.#changes[0].batch <= position) {
      const { record } = this.#changes[0];
      this.#changes.shift();
      if (record.type === 'defined') this.view.show(record.definition);
      if (record.type !== 'deleted') continue;
      this.view.hide(record.entity, record.nowMs);
      const drop = this.#root.drops.get(record.entity);
      if (drop !== undefined) drops.push(drop);
    }
    this.view.position = position;
    for (const drop of drops) this.#deps.drop(drop);
  }

  reveal(sink: ReplySink, reply: Reply): void {
    sink.reveal(reply);
  }
  close(): void {
    // Nobody waits here.
  }

  /** Canonical text of the state, for the replay test. */
  facts(): unknown {
    const definitions = [...this.#rows.values()]
      .sort((a, b) => a.entity - b.entity)
      .map((row) => row.definition);
    return {
      epoch: this.#root.epoch,
      nextEntity: this.#root.nextEntity,
      drops: this.pendingDrops(),
      definitions,
    };
  }
}

function replyOf(definition: QueueDefinition | StreamDefinition, isCreated: boolean): Reply {
  return definition.name.kind === 'stream'
    ? { kind: 'stream', definition: definition as StreamDefinition, isCreated }
    : { kind: 'catalog', definition: definition as QueueDefinition, isCreated };
}

function notFound(isForStream: boolean): Reply {
  const error = isForStream
    ? brokerError('stream_not_found', 'the stream does not exist')
    : brokerError('queue_not_found', 'the queue does not exist');
  return { kind: 'error', error };
}

/** FNV-1a: the same name always starts in the same cell of a given number. */
function placeByName(key: string, cellCount: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % cellCount;
}
