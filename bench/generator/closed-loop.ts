// Closed loop: every lane begins its next operation when the last one ended. It finds the highest rate; its
// latencies hide stalls, so capacity answers come from the open loop. Driven by the replies; no timers.
import type { RecordableHistogram } from 'node:perf_hooks';
import type { LaneListener, LanePort } from './lanes.ts';
import { createLatency, recordMs } from './latency.ts';
import type { Reply } from './reply-reader.ts';
import type { Workload } from './workload.ts';
import { operationGoesOn } from './workload.ts';

export interface LoopResult {
  readonly units: number;
  readonly operations: number;
  readonly seconds: number;
  readonly brokenLanes: number;
  readonly latency: RecordableHistogram;
  /** Open loop only: how late requests left, against their schedule. */
  readonly lag: RecordableHistogram | null;
}

export interface LoopOptions {
  readonly port: LanePort;
  readonly workload: Workload;
  readonly nowMs: () => number;
  readonly onDone: (result: LoopResult) => void;
}

export class ClosedLoop implements LaneListener {
  readonly #options: LoopOptions;
  readonly #latency = createLatency();
  readonly #beganMs: Float64Array;
  #startMs = 0;
  #endMs = 0;
  #lastMs = 0;
  #activeLanes = 0;
  #brokenLanes = 0;
  #units = 0;
  #operations = 0;
  #isDone = false;

  constructor(options: LoopOptions) {
    this.#options = options;
    this.#beganMs = new Float64Array(options.port.count);
  }

  /**
   * Lanes begin operations for `durationMs`, or until the workload is finished; those under way are
   * completed.
   */
  start(durationMs: number): void {
    this.#startMs = this.#options.nowMs();
    this.#lastMs = this.#startMs;
    this.#endMs = this.#startMs + durationMs;
    this.#activeLanes = this.#options.port.count;
    for (let lane = 0; lane < this.#options.port.count; lane++) this.#begin(lane, this.#startMs);
  }

  onReply(lane: number, reply: Reply): void {
    const units = this.#options.workload.takeReply(lane, reply);
    const nowMs = this.#options.nowMs();
    if (units === operationGoesOn) {
      this.#options.port.write(lane, this.#options.workload.nextRequest(lane, nowMs));
      return;
    }
    if (units > 0 && nowMs <= this.#endMs) {
      this.#units += units;
      this.#operations += 1;
      this.#lastMs = nowMs;
      recordMs(this.#latency, nowMs - (this.#beganMs[lane] as number));
    }
    this.#begin(lane, nowMs);
  }

  onBroken(_lane: number): void {
    this.#brokenLanes += 1;
    this.#leave();
  }

  /** Ends the run at once: operations under way are not waited for. */
  stop(): void {
    this.#endMs = Math.min(this.#endMs, this.#options.nowMs());
    this.#finish();
  }

  #begin(lane: number, nowMs: number): void {
    if (nowMs >= this.#endMs || this.#options.workload.isFinished()) {
      this.#leave();
      return;
    }
    this.#beganMs[lane] = nowMs;
    this.#options.port.write(lane, this.#options.workload.nextRequest(lane, nowMs));
  }

  #leave(): void {
    this.#activeLanes -= 1;
    if (this.#activeLanes === 0) this.#finish();
  }

  #finish(): void {
    if (this.#isDone) return;
    this.#isDone = true;
    // A run that its workload ended is as long as its last operation says, a timed one as long as its window.
    const endMs = this.#options.workload.isFinished() || this.#brokenLanes > 0 ? this.#lastMs : this.#endMs;
    this.#options.onDone({
      units: this.#units,
      operations: this.#operations,
      seconds: Math.max(endMs - this.#startMs, 0.001) / 1000,
      brokenLanes: this.#brokenLanes,
      latency: this.#latency,
      lag: null,
    });
  }
}
