// Where the bodies of an unsealed log segment are: entity -> its runs, in order of sequence.
// Filled by append and, at open, from the run tables of the segment; dropped when the segment is sealed.
// Its size is bounded by limits.segmentRunsMax. Never holds anything per message.
import { assert } from '../base/assert.ts';
import { runCount, runCountOf, runEntity, runFirstSequence, runLength } from './format.ts';

/** Rows in one commit's run table: what fits beside the commit's number in one packed integer. */
export const rowsPerCommitMax = 1 << 20;

export class RunList {
  /** Two numbers a run: first sequence; number of the commit in its segment * rowsPerCommitMax + row. */
  readonly packed: number[] = [];
  endSequence = 0;
  bytes = 0;

  get runCount(): number {
    return this.packed.length >> 1;
  }

  get firstSequence(): number {
    return this.packed[0] as number;
  }

  firstSequenceOf(run: number): number {
    return this.packed[run << 1] as number;
  }

  commitOf(run: number): number {
    return Math.floor((this.packed[(run << 1) + 1] as number) / rowsPerCommitMax);
  }

  rowOf(run: number): number {
    return (this.packed[(run << 1) + 1] as number) % rowsPerCommitMax;
  }

  /** The last run that starts at or before `sequence`, or -1. */
  floor(sequence: number): number {
    let low = 0;
    let high = this.runCount;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.firstSequenceOf(middle) <= sequence) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

export class RunIndex {
  readonly #lists = new Map<number, RunList>();
  #runCount = 0;

  get runCount(): number {
    return this.#runCount;
  }

  list(entity: number): RunList | undefined {
    return this.#lists.get(entity);
  }

  /** In order. A typed array: sorting a quarter of a million numbers by a function stalls the loop. */
  entities(): Uint32Array {
    return Uint32Array.from(this.#lists.keys()).sort();
  }

  /** Takes in the run table of the segment's `commit`-th value. */
  add(value: Buffer, commit: number): void {
    const rows = runCountOf(value);
    for (let row = 0; row < rows; row++) {
      const entity = runEntity(value, row);
      let list = this.#lists.get(entity);
      if (list === undefined) {
        list = new RunList();
        this.#lists.set(entity, list);
      }
      const first = runFirstSequence(value, row);
      // Lookups end at the newest run that starts at or before a sequence: order is what makes them right.
      assert(first >= list.endSequence, 'sequences of an entity only grow from commit to commit');
      list.packed.push(first, commit * rowsPerCommitMax + row);
      list.endSequence = first + runCount(value, row);
      list.bytes += runLength(value, row);
    }
    this.#runCount += rows;
  }
}
