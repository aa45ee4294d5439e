// Pairs: who goes first, which medians, and what happens to the flags of single windows.
import { describe, expect, it } from 'vitest';
import { createLatency, percentileMs, recordMs } from './generator/latency.ts';
import { median, runPairs } from './pairs.ts';
import type { Window } from './pairs.ts';

function window(rateHz: number, flags: string[] = []): Window {
  const latency = createLatency();
  recordMs(latency, rateHz);
  return { rateHz, units: 10, latency, cpuMs: 2, flags };
}

describe('runPairs', () => {
  it('interleaves, takes turns at going first, and answers medians of pairs', async () => {
    const order: string[] = [];
    const subjectRates = [10, 20, 30, 40, 500];
    const yardstickRates = [10, 10, 10, 10, 100];
    const outcome = await runPairs({
      pairCount: 5,
      yardstick: () => {
        order.push('y');
        return Promise.resolve(window(yardstickRates.shift() ?? 0, ['noted']));
      },
      subject: () => {
        order.push('s');
        return Promise.resolve(window(subjectRates.shift() ?? 0, ['noted']));
      },
    });
    expect(order.join('')).toBe('yssyyssyys');
    expect(outcome).toMatchObject({ subjectRateHz: 30, yardstickRateHz: 10, ratio: 3, cpuMicros: 200 });
    expect(outcome.pairRatios).toEqual([1, 2, 3, 4, 5]);
    expect(outcome.flags).toEqual(['noted']);
    expect(outcome.latency.count).toBe(5);
    expect(percentileMs(outcome.latency, 100)).toBeCloseTo(500, 0);
  });
});

describe('median', () => {
  it('takes the middle, or the mean of the two', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([])).toBeNaN();
  });
});
