// Blocks of sealed bodies in memory, several an entity: those that were read last, and those that were read
// ahead. Owned by the body chain. Each knows from which sequence on it is the answer, so that a gap in front
// of it needs no file either. Never above limits.blockCacheBytesMax; the oldest make room. A block that was
// handed out is valid until the next `add`.
import { limits } from '../base/limits.ts';
import { Block } from './block.ts';
import type { BodySegment } from './body-segment.ts';
import { ByteRing } from './byte-ring.ts';

export class CachedBlock {
  readonly block: Block;
  readonly segment: BodySegment;
  /** The entity has no stored sequence from here to the block's first one. */
  readonly from: number;

  constructor(block: Block, segment: BodySegment, from: number) {
    this.block = block;
    this.segment = segment;
    this.from = Math.min(from, block.firstSequence);
  }

  answers(sequence: number): boolean {
    return sequence >= this.from && sequence <= this.block.lastSequence;
  }
}

interface NewBlock {
  readonly entity: number;
  readonly from: number;
  readonly segment: BodySegment;
}

export class BlockCache {
  /** Per entity in order of sequence. */
  readonly #lists = new Map<number, CachedBlock[]>();
  readonly #ring: ByteRing<NewBlock, CachedBlock>;
  #last: CachedBlock | undefined;

  constructor(bytesMax: number = limits.blockCacheBytesMax) {
    this.#ring = new ByteRing(
      bytesMax,
      ({ entity, from, segment }, value) => new CachedBlock(new Block(entity, value), segment, from),
      (cached) => this.#forget(cached),
    );
  }

  /** The block that holds the entity's first stored sequence at or after this one, if it is known. */
  find(entity: number, sequence: number): CachedBlock | undefined {
    const last = this.#last;
    if (last !== undefined && last.block.entity === entity && last.answers(sequence)) return last;
    const list = this.#lists.get(entity);
    const found = list?.[ceiling(list, sequence)];
    if (found === undefined || !found.answers(sequence)) return undefined;
    this.#last = found;
    return found;
  }

  /** Keeps a copy of `value`, a sound block that answers for every sequence from `place.from` on. */
  add(place: NewBlock, value: Buffer): CachedBlock {
    const cached = this.#ring.add(place, value);
    const { firstSequence, lastSequence } = cached.block;
    const list = this.#lists.get(place.entity) ?? [];
    const at = ceiling(list, firstSequence);
    // The same block, or others that compaction has replaced: they are forgotten one after the other.
    let end = at;
    while (end < list.length && (list[end] as CachedBlock).block.firstSequence <= lastSequence) end++;
    list.splice(at, end - at, cached);
    this.#lists.set(place.entity, list);
    this.#last = cached;
    return cached;
  }

  /** The segment is gone. */
  deleteOf(segment: BodySegment): void {
    this.#ring.deleteWhere((cached) => cached.segment === segment);
  }

  #forget(cached: CachedBlock): void {
    if (this.#last === cached) this.#last = undefined;
    const { entity } = cached.block;
    const list = this.#lists.get(entity);
    const at = list === undefined ? -1 : list.indexOf(cached);
    if (list === undefined || at === -1) return;
    if (list.length === 1) this.#lists.delete(entity);
    else list.splice(at, 1);
  }
}

/** The first one that ends at or behind `sequence`; the list's length when there is none. */
function ceiling(list: readonly CachedBlock[], sequence: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[middle] as CachedBlock).block.lastSequence < sequence) low = middle + 1;
    else high = middle;
  }
  return low;
}
