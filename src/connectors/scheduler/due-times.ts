// Which due time of a schedule is next to be fired, also after a time in which nobody was there to fire: of
// what was missed the last one counts, unless it is too long ago. Pure; called by schedule-firing.ts.
import { limits } from '../../base/limits.ts';
import { nextDue } from '../../base/schedule/schedule.ts';
import type { BindingSchedule } from './source.ts';

export interface NextDue {
  readonly dueMs: number;
  /** When it is fired: within the flexible window behind it. */
  readonly fireAtMs: number;
}

/** The first due time after `afterMs` within the schedule's own bounds. */
export function dueAfter(binding: BindingSchedule, afterMs: number): number | undefined {
  const { schedule, anchorMs, startMs = -Infinity, endMs = Infinity } = binding;
  const dueMs = nextDue(schedule, Math.max(afterMs, binding.afterMs, startMs - 1), { anchorMs });
  return dueMs === undefined || dueMs > endMs ? undefined : dueMs;
}

/**
 * What is still to be fired after the due time `afterMs`. Due times whose window is over were missed: only
 * the last of them is fired, and only if it is not longer ago than limits.scheduleMissedMsMax.
 */
export function nextToFire(
  key: number,
  binding: BindingSchedule,
  { afterMs, nowMs }: { readonly afterMs: number; readonly nowMs: number },
): NextDue | undefined {
  const closedMs = nowMs - binding.windowMs;
  let dueMs = dueAfter(binding, Math.max(afterMs, closedMs - limits.scheduleMissedMsMax));
  let missedMs: number | undefined;
  while (dueMs !== undefined && dueMs <= closedMs) {
    missedMs = dueMs;
    dueMs = dueAfter(binding, dueMs);
  }
  if (missedMs !== undefined) return { dueMs: missedMs, fireAtMs: nowMs };
  return dueMs === undefined
    ? undefined
    : { dueMs, fireAtMs: dueMs + offsetMs(key, dueMs, binding.windowMs) };
}

/** Whether it is too late for this one. */
export function isTooLate({ windowMs }: BindingSchedule, dueMs: number, nowMs: number): boolean {
  return dueMs + windowMs + limits.scheduleMissedMsMax < nowMs;
}

/** Drawn from the schedule and its due time, so that a restart does not draw again. */
function offsetMs(key: number, dueMs: number, windowMs: number): number {
  if (windowMs === 0) return 0;
  let mixed = Math.imul(key, 0x9e37_79b1) ^ Math.imul(Math.floor(dueMs / 1000), 0x85eb_ca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b_3c6d);
  return (((mixed ^ (mixed >>> 13)) >>> 0) / 2 ** 32) * windowMs;
}
