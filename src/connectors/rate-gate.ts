// How many deliveries may start now: a token bucket over a given clock. Owned by a push watcher; it delays
// and never drops. It holds no timer: whoever is refused asks again.
import type { Clock } from '../base/clock.ts';

/** The bucket holds what comes in this time, so that high rates are reached with coarse ticks. */
const BURST_MS = 100;

export class RateGate {
  readonly #ratePerSecond: number;
  readonly #capacity: number;
  readonly #clock: Clock;
  #tokens: number;
  #atMs: number;

  constructor(ratePerSecond: number, clock: Clock) {
    this.#ratePerSecond = ratePerSecond;
    this.#capacity = Math.max(1, (ratePerSecond * BURST_MS) / 1_000);
    this.#clock = clock;
    this.#tokens = this.#capacity;
    this.#atMs = clock.nowMs();
  }

  /** Whole tokens that are there. */
  available(): number {
    const nowMs = this.#clock.nowMs();
    const came = (Math.max(0, nowMs - this.#atMs) * this.#ratePerSecond) / 1_000;
    this.#tokens = Math.min(this.#capacity, this.#tokens + came);
    this.#atMs = nowMs;
    return Math.floor(this.#tokens);
  }

  take(): void {
    this.#tokens -= 1;
  }
}
