// The delivery pump: consumes the internal queues of pushed targets and delivers what they hold through
// drivers. The daemon tells it which sources there are, as bindings come and go. Retries, waiting and dead
// letters are those of queues: the pump itself remembers nothing over a restart, and a crash repeats at most
// what was being delivered.
import { limits } from '../base/limits.ts';
import type { DeliveryCounters } from './delivery-counters.ts';
import type { PushSource } from './driver.ts';
import type { PumpDeps } from './pump-slots.ts';
import { PumpSlots } from './pump-slots.ts';
import { PushWatcher } from './push-watcher.ts';

export interface PumpOptions extends PumpDeps {
  /** How often rates and deadlines are looked at; 0: only by `tick()` (tests with a manual clock). */
  readonly tickMs?: number;
}

const TICK_MS = 20;
const STOP_STEP_MS = 10;

export class DeliveryPump {
  readonly #options: PumpOptions;
  readonly #slots: PumpSlots<PushWatcher>;
  readonly #watchers = new Map<string, PushWatcher>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: PumpOptions) {
    this.#options = options;
    this.#slots = new PumpSlots(options.clock);
    const { tickMs = TICK_MS } = options;
    if (tickMs > 0) this.#timer = setInterval(() => this.tick(), tickMs);
  }

  /** Starts a source, or goes on with another definition of it. False when there are too many. */
  watch(source: PushSource): boolean {
    const known = this.#watchers.get(source.key);
    if (known !== undefined) {
      known.change(source);
      return true;
    }
    if (this.#watchers.size >= limits.pushSourcesMax) {
      this.#options.logger.error('push source refused', { target: source.key, most: limits.pushSourcesMax });
      return false;
    }
    const watcher = new PushWatcher(this.#options, this.#slots, source);
    this.#watchers.set(source.key, watcher);
    watcher.start();
    return true;
  }

  /** No more of it is delivered, but what runs. */
  unwatch(key: string): void {
    this.#watchers.get(key)?.stop();
    this.#watchers.delete(key);
  }

  get runningCount(): number {
    return this.#slots.runningCount;
  }

  counters(key: string): DeliveryCounters | undefined {
    return this.#watchers.get(key)?.counters;
  }

  /** For metrics: every source that is watched. */
  *each(): IterableIterator<readonly [key: string, counters: DeliveryCounters]> {
    for (const [key, { counters }] of this.#watchers) yield [key, counters];
  }

  tick(): void {
    this.#slots.tick(this.#options.clock.nowMs());
  }

  /** Takes no more, and waits for what runs; what has not ended after `drainMs` is given up. */
  async close(drainMs: number): Promise<void> {
    for (const key of this.#watchers.keys()) this.unwatch(key);
    await this.#idle(drainMs);
    this.#slots.abort();
    await this.#idle(STOP_STEP_MS * 10);
    clearInterval(this.#timer);
  }

  async #idle(waitMs: number): Promise<void> {
    for (let leftMs = waitMs; this.runningCount > 0 && leftMs > 0; leftMs -= STOP_STEP_MS)
      await new Promise((resolve) => setTimeout(resolve, STOP_STEP_MS));
  }
}
