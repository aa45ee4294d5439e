// What the bench's main thread and the generator's worker say to each other: one request, one answer, by
// number.
import type { Histogram } from 'node:perf_hooks';
import type { ScheduleSpec } from './schedule.ts';
import type { LoadSpec, Tally } from './workload.ts';

export interface TargetSpec {
  /** `http://127.0.0.1:4566` */
  readonly endpoint: string;
}

export interface SessionSpec {
  readonly target: TargetSpec;
  readonly connectionCount: number;
  readonly workload: LoadSpec;
  readonly seed: number;
}

export type RunSpec =
  | {
      readonly loop: 'closed';
      readonly durationMs: number;
      /** Operations to sign for before the window opens. */
      readonly prepareCount: number;
      /** A run that is not over this long after its window is stopped. */
      readonly graceMs?: number;
    }
  | { readonly loop: 'open'; readonly schedule: ScheduleSpec; readonly graceMs?: number };

export interface RunResult {
  readonly units: number;
  readonly operations: number;
  readonly seconds: number;
  readonly rateHz: number;
  readonly brokenLanes: number;
  readonly latency: Histogram;
  readonly lag: Histogram | null;
  /** Share of the window in which the generator's event loop was busy. */
  readonly utilization: number;
  /** The wall clock moved differently from the steady one by this much during the run. */
  readonly clockStepMs: number;
  /** True when the run was stopped because operations did not come back. */
  readonly isTimedOut: boolean;
  readonly tally: Tally;
}

export interface SubscribeSpec {
  /** Signed and complete, ASCII. */
  readonly request: string;
  /** Number of the consumer: each has to get every record once. */
  readonly consumer: number;
  readonly shardIndex: number;
}

export interface EventsResult {
  readonly receivedCount: number;
  readonly lostCount: number;
  readonly duplicatedCount: number;
  readonly unknownCount: number;
  readonly reorderedCount: number;
  /** Empty, or why a subscription ended. */
  readonly problem: string;
  /** From the intended time of the put to the arrival of the event. */
  readonly latency: Histogram;
}

export type GeneratorValue = RunResult | EventsResult | number;

export type GeneratorCommand =
  | { readonly kind: 'open'; readonly session: number; readonly spec: SessionSpec }
  | { readonly kind: 'run'; readonly session: number; readonly spec: RunSpec }
  | { readonly kind: 'stop'; readonly session: number }
  | { readonly kind: 'lost'; readonly session: number }
  | { readonly kind: 'distinct'; readonly session: number }
  | { readonly kind: 'acknowledged'; readonly session: number; readonly shardIndex: number }
  | { readonly kind: 'subscribe'; readonly session: number; readonly specs: readonly SubscribeSpec[] }
  | { readonly kind: 'events'; readonly session: number }
  | { readonly kind: 'close'; readonly session: number };

export interface GeneratorRequest {
  readonly id: number;
  readonly command: GeneratorCommand;
}

export interface GeneratorAnswer {
  readonly id: number;
  readonly error?: string;
  readonly value?: GeneratorValue;
}
