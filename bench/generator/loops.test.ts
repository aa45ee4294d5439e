// Tests the tester: a server that stalls by script must yield the percentiles that arithmetic gives, and the
// closed loop must be shown to hide them.
import { describe, expect, it } from 'vitest';
import { ClosedLoop } from './closed-loop.ts';
import type { LoopResult } from './closed-loop.ts';
import { percentileMs } from './latency.ts';
import { OpenLoop } from './open-loop.ts';
import { arrivalTimes } from './schedule.ts';
import { ScriptedServer, UnitWorkload } from './scripted-server.ts';

const serviceMs = 1;

/** Requests that arrive in the first 100 ms of a second are answered when these are over. */
function stallingReply(arrivedMs: number): number {
  const phaseMs = arrivedMs % 1000;
  return arrivedMs + serviceMs + (phaseMs < 100 ? 100 - phaseMs : 0);
}

function runOpen(server: ScriptedServer, rateHz: number, durationMs: number): LoopResult {
  let result: LoopResult | null = null;
  const options = {
    port: server,
    workload: new UnitWorkload(),
    nowMs: () => server.nowMs,
    onDone: (r: LoopResult) => (result = r),
  };
  const loop = new OpenLoop(options, arrivalTimes({ arrival: 'constant', rateHz, durationMs, seed: 1 }));
  server.listener = loop;
  loop.start();
  for (let atMs = 0.25; !loop.isDone && atMs < durationMs * 10; atMs += 0.25) {
    server.advance(atMs);
    loop.tick();
  }
  expect(result).not.toBeNull();
  return result as unknown as LoopResult;
}

describe('open loop', () => {
  it('sees a stall of 100 ms in every second exactly', () => {
    const server = new ScriptedServer({ laneCount: 200, replyAtMs: stallingReply });
    const { latency, lag, operations, seconds } = runOpen(server, 1000, 10_000);
    expect(operations).toBe(10_000);
    expect(seconds).toBeCloseTo(10, 1);
    // One request in ten meets the stall and waits for the rest of it, evenly spread over 0 to 100 ms.
    expect(percentileMs(latency, 50)).toBeCloseTo(1, 1);
    expect(percentileMs(latency, 89)).toBeCloseTo(1, 1);
    expect(percentileMs(latency, 95)).toBeGreaterThan(49);
    expect(percentileMs(latency, 95)).toBeLessThan(53);
    expect(percentileMs(latency, 99)).toBeGreaterThan(89);
    expect(percentileMs(latency, 99)).toBeLessThan(93);
    expect(percentileMs(latency, 100)).toBeGreaterThan(100);
    expect(percentileMs(lag as NonNullable<typeof lag>, 99)).toBeLessThan(0.3);
  });

  it('counts the wait for a free connection as latency', () => {
    // One lane that takes 2 ms for each of 1,000 requests a second: the last one leaves a second late.
    const server = new ScriptedServer({ laneCount: 1, replyAtMs: (arrivedMs) => arrivedMs + 2 });
    const { latency, operations } = runOpen(server, 1000, 1000);
    expect(operations).toBe(1000);
    expect(percentileMs(latency, 50)).toBeGreaterThan(495);
    expect(percentileMs(latency, 50)).toBeLessThan(510);
    expect(percentileMs(latency, 100)).toBeGreaterThan(995);
  });

  it('ends when every connection broke', () => {
    const server = new ScriptedServer({ laneCount: 2, replyAtMs: () => Number.POSITIVE_INFINITY });
    let result: LoopResult | null = null;
    const options = {
      port: server,
      workload: new UnitWorkload(),
      nowMs: () => server.nowMs,
      onDone: (r: LoopResult) => (result = r),
    };
    const loop = new OpenLoop(options, Float64Array.of(0, 0, 0, 0));
    loop.start();
    loop.onBroken(0);
    expect(loop.isDone).toBe(false);
    loop.onBroken(1);
    expect(result).toMatchObject({ brokenLanes: 2, operations: 0 });
  });
});

describe('closed loop', () => {
  it('hides the same stall: one lane meets it once a second', () => {
    const server = new ScriptedServer({ laneCount: 1, replyAtMs: stallingReply });
    let result: LoopResult | null = null;
    const options = {
      port: server,
      workload: new UnitWorkload(),
      nowMs: () => server.nowMs,
      onDone: (r: LoopResult) => (result = r),
    };
    const loop = new ClosedLoop(options);
    server.listener = loop;
    loop.start(10_000);
    server.advance(10_001);
    const { latency, operations } = result as unknown as LoopResult;
    // Ten operations of about 100 ms, the other 9 seconds of 1 ms each.
    expect(operations).toBeGreaterThan(8990);
    expect(operations).toBeLessThan(9012);
    expect(percentileMs(latency, 99)).toBeCloseTo(1, 1);
    expect(percentileMs(latency, 100)).toBeGreaterThan(99);
  });

  it('counts only operations that end within the window, and completes the others', () => {
    const server = new ScriptedServer({ laneCount: 3, replyAtMs: (arrivedMs) => arrivedMs + 40 });
    let result: LoopResult | null = null;
    const options = {
      port: server,
      workload: new UnitWorkload(),
      nowMs: () => server.nowMs,
      onDone: (r: LoopResult) => (result = r),
    };
    const loop = new ClosedLoop(options);
    server.listener = loop;
    loop.start(100);
    server.advance(119);
    expect(result).toBeNull();
    server.advance(120);
    expect(result).toMatchObject({ operations: 6, units: 6, seconds: 0.1, brokenLanes: 0 });
  });
});
