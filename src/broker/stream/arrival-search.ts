// Finds a position by time: the first committed sequence from `from` on that arrived at `timeMs` or later;
// behind the newest when there is none. Arrival times never go back within a shard, so it is a binary search,
// one block read a step. Whoever must not wait for the disk looks at `probe` first and has it fetched.
import { arrivedAtMs } from '../record-batch.ts';
import type { StreamContext } from './context.ts';
import type { Shard } from './shard.ts';

export class ArrivalSearch {
  readonly #context: StreamContext;
  readonly #shard: Shard;
  readonly #timeMs: number;
  #low: number;
  #high: number;
  /** The first step looks at the oldest record: that is where most searches end. */
  #isFirst = true;

  constructor(context: StreamContext, shard: Shard, from: number, timeMs: number) {
    this.#context = context;
    this.#shard = shard;
    this.#timeMs = timeMs;
    this.#low = from;
    this.#high = Math.max(from, shard.committedNext);
    if (shard.committedArrivedMs < timeMs) this.#low = this.#high;
  }

  get isDone(): boolean {
    return this.#low >= this.#high;
  }
  /** What was looked for, once it is done. */
  get sequence(): number {
    return this.#low;
  }
  /** Where the next step reads. */
  get probe(): number {
    return this.#isFirst ? this.#low : Math.floor((this.#low + this.#high) / 2);
  }

  step(): void {
    const { probe } = this;
    const arrivedMs = arrivalAt(this.#context, this.#shard, probe);
    if (arrivedMs === undefined || arrivedMs >= this.#timeMs) this.#high = probe;
    else this.#low = probe + 1;
    this.#isFirst = false;
  }

  /** All steps at once, whatever they have to read. */
  finish(): number {
    while (!this.isDone) this.step();
    return this.sequence;
  }
}

/** When the first stored record at or after this sequence arrived. */
export function arrivalAt(context: StreamContext, shard: Shard, sequence: number): number | undefined {
  if (sequence >= shard.committedNext) return undefined;
  let arrived: number | undefined;
  context.log.scan(shard.entity, sequence, (_sequence, source, start) => {
    arrived = arrivedAtMs(source, start);
    return false;
  });
  return arrived;
}
