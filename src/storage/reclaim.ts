// Gives space back: seals full log segments that a checkpoint has passed, counts what is still live,
// compacts the body segments that hold too much that is not. One bounded slice a call, called by the cell
// between commits. Never touches what is not committed, and never unlinks a file before the manifest has
// stopped naming it.
import { setImmediate } from 'node:timers/promises';
import { assert } from '../base/assert.ts';
import type { BodyChain } from './body-chain.ts';
import type { BodySegment } from './body-segment.ts';
import { BodyWriter } from './body-writer.ts';
import type { CellContext } from './cell-context.ts';
import { CompactionSource } from './compaction.ts';
import { DamagedBodies } from './damage.ts';
import { LiveCount } from './live-count.ts';
import { CommitError } from './lmdb-env.ts';
import type { LogChain } from './log-chain.ts';
import { Merge } from './merge.ts';
import { SealSource } from './sealing.ts';
import type { Position, ReclaimGuide } from './types.ts';
import { StorageError } from './types.ts';
import { Workspace } from './workspace.ts';
import { worthCompacting, worthJoining } from './worth-compacting.ts';

/** After a merge found no room: how long reclaiming rests. */
const restMs = 1_000;

export class Reclaim {
  readonly #context: CellContext;
  readonly #logs: LogChain;
  readonly #bodies: BodyChain;
  readonly #count: LiveCount;
  #merge: Merge | undefined;
  #space: Workspace | undefined;
  /** Sources of the compaction under way. */
  #sources: readonly BodySegment[] = [];
  /** The list of segments in which nothing was found to join. */
  #joined: readonly BodySegment[] | undefined;
  #restUntilMs = 0;
  #running: Promise<boolean> | undefined;
  #holds = 0;

  constructor(context: CellContext, logs: LogChain, bodies: BodyChain) {
    this.#context = context;
    this.#logs = logs;
    this.#bodies = bodies;
    this.#count = new LiveCount(context, bodies);
  }

  /** Does one slice; false when there is nothing to do now. */
  async step(guide: ReclaimGuide, checkpointPosition: Position): Promise<boolean> {
    assert(this.#running === undefined, 'one reclaim at a time');
    if (this.#holds > 0 || this.#context.clock.nowMs() < this.#restUntilMs) return false;
    this.#running = this.#guardedSlice(guide, checkpointPosition);
    try {
      return await this.#running;
    } finally {
      this.#running = undefined;
    }
  }

  /** Keeps every file in its place while a backup copies them: from now until the answer is called. */
  async hold(): Promise<() => void> {
    this.#holds++;
    await this.#running?.catch(() => {});
    return () => this.#holds--;
  }

  async close(): Promise<void> {
    const merge = this.#merge;
    this.#merge = undefined;
    await merge?.discard();
  }

  async #guardedSlice(guide: ReclaimGuide, checkpointPosition: Position): Promise<boolean> {
    try {
      return await this.#slice(guide, checkpointPosition);
    } catch (error) {
      await this.#giveUp(error);
      return false;
    }
  }

  async #slice(guide: ReclaimGuide, checkpointPosition: Position): Promise<boolean> {
    const merge = this.#merge ?? (await this.#begin(guide, checkpointPosition));
    if (merge === undefined) {
      if (!(await this.#count.step(guide, this.#logs.lastPosition))) return false;
      await setImmediate();
      return true;
    }
    this.#merge = merge;
    const result = await merge.step();
    // A slice that wrote nothing has not let anything else run yet.
    await setImmediate();
    if (result !== 'more') {
      this.#merge = undefined;
      this.#sources = [];
      this.#space?.clear();
    }
    return true;
  }

  async #begin(guide: ReclaimGuide, checkpointPosition: Position): Promise<Merge | undefined> {
    const rolled = this.#logs.rolledThrough === 0 ? undefined : this.#logs.segments[0];
    const isSealing = rolled !== undefined && rolled.lastPosition <= checkpointPosition;
    const sources = isSealing ? [] : await this.#worthMerging(guide);
    if (!isSealing && sources.length === 0) return undefined;
    this.#space ??= new Workspace();
    const parts = { logs: this.#logs, bodies: this.#bodies, space: this.#space, sources };
    const writer = new BodyWriter(this.#context, this.#space.blocks, guide);
    if (isSealing) return new Merge(writer, new SealSource(this.#context, parts, guide), guide);
    this.#sources = sources;
    this.#count.restart();
    return new Merge(writer, new CompactionSource(this.#context, parts, guide), guide);
  }

  async #worthMerging(guide: ReclaimGuide): Promise<readonly BodySegment[]> {
    const { segments } = this.#bodies;
    const worst = worthCompacting(segments, guide.floor !== undefined);
    // Which ones can be joined changes with the list alone.
    if (worst.length > 0 || segments === this.#joined) return worst;
    for (const run of worthJoining(segments, this.#context.disk.segmentBytes)) {
      if (await this.#bodies.canJoin(run)) return run;
    }
    this.#joined = segments;
    return [];
  }

  /** Room and damage are what can go wrong in daily work; the work is thrown away and done again later. */
  async #giveUp(error: unknown): Promise<void> {
    const merge = this.#merge;
    const sources = this.#sources;
    this.#merge = undefined;
    this.#sources = [];
    this.#restUntilMs = this.#context.clock.nowMs() + restMs;
    await merge?.discard();
    this.#space?.clear();
    if (!(error instanceof StorageError) && !(error instanceof CommitError)) throw error;
    // Damage that is not in the bodies is in the state that was asked what is live: not to be lived with.
    if (error instanceof StorageError && error.code === 'corrupt' && !(error instanceof DamagedBodies))
      throw error;
    const failure = this.#context.disk.failure(error, 'reclaimed bodies');
    this.#context.logger.warn('reclaim stopped', { code: failure.code, reason: failure.message });
    if (failure.code === 'corrupt') for (const source of sources) source.isDamaged = true;
  }
}
