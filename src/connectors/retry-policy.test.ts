// Retry policies: SNS's tables and ramps to the second, EventBridge's two ends, ages and Retry-After.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Rng } from '../base/rng.ts';
import { SeededRng } from '../base/rng.ts';
import type { PhasedPolicy, Ramp, RetryPolicy } from './retry-policy.ts';
import {
  customerEndpointPolicy,
  eventRetryPolicy,
  exhaustion,
  managedEndpointPolicy,
  nextAttempt,
} from './retry-policy.ts';

const lowest: Rng = { nextU32: () => 0 };

/** Delays in seconds until it is exhausted (or of the first `most` retries). */
function delays(policy: RetryPolicy, most = 200): number[] {
  const all: number[] = [];
  for (let attempts = 1; attempts <= most; attempts++) {
    const next = nextAttempt(policy, { attempts, sinceMs: 0, nowMs: 0 }, lowest);
    if (next.kind === 'exhausted') return all;
    all.push(next.delayMs / 1_000);
  }
  return all;
}

const base: PhasedPolicy = {
  kind: 'phased',
  minDelayMs: 20_000,
  maxDelayMs: 20_000,
  immediateCount: 0,
  minDelayCount: 0,
  rampCount: 3,
  maxDelayCount: 0,
  ramp: 'linear',
};

it('has four attempts by default, 20 s apart', () => {
  expect(delays(base)).toEqual([20, 20, 20]);
});

it.each<[Ramp, number[]]>([
  ['linear', [0, 0, 1, 1, 6.333, 11.667, 17, 17, 17]],
  ['arithmetic', [0, 0, 1, 1, 3.667, 9, 17, 17, 17]],
  ['geometric', [0, 0, 1, 1, 2.571, 6.611, 17, 17, 17]],
  ['exponential', [0, 0, 1, 1, 3.286, 7.857, 17, 17, 17]],
])('goes through its phases: %s', (ramp, expected) => {
  const policy: PhasedPolicy = {
    ...base,
    minDelayMs: 1_000,
    maxDelayMs: 17_000,
    immediateCount: 2,
    minDelayCount: 1,
    rampCount: 4,
    maxDelayCount: 2,
    ramp,
  };
  expect(delays(policy)).toEqual(expected);
});

it('ramps from the least to the most delay and never falls, whatever the shape', () => {
  const ramps = fc.constantFrom<Ramp>('linear', 'arithmetic', 'geometric', 'exponential');
  const cases = fc.record({
    ramp: ramps,
    rampCount: fc.integer({ min: 1, max: 100 }),
    minDelayMs: fc.integer({ min: 1, max: 3_600 }).map((s) => s * 1_000),
    more: fc.integer({ min: 0, max: 3_600_000 }),
  });
  fc.assert(
    fc.property(cases, ({ more, ...rest }) => {
      const policy = { ...base, ...rest, maxDelayMs: rest.minDelayMs + more };
      const found = delays(policy);
      expect(found.length).toBe(rest.rampCount);
      expect(found[0]).toBe(rest.minDelayMs / 1_000);
      const lastMs = rest.rampCount > 1 ? policy.maxDelayMs : policy.minDelayMs;
      expect(found.at(-1)).toBe(lastMs / 1_000);
      expect(found).toEqual(found.toSorted((a, b) => a - b));
    }),
  );
});

it('knows the table of managed endpoints: 100,015 retries', () => {
  expect(delays(managedEndpointPolicy, 16)).toEqual([
    0, 0, 0, 1, 1, 1, 1.037, 1.112, 1.26, 1.558, 2.153, 3.342, 5.722, 10.481, 20, 20,
  ]);
  const at = (attempts: number) =>
    nextAttempt(managedEndpointPolicy, { attempts, sinceMs: 0, nowMs: 0 }, lowest);
  expect(at(100_015)).toEqual({ kind: 'retry', delayMs: 20_000 });
  expect(at(100_016)).toEqual({ kind: 'exhausted', condition: 'attempts' });
});

it('knows the table of e-mail, SMS and push: 50 retries, more than six hours', () => {
  const all = delays(customerEndpointPolicy);
  expect(all.length).toBe(50);
  expect([all[0], all[1], all[2], all[11], all[49]]).toEqual([10, 10, 10, 600, 600]);
  expect(all.reduce((sum, each) => sum + each)).toBeGreaterThan(6 * 3_600);
});

it('tries events 185 times more within about a day, and not beyond it', () => {
  const rng = new SeededRng(7);
  const policy = eventRetryPolicy();
  let nowMs = 0;
  let attempts = 1;
  for (; attempts < 300; attempts++) {
    const next = nextAttempt(policy, { attempts, sinceMs: 0, nowMs }, rng);
    if (next.kind === 'exhausted') break;
    nowMs += next.delayMs;
  }
  expect(attempts).toBe(186);
  expect(nowMs).toBeGreaterThan(70_000_000);
  expect(nowMs).toBeLessThan(86_400_000);
  const late = { attempts: 2, sinceMs: 0, nowMs: 86_400_000 };
  expect(nextAttempt(policy, late, rng)).toEqual({ kind: 'exhausted', condition: 'age' });
});

it('doubles with jitter between half and all of the delay', () => {
  const policy = eventRetryPolicy();
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 185 }), fc.nat(), (attempts, seed) => {
      const next = nextAttempt(policy, { attempts, sinceMs: 0, nowMs: 0 }, new SeededRng(seed));
      const full = Math.min(600_000, 1_000 * 2 ** (attempts - 1));
      expect(next.kind === 'retry' && next.delayMs >= full / 2 && next.delayMs <= full).toBe(true);
    }),
  );
});

it('waits as long as the target asks, if that is longer, and not past the age', () => {
  const policy = { ...base, maxAgeMs: 100_000 };
  const ask = (retryAfterMs: number) =>
    nextAttempt(policy, { attempts: 1, sinceMs: 0, nowMs: 10_000, retryAfterMs }, lowest);
  expect(ask(5_000)).toEqual({ kind: 'retry', delayMs: 20_000 });
  expect(ask(90_000)).toEqual({ kind: 'retry', delayMs: 90_000 });
  expect(ask(90_001)).toEqual({ kind: 'exhausted', condition: 'age' });
});

it('makes no attempt that is one too many or too late', () => {
  const policy = { ...base, maxAgeMs: 100_000 };
  expect(exhaustion(policy, { attempts: 4, sinceMs: 0, nowMs: 100_000 })).toBeUndefined();
  expect(exhaustion(policy, { attempts: 5, sinceMs: 0, nowMs: 0 })).toBe('attempts');
  expect(exhaustion(policy, { attempts: 1, sinceMs: 0, nowMs: 100_001 })).toBe('age');
});

it('makes no retry at all when there are none', () => {
  expect(delays(eventRetryPolicy(0))).toEqual([]);
  expect(delays({ ...base, rampCount: 0 })).toEqual([]);
});
