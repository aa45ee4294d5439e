// What has to be fetched before a stream can be read or searched without waiting for the disk. Segments that
// nobody read lately are read by storage's worker, a piece at a time; what is in memory costs no turn.
import { limits } from '../../base/limits.ts';
import type { StreamContext } from '../stream/context.ts';
import type { ReadRange } from '../stream/read.ts';
import { horizonSearch, isHorizonKnown, noteHorizon } from '../stream/horizon.ts';
import type { ArrivalSearch } from '../stream/arrival-search.ts';
import type { Shard } from '../stream/shard.ts';

const fewRecords = 64;
const fewRecordsBytes = 64 * 1024;

export class ColdReads {
  readonly #context: () => StreamContext;

  constructor(context: () => StreamContext) {
    this.#context = context;
  }

  /**
   * Undefined when a read from here finds everything in memory. Otherwise resolves when one of at most
   * `limits.readAheadBytesMax` does; read in the same turn.
   */
  records(shard: Shard, { from, recordsMax, bytesMax }: ReadRange): Promise<void> | undefined {
    // Whoever asks for a few is not made to wait for a megabyte; what a few large ones lack is read at once.
    const wanted = recordsMax <= fewRecords ? Math.min(bytesMax, fewRecordsBytes) : bytesMax;
    const horizon = this.horizon(shard);
    if (horizon === undefined) return this.#fetch(shard, from, wanted);
    return horizon.then(() => this.#fetch(shard, from, wanted));
  }

  /** Undefined when the horizon is known now; otherwise resolves when it is. */
  horizon(shard: Shard): Promise<void> | undefined {
    const context = this.#context();
    if (isHorizonKnown(context, shard)) return undefined;
    const found = this.search(shard, horizonSearch(context, shard));
    if (typeof found !== 'number') return found.then((sequence) => noteHorizon(context, shard, sequence));
    noteHorizon(context, shard, found);
    return undefined;
  }

  /** What the search finds: at once when all that it looks at is in memory. */
  search(shard: Shard, search: ArrivalSearch): Promise<number> | number {
    this.#stepWhileWarm(shard, search);
    return search.isDone ? search.sequence : this.#finish(shard, search);
  }

  #stepWhileWarm(shard: Shard, search: ArrivalSearch): void {
    const { log } = this.#context();
    while (!search.isDone && log.isWarm(shard.entity, search.probe)) search.step();
  }

  async #finish(shard: Shard, search: ArrivalSearch): Promise<number> {
    const { log } = this.#context();
    while (!search.isDone) {
      if (!log.isWarm(shard.entity, search.probe)) await log.warm(shard.entity, search.probe, 0);
      search.step();
    }
    return search.sequence;
  }

  #fetch(shard: Shard, from: number, bytesMax: number): Promise<void> | undefined {
    const { log } = this.#context();
    const at = Math.max(from, shard.floor, shard.horizonSequence);
    if (at >= shard.committedNext || log.isWarm(shard.entity, at, bytesMax)) return undefined;
    const isLong = bytesMax > fewRecordsBytes;
    return log.warm(shard.entity, at, isLong ? limits.readAheadBytesMax : bytesMax);
  }
}
