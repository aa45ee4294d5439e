// When a failed delivery is tried again: pure arithmetic over a policy. Called by the delivery pump; fronts
// make policies of what their clients configured. It keeps no state and draws chance only from what it is
// given.
//
// Phases as SNS has them (docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html): some
// retries at once, some at the least delay, a ramp from the least to the most, some at the most. The shapes
// of the ramps are published only as a picture: each starts at the least delay, ends at the most and never
// falls.
import type { Rng } from '../base/rng.ts';

export type Ramp = 'linear' | 'arithmetic' | 'geometric' | 'exponential';

export interface PhasedPolicy {
  readonly kind: 'phased';
  readonly minDelayMs: number;
  readonly maxDelayMs: number;
  readonly immediateCount: number;
  readonly minDelayCount: number;
  readonly rampCount: number;
  readonly maxDelayCount: number;
  readonly ramp: Ramp;
  readonly maxAgeMs?: number | undefined;
}

/** Each delay is twice the one before, up to the most; a random part of up to `jitter` of it is taken off. */
export interface DoublingPolicy {
  readonly kind: 'doubling';
  readonly retriesMax: number;
  readonly minDelayMs: number;
  readonly maxDelayMs: number;
  /** 0 to 1. */
  readonly jitter: number;
  readonly maxAgeMs?: number | undefined;
}

export type RetryPolicy = PhasedPolicy | DoublingPolicy;

export interface AttemptFacts {
  /** Made so far, the failed one included. */
  readonly attempts: number;
  /** What the age counts from: the first attempt. */
  readonly sinceMs: number;
  readonly nowMs: number;
  readonly retryAfterMs?: number | undefined;
}

export type NextAttempt =
  | { readonly kind: 'retry'; readonly delayMs: number }
  | { readonly kind: 'exhausted'; readonly condition: 'attempts' | 'age' };

export function nextAttempt(policy: RetryPolicy, facts: AttemptFacts, rng: Rng): NextAttempt {
  const { attempts, sinceMs, nowMs, retryAfterMs = 0 } = facts;
  if (attempts > retriesOf(policy)) return { kind: 'exhausted', condition: 'attempts' };
  const planned =
    policy.kind === 'phased' ? phasedDelay(policy, attempts) : doubledDelay(policy, attempts, rng);
  const delayMs = Math.max(planned, retryAfterMs);
  const isTooOld = policy.maxAgeMs !== undefined && nowMs + delayMs - sinceMs > policy.maxAgeMs;
  return isTooOld ? { kind: 'exhausted', condition: 'age' } : { kind: 'retry', delayMs };
}

/** Whether an attempt is one too many, before it is made: after a crash, or a long stop. */
export function exhaustion(
  policy: RetryPolicy,
  { attempts, sinceMs, nowMs }: AttemptFacts,
): 'attempts' | 'age' | undefined {
  if (attempts > 1 + retriesOf(policy)) return 'attempts';
  return policy.maxAgeMs !== undefined && nowMs - sinceMs > policy.maxAgeMs ? 'age' : undefined;
}

function retriesOf(policy: RetryPolicy): number {
  if (policy.kind === 'doubling') return policy.retriesMax;
  return policy.immediateCount + policy.minDelayCount + policy.rampCount + policy.maxDelayCount;
}

function phasedDelay(policy: PhasedPolicy, retry: number): number {
  const { immediateCount, minDelayCount, rampCount, minDelayMs, maxDelayMs } = policy;
  if (retry <= immediateCount) return 0;
  const afterImmediate = retry - immediateCount;
  if (afterImmediate <= minDelayCount) return minDelayMs;
  const step = afterImmediate - minDelayCount - 1;
  return step < rampCount ? rampDelay(policy, step) : maxDelayMs;
}

/** Delay of step 0 .. rampCount - 1, in whole milliseconds. */
function rampDelay({ ramp, rampCount, minDelayMs, maxDelayMs }: PhasedPolicy, step: number): number {
  const last = rampCount - 1;
  if (last === 0) return minDelayMs;
  const span = maxDelayMs - minDelayMs;
  switch (ramp) {
    case 'linear':
      return Math.round(minDelayMs + (span * step) / last);
    case 'arithmetic':
      // Each step is longer than the one before by the same amount.
      return Math.round(minDelayMs + (span * step * (step + 1)) / (last * (last + 1)));
    case 'geometric':
      return Math.round(minDelayMs * (maxDelayMs / minDelayMs) ** (step / last));
    case 'exponential':
      return Math.round(minDelayMs + (span * (2 ** step - 1)) / (2 ** last - 1));
  }
}

function doubledDelay(policy: DoublingPolicy, retry: number, rng: Rng): number {
  const full = Math.min(policy.maxDelayMs, policy.minDelayMs * 2 ** (retry - 1));
  return Math.round(full - full * policy.jitter * (rng.nextU32() / 2 ** 32));
}

const secondMs = 1_000;
const dayMs = 86_400_000;

/** SNS to endpoints that AWS runs (queues, functions): 100,015 attempts in 23 days. */
export const managedEndpointPolicy: RetryPolicy = {
  kind: 'phased',
  minDelayMs: 1 * secondMs,
  maxDelayMs: 20 * secondMs,
  immediateCount: 3,
  minDelayCount: 2,
  rampCount: 10,
  maxDelayCount: 100_000,
  ramp: 'exponential',
};

/** SNS to e-mail, SMS and mobile push: 50 retries in six hours. */
export const customerEndpointPolicy: RetryPolicy = {
  kind: 'phased',
  minDelayMs: 10 * secondMs,
  maxDelayMs: 600 * secondMs,
  immediateCount: 0,
  minDelayCount: 2,
  rampCount: 10,
  maxDelayCount: 38,
  ramp: 'exponential',
};

/**
 * EventBridge: 185 retries within a day, exponential with jitter. Nothing else is published of the curve;
 * this one needs 80,000 s on average, so that the default's two ends meet within a tenth.
 */
export function eventRetryPolicy(retriesMax = 185, maxAgeMs = dayMs): RetryPolicy {
  return {
    kind: 'doubling',
    retriesMax,
    minDelayMs: secondMs,
    maxDelayMs: 600 * secondMs,
    jitter: 0.5,
    maxAgeMs,
  };
}
