// Due times and when they are fired: the same draw each time within the window, and the bound on what was
// missed.
// missed.
import { expect, it } from 'vitest';
import { limits } from '../../base/limits.ts';
import { nextToFire } from './due-times.ts';
import type { BindingSchedule } from './source.ts';

const minuteMs = 60_000;
const everyMinute: BindingSchedule = {
  schedule: { kind: 'rate', intervalMs: minuteMs },
  anchorMs: 0,
  afterMs: 0,
  windowMs: 0,
  isDeletedAfterLast: false,
};

it('draws the time within the window once for each schedule and due time', () => {
  const windowed = { ...everyMinute, windowMs: 15 * minuteMs };
  const draw = (key: number) => nextToFire(key, windowed, { afterMs: 0, nowMs: 1 })!;
  const offsets = Array.from({ length: 100 }, (_, key) => draw(key).fireAtMs - draw(key).dueMs);
  expect(offsets).toEqual(Array.from({ length: 100 }, (_, key) => draw(key).fireAtMs - minuteMs));
  expect(Math.min(...offsets)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...offsets)).toBeLessThan(15 * minuteMs);
  expect(new Set(offsets).size).toBeGreaterThan(90);
});

it('looks for what was missed no further back than it is fired', () => {
  const hourly: BindingSchedule = { ...everyMinute, schedule: { kind: 'rate', intervalMs: 60 * minuteMs } };
  const lateMs = 60 * minuteMs + limits.scheduleMissedMsMax;
  const at = (nowMs: number) => nextToFire(1, hourly, { afterMs: 0, nowMs })?.dueMs;
  expect(at(lateMs - 1)).toBe(60 * minuteMs);
  expect(at(lateMs)).toBe(120 * minuteMs);
});
