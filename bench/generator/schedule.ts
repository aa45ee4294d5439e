// Arrival times of an open-loop run, fixed before it starts. The same seed gives the same schedule.
import { SeededRng } from '../../src/base/rng.ts';

export type ArrivalProcess = 'constant' | 'poisson';

export interface ScheduleSpec {
  readonly arrival: ArrivalProcess;
  readonly rateHz: number;
  readonly durationMs: number;
  readonly seed: number;
}

/** Milliseconds after the start of the run, ascending. */
export function arrivalTimes(spec: ScheduleSpec): Float64Array {
  const gapMs = 1000 / spec.rateHz;
  if (spec.arrival === 'constant') {
    const count = Math.floor(spec.durationMs / gapMs);
    return Float64Array.from({ length: count }, (_, index) => index * gapMs);
  }
  const rng = new SeededRng(spec.seed);
  const times: number[] = [];
  let atMs = 0;
  for (;;) {
    // Exponential gaps; the +1 keeps the logarithm finite.
    atMs -= gapMs * Math.log((rng.nextU32() + 1) / 2 ** 32);
    if (atMs >= spec.durationMs) return Float64Array.from(times);
    times.push(atMs);
  }
}
