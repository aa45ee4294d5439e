// The body segments of one cell, oldest first: every sequence of an entity in one segment is below all of its
// sequences in the segments behind it, so a lookup ends at the first segment whose fence covers it.
// Called by the cell log for bodies that are sealed; keeps few files open and few blocks and fences in
// memory.
import { limits } from '../base/limits.ts';
import { Block } from './block.ts';
import { BodySegment } from './body-segment.ts';
import { ByteCache } from './byte-cache.ts';
import { ByteRing } from './byte-ring.ts';
import type { CellContext } from './cell-context.ts';
import type { Fence } from './fence.ts';
import { segmentPath } from './manifest.ts';

interface CachedBlock {
  readonly block: Block;
  readonly segment: BodySegment | undefined;
}

export class BodyChain {
  segments: readonly BodySegment[] = [];
  readonly #context: CellContext;
  /** The block last read of each entity. */
  readonly #blocks = new ByteRing<number, CachedBlock>(limits.blockCacheBytesMax, (entity, value) => ({
    block: new Block(entity, value),
    segment: this.#readFrom,
  }));
  #readFrom: BodySegment | undefined;
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
    const cached = this.#blocks.get(entity)?.block;
    if (cached !== undefined && sequence >= cached.firstSequence && sequence <= cached.lastSequence)
      return cached;
    let segment = this.#segmentAtOrAfter(entity, sequence);
    while (segment !== undefined) {
      this.touch(segment);
      const value = segment.valueAtOrAfter(entity, sequence);
      if (value !== undefined) {
        this.#readFrom = segment;
        return this.#blocks.add(entity, value).block;
      }
      // What the fence promised is damaged: the next sound block is in a later segment.
      segment = this.#segmentBehind(segment, entity);
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
   * The segments with `outputs` in the place of `sources`, or behind all others when there are no
   * sources.
   */
  planned(sources: readonly BodySegment[], outputs: readonly BodySegment[]): BodySegment[] {
    if (sources.length === 0) return [...this.segments, ...outputs];
    return spliced(this.segments, sources, outputs);
  }

  /** Makes that change; the manifest already has it. */
  replace(sources: readonly BodySegment[], outputs: readonly BodySegment[]): void {
    this.segments = this.planned(sources, outputs);
    for (const source of sources) {
      this.#open.delete(source);
      this.#fences.delete(source);
      this.#blocks.deleteWhere((cached) => cached.segment === source);
      this.#context.discard(source.remove());
    }
  }

  async close(): Promise<void> {
    for (const segment of this.segments) await segment.close();
  }

  #segmentBehind(segment: BodySegment, entity: number): BodySegment | undefined {
    const behind = this.segments.slice(this.segments.indexOf(segment) + 1);
    return behind.find((later) => this.fence(later).find(entity) !== -1);
  }

  #segmentAtOrAfter(entity: number, sequence: number): BodySegment | undefined {
    let next: BodySegment | undefined;
    for (let i = this.segments.length - 1; i >= 0; i--) {
      const segment = this.segments[i] as BodySegment;
      const fence = this.fence(segment);
      const row = fence.find(entity);
      if (row === -1) continue;
      if (fence.lastSequence(row) < sequence) return next;
      next = segment;
      if (fence.firstSequence(row) <= sequence) return next;
    }
    return next;
  }
}

/** `list` with the neighbours `sources` exchanged for `outputs`. */
function spliced<T>(list: readonly T[], sources: readonly T[], outputs: readonly T[]): T[] {
  const at = list.indexOf(sources[0] as T);
  return [...list.slice(0, at), ...outputs, ...list.slice(at + sources.length)];
}
