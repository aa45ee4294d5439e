// What pollers and their fronts agree on: a poller takes items (messages of a queue, records of a shard) from
// its source in batches and hands them to a target that answers for each. Plain data; it knows neither a
// front nor a function.
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Broker } from '../../broker/index.ts';
import type { FailedDelivery } from '../driver.ts';

export interface PollerDeps {
  readonly broker: Broker;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The target took the batch, all but these: indexes of the batch. */
export interface BatchDone {
  readonly kind: 'done';
  readonly failed: ReadonlySet<number>;
}

/** `failed`: the batch as a whole was not taken. */
export type BatchOutcome = BatchDone | FailedDelivery;

/** Ends by itself in bounded time, and soon after the signal. What it throws counts as a failure. */
export type BatchTarget<Item> = (items: readonly Item[], signal: AbortSignal) => Promise<BatchOutcome>;

const none: ReadonlySet<number> = new Set();
export const batchDone: BatchDone = { kind: 'done', failed: none };

/** How the last batch went, for whoever shows it. */
export type PollerResult = 'none' | 'ok' | { readonly problem: string };

/** One running poller. */
export interface Poller {
  start(): void;
  readonly result: PollerResult;
  /** Takes no more, waits so long for what runs, and gives up the rest. */
  stop(drainMs: number): Promise<void>;
}
