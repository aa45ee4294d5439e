// Forgets what is past retention: raises the floor of each shard, a record per step and shard, so that
// storage can give the space back; closed shards with nothing left go. Readers do not wait for it (read.ts).
import type { StreamContext } from './context.ts';
import type { ColdReads } from '../delivery/cold-reads.ts';
import { ArrivalSearch } from './arrival-search.ts';
import type { Shard } from './shard.ts';

/** A floor that was found after a wait for the disk; the cell submits it to itself. */
export interface Trim {
  readonly kind: 'trim';
  readonly lane: number;
  readonly floor: number;
}

/** Shards looked at in one tick. */
const SHARDS_PER_TICK = 4096;
/** The floor is not raised for less than this share of the retention, and at most this time. */
const STEP_SHARE = 1 / 128;
const STEP_MS_MAX = 60_000;

/** Searches that may wait for the disk at the same time. */
const SEARCHES_MAX = 4;

export interface RetentionDeps {
  readonly cold: ColdReads;
  readonly submitHere: (trim: Trim) => void;
}

export class RetentionSweep {
  readonly #deps: RetentionDeps;
  readonly #searched = new Set<number>();
  #shards: Iterator<Shard> | undefined;

  constructor(deps: RetentionDeps) {
    this.#deps = deps;
  }

  /** The cell's shards are others now. */
  restart(): void {
    this.#shards = undefined;
  }

  tick(context: StreamContext): void {
    this.#shards ??= context.state.shards.values();
    for (let looked = 0; looked < SHARDS_PER_TICK; looked++) {
      const next = this.#shards.next();
      if (next.done === true) {
        this.#shards = undefined;
        return;
      }
      this.#look(context, next.value);
    }
  }

  #look(context: StreamContext, shard: Shard): void {
    const retentionMs = context.catalog.streams.byEntity(shard.birth.stream)?.settings.retentionMs;
    // An end that is not committed is left alone: what it brings is younger than any retention.
    if (retentionMs === undefined || shard.isGone || shard.pending !== undefined) return;
    const retainedFromMs = context.state.nowMs - retentionMs;
    if (!shard.isOpen && shard.closedAtMs < retainedFromMs) {
      context.record.trimmed(shard.entity, shard.nextSequence);
      return;
    }
    if (shard.floor >= shard.nextSequence || shard.oldestArrivedMs >= retainedFromMs) return;
    if (this.#searched.has(shard.entity) || this.#searched.size >= SEARCHES_MAX) return;
    // Looked at again when the oldest record is a step past its time.
    shard.oldestArrivedMs = retainedFromMs + Math.min(STEP_MS_MAX, retentionMs * STEP_SHARE);
    this.#search(context, shard, retainedFromMs);
  }

  #search(context: StreamContext, shard: Shard, retainedFromMs: number): void {
    const lane = shard.entity;
    const search = new ArrivalSearch(context, shard, shard.floor, retainedFromMs);
    const found = this.#deps.cold.search(shard, search);
    if (typeof found === 'number') {
      if (found > shard.floor) context.record.trimmed(lane, found);
      return;
    }
    this.#searched.add(lane);
    void found.then((floor) => {
      this.#searched.delete(lane);
      this.#deps.submitHere({ kind: 'trim', lane, floor });
    });
  }
}
