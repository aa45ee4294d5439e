// What all sources of the delivery pump share: how many deliveries run at once and their bytes, who waits for
// room or for the next tick, and the deadlines of attempts. Owned by the pump; it knows no message.
import type { Clock } from '../base/clock.ts';
import { limits } from '../base/limits.ts';
import type { Logger } from '../base/log.ts';
import type { Rng } from '../base/rng.ts';
import type { Broker } from '../broker/index.ts';
import type { Outcome } from './driver.ts';
import { failure } from './driver.ts';

export interface PumpDeps {
  readonly broker: Broker;
  readonly clock: Clock;
  readonly rng: Rng;
  readonly logger: Logger;
}

interface Waiting {
  refill(): void;
  tick(nowMs: number): void;
}

interface Running {
  readonly deadlineMs: number;
  readonly controller: AbortController;
  readonly end: (outcome: Outcome) => void;
}

export class PumpSlots<Watcher extends Waiting> {
  readonly #clock: Clock;
  readonly #running = new Set<Running>();
  /** In the order in which they found no room. */
  readonly #forRoom = new Set<Watcher>();
  #forTick = new Set<Watcher>();
  #count = 0;
  #bytes = 0;
  #isAborted = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isAborted(): boolean {
    return this.#isAborted;
  }
  get runningCount(): number {
    return this.#count;
  }

  hasRoom(): boolean {
    return this.#count < limits.pushDeliveriesMax && this.#bytes < limits.pushBytesMax;
  }
  enter(bytes: number): void {
    this.#count++;
    this.#bytes += bytes;
  }
  leave(bytes: number): void {
    this.#count--;
    this.#bytes -= bytes;
    this.#wake(1);
  }

  /** Those that wait longest may ask again. */
  #wake(most: number): void {
    let left = most;
    for (const watcher of this.#forRoom) {
      if (left-- <= 0 || !this.hasRoom()) return;
      this.#forRoom.delete(watcher);
      watcher.refill();
    }
  }

  waitForRoom(watcher: Watcher): void {
    // Nothing runs, so nothing will leave: the tick asks for it.
    if (this.hasRoom()) this.waitForTick(watcher);
    else this.#forRoom.add(watcher);
  }
  waitForTick(watcher: Watcher): void {
    this.#forTick.add(watcher);
  }
  forget(watcher: Watcher): void {
    this.#forRoom.delete(watcher);
    this.#forTick.delete(watcher);
  }

  /** Runs an attempt until it ends or its time is over. */
  bounded(timeoutMs: number, attempt: (signal: AbortSignal) => Promise<Outcome>): Promise<Outcome> {
    return new Promise((resolve) => {
      const controller = new AbortController();
      const running: Running = {
        deadlineMs: this.#clock.nowMs() + timeoutMs,
        controller,
        end: (outcome) => {
          if (this.#running.delete(running)) resolve(outcome);
        },
      };
      this.#running.add(running);
      void attempt(controller.signal).then(running.end);
    });
  }

  tick(nowMs: number): void {
    for (const running of this.#running) {
      if (nowMs < running.deadlineMs) continue;
      running.end(failure('timeout', 'the attempt did not end in time'));
      running.controller.abort();
    }
    // One that was woken may have nothing by now, and so wakes nobody.
    this.#wake(limits.pushDeliveriesMax - this.#count);
    const due = this.#forTick;
    this.#forTick = new Set();
    for (const watcher of due) watcher.tick(nowMs);
  }

  /** Gives up every attempt that runs; its message is delivered again after the next start. */
  abort(): void {
    this.#isAborted = true;
    for (const { controller } of this.#running) controller.abort();
  }
}
