// The state of all queues of one moment, shared by lists and metrics: however often they are asked, the core
// answers once a second at most. Dropped when it is old; nothing is kept per queue in between.
import type { Clock } from '../../base/clock.ts';
import { limits } from '../../base/limits.ts';
import type { Broker, QueueDefinition, QueueStats } from '../../broker/index.ts';
import { ask } from './ask.ts';
import { AdminProblem } from './problem.ts';

export interface QueueRow {
  readonly definition: QueueDefinition;
  readonly stats: QueueStats;
}

export interface QueueSnapshot {
  readonly takenAtMs: number;
  /** In the catalog's order: namespace, then name. */
  readonly rows: readonly QueueRow[];
  /** Queues beyond the limit, which were not asked. */
  readonly leftOutCount: number;
}

export class QueueSnapshots {
  readonly #broker: Broker;
  readonly #clock: Clock;
  #running: Promise<QueueSnapshot> | undefined;
  #latest: QueueSnapshot | undefined;

  constructor(broker: Broker, clock: Clock) {
    this.#broker = broker;
    this.#clock = clock;
  }

  async latest(): Promise<QueueSnapshot> {
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

  async #take(takenAtMs: number): Promise<QueueSnapshot> {
    const definitions: QueueDefinition[] = [];
    let leftOutCount = 0;
    for (const definition of this.#broker.catalog.all()) {
      if (definitions.length < limits.adminSnapshotQueuesMax) definitions.push(definition);
      else leftOutCount += 1;
    }
    const rows: QueueRow[] = [];
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

  // A queue may be deleted while the snapshot is made: it is left out.
  async #stats(definition: QueueDefinition): Promise<QueueStats | undefined> {
    try {
      return await ask(this.#broker, { kind: 'queueStats', entity: definition.entity }, 'queueStats');
    } catch (error) {
      if (error instanceof AdminProblem) return undefined;
      throw error;
    }
  }
}
