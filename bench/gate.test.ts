// Each validity rule, just inside and just outside.
import { describe, expect, it } from 'vitest';
import { windowFlags } from './gate.ts';
import { createLatency, recordMs } from './generator/latency.ts';
import type { RunResult } from './generator/messages.ts';

function latencyOf(ms: number): ReturnType<typeof createLatency> {
  const histogram = createLatency();
  recordMs(histogram, ms);
  return histogram;
}

const verification = {
  issued: 0,
  confirmed: 0,
  received: 0,
  deleted: 0,
  duplicated: 0,
  unknown: 0,
  reordered: 0,
};
const clean: RunResult = {
  units: 1,
  operations: 1,
  seconds: 1,
  rateHz: 1,
  brokenLanes: 0,
  latency: latencyOf(20),
  lag: null,
  utilization: 0.5,
  clockStepMs: 0,
  isTimedOut: false,
  tally: { failures: 0, firstFailure: '', emptyReceives: 0, signedInline: 0, verification },
};

describe('windowFlags', () => {
  it('lets a clean window pass', () => {
    expect(windowFlags(clean)).toEqual([]);
    expect(windowFlags({ ...clean, lag: latencyOf(1.9) })).toEqual([]);
  });

  it('voids an open loop that was late by more than a tenth of its p99', () => {
    expect(windowFlags({ ...clean, lag: latencyOf(2.1) })[0]).toMatch(/^void: requests left 2\.10 ms late/);
    expect(windowFlags({ ...clean, latency: latencyOf(1), lag: latencyOf(0.4) })).toEqual([]);
  });

  it('voids failures, broken connections, operations that never came back and clock steps', () => {
    const tally = { ...clean.tally, failures: 2, firstFailure: 'HTTP 500: x' };
    expect(windowFlags({ ...clean, tally })).toEqual(['void: 2 failures, the first: HTTP 500: x']);
    expect(windowFlags({ ...clean, brokenLanes: 1 })[0]).toMatch(/^void/);
    expect(windowFlags({ ...clean, isTimedOut: true })[0]).toMatch(/^void/);
    expect(windowFlags({ ...clean, clockStepMs: -80 })[0]).toMatch(/^void/);
  });

  it('notes stolen time and a generator without idle time', () => {
    expect(windowFlags(clean, { steal: 0.2, foreign: 0 })[0]).toMatch(/tenant/);
    expect(windowFlags(clean, { steal: 0, foreign: 0.2 })[0]).toMatch(/other processes/);
    expect(windowFlags({ ...clean, utilization: 0.99 })[0]).toMatch(/busy/);
  });
});
