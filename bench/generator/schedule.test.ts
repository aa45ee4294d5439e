// The schedule of an open-loop run is data: same seed, same times; and the rate is the one that was asked
// for.
import { describe, expect, it } from 'vitest';
import { arrivalTimes } from './schedule.ts';

describe('arrivalTimes', () => {
  it('gives the same schedule for the same seed, and another for another', () => {
    const spec = { arrival: 'poisson', rateHz: 5000, durationMs: 1000, seed: 7 } as const;
    expect(arrivalTimes(spec)).toEqual(arrivalTimes(spec));
    expect(arrivalTimes({ ...spec, seed: 8 })).not.toEqual(arrivalTimes(spec));
  });

  it('spaces constant arrivals evenly', () => {
    const times = arrivalTimes({ arrival: 'constant', rateHz: 100, durationMs: 50, seed: 1 });
    expect([...times]).toEqual([0, 10, 20, 30, 40]);
  });

  it('keeps a poisson process at its rate, with exponential gaps', () => {
    const times = arrivalTimes({ arrival: 'poisson', rateHz: 10_000, durationMs: 10_000, seed: 3 });
    // 100,000 expected, standard deviation 316.
    expect(Math.abs(times.length - 100_000)).toBeLessThan(1500);
    const gaps = [...times.subarray(1)].map((time, index) => time - (times[index] as number));
    expect(gaps.every((gap) => gap >= 0)).toBe(true);
    const longer = gaps.filter((gap) => gap > 0.1).length / gaps.length;
    expect(longer).toBeCloseTo(Math.exp(-1), 2);
  });
});
