// Sealing: the source of a merge that empties the oldest full log segment. A first pass over the index
// counts what is live per entity, without reading a body; then entities are taken in groups small enough
// to be gathered in memory, and for each group the segment is read once, in order. Used by reclaim.
import { limits } from '../base/limits.ts';
import { BlockBuilder } from './block.ts';
import type { BodyChain } from './body-chain.ts';
import type { BodySegment } from './body-segment.ts';
import type { BodyWriter } from './body-writer.ts';
import type { CellContext } from './cell-context.ts';
import { runCount, runCountOf, runEntity, runFirstSequence, runStart } from './format.ts';
import { countLive, LiveWindow } from './live-runs.ts';
import type { LogChain } from './log-chain.ts';
import type { LogSegment } from './log-segment.ts';
import type { MergeSource, SliceBudget } from './merge.ts';
import type { LiveQuery } from './types.ts';

/** Entities from `low` to `high` whose survivors are gathered together. */
interface Group {
  readonly low: number;
  high: number;
  liveBytes: number;
}

interface Gathered {
  readonly builder: BlockBuilder;
  readonly blocks: { readonly value: Buffer; readonly count: number }[];
}

export class SealSource implements MergeSource {
  readonly #context: CellContext;
  readonly #logs: LogChain;
  readonly #bodies: BodyChain;
  readonly #segment: LogSegment;
  readonly #live: LiveQuery;
  readonly #window: LiveWindow;
  readonly #entities: number[];
  #planned = 0;
  readonly #liveEntities = new Set<number>();
  readonly #groups: Group[] = [];
  #group = 0;
  #position: number;
  readonly #gathered = new Map<number, Gathered>();
  /** Entities of the group that was just read whose last blocks are not taken yet, in order. */
  #closing: number[] = [];
  /** Blocks to hand to the writer. */
  #ready: { entity: number; value: Buffer; count: number }[] = [];

  constructor(context: CellContext, chains: { logs: LogChain; bodies: BodyChain }, live: LiveQuery) {
    this.#context = context;
    this.#logs = chains.logs;
    this.#bodies = chains.bodies;
    this.#segment = chains.logs.segments[0] as LogSegment;
    this.#live = live;
    this.#window = new LiveWindow(live);
    this.#entities = this.#segment.index.entities();
    this.#position = this.#segment.firstPosition;
  }

  copy(writer: BodyWriter, budget: SliceBudget): boolean {
    this.#window.forget();
    if (!this.#plan(budget)) return false;
    while (this.#group < this.#groups.length || this.#closing.length > 0 || this.#ready.length > 0) {
      if (writer.pendingBytes >= limits.reclaimSliceBytes || budget.isSpent()) return false;
      if (this.#ready.length > 0) this.#handOver(writer);
      else if (this.#closing.length > 0) this.#closeOne();
      else this.#readOne(this.#groups[this.#group] as Group);
    }
    return true;
  }

  async swap(outputs: readonly BodySegment[]): Promise<void> {
    const { number, lastPosition } = this.#segment;
    const isKept = this.#context.keepLogSegments;
    const bodies = this.#bodies
      .planned([], outputs)
      .map((s) => ({ number: s.number, recordBytes: s.recordBytes }));
    await this.#context.files.update((now) => ({
      ...now,
      logs: now.logs.filter((log) => log !== number),
      keptLogs: isKept ? [...now.keptLogs, number] : now.keptLogs,
      bodies,
      sealedThrough: lastPosition,
    }));
    this.#bodies.replace([], outputs);
    this.#logs.drop(this.#segment);
    const recordBytes = outputs.reduce((bytes, output) => bytes + output.recordBytes, 0);
    this.#context.logger.debug('segment sealed', { segment: number, lastPosition, recordBytes });
  }

  /** Counts live messages per entity from the index; true when all entities are planned. */
  #plan(budget: SliceBudget): boolean {
    for (; this.#planned < this.#entities.length; this.#planned++) {
      if (budget.isSpent()) return false;
      const entity = this.#entities[this.#planned] as number;
      const list = this.#segment.index.list(entity);
      if (list === undefined) continue;
      const span = list.endSequence - list.firstSequence;
      const count = countLive(this.#live, entity, list.firstSequence, list.endSequence);
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

  /** Reads one commit for the group; at the segment's end, closes the group. */
  #readOne(group: Group): void {
    if (this.#position > this.#segment.lastPosition) return this.#closeGroup();
    const value = this.#segment.readTransient(this.#position);
    this.#position++;
    const rows = runCountOf(value);
    for (let row = 0; row < rows; row++) {
      const entity = runEntity(value, row);
      if (entity < group.low || entity > group.high || !this.#liveEntities.has(entity)) continue;
      this.#gather(value, row, this.#builderOf(entity));
    }
    // A group of one entity may be larger than what is gathered in memory: its blocks are in order already.
    if (group.low === group.high) this.#takeFinished(group.low);
  }

  #gather(value: Buffer, row: number, gathered: Gathered): void {
    const { builder } = gathered;
    const first = runFirstSequence(value, row);
    const end = first + runCount(value, row);
    let at = runStart(value, row);
    for (let sequence = first; sequence < end; sequence++) {
      const next = at + 4 + value.readUInt32LE(at);
      if (this.#window.has(builder.entity, sequence, end - 1)) {
        if (!builder.hasRoomFor(sequence, next - at - 4)) takeBlock(gathered);
        builder.add(sequence, value, at, next);
      }
      at = next;
    }
  }

  #builderOf(entity: number): Gathered {
    let gathered = this.#gathered.get(entity);
    if (gathered === undefined) {
      gathered = { builder: new BlockBuilder(entity), blocks: [] };
      this.#gathered.set(entity, gathered);
    }
    return gathered;
  }

  #takeFinished(entity: number): void {
    for (const block of this.#gathered.get(entity)?.blocks.splice(0) ?? [])
      this.#ready.push({ entity, ...block });
  }

  #closeGroup(): void {
    this.#closing = [...this.#gathered.keys()].sort((a, b) => b - a);
    this.#group++;
    this.#position = this.#segment.firstPosition;
  }

  #closeOne(): void {
    const entity = this.#closing.pop() as number;
    const gathered = this.#gathered.get(entity) as Gathered;
    if (!gathered.builder.isEmpty) takeBlock(gathered);
    this.#takeFinished(entity);
    this.#gathered.delete(entity);
  }

  #handOver(writer: BodyWriter): void {
    let index = 0;
    while (index < this.#ready.length && writer.pendingBytes < limits.reclaimSliceBytes) {
      const { entity, value, count } = this.#ready[index] as { entity: number; value: Buffer; count: number };
      writer.add(entity, value, count);
      index++;
    }
    this.#ready.splice(0, index);
  }
}

function takeBlock(gathered: Gathered): void {
  const count = gathered.builder.count;
  gathered.blocks.push({ value: gathered.builder.take(), count });
}
