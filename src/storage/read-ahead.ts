// Reads sealed bodies of a cell ahead of a scan, in another thread, into the block cache. Used by the body
// reader. Nothing is promised by it but speed: a scan that finds less than it hoped for reads by itself.
import { limits } from '../base/limits.ts';
import type { CachedBlock } from './block-cache.ts';
import type { BodyChain } from './body-chain.ts';
import type { BodySegment } from './body-segment.ts';
import type { LogChain } from './log-chain.ts';
import type { SealedReading } from './sealed-reader.ts';
import type { SegmentSearch } from './segment-search.ts';
import { searchSegment } from './segment-search.ts';

/** Questions of one read-ahead: it goes on in the next segments, but not for ever under what others read. */
const questionsMax = 16;

/** What a scan would walk through: where it is, and how many bytes it still wants behind its first block. */
class Walk {
  next: number;
  left: number;
  #isFirst = true;

  constructor(from: number, bytes: number) {
    this.next = from;
    this.left = bytes;
  }

  /** False when the scan has enough with this block. */
  pass({ block }: CachedBlock): boolean {
    // Of the first one the scan may see no more than the end, unless it is a single body.
    if (!this.#isFirst || block.count === 1) this.left -= block.bodyBytes;
    this.#isFirst = false;
    this.next = block.lastSequence + 1;
    return this.left > 0;
  }
}

export class ReadAhead {
  readonly #logs: LogChain;
  readonly #bodies: BodyChain;
  readonly #reader: SealedReading;

  constructor(logs: LogChain, bodies: BodyChain, reader: SealedReading) {
    this.#logs = logs;
    this.#bodies = bodies;
    this.#reader = reader;
  }

  isWarm(entity: number, from: number, bytes: number): boolean {
    const walk = new Walk(from, bytes);
    if (this.#passKnown(entity, walk)) return true;
    const search = searchSegment(this.#bodies.segments, walk.next, (segment) =>
      this.#bodies.knownFence(segment)?.lastOf(entity),
    );
    return search.kind === 'none';
  }

  async warm(entity: number, from: number, bytes: number): Promise<void> {
    const walk = new Walk(from, Math.min(bytes, limits.readAheadBytesMax));
    for (let question = 0; question < questionsMax && !this.#passKnown(entity, walk); question++) {
      const segment = await this.#segmentAtOrAfter(entity, walk.next);
      if (segment === undefined) return;
      // Another reader may have waited for the same fence.
      if (this.#bodies.blocks.find(entity, walk.next) !== undefined) continue;
      if (!(await this.#read(segment, entity, walk, question > 0))) return;
    }
  }

  /** Passes what is in memory; true when a scan would need nothing else. */
  #passKnown(entity: number, walk: Walk): boolean {
    for (;;) {
      if (this.#logs.holdsFrom(entity, walk.next)) return true;
      const cached = this.#bodies.blocks.find(entity, walk.next);
      if (cached === undefined) return false;
      if (!walk.pass(cached)) return true;
    }
  }

  async #segmentAtOrAfter(entity: number, sequence: number): Promise<BodySegment | undefined> {
    // What was found out on the way: there may be more fences than the cache of them holds.
    const known = new Map<BodySegment, number>();
    const lastOf = (segment: BodySegment): number | undefined =>
      known.get(segment) ?? this.#bodies.knownFence(segment)?.lastOf(entity);
    for (;;) {
      const { segments } = this.#bodies;
      const search: SegmentSearch = searchSegment(segments, sequence, lastOf);
      if (search.kind === 'none') return undefined;
      if (search.kind === 'found') return segments[search.index];
      const fence = await this.#bodies.fetchFence(search.segment);
      this.#bodies.keepFence(search.segment, fence);
      known.set(search.segment, fence.lastOf(entity));
    }
  }

  /** False when nothing came of it. */
  async #read(segment: BodySegment, entity: number, walk: Walk, isNext: boolean): Promise<boolean> {
    const { path } = segment;
    const from = walk.next;
    const question = { kind: 'blocks', path, entity, from, bytes: walk.left } as const;
    const answer = await segment.whileRead(this.#reader.ask(question, isNext));
    if (answer === undefined) return false;
    for (const { key, problem } of answer.problems) segment.report(key, problem);
    const isStale = !this.#bodies.segments.includes(segment);
    if (!isStale) this.#keep(segment, { entity, from }, answer);
    this.#reader.recycle(answer.memory);
    return !isStale && answer.ends.length > 0;
  }

  #keep(
    segment: BodySegment,
    { entity, from }: { readonly entity: number; readonly from: number },
    answer: { readonly memory: ArrayBuffer; readonly ends: readonly number[] },
  ): void {
    let next = from;
    let start = 0;
    for (const end of answer.ends) {
      const value = Buffer.from(answer.memory, start, end - start);
      const { block } = this.#bodies.blocks.add({ entity, from: next, segment }, value);
      next = block.lastSequence + 1;
      start = end;
    }
  }
}
