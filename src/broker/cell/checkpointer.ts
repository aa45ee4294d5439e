// Writes changed pages while the cell goes on: a slice at a time, encoded exactly at a batch boundary and
// written once that batch is committed. Bounds what a restart has to replay; never stops the cell.
import { failpoint } from '../../base/failpoint.ts';
import { limits } from '../../base/limits.ts';
import type { Logger } from '../../base/log.ts';
import type { CellLog, Position } from '../../storage/types.ts';
import type { CheckpointSlice, DirtySet } from './persistent.ts';
import { markSaved } from './persistent.ts';

/** More changed objects than this start a checkpoint too: they are what cannot be evicted. */
const DIRTY_OBJECTS_MAX = 4096;

export class Checkpointer {
  readonly #log: CellLog;
  readonly #logger: Logger;
  /** Encoded at the end of `#slicePosition`, waiting for its commit. */
  #slice: CheckpointSlice | undefined;
  #slicePosition = 0;
  #writing: Promise<void> | undefined;
  /** Run until everything up to here needs no replay; 0: not running. */
  #target = 0;
  #isPaused = false;
  /** Journal bytes per batch since the checkpoint position, oldest first. */
  #tail: { readonly position: Position; readonly bytes: number }[] = [];
  #tailBytes = 0;
  /** Raised when a failed commit makes slices that are under way worthless. */
  #generation = 0;

  constructor(log: CellLog, logger: Logger) {
    this.#log = log;
    this.#logger = logger;
  }

  start(position: Position): void {
    this.#tail = [];
    this.#tailBytes = 0;
    // What was replayed counts as tail: the next checkpoint takes it in.
    if (position > this.#log.checkpointPosition()) this.#target = position;
  }

  /** A batch was closed: its state is complete, the next one has not begun. The moment to encode a slice. */
  batchClosed(dirty: DirtySet, batch: Position, journalBytes: number): void {
    this.#tail.push({ position: batch, bytes: journalBytes });
    this.#tailBytes += journalBytes;
    if (this.#target === 0 && this.#isDue(dirty)) this.#target = batch;
    if (this.#target === 0 || this.#isPaused || this.#slice !== undefined || this.#writing !== undefined)
      return;
    this.#slice = dirty.take(batch, limits.checkpointSliceBytes);
    this.#slicePosition = batch;
  }

  batchCommitted(position: Position, dirty: DirtySet): void {
    const slice = this.#slice;
    if (slice === undefined || this.#slicePosition > position) return;
    this.#slice = undefined;
    this.#writing = this.#write(slice, dirty);
  }

  /** The state that slices were made of is gone. */
  abandon(): void {
    this.#slice = undefined;
    this.#generation++;
  }

  async pause(): Promise<void> {
    this.#isPaused = true;
    await this.#writing;
  }
  resume(): void {
    this.#isPaused = false;
  }

  /** Writes everything, for a clean end: the next start replays nothing. */
  async finish(take: () => CheckpointSlice, dirty: DirtySet): Promise<void> {
    await this.#writing;
    if (this.#slice !== undefined) await this.#write(this.#slice, dirty);
    this.#slice = undefined;
    if (dirty.size === 0) return;
    await this.#write(take(), dirty);
  }

  #isDue(dirty: DirtySet): boolean {
    if (this.#tailBytes > limits.journalTailBytesMax / 2 || dirty.size > DIRTY_OBJECTS_MAX) return true;
    // A full segment can be reclaimed only once a checkpoint has passed it; on small disks segments are
    // small.
    return this.#log.checkpointWanted() !== 0;
  }

  async #write(slice: CheckpointSlice, dirty: DirtySet): Promise<void> {
    const generation = this.#generation;
    const position = this.#log.position();
    const replayFrom = Math.min(dirty.replayFrom(position), position);
    try {
      const held = failpoint('checkpoint.slice');
      if (held instanceof Promise) await held;
      if (generation !== this.#generation) return;
      // A slice is written before the position moves past what the pages before it still need.
      await this.#log.checkpoint(Math.max(replayFrom, this.#log.checkpointPosition()), slice.rows);
      if (generation !== this.#generation) return;
      markSaved(slice);
      this.#advance(replayFrom);
    } catch (cause) {
      // Pages stay what the log says: the rows that are missing are made again from its tail.
      this.#logger.warn('checkpoint failed', { cause });
      if (generation === this.#generation) dirty.putBack(slice);
    } finally {
      this.#writing = undefined;
    }
  }

  #advance(replayFrom: Position): void {
    let passed = 0;
    while (
      passed < this.#tail.length &&
      (this.#tail[passed] as { position: Position }).position <= replayFrom
    ) {
      this.#tailBytes -= (this.#tail[passed] as { bytes: number }).bytes;
      passed++;
    }
    if (passed > 0) this.#tail = this.#tail.slice(passed);
    if (this.#target !== 0 && replayFrom >= this.#target) this.#target = 0;
  }
}
