// Open loop: operations begin at the times of a schedule that was fixed before, on any free lane; latency
// counts from the intended time, so that a server that stalls, or a generator that is late, cannot hide it.
import type { LoopOptions } from './closed-loop.ts';
import type { LaneListener } from './lanes.ts';
import { createLatency, recordMs } from './latency.ts';
import type { Reply } from './reply-reader.ts';
import { operationGoesOn } from './workload.ts';

export class OpenLoop implements LaneListener {
  readonly #options: LoopOptions;
  readonly #arrivals: Float64Array;
  readonly #latency = createLatency();
  readonly #lag = createLatency();
  readonly #intendedMs: Float64Array;
  readonly #freeLanes: number[] = [];
  #next = 0;
  #startMs = 0;
  #lastMs = 0;
  #outstanding = 0;
  #openLanes: number;
  #brokenLanes = 0;
  #units = 0;
  #operations = 0;
  #isDone = false;

  constructor(options: LoopOptions, arrivals: Float64Array) {
    this.#options = options;
    this.#arrivals = arrivals;
    this.#intendedMs = new Float64Array(options.port.count);
    this.#openLanes = options.port.count;
    for (let lane = options.port.count - 1; lane >= 0; lane--) this.#freeLanes.push(lane);
  }

  get isDone(): boolean {
    return this.#isDone;
  }

  /** When the next operation is due; far away when only replies are waited for. */
  nextDueMs(): number {
    const atMs = this.#arrivals[this.#next];
    return atMs === undefined || this.#freeLanes.length === 0
      ? Number.POSITIVE_INFINITY
      : this.#startMs + atMs;
  }

  start(): void {
    this.#startMs = this.#options.nowMs();
    this.#lastMs = this.#startMs;
    this.tick();
  }

  /** Begins what is due. Called by the pacer, and after every reply because that freed a lane. */
  tick(): void {
    while (this.#next < this.#arrivals.length && this.#freeLanes.length > 0) {
      const intendedMs = this.#startMs + (this.#arrivals[this.#next] as number);
      const nowMs = this.#options.nowMs();
      if (intendedMs > nowMs) return;
      const lane = this.#freeLanes.pop() as number;
      this.#next += 1;
      this.#outstanding += 1;
      this.#intendedMs[lane] = intendedMs;
      recordMs(this.#lag, nowMs - intendedMs);
      this.#options.port.write(lane, this.#options.workload.nextRequest(lane, intendedMs));
    }
    if (this.#next === this.#arrivals.length && this.#outstanding === 0) this.stop();
  }

  onReply(lane: number, reply: Reply): void {
    const units = this.#options.workload.takeReply(lane, reply);
    const nowMs = this.#options.nowMs();
    if (units === operationGoesOn) {
      this.#options.port.write(lane, this.#options.workload.nextRequest(lane, nowMs));
      return;
    }
    if (units > 0) {
      this.#units += units;
      this.#operations += 1;
      this.#lastMs = nowMs;
      recordMs(this.#latency, nowMs - (this.#intendedMs[lane] as number));
    }
    this.#outstanding -= 1;
    this.#freeLanes.push(lane);
    this.tick();
  }

  onBroken(lane: number): void {
    this.#brokenLanes += 1;
    this.#openLanes -= 1;
    const freeAt = this.#freeLanes.indexOf(lane);
    if (freeAt >= 0) this.#freeLanes.splice(freeAt, 1);
    else this.#outstanding -= 1;
    if (this.#openLanes === 0) this.stop();
    else this.tick();
  }

  stop(): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#options.onDone({
      units: this.#units,
      operations: this.#operations,
      seconds: Math.max(this.#lastMs - this.#startMs, 0.001) / 1000,
      brokenLanes: this.#brokenLanes,
      latency: this.#latency,
      lag: this.#lag,
    });
  }
}
