// What is counted of deliveries: per source, since it was first watched, and as metrics of the daemon.
// Written by push watchers; read by the admin API and on scrapes. It decides nothing.
import type { Registry } from '../base/metrics.ts';

export interface DeliveryCounters {
  readonly attemptCount: number;
  readonly deliveredCount: number;
  /** Attempts that failed, whether tried again or not. */
  readonly failedCount: number;
  readonly deadLetteredCount: number;
  /** Given up without a queue for dead letters. */
  readonly droppedCount: number;
  /** Of all attempts together. */
  readonly latencyMs: number;
  readonly latencyMsMax: number;
  readonly runningCount: number;
}

export type CountedDeliveries = { -readonly [K in keyof DeliveryCounters]: number };

export function newCounters(): CountedDeliveries {
  return {
    attemptCount: 0,
    deliveredCount: 0,
    failedCount: 0,
    deadLetteredCount: 0,
    droppedCount: 0,
    latencyMs: 0,
    latencyMsMax: 0,
    runningCount: 0,
  };
}

type EachSource = Iterable<readonly [key: string, counters: DeliveryCounters]>;

/** One row per source; `each` is asked on every scrape. */
export function describeDeliveries(registry: Registry, each: () => EachSource): void {
  const counters: readonly (readonly [string, string, (counted: DeliveryCounters) => number])[] = [
    ['attempts', 'Attempts to deliver to a target outside', (counted) => counted.attemptCount],
    ['delivered', 'Messages delivered to a target outside', (counted) => counted.deliveredCount],
    ['failures', 'Attempts that failed', (counted) => counted.failedCount],
    ['dead_lettered', 'Messages given up into a dead-letter queue', (counted) => counted.deadLetteredCount],
    ['dropped', 'Messages given up without a dead-letter queue', (counted) => counted.droppedCount],
    ['latency_seconds', 'Time that attempts took', (counted) => counted.latencyMs / 1_000],
  ];
  for (const [noun, help, value] of counters) {
    const text = { name: `caudal_connectors_${noun}_total`, help, labels: ['target'] };
    registry.counter(text, (set) => {
      for (const [key, counted] of each()) set([key], value(counted));
    });
  }
  const running = {
    name: 'caudal_connectors_running_deliveries',
    help: 'Deliveries that run now',
    labels: ['target'],
  };
  registry.gauge(running, (set) => {
    for (const [key, counted] of each()) set([key], counted.runningCount);
  });
}
