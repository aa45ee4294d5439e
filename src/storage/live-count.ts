// Counts again and again, a slice at a time, what is still needed in the body segments, so that reclaim
// knows which one to compact (worth-compacting.ts). Nothing per message is kept: two numbers a segment. Used
// by reclaim; idle when no commit came.
import { limits } from '../base/limits.ts';
import type { BodyChain } from './body-chain.ts';
import type { BodySegment } from './body-segment.ts';
import type { CellContext } from './cell-context.ts';
import type { Fence } from './fence.ts';
import { LiveRange } from './live-runs.ts';
import { SliceBudget } from './merge.ts';
import { bandOf } from './retention-band.ts';
import type { Position, ReclaimGuide } from './types.ts';

/** A count may take this share of the time at the most, so the pause after it is as many times its length. */
const pauseFactor = 30;

export class LiveCount {
  readonly #context: CellContext;
  readonly #bodies: BodyChain;
  #pending: BodySegment[] = [];
  #row = 0;
  /** The range of the row, once its count has begun. */
  #range: LiveRange | undefined;
  #liveBytes = 0;
  #homeBytes = 0;
  #countedAt: Position = -1;
  #spentMs = 0;
  #dueMs = 0;

  constructor(context: CellContext, bodies: BodyChain) {
    this.#context = context;
    this.#bodies = bodies;
  }

  /** Does a slice of counting; true while a count is under way. */
  async step(guide: ReclaimGuide, position: Position): Promise<boolean> {
    if (this.#pending.length === 0 && !this.#begin(position, this.#context.clock.nowMs())) return false;
    const segment = this.#pending[0] as BodySegment;
    const fence = await this.#fenceOf(segment, guide);
    // Segments may have changed meanwhile.
    if (this.#pending[0] !== segment) return true;
    const startMs = this.#context.clock.nowMs();
    const isCounted = this.#countRows(segment, fence, guide);
    const nowMs = this.#context.clock.nowMs();
    this.#spentMs += nowMs - startMs;
    if (isCounted) this.#next(segment);
    if (this.#pending.length > 0) return true;
    // An interval of 0 is a test's: it counts whenever it is asked to.
    const intervalMs = this.#context.liveCountIntervalMs;
    this.#dueMs = nowMs + (intervalMs === 0 ? 0 : Math.max(intervalMs, pauseFactor * this.#spentMs));
    return true;
  }

  /** Segments changed: what is being counted may be gone. */
  restart(): void {
    this.#pending = [];
    this.#countedAt = -1;
    this.#clear();
  }

  #begin(position: Position, nowMs: number): boolean {
    if (position === this.#countedAt || nowMs < this.#dueMs || this.#bodies.segments.length === 0)
      return false;
    this.#pending = [...this.#bodies.segments];
    this.#countedAt = position;
    this.#spentMs = 0;
    return true;
  }

  /**
   * Where retention by time keeps very many segments, their fences do not stay in memory, and reading all of
   * them for each count is not the loop's work, nor is it to push out those that readers use.
   */
  #fenceOf(segment: BodySegment, guide: ReclaimGuide): Fence | Promise<Fence> {
    const isMany = this.#bodies.segments.length > limits.openBodySegmentsMax;
    return isMany && guide.floor !== undefined
      ? this.#bodies.fetchFence(segment)
      : this.#bodies.fence(segment);
  }

  /** True when all rows of the segment are counted. */
  #countRows(segment: BodySegment, fence: Fence, guide: ReclaimGuide): boolean {
    const budget = new SliceBudget();
    while (this.#row < fence.size) {
      if (budget.isSpent()) return false;
      const row = this.#row;
      const entity = fence.entity(row);
      if (this.#range === undefined) {
        this.#range = new LiveRange(guide);
        this.#range.begin(entity, fence.firstSequence(row), fence.lastSequence(row) + 1);
      }
      if (!this.#range.step()) continue;
      const records = fence.recordCount(row);
      const bytes = (fence.recordBytes(row) * Math.min(this.#range.count, records)) / records;
      this.#liveBytes += bytes;
      if (bandOf(guide, entity) === segment.band) this.#homeBytes += bytes;
      this.#range = undefined;
      this.#row++;
    }
    return true;
  }

  #next(segment: BodySegment): void {
    segment.liveBytes = Math.round(this.#liveBytes);
    segment.homeBytes = Math.round(this.#homeBytes);
    this.#pending.shift();
    this.#clear();
  }

  #clear(): void {
    this.#row = 0;
    this.#range = undefined;
    this.#liveBytes = 0;
    this.#homeBytes = 0;
  }
}
