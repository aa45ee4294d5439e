// Counts again and again, a slice at a time, what is still needed in the body segments, so that reclaim
// knows which one to compact. Nothing per message is kept: one number a segment. Used by reclaim; idle
// when no commit came.
import type { BodyChain } from './body-chain.ts';
import type { BodySegment } from './body-segment.ts';
import type { CellContext } from './cell-context.ts';
import { LiveRange } from './live-runs.ts';
import { SliceBudget } from './merge.ts';
import type { LiveQuery, Position } from './types.ts';

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
  #countedAt: Position = -1;
  #spentMs = 0;
  #dueMs = 0;

  constructor(context: CellContext, bodies: BodyChain) {
    this.#context = context;
    this.#bodies = bodies;
  }

  /** Does a slice of counting; true while a count is under way. */
  step(live: LiveQuery, position: Position): boolean {
    const startMs = this.#context.clock.nowMs();
    if (this.#pending.length === 0 && !this.#begin(position, startMs)) return false;
    const budget = new SliceBudget();
    while (this.#pending.length > 0 && !budget.isSpent()) this.#countSome(live);
    const nowMs = this.#context.clock.nowMs();
    this.#spentMs += nowMs - startMs;
    if (this.#pending.length > 0) return true;
    this.#dueMs = nowMs + Math.max(this.#context.liveCountIntervalMs, pauseFactor * this.#spentMs);
    return true;
  }

  /** Segments changed: what is being counted may be gone. */
  restart(): void {
    this.#pending = [];
    this.#row = 0;
    this.#range = undefined;
    this.#liveBytes = 0;
    this.#countedAt = -1;
  }

  #begin(position: Position, nowMs: number): boolean {
    if (position === this.#countedAt || nowMs < this.#dueMs || this.#bodies.segments.length === 0)
      return false;
    this.#pending = [...this.#bodies.segments];
    this.#countedAt = position;
    this.#spentMs = 0;
    return true;
  }

  #countSome(live: LiveQuery): void {
    const segment = this.#pending[0] as BodySegment;
    const fence = this.#bodies.fence(segment);
    const row = this.#row;
    if (row < fence.size) {
      if (this.#range === undefined) {
        this.#range = new LiveRange(live);
        this.#range.begin(fence.entity(row), fence.firstSequence(row), fence.lastSequence(row) + 1);
      }
      if (!this.#range.step()) return;
      const records = fence.recordCount(row);
      this.#liveBytes += (fence.recordBytes(row) * Math.min(this.#range.count, records)) / records;
      this.#range = undefined;
      this.#row++;
      return;
    }
    segment.liveBytes = Math.round(this.#liveBytes);
    this.#pending.shift();
    this.#row = 0;
    this.#liveBytes = 0;
  }
}

/** Neighbours worth compacting, or none. A segment without anything live goes first: it costs nothing. */
export function worthCompacting(
  segments: readonly BodySegment[],
  segmentBytes: number,
): readonly BodySegment[] {
  const sound = segments.filter((segment) => !segment.isDamaged);
  const empty = sound.find((segment) => segment.liveBytes === 0);
  if (empty !== undefined) return [empty];
  let bytes = 0;
  let liveBytes = 0;
  let worst: BodySegment | undefined;
  for (const segment of sound) {
    bytes += segment.recordBytes;
    liveBytes += segment.liveBytes;
    if (worst === undefined || liveShare(segment) < liveShare(worst)) worst = segment;
  }
  if (worst === undefined) return [];
  const isTooDead = bytes - liveBytes > bytes / 3;
  if (isTooDead || liveShare(worst) < nearlyEmptyShare) return [worst];
  return smallNeighbours(segments, segmentBytes);
}

const nearlyEmptyShare = 0.1;
/** This many small neighbours become one segment, so that the number of files follows the bytes. */
const smallRunLength = 8;

function smallNeighbours(segments: readonly BodySegment[], segmentBytes: number): readonly BodySegment[] {
  let run: BodySegment[] = [];
  for (const segment of segments) {
    if (segment.isDamaged || segment.recordBytes > segmentBytes / smallRunLength) run = [];
    else run.push(segment);
    if (run.length === smallRunLength) return run;
  }
  return [];
}

function liveShare(segment: BodySegment): number {
  return segment.liveBytes / segment.recordBytes;
}
