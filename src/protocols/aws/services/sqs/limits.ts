// What the switch `limits: aws` turns on in SQS, as rows for the generated table, and the gate that
// enforces the rates. Sizes, names and ranges are not here: they hold under every profile and live with
// what they check.
import type { Clock } from '../../../../base/clock.ts';
import type { LimitRow, ServiceDeps } from '../../engine/service.ts';
import type { Queue } from './queue.ts';
import { limits } from '../../../../base/limits.ts';
import { purgeInProgress, requestThrottled } from './errors.ts';

const purgeIntervalMs = 60_000;
export const recreationIntervalMs = 60_000;
const fifoCallsPerSecond = 300;

/** Rows of docs/reference/limits.md. */
export const sqsLimits: readonly LimitRow[] = [
  {
    what: 'PurgeQueue again on the same queue',
    relaxed: 'at once',
    aws: 'PurgeQueueInProgress within 60 s',
  },
  {
    what: 'CreateQueue with the name of a deleted queue',
    relaxed: 'at once',
    aws: 'QueueDeletedRecently within 60 s',
  },
  {
    what: 'FIFO queue, FifoThroughputLimit perQueue: calls of one action',
    relaxed: 'unlimited',
    aws: `${fifoCallsPerSecond}/s, then RequestThrottled`,
  },
  {
    what: 'FIFO queue, FifoThroughputLimit perMessageGroupId: sends of one group',
    relaxed: 'unlimited',
    aws: `${fifoCallsPerSecond}/s, then RequestThrottled`,
  },
];

type LimitsFor = ServiceDeps['limitsFor'];

interface Window {
  startMs: number;
  count: number;
}

/** Counts calls in windows of a second and remembers purges, for queues under the `aws` profile alone. */
export class RateGate {
  readonly #clock: Clock;
  readonly #limitsFor: LimitsFor;
  readonly #windows = new Map<string, Window>();
  readonly #purges = new Map<number, number>();

  constructor(clock: Clock, limitsFor: LimitsFor) {
    this.#clock = clock;
    this.#limitsFor = limitsFor;
  }

  isStrict(queueName: string): boolean {
    return this.#limitsFor('sqs', queueName) === 'aws';
  }

  /** One call of an action on a queue; throws RequestThrottled when it is one too many. */
  admitCall(queue: Queue, action: string): void {
    if (!queue.isFifo || isPerGroup(queue) || !this.isStrict(queue.definition.name.name)) return;
    this.#count(`${queue.entity} ${action}`);
  }

  /** One send into a group of a queue whose rate is per group. */
  admitSend(queue: Queue, group: string | undefined): void {
    if (!queue.isFifo || !isPerGroup(queue) || !this.isStrict(queue.definition.name.name)) return;
    this.#count(`${queue.entity} ${group}`);
  }

  admitPurge(queue: Queue): void {
    const { name } = queue.definition.name;
    if (!this.isStrict(name)) return;
    const now = this.#clock.nowMs();
    const previous = this.#purges.get(queue.entity);
    if (previous !== undefined && now - previous < purgeIntervalMs) {
      throw purgeInProgress(name);
    }
    if (this.#purges.size >= limits.sqsPurgesMax) forget(this.#purges, (at) => now - at >= purgeIntervalMs);
    this.#purges.set(queue.entity, now);
  }

  #count(key: string): void {
    const now = this.#clock.nowMs();
    const window = this.#windows.get(key);
    if (window === undefined) {
      if (this.#windows.size >= limits.sqsRateWindowsMax) {
        forget(this.#windows, ({ startMs }) => now - startMs >= 1000);
      }
      this.#windows.set(key, { startMs: now, count: 1 });
    } else if (now - window.startMs >= 1000) {
      window.startMs = now;
      window.count = 1;
    } else if (window.count >= fifoCallsPerSecond) {
      throw requestThrottled();
    } else {
      window.count++;
    }
  }
}

/** Drops what is over; everything, when that does not make room. */
function forget<K, V>(entries: Map<K, V>, isOver: (value: V) => boolean): void {
  const before = entries.size;
  for (const [key, value] of entries) if (isOver(value)) entries.delete(key);
  if (entries.size === before) entries.clear();
}

function isPerGroup(queue: Queue): boolean {
  return queue.definition.annotations['FifoThroughputLimit'] === 'perMessageGroupId';
}
