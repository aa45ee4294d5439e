// The state machine of the catalog cell: definitions of queues, their placement and incarnation ids, and the
// deletions that their cells have not confirmed yet. Records are cold: msgpack.
//
//   create -> defined --update--> defined ...
//   defined --delete--> dropping (gone for everybody) --its cell confirms--> forgotten
import { Packr } from 'msgpackr';
import { ByteReader } from '../../base/bytes.ts';
import type { CellLog, Position } from '../../storage/types.ts';
import type { CatalogCommand, CreateQueue, QueueDefinition, UpdateQueue } from '../catalog-types.ts';
import type { Group } from '../cell/group.ts';
import type { CellMachine } from '../cell/machine.ts';
import type { Persistent } from '../cell/persistent.ts';
import { DirtySet, rowKind } from '../cell/persistent.ts';
import type { Reply, ReplySink } from '../command.ts';
import { brokerError } from '../errors.ts';
import { nameKey } from '../names.ts';
import { CatalogView } from './view.ts';

export type CatalogCellCommand =
  | CatalogCommand
  | { readonly kind: 'dropped'; readonly entity: number }
  | { readonly kind: 'start'; readonly epoch: number; readonly sequencesAhead: number };

type CatalogRecord =
  | { readonly type: 'defined'; readonly definition: QueueDefinition; readonly nowMs: number }
  | { readonly type: 'deleted'; readonly entity: number; readonly nowMs: number }
  | { readonly type: 'dropped'; readonly entity: number; readonly nowMs: number }
  | {
      readonly type: 'started';
      readonly epoch: number;
      readonly nowMs: number;
      readonly entitiesAhead: number;
    };

export interface PendingDrop {
  readonly entity: number;
  readonly cell: number;
}

const packr = new Packr({ useRecords: false });
/** Incarnation ids handed out in the lost future of a restored backup are skipped by this many. */
const ENTITIES_AHEAD = 1_000_000;

class DefinitionRow implements Persistent {
  readonly kind = rowKind.definition;
  readonly entity: number;
  readonly index = 0;
  dirtySince = 0;
  isSaving = false;
  loadedPosition = 0;
  definition: QueueDefinition | undefined;
  constructor(entity: number) {
    this.entity = entity;
  }
  encode(position: number): Uint8Array | null {
    return this.definition === undefined ? null : packr.pack({ position, definition: this.definition });
  }
}

class CatalogRoot implements Persistent {
  readonly kind = rowKind.cell;
  readonly entity = 0;
  readonly index = 0;
  dirtySince = 0;
  isSaving = false;
  epoch = 0;
  nextEntity = 1;
  readonly drops = new Map<number, PendingDrop>();
  encode(position: number): Uint8Array {
    const drops = [...this.drops.values()];
    return packr.pack({ position, epoch: this.epoch, nextEntity: this.nextEntity, drops });
  }
}

export interface CatalogMachineDeps {
  readonly queueCells: () => number;
  /** Asks a queue's cell to forget it; called after the deletion is committed, again after a restart. */
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
    for (const { definition } of this.#rows.values()) if (definition !== undefined) this.view.put(definition);
    this.view.position = log.position();
    return count;
  }

  #restoreRows(log: CellLog): void {
    const root = log.page(rowKind.cell, 0, 0);
    if (root !== undefined) {
      const row = packr.unpack(root) as { epoch: number; nextEntity: number; drops: PendingDrop[] };
      this.#root.epoch = row.epoch;
      this.#root.nextEntity = row.nextEntity;
      for (const drop of row.drops) this.#root.drops.set(drop.entity, drop);
    }
    for (const { entity, bytes } of log.pagesOfKind(rowKind.definition)) {
      const { position, definition } = packr.unpack(bytes) as {
        position: number;
        definition: QueueDefinition;
      };
      const row = this.#row(entity);
      row.loadedPosition = position;
      row.definition = definition;
      this.#names.set(nameKey(definition.name), entity);
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
    switch (command.kind) {
      case 'createQueue':
        return this.#create(command);
      case 'updateQueue':
        return this.#update(command);
      case 'deleteQueue':
        return this.#delete(command.entity);
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

  #create(command: CreateQueue): Reply {
    const existing = this.#names.get(nameKey(command.name));
    if (existing !== undefined) {
      return {
        kind: 'catalog',
        definition: this.#row(existing).definition as QueueDefinition,
        isCreated: false,
      };
    }
    const definition: QueueDefinition = {
      name: command.name,
      entity: this.#root.nextEntity,
      cell: placeByName(nameKey(command.name), this.#deps.queueCells()),
      createdAtMs: this.nowMs,
      modifiedAtMs: this.nowMs,
      revision: 1,
      settings: command.settings,
      annotations: command.annotations,
      tags: command.tags,
    };
    this.#record({ type: 'defined', definition, nowMs: this.nowMs });
    return { kind: 'catalog', definition, isCreated: true };
  }

  #update(command: UpdateQueue): Reply {
    const current = this.#rows.get(command.entity)?.definition;
    if (current === undefined) return notFound;
    if (current.revision !== command.expectedRevision) {
      return { kind: 'error', error: brokerError('revision_conflict', 'the queue was changed meanwhile') };
    }
    const definition: QueueDefinition = {
      ...current,
      settings: command.settings ?? current.settings,
      annotations: command.annotations ?? current.annotations,
      tags: command.tags ?? current.tags,
      revision: current.revision + 1,
      modifiedAtMs: command.isModification === false ? current.modifiedAtMs : this.nowMs,
    };
    this.#record({ type: 'defined', definition, nowMs: this.nowMs });
    return { kind: 'catalog', definition, isCreated: false };
  }

  #delete(entity: number): Reply {
    const definition = this.#rows.get(entity)?.definition;
    if (definition === undefined) return notFound;
    this.#record({ type: 'deleted', entity, nowMs: this.nowMs });
    return { kind: 'catalog', definition, isCreated: false };
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

  #applyDefined(definition: QueueDefinition): void {
    this.#root.nextEntity = Math.max(this.#root.nextEntity, definition.entity + 1);
    const row = this.#row(definition.entity);
    if (this.#batch <= row.loadedPosition) return;
    row.definition = definition;
    this.#names.set(nameKey(definition.name), definition.entity);
    this.dirty.mark(row, this.#batch);
  }

  #applyDeleted(entity: number): void {
    const row = this.#rows.get(entity);
    if (row?.definition === undefined) return;
    this.#root.drops.set(entity, { entity, cell: row.definition.cell });
    const key = nameKey(row.definition.name);
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
  tick(nowMs: number): void {
    this.nowMs = Math.max(this.nowMs, nowMs);
  }
  serve(): void {
    // Nothing waits for definitions.
  }

  committed(position: Position): void {
    const drops: PendingDrop[] = [];
    while (this.#changes[0] !== undefined && this.#changes[0].batch <= position) {
      const { record } = this.#changes[0];
      this.#changes.shift();
      if (record.type === 'defined') this.view.put(record.definition);
      if (record.type !== 'deleted') continue;
      this.view.remove(record.entity, record.nowMs);
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

const notFound: Reply = { kind: 'error', error: brokerError('queue_not_found', 'the queue does not exist') };

/** FNV-1a: the same name always starts in the same cell of a given number. */
function placeByName(key: string, cellCount: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % cellCount;
}
