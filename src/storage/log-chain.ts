// The log segments of one cell in order: the sealed-off past is gone, the newest takes the appends, the
// next one is opened ahead so that rolling costs an append nothing. Called by the cell log, sealing and
// replay. Never decides what may go: reclaim does, and hands the segment back to be dropped.
import { assert } from '../base/assert.ts';
import { limits } from '../base/limits.ts';
import { ByteRing } from './byte-ring.ts';
import type { CellContext } from './cell-context.ts';
import { corruption } from './damage.ts';
import { LogSegment } from './log-segment.ts';
import { segmentPath } from './manifest.ts';
import type { RunList } from './run-index.ts';
import type { Position } from './types.ts';

export class LogChain {
  /** Segments with commits that are not sealed, oldest first; the last one takes the appends. */
  readonly segments: LogSegment[] = [];
  /** Sealed segments that are kept: with damaged commits in them, or for replays in tests. */
  readonly kept: LogSegment[] = [];
  readonly #context: CellContext;
  readonly #readBack = new ByteRing<Position, Buffer>(limits.readBackBytesMax, (_position, value) => value);
  #spare: LogSegment | undefined;
  #spareOpening: Promise<void> | undefined;

  constructor(context: CellContext) {
    this.#context = context;
  }

  /** Opens what the manifest names; the newest commit is verified, the index of unsealed bodies rebuilt. */
  open(): void {
    const { files } = this.#context;
    for (const number of files.current.keptLogs) this.kept.push(this.#openSegment(number));
    const opened = files.current.logs.map((number) => this.#openSegment(number));
    const filled = opened.filter((segment) => !segment.isEmpty);
    const empty = opened.filter((segment) => segment.isEmpty);
    filled.at(-1)?.cutDamagedTail(this.#context.logger);
    for (const segment of filled) {
      this.#checkFollows(segment);
      segment.loadIndex(this.#context.damages);
      this.segments.push(segment);
    }
    this.#spare = empty.shift();
  }

  get active(): LogSegment | undefined {
    return this.segments.at(-1);
  }

  get lastPosition(): Position {
    return this.active?.lastPosition ?? 0;
  }

  /** Last position of the newest segment that takes no more appends; 0 without one. */
  get rolledThrough(): Position {
    return this.segments.at(-2)?.lastPosition ?? 0;
  }

  get bytes(): number {
    let bytes = this.#spare?.bytes ?? 0;
    for (const segment of this.segments) bytes += segment.bytes;
    for (const segment of this.kept) bytes += segment.bytes;
    return bytes;
  }

  get fileCount(): number {
    return this.segments.length + this.kept.length + (this.#spare === undefined ? 0 : 1);
  }

  /** The segment that takes a value of this size, if it can be had without waiting. */
  segmentFor(valueBytes: number, runCount: number): LogSegment | undefined {
    const active = this.active;
    if (active !== undefined && !active.isFullFor(valueBytes, runCount)) return active;
    return this.#spare;
  }

  /** After `segmentFor` had none. */
  async openNext(): Promise<LogSegment> {
    await this.#openSpare();
    assert(this.#spare !== undefined, 'a spare log segment was opened');
    return this.#spare;
  }

  committed(segment: LogSegment, position: Position, value: Buffer): void {
    if (segment === this.#spare) {
      this.#spare = undefined;
      this.segments.push(segment);
    }
    segment.committed(position, value);
    if (segment.isHalfFull && this.#spare === undefined) void this.#openSpare().catch(() => {});
  }

  /** The value of a commit: from the hot tail, or read back and kept for a while; undefined when damaged. */
  value(segment: LogSegment, position: Position): Buffer | undefined {
    const recent = this.#context.hotTail.get(this.#context.name, position) ?? this.#readBack.get(position);
    if (recent !== undefined) return recent;
    const value = segment.soundTransient(position, this.#context.damages);
    return value === undefined ? undefined : this.#readBack.add(position, value);
  }

  /** The segment that holds a position, kept ones included. */
  segmentOf(position: Position): LogSegment | undefined {
    return this.segments.find((s) => s.has(position)) ?? this.kept.find((s) => s.has(position));
  }

  /** Oldest position that can still be replayed. */
  get firstPosition(): Position {
    return (this.kept[0] ?? this.segments[0])?.firstPosition ?? 0;
  }

  /** Runs of an entity in the newest segment that has one at or before `sequence`. */
  runsAt(entity: number, sequence: number): { segment: LogSegment; list: RunList } | undefined {
    for (let i = this.segments.length - 1; i >= 0; i--) {
      const segment = this.segments[i] as LogSegment;
      const list = segment.index.list(entity);
      if (list !== undefined && list.firstSequence <= sequence) return { segment, list };
    }
    return undefined;
  }

  /** What is stored of an entity from this sequence on is here: nothing of it is sealed. */
  holdsFrom(entity: number, sequence: number): boolean {
    for (const segment of this.segments) {
      const list = segment.index.list(entity);
      if (list !== undefined) return list.firstSequence <= sequence;
    }
    return false;
  }

  /** The oldest segment has been sealed and the manifest no longer counts on it. */
  drop(segment: LogSegment, isKept: boolean): void {
    assert(
      this.segments[0] === segment && segment !== this.active,
      'only the oldest full segment is dropped',
    );
    this.segments.shift();
    if (isKept) this.kept.push(segment);
    else this.#context.discard(segment.remove());
  }

  async close(): Promise<void> {
    await this.#spareOpening?.catch(() => {});
    const open = [...this.kept, ...this.segments];
    if (this.#spare !== undefined) open.push(this.#spare);
    for (const segment of open) await segment.close();
  }

  #openSpare(): Promise<void> {
    this.#spareOpening ??= this.#makeSpare().finally(() => (this.#spareOpening = undefined));
    return this.#spareOpening;
  }

  async #makeSpare(): Promise<void> {
    const { files } = this.#context;
    const number = files.takeNumber();
    const segment = this.#openSegment(number);
    try {
      await files.update((now) => ({ ...now, logs: [...now.logs, number] }));
    } catch (error) {
      await segment.remove();
      throw error;
    }
    this.#spare = segment;
  }

  #openSegment(number: number): LogSegment {
    const path = segmentPath(this.#context.directory, 'log', number);
    return new LogSegment(number, path, this.#context.disk);
  }

  #checkFollows(segment: LogSegment): void {
    const before = this.lastPosition === 0 ? this.#context.files.current.sealedThrough : this.lastPosition;
    const expected = before + 1;
    if (segment.firstPosition === expected) return;
    throw corruption(segment.path, `commit ${expected}`, `missing, it starts at ${segment.firstPosition}`);
  }
}
