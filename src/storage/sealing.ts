// Sealing: the source of a merge that empties the oldest full log segment. A first pass over the index
// counts what is live per entity, without reading a body; then entities are taken in groups small enough
// to be gathered in memory, and for each group the segment is read once, in order. Every loop can stop after
// a few hundred messages and go on in the next slice. Used by reclaim.
import { limits } from '../base/limits.ts';
import type { BodyChain } from './body-chain.ts';
import type { BodySegment } from './body-segment.ts';
import type { BodyWriter } from './body-writer.ts';
import type { CellContext } from './cell-context.ts';
import { runCount, runCountOf, runEntity, runFirstSequence, runStart } from './format.ts';
import { LiveRange, LiveWindow } from './live-runs.ts';
import type { LogChain } from './log-chain.ts';
import type { LogSegment } from './log-segment.ts';
import type { MergeSource, SliceBudget } from './merge.ts';
import type { ReclaimGuide } from './types.ts';
import type { Workspace } from './workspace.ts';

/** Messages looked at before the clock is asked again. */
const messagesPerLook = 256;

/** Entities from `low` to `high` whose survivors are gathered together. */
interface Group {
  readonly low: number;
  high: number;
  liveBytes: number;
}

/** The messages of one run that are still to be looked at. */
interface RunCursor {
  entity: number;
  sequence: number;
  end: number;
  /** Where the record of `sequence` starts in the commit. */
  at: number;
}

export class SealSource implements MergeSource {
  readonly #context: CellContext;
  readonly #logs: LogChain;
  readonly #bodies: BodyChain;
  readonly #space: Workspace;
  readonly #segment: LogSegment;
  readonly #window: LiveWindow;
  readonly #range: LiveRange;
  readonly #entities: Uint32Array;
  /** Entities that are planned; the one at this index has begun to be counted or not. */
  #planned = 0;
  #isCounting = false;
  readonly #liveEntities = new Set<number>();
  readonly #groups: Group[] = [];
  #group = 0;
  #position: number;
  /** The commit that is being looked through, its next row, and the run that was begun. */
  #value: Buffer | undefined;
  #row = 0;
  readonly #run: RunCursor = { entity: 0, sequence: 0, end: 0, at: 0 };
  /** Entities of which survivors are to be written, the next one last, and how far the next one is. */
  #draining: number[] = [];
  #drained = 0;

  constructor(
    context: CellContext,
    parts: { readonly logs: LogChain; readonly bodies: BodyChain; readonly space: Workspace },
    guide: ReclaimGuide,
  ) {
    this.#context = context;
    this.#logs = parts.logs;
    this.#bodies = parts.bodies;
    this.#space = parts.space;
    this.#segment = parts.logs.segments[0] as LogSegment;
    this.#window = new LiveWindow(guide);
    this.#range = new LiveRange(guide);
    this.#entities = this.#segment.index.entities();
    this.#position = this.#segment.firstPosition;
  }

  copy(writer: BodyWriter, budget: SliceBudget): boolean {
    this.#window.forget();
    if (!this.#plan(budget)) return false;
    while (this.#group < this.#groups.length) {
      if (writer.isFull || budget.isSpent()) return false;
      const group = this.#groups[this.#group] as Group;
      if (this.#draining.length > 0) this.#drainSome(group, writer);
      else if (this.#value !== undefined) this.#gatherSome(group);
      else this.#readOne(group, writer);
    }
    return true;
  }

  async swap(outputs: readonly BodySegment[]): Promise<void> {
    const { number, lastPosition } = this.#segment;
    const isKept = this.#context.keepLogSegments || this.#segment.isDamaged;
    const bodies = this.#bodies.planned([], outputs).map((segment) => segment.file);
    await this.#context.files.update((now) => ({
      ...now,
      logs: now.logs.filter((log) => log !== number),
      keptLogs: isKept ? [...now.keptLogs, number] : now.keptLogs,
      bodies,
      sealedThrough: lastPosition,
    }));
    this.#bodies.replace([], outputs);
    this.#logs.drop(this.#segment, isKept);
    const recordBytes = outputs.reduce((bytes, output) => bytes + output.recordBytes, 0);
    this.#context.logger.debug('segment sealed', { segment: number, lastPosition, recordBytes });
  }

  /** Counts live messages per entity from the index; true when all entities are planned. */
  #plan(budget: SliceBudget): boolean {
    while (this.#planned < this.#entities.length) {
      if (budget.isSpent()) return false;
      const entity = this.#entities[this.#planned] as number;
      const list = this.#segment.index.list(entity);
      if (list === undefined) {
        this.#planned++;
        continue;
      }
      if (!this.#isCounting) this.#range.begin(entity, list.firstSequence, list.endSequence);
      this.#isCounting = !this.#range.step();
      if (this.#isCounting) continue;
      this.#planned++;
      const span = list.endSequence - list.firstSequence;
      const { count } = this.#range;
      if (count > 0) this.#addToGroup(entity, (list.bytes * count) / span);
    }
    return true;
  }

  #addToGroup(entity: number, liveBytes: number): void {
    this.#liveEntities.add(entity);
    const last = this.#groups.at(-1);
    if (last !== undefined && last.liveBytes + liveBytes <= limits.sealGroupBytesMax) {
      last.high = entity;
      last.liveBytes += liveBytes;
    } else {
      this.#groups.push({ low: entity, high: entity, liveBytes });
    }
  }

  /** Takes up the next commit that has something for the group; at the segment's end, drains the group. */
  #readOne(group: Group, writer: BodyWriter): void {
    if (this.#position > this.#segment.lastPosition) {
      this.#drain();
      if (this.#draining.length === 0) this.#nextGroup(writer);
      return;
    }
    const position = this.#position++;
    const value = this.#segment.soundTransient(position, this.#context.damages);
    // A damaged commit must not be copied on as if it were sound: its segment is kept as it is.
    if (value === undefined) return;
    this.#row = 0;
    // A copy: `live` may read pages, and LMDB hands out every value in the same buffer.
    if (this.#nextRun(value, group)) this.#value = this.#space.value.hold(value);
  }

  /** Moves to the next run of the commit that the group wants; false when there is none. */
  #nextRun(value: Buffer, group: Group): boolean {
    const rows = runCountOf(value);
    while (this.#row < rows) {
      const row = this.#row++;
      const entity = runEntity(value, row);
      if (entity < group.low || entity > group.high || !this.#liveEntities.has(entity)) continue;
      const run = this.#run;
      run.entity = entity;
      run.sequence = runFirstSequence(value, row);
      run.end = run.sequence + runCount(value, row);
      run.at = runStart(value, row);
      return true;
    }
    return false;
  }

  #gatherSome(group: Group): void {
    const value = this.#value as Buffer;
    const { survivors } = this.#space;
    const run = this.#run;
    for (let looked = 0; looked < messagesPerLook; looked++) {
      if (run.sequence === run.end && !this.#nextRun(value, group)) {
        this.#value = undefined;
        // A group of one entity may be larger than what is gathered in memory: it is in order already.
        if (group.low === group.high && survivors.bytes >= limits.reclaimSliceBytes) this.#drain();
        return;
      }
      if (this.#window.has(run.entity, run.sequence, run.end - 1)) {
        survivors.add(run.entity, run.sequence, value, run.at);
      }
      run.at += 4 + value.readUInt32LE(run.at);
      run.sequence++;
    }
  }

  #drain(): void {
    this.#draining = this.#space.survivors.entitiesDescending();
    this.#drained = 0;
  }

  /** Writes one block, or what is left of an entity. */
  #drainSome(group: Group, writer: BodyWriter): void {
    const { survivors, builder } = this.#space;
    const records = survivors.records.bytes;
    const entity = this.#draining.at(-1) as number;
    const list = survivors.list(entity);
    builder.begin(entity);
    for (; this.#drained < list.length; this.#drained += 2) {
      const sequence = list[this.#drained] as number;
      const at = list[this.#drained + 1] as number;
      const bodyBytes = records.readUInt32LE(at);
      if (!builder.hasRoomFor(sequence, bodyBytes)) return writer.add(builder);
      builder.add(sequence, records, at, at + 4 + bodyBytes);
    }
    this.#draining.pop();
    this.#drained = 0;
    const isGroupRead = this.#position > this.#segment.lastPosition && this.#value === undefined;
    if (isGroupRead) writer.add(builder);
    if (this.#draining.length > 0) return;
    survivors.clear();
    if (isGroupRead) this.#nextGroup(writer);
  }

  #nextGroup(writer: BodyWriter): void {
    if (!this.#space.builder.isEmpty) writer.add(this.#space.builder);
    this.#group++;
    this.#position = this.#segment.firstPosition;
  }
}
