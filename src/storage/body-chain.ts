// The body segments of one cell, oldest first: every sequence of an entity in one segment is below all of its
// sequences in the segments behind it, so a lookup is a search that ends in one segment. That is a rule for
// each entity, not for segments: between two segments of a band lie segments of other bands, and an entity
// that was moved between bands has blocks in both. Whoever exchanges segments keeps it: what takes the place
// of several must not pass over one that holds an entity of theirs (`canJoin`).
// Called by the cell log for bodies that are sealed; keeps few files open and few blocks and fences in
// memory.
import { limits } from '../base/limits.ts';
import type { Block } from './block.ts';
import { BlockCache } from './block-cache.ts';
import { BodySegment } from './body-segment.ts';
import { ByteCache } from './byte-cache.ts';
import type { CellContext } from './cell-context.ts';
import { Fence } from './fence.ts';
import { segmentPath } from './manifest.ts';
import { searchSegment } from './segment-search.ts';

export class BodyChain {
  segments: readonly BodySegment[] = [];
  readonly blocks = new BlockCache();
  readonly #context: CellContext;
  readonly #fences = new ByteCache<BodySegment, Fence>(limits.fenceCacheBytesMax);
  /** Open segments, least recently used first. */
  readonly #open = new Set<BodySegment>();

  constructor(context: CellContext) {
    this.#context = context;
  }

  open(): void {
    const { directory, files } = this.#context;
    this.segments = files.current.bodies.map((file) => {
      return new BodySegment(file, segmentPath(directory, 'body', file.number), this.#context);
    });
  }

  get bytes(): number {
    let bytes = 0;
    for (const segment of this.segments) bytes += segment.fileBytes;
    return bytes;
  }

  body(entity: number, sequence: number): Buffer | undefined {
    const block = this.blockAtOrAfter(entity, sequence);
    if (block === undefined || block.firstSequence > sequence) return undefined;
    const index = block.ceiling(sequence);
    return index < block.count && block.sequence(index) === sequence ? block.body(index) : undefined;
  }

  /** The sound block that holds the first stored sequence of the entity at or after this one. */
  blockAtOrAfter(entity: number, sequence: number): Block | undefined {
    const cached = this.blocks.find(entity, sequence);
    if (cached !== undefined) return cached.block;
    const search = searchSegment(this.segments, sequence, (segment) => this.fence(segment).lastOf(entity));
    if (search.kind !== 'found') return undefined;
    for (let index = search.index; index < this.segments.length; index++) {
      const segment = this.segments[index] as BodySegment;
      if (this.fence(segment).lastOf(entity) === -1) continue;
      this.touch(segment);
      const value = segment.valueAtOrAfter(entity, sequence);
      if (value !== undefined) return this.blocks.add({ entity, from: sequence, segment }, value).block;
      // What the fence promised is damaged: the next sound block is in a later segment.
    }
    return undefined;
  }

  fence(segment: BodySegment): Fence {
    const known = this.#fences.get(segment);
    if (known !== undefined) return known;
    this.touch(segment);
    const fence = segment.loadFence();
    this.#fences.set(segment, fence, fence.bytes);
    return fence;
  }

  /** The fence if it is in memory. */
  knownFence(segment: BodySegment): Fence | undefined {
    return this.#fences.get(segment);
  }

  /** A fence, by way of the reading worker when it is not in memory; then it is not kept. */
  async fetchFence(segment: BodySegment): Promise<Fence> {
    const known = this.#fences.get(segment);
    if (known !== undefined) return known;
    const question = { kind: 'fence', path: segment.path } as const;
    const answer = await segment.whileRead(this.#context.sealedReader.ask(question));
    if (answer === undefined) return this.fence(segment);
    for (const { key, problem } of answer.problems) segment.report(key, problem);
    return new Fence(Buffer.from(answer.memory));
  }

  keepFence(segment: BodySegment, fence: Fence): void {
    if (this.segments.includes(segment)) this.#fences.set(segment, fence, fence.bytes);
  }

  /** Marks a segment as used and closes the ones that were not for the longest. */
  touch(segment: BodySegment): void {
    this.#open.delete(segment);
    this.#open.add(segment);
    for (const oldest of this.#open) {
      if (this.#open.size <= limits.openBodySegmentsMax) return;
      this.#open.delete(oldest);
      this.#context.discard(oldest.close());
    }
  }

  /**
   * Whether one segment could stand in the place of these: not when one that lies between them holds an
   * entity of theirs, whose sequences would then be before and behind it.
   */
  async canJoin(sources: readonly BodySegment[]): Promise<boolean> {
    const first = this.segments.indexOf(sources[0] as BodySegment);
    const last = this.segments.indexOf(sources.at(-1) as BodySegment);
    if (last - first + 1 === sources.length) return true;
    if (last - first > limits.joinedSpanMax) return false;
    const entities = new Set<number>();
    for (const source of sources) addEntities(await this.fetchFence(source), entities);
    for (const segment of this.segments.slice(first + 1, last)) {
      if (sources.includes(segment)) continue;
      const fence = await this.fetchFence(segment);
      for (let row = 0; row < fence.size; row++) if (entities.has(fence.entity(row))) return false;
    }
    return true;
  }

  /**
   * The segments with `outputs` in the place of the first of `sources`, and without the others; behind all
   * when there are no sources.
   */
  planned(sources: readonly BodySegment[], outputs: readonly BodySegment[]): BodySegment[] {
    if (sources.length === 0) return [...this.segments, ...outputs];
    return this.segments.flatMap((segment) => {
      if (segment === sources[0]) return outputs;
      return sources.includes(segment) ? [] : [segment];
    });
  }

  /** Makes that change; the manifest already has it. */
  replace(sources: readonly BodySegment[], outputs: readonly BodySegment[]): void {
    this.segments = this.planned(sources, outputs);
    for (const source of sources) {
      this.#open.delete(source);
      this.#fences.delete(source);
      this.blocks.deleteOf(source);
      this.#context.discard(this.#remove(source));
    }
  }

  async close(): Promise<void> {
    for (const segment of this.segments) await segment.close();
  }

  async #remove(segment: BodySegment): Promise<void> {
    await segment.remove();
    this.#context.sealedReader.release(segment.path);
  }
}

/** All entities of a fence. */
export function addEntities(fence: Fence, entities: Set<number>): void {
  for (let row = 0; row < fence.size; row++) entities.add(fence.entity(row));
}
