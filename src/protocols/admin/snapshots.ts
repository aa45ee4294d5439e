// The state of all queues (or streams) of one moment, shared by lists and metrics: however often they are
// asked, the core answers once a second at most. Dropped when it is old; nothing is kept per row in
// between.
import type { Clock } from '../../base/clock.ts';
import { limits } from '../../base/limits.ts';
import type {
  Broker,
  QueueDefinition,
  QueueStats,
  StreamDefinition,
  StreamStats,
} from '../../broker/index.ts';
import { internalNamespace } from '../../broker/index.ts';
import { ask } from './ask.ts';
import { AdminProblem } from './problem.ts';

export interface Row<D, S> {
  readonly definition: D;
  readonly stats: S;
}
export type QueueRow = Row<QueueDefinition, QueueStats>;
export type StreamRow = Row<StreamDefinition, StreamStats>;

export interface Snapshot<D, S> {
  readonly takenAtMs: number;
  /** In the catalog's order: namespace, then name. */
  readonly rows: readonly Row<D, S>[];
  /** Rows beyond the limit, which were not asked. */
  readonly leftOutCount: number;
}

export type QueueSnapshots = Snapshots<QueueDefinition, QueueStats>;
export type StreamSnapshots = Snapshots<StreamDefinition, StreamStats>;

export interface AllSnapshots {
  readonly queues: QueueSnapshots;
  readonly streams: StreamSnapshots;
}

export function queueSnapshots(broker: Broker, clock: Clock): QueueSnapshots {
  return new Snapshots(clock, {
    all: () => [...broker.catalog.all()].filter(({ name }) => name.namespace !== internalNamespace),
    stats: ({ entity }) => ask(broker, { kind: 'queueStats', entity }, 'queueStats'),
  });
}

export function streamSnapshots(broker: Broker, clock: Clock): StreamSnapshots {
  return new Snapshots(clock, {
    all: () => broker.catalog.streams.all(),
    stats: ({ entity }) => ask(broker, { kind: 'streamStats', entity }, 'streamStats'),
  });
}

export interface SnapshotSource<D, S> {
  readonly all: () => Iterable<D>;
  readonly stats: (definition: D) => Promise<S>;
}

export class Snapshots<D, S> {
  readonly #clock: Clock;
  readonly #source: SnapshotSource<D, S>;
  #running: Promise<Snapshot<D, S>> | undefined;
  #latest: Snapshot<D, S> | undefined;

  constructor(clock: Clock, source: SnapshotSource<D, S>) {
    this.#clock = clock;
    this.#source = source;
  }

  async latest(): Promise<Snapshot<D, S>> {
    const nowMs = this.#clock.nowMs();
    const age = nowMs - (this.#latest?.takenAtMs ?? Number.NEGATIVE_INFINITY);
    if (this.#latest !== undefined && age >= 0 && age < limits.adminSnapshotMs) return this.#latest;
    this.#latest = undefined;
    this.#running ??= this.#take(nowMs).finally(() => (this.#running = undefined));
    return this.#running;
  }

  /** What is written next must be seen by the next list. */
  forget(): void {
    this.#latest = undefined;
  }

  async #take(takenAtMs: number): Promise<Snapshot<D, S>> {
    const definitions: D[] = [];
    let leftOutCount = 0;
    for (const definition of this.#source.all()) {
      if (definitions.length < limits.adminSnapshotQueuesMax) definitions.push(definition);
      else leftOutCount += 1;
    }
    const rows: Row<D, S>[] = [];
    for (let from = 0; from < definitions.length; from += limits.adminSnapshotSliceQueues) {
      const slice = definitions.slice(from, from + limits.adminSnapshotSliceQueues);
      const stats = await Promise.all(slice.map((definition) => this.#stats(definition)));
      for (const [index, definition] of slice.entries()) {
        const one = stats[index];
        if (one !== undefined) rows.push({ definition, stats: one });
      }
      // Other work gets its turn between two slices.
      await new Promise<void>((next) => void setImmediate(next));
    }
    const snapshot = { takenAtMs, rows, leftOutCount };
    this.#latest = snapshot;
    setTimeout(() => {
      if (this.#latest === snapshot) this.#latest = undefined;
    }, limits.adminSnapshotMs).unref();
    return snapshot;
  }

  // What is deleted while the snapshot is made is left out.
  async #stats(definition: D): Promise<S | undefined> {
    try {
      return await this.#source.stats(definition);
    } catch (error) {
      if (error instanceof AdminProblem) return undefined;
      throw error;
    }
  }
}
