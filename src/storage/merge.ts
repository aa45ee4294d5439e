// The frame of sealing and compaction: copy survivors forward in slices, wait for the barrier, swap.
// A source (sealing.ts, compaction.ts) says what to copy; this decides when to commit, when to stop for
// others, and that nothing which was copied on answers that were undone is ever used.
import { failpoint } from '../base/failpoint.ts';
import { limits } from '../base/limits.ts';
import type { BodySegment } from './body-segment.ts';
import type { BodyWriter } from './body-writer.ts';
import type { ReclaimGuide } from './types.ts';

/** Until when a slice may go on. Read from the machine, not from the cell's clock: it is about the loop. */
export class SliceBudget {
  readonly #untilMs = performance.now() + limits.reclaimSliceMs;
  isSpent(): boolean {
    return performance.now() >= this.#untilMs;
  }
}

export interface MergeSource {
  /** Copies survivors until the writer is full or the budget is spent; true when nothing is left. */
  copy(writer: BodyWriter, budget: SliceBudget): boolean;
  /** Makes the outputs count and the sources not, on disk and then in memory. */
  swap(outputs: readonly BodySegment[]): Promise<void>;
}

export class Merge {
  readonly #source: MergeSource;
  readonly #guide: ReclaimGuide;
  readonly #writer: BodyWriter;

  constructor(writer: BodyWriter, source: MergeSource, guide: ReclaimGuide) {
    this.#source = source;
    this.#guide = guide;
    this.#writer = writer;
  }

  /** One slice. `undone` means that the work was thrown away and has to be begun again. */
  async step(): Promise<'more' | 'done' | 'undone'> {
    const isCopied = this.#source.copy(this.#writer, new SliceBudget());
    if (!isCopied) {
      if (this.#writer.isFull) await this.#writer.commit();
      return 'more';
    }
    const outputs = await this.#writer.finish();
    if (!(await this.#guide.barrier())) {
      await this.discard();
      return 'undone';
    }
    await failpoint('seal.swap');
    await this.#source.swap(outputs);
    return 'done';
  }

  discard(): Promise<void> {
    return this.#writer.discard();
  }
}
