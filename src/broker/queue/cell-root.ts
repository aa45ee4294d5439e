// What a queue cell knows beside its queues: epoch, lease generations, the outbox with what is on its way to
// other cells, what it has taken from them, move tasks, and deleted queues whose rows are still to be
// removed. One small row.
import { Packr } from 'msgpackr';
import { limits } from '../../base/limits.ts';
import type { DirtySet, Persistent } from '../cell/persistent.ts';
import { rowKind } from '../cell/persistent.ts';

/** A message on its way to another queue; at its source it stays in place, as `moving`, until the answer. */
export interface OutboxEntry {
  readonly outboxSequence: number;
  readonly entity: number;
  readonly sequence: number;
  readonly targetCell: number;
  readonly targetEntity: number;
  /**
   * deadLetter keeps identity and history; redrive makes a new message of it; publish: a publication for
   * targets of another cell.
   */
  readonly kind: 'deadLetter' | 'redrive' | 'publish';
  readonly taskId?: string | undefined;
}

/** What was taken from one source cell: everything up to `high`; of the newest ones, those refused. */
export interface InboxMark {
  high: number;
  refused: number[];
}

export interface TaskRecord {
  readonly taskId: string;
  readonly entity: number;
  readonly targetNamespace?: string | undefined;
  readonly targetName?: string | undefined;
  readonly ratePerSecondMax?: number | undefined;
  readonly startedAtMs: number;
  readonly toMoveCount: number;
  status: 'running' | 'completed' | 'cancelling' | 'cancelled' | 'failed';
  movedCount: number;
  failureCode?: string | undefined;
  failureMessage?: string | undefined;
}

const VERSION = 1;
const packr = new Packr({ useRecords: false });

export class CellRoot implements Persistent {
  readonly kind = rowKind.cell;
  readonly entity = 0;
  readonly index = 0;
  dirtySince = 0;
  isSaving = false;
  loadedPosition = 0;

  epoch = 0;
  /** Newest lease generation; later leases have larger ones, also after a restart. */
  generation = 0;
  outboxSequence = 0;
  /** Where the sequences of a queue start that has none yet: raised by a restore. */
  sequenceBase = 0;
  readonly outbox = new Map<number, OutboxEntry>();
  readonly marks = new Map<number, InboxMark>();
  readonly tasks = new Map<number, TaskRecord[]>();
  /** Of publications that happen once: the newest sequence by key. */
  readonly once = new Map<number, number>();
  /** Deleted queues with rows left to remove. */
  readonly dropped = new Set<number>();
  readonly #dirty: DirtySet;

  constructor(dirty: DirtySet) {
    this.#dirty = dirty;
  }

  /** False when the row already knows what batch `batch` did: leave the root alone. */
  touch(batch: number): boolean {
    if (batch <= this.loadedPosition) return false;
    this.#dirty.mark(this, batch);
    return true;
  }

  sawGeneration(generation: number, batch: number): void {
    if (generation > this.generation && this.touch(batch)) this.generation = generation;
  }
  applyStarted(epoch: number, batch: number): void {
    if (this.touch(batch)) this.epoch = epoch;
  }
  noteDropped(entity: number, batch: number): void {
    if (!this.touch(batch)) return;
    this.dropped.add(entity);
    this.tasks.delete(entity);
    for (const entry of this.outbox.values())
      if (entry.entity === entity) this.outbox.delete(entry.outboxSequence);
  }
  noteSwept(entity: number, batch: number): void {
    if (this.dropped.delete(entity)) this.#dirty.mark(this, batch);
  }
  applyOutbox(entry: OutboxEntry, batch: number): void {
    if (!this.touch(batch)) return;
    this.outbox.set(entry.outboxSequence, entry);
    this.outboxSequence = Math.max(this.outboxSequence, entry.outboxSequence);
  }
  applyAnswered(outboxSequence: number, batch: number): void {
    if (this.touch(batch)) this.outbox.delete(outboxSequence);
  }
  applyArrived(
    arrival: { source: number; outboxSequence: number; isAccepted: boolean },
    batch: number,
  ): void {
    if (!this.touch(batch)) return;
    const mark = this.mark(arrival.source);
    mark.high = Math.max(mark.high, arrival.outboxSequence);
    if (!arrival.isAccepted) mark.refused.push(arrival.outboxSequence);
    // The source asks again only for what it has not heard of: at most one command's worth of entries.
    if (mark.refused.length > 1024) mark.refused.splice(0, mark.refused.length - 1024);
  }
  mark(source: number): InboxMark {
    let mark = this.marks.get(source);
    if (mark === undefined) {
      mark = { high: 0, refused: [] };
      this.marks.set(source, mark);
    }
    return mark;
  }
  onceSequence(key: number): number {
    return this.once.get(key) ?? -Infinity;
  }
  applyOnce(key: number, sequence: number, batch: number): void {
    if (!this.touch(batch)) return;
    this.once.delete(key);
    this.once.set(key, sequence);
    // The key that was used longest ago goes; the order is part of the state.
    for (const oldest of this.once.keys()) {
      if (this.once.size <= limits.onceKeysMax) break;
      this.once.delete(oldest);
    }
  }
  applyTask(task: TaskRecord, batch: number, remembered: number): void {
    if (!this.touch(batch)) return;
    const tasks = this.tasks.get(task.entity) ?? [];
    const known = tasks.findIndex((other) => other.taskId === task.taskId);
    if (known >= 0) tasks[known] = task;
    else tasks.unshift(task);
    tasks.length = Math.min(tasks.length, remembered);
    this.tasks.set(task.entity, tasks);
  }
  applySequencesAhead(jump: number, batch: number): void {
    if (!this.touch(batch)) return;
    this.outboxSequence += jump;
    this.sequenceBase += jump;
  }

  encode(position: number): Uint8Array {
    return packr.pack({
      version: VERSION,
      position,
      ...this.facts(),
    });
  }

  /** Everything that counts, in a canonical order. */
  facts() {
    const byKey = <V>(map: ReadonlyMap<number, V>): [number, V][] => [...map].sort(([a], [b]) => a - b);
    return {
      epoch: this.epoch,
      generation: this.generation,
      outboxSequence: this.outboxSequence,
      sequenceBase: this.sequenceBase,
      outbox: byKey(this.outbox).map(([, entry]) => entry),
      marks: byKey(this.marks).filter(([, mark]) => mark.high > 0),
      tasks: byKey(this.tasks).filter(([, tasks]) => tasks.length > 0),
      once: [...this.once],
      dropped: [...this.dropped].sort((a, b) => a - b),
    };
  }

  restore(bytes: Uint8Array): void {
    const row = packr.unpack(bytes) as Omit<ReturnType<CellRoot['facts']>, 'once'> & {
      readonly position: number;
      /** Rows of before there were topics have none. */
      readonly once?: readonly [number, number][];
    };
    this.loadedPosition = row.position;
    this.epoch = row.epoch;
    this.generation = row.generation;
    this.outboxSequence = row.outboxSequence;
    this.sequenceBase = row.sequenceBase;
    for (const entry of row.outbox) this.outbox.set(entry.outboxSequence, entry);
    for (const [source, mark] of row.marks) this.marks.set(source, mark);
    for (const [entity, tasks] of row.tasks) this.tasks.set(entity, tasks);
    for (const [key, sequence] of row.once ?? []) this.once.set(key, sequence);
    for (const entity of row.dropped) this.dropped.add(entity);
  }
}
