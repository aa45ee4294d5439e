// Compaction: the source of a merge that copies what is still needed out of neighbouring body segments
// into new ones in their place, each entity into one of its present band. Entity by entity, so that blocks
// come out full and in order. Used by reclaim.
import { Block, firstSequenceOf } from './block.ts';
import type { BodyChain } from './body-chain.ts';
import { addEntities } from './body-chain.ts';
import type { BodySegment } from './body-segment.ts';
import type { BodyWriter } from './body-writer.ts';
import type { CellContext } from './cell-context.ts';
import { DamagedBodies } from './damage.ts';
import { LiveWindow, liveWindow } from './live-runs.ts';
import type { MergeSource, SliceBudget } from './merge.ts';
import type { ReclaimGuide } from './types.ts';
import type { Workspace } from './workspace.ts';

/** Sequences per stored message above which a block counts as scattered. */
const scatteredSpan = 64;

export class CompactionSource implements MergeSource {
  readonly #context: CellContext;
  readonly #bodies: BodyChain;
  readonly #sources: readonly BodySegment[];
  readonly #window: LiveWindow;
  readonly #space: Workspace;
  readonly #entities: Uint32Array;
  /** Where the copying stands: entity, source, and the first sequence of the block copied last. */
  #entity = 0;
  #source = 0;
  #after = -1;

  constructor(
    context: CellContext,
    parts: {
      readonly bodies: BodyChain;
      readonly space: Workspace;
      readonly sources: readonly BodySegment[];
    },
    guide: ReclaimGuide,
  ) {
    const { bodies, sources } = parts;
    this.#context = context;
    this.#bodies = bodies;
    this.#space = parts.space;
    this.#sources = sources;
    this.#window = new LiveWindow(guide);
    this.#entities = entitiesOf(bodies, sources);
    this.#refuseDamaged();
  }

  copy(writer: BodyWriter, budget: SliceBudget): boolean {
    this.#window.forget();
    while (this.#entity < this.#entities.length) {
      if (writer.isFull || budget.isSpent()) return false;
      const entity = this.#entities[this.#entity] as number;
      const value = this.#nextValue(entity);
      if (value === undefined) {
        if (!this.#space.builder.isEmpty) writer.add(this.#space.builder);
        this.#nextEntity();
        continue;
      }
      this.#after = firstSequenceOf(value);
      this.#copyBlock(new Block(entity, value), writer);
    }
    return true;
  }

  async swap(outputs: readonly BodySegment[]): Promise<void> {
    this.#refuseDamaged();
    const bodies = this.#bodies.planned(this.#sources, outputs);
    const files = bodies.map((segment) => segment.file);
    await this.#context.files.update((now) => ({ ...now, bodies: files }));
    this.#bodies.replace(this.#sources, outputs);
    this.#context.logger.debug('segments compacted', {
      sources: this.#sources.map((s) => s.number),
      outputs: outputs.map((s) => s.number),
    });
  }

  /** Bodies that could not be read have not been copied: their file must stay. */
  #refuseDamaged(): void {
    const damaged = this.#sources.find((source) => source.isDamaged);
    if (damaged !== undefined)
      throw new DamagedBodies(damaged.path, 'file', 'damaged, so it is not compacted');
  }

  /**
   * The entity's next block, source after source: their order is the order of its sequences. What lies below
   * its floor is not even read.
   */
  #nextValue(entity: number): Buffer | undefined {
    const floor = this.#window.floor(entity);
    for (; this.#source < this.#sources.length; this.#source++) {
      const source = this.#sources[this.#source] as BodySegment;
      const last = this.#bodies.fence(source).lastOf(entity);
      if (last === -1 || last < floor) continue;
      this.#bodies.touch(source);
      const arena = this.#space.value;
      const isStart = this.#after === -1 && floor > 0;
      const value = isStart
        ? source.copyFrom(entity, floor, arena)
        : source.copyOfNext(entity, this.#after, arena);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  #nextEntity(): void {
    this.#entity++;
    this.#source = 0;
    this.#after = -1;
  }

  #copyBlock(block: Block, writer: BodyWriter): void {
    const { builder } = this.#space;
    builder.begin(block.entity);
    // Far apart, messages are asked for one by one: a question about the gaps costs more than many questions.
    const isScattered = block.lastSequence - block.firstSequence > scatteredSpan * block.count;
    for (let index = 0; index < block.count; index++) {
      const sequence = block.sequence(index);
      const askedThrough = isScattered ? sequence : Math.min(block.lastSequence, sequence + liveWindow - 1);
      if (!this.#window.has(block.entity, sequence, askedThrough)) continue;
      const start = block.start(index);
      const end = block.start(index + 1);
      if (!builder.hasRoomFor(sequence, end - start - 4)) writer.add(builder);
      builder.add(sequence, block.value, start, end);
    }
  }
}

function entitiesOf(bodies: BodyChain, sources: readonly BodySegment[]): Uint32Array {
  const entities = new Set<number>();
  for (const source of sources) addEntities(bodies.fence(source), entities);
  return Uint32Array.from(entities).sort();
}
