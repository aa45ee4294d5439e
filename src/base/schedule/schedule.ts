// Schedule expressions, rate(..), cron(..) and at(..), and when they are next due. Called by the protocols
// that take them (parse) and by the daemon's scheduler (due times); it holds no timers and reads no clock.
// Grammar: EventBridge User Guide, *Cron expressions* and *Rate expressions*; EventBridge Scheduler User
// Guide, *Schedule types*.
import { assert } from '../assert.ts';
import { limits } from '../limits.ts';
import { err, ok, type Result } from '../result.ts';
import { type Cron, nextLocal, parseCron } from './cron.ts';
import { type TimeZone, timeZone, utc } from './time-zone.ts';

export type Schedule =
  | { readonly kind: 'rate'; readonly intervalMs: number }
  | { readonly kind: 'cron'; readonly cron: Cron; readonly zone: TimeZone }
  | { readonly kind: 'at'; readonly atMs: number };

/** What is wrong, in plain words; a service puts its own sentence in front or instead. */
export interface ScheduleProblem {
  readonly kind: 'expression' | 'timeZone';
  readonly reason: string;
}

export interface ScheduleOptions {
  /** `rule`: UTC, no at(..), strict singular and plural. */
  readonly dialect: 'rule' | 'scheduler';
  /** IANA name; UTC without it. */
  readonly timeZone?: string | undefined;
}

/** The calendar of cron expressions ends with 2199, and so does that of rates. */
const endMs = Date.UTC(2200, 0, 1);
const unitMs = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

export function parseSchedule(text: string, options: ScheduleOptions): Result<Schedule, ScheduleProblem> {
  const zone = options.timeZone === undefined ? utc : timeZone(options.timeZone);
  if (zone === undefined) {
    return err({ kind: 'timeZone', reason: `"${options.timeZone}" is not the name of an IANA time zone` });
  }
  const parsed = parseExpression(text, options.dialect, zone);
  return parsed.ok ? parsed : err({ kind: 'expression', reason: parsed.error });
}

/**
 * The first due time strictly after `afterMs`, or undefined when there is none. A rate is due at the anchor
 * and every interval after it, so who wants it to start one interval later asks with the anchor itself.
 */
export function nextDue(
  schedule: Schedule,
  afterMs: number,
  options: { readonly anchorMs: number },
): number | undefined {
  switch (schedule.kind) {
    case 'rate': {
      if (afterMs < options.anchorMs) return options.anchorMs;
      const passedCount = Math.floor((afterMs - options.anchorMs) / schedule.intervalMs);
      const dueMs = options.anchorMs + (passedCount + 1) * schedule.intervalMs;
      return dueMs < endMs ? dueMs : undefined;
    }
    case 'at':
      return schedule.atMs > afterMs ? schedule.atMs : undefined;
    case 'cron':
      return nextCronDue(schedule.cron, schedule.zone, afterMs);
  }
}

/**
 * What falls into the hour that clocks jump over in spring is skipped, and what falls into the hour that they
 * repeat in autumn runs once, the first time (Scheduler User Guide, *Daylight savings time*).
 */
function nextCronDue(cron: Cron, zone: TimeZone, afterMs: number): number | undefined {
  if (afterMs >= endMs) return undefined;
  let fromMs = zone.latestLocal(Math.max(afterMs, -1)) + 1;
  for (;;) {
    const localMs = nextLocal(cron, fromMs);
    if (localMs === undefined) return undefined;
    // Without this a wrong calendar would go round in a gap for ever.
    assert(localMs >= fromMs, `the time after ${fromMs} is ${localMs}`);
    const dueMs = zone.instantOf(localMs);
    if (dueMs !== undefined) return dueMs;
    const gap = zone.gapAt(localMs);
    fromMs = gap.atMs + gap.offsetAfterMs;
  }
}

function parseExpression(
  text: string,
  dialect: ScheduleOptions['dialect'],
  zone: TimeZone,
): Result<Schedule, string> {
  if (text.length > limits.scheduleExpressionCharsMax) {
    return err(`a schedule expression has at most ${limits.scheduleExpressionCharsMax} characters`);
  }
  const [, kind, body = ''] = /^(rate|cron|at)\((.*)\)$/.exec(text) ?? [];
  if (kind === 'rate') return parseRate(body, dialect);
  if (kind === 'cron') {
    const cron = parseCron(body);
    return cron.ok ? ok({ kind: 'cron', cron: cron.value, zone }) : cron;
  }
  if (dialect === 'rule') return err('it is neither rate(..) nor cron(..)');
  return kind === 'at' ? parseAt(body, zone) : err('it is none of rate(..), cron(..) and at(..)');
}

/** Rules want `1 minute` and `2 minutes`; the Scheduler is known to take `1 hours` and upper case, too. */
function parseRate(body: string, dialect: ScheduleOptions['dialect']): Result<Schedule, string> {
  const text = dialect === 'scheduler' ? body.toLowerCase() : body;
  const match = /^(\d+) +(minute|hour|day)(s?)$/.exec(text);
  if (match === null) return err(`"${body}" is not a positive number and minutes, hours or days`);
  const value = Number(match[1]);
  if (value === 0) return err('a rate is at least 1');
  const isPlural = match[3] === 's';
  if (dialect === 'rule' && isPlural !== value > 1) {
    return err('the unit of a rate is singular for 1 and plural for more');
  }
  const intervalMs = value * unitMs[match[2] as keyof typeof unitMs];
  return intervalMs < endMs ? ok({ kind: 'rate', intervalMs }) : err(`a rate of "${body}" is too slow`);
}

/** A time that clocks jump over is taken as if they had not been changed yet: it must not get lost. */
function parseAt(body: string, zone: TimeZone): Result<Schedule, string> {
  const isShaped = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(body);
  const localMs = isShaped ? Date.parse(`${body}Z`) : Number.NaN;
  // Date.parse turns February 30th into March 2nd and 24:00 into tomorrow.
  if (!Number.isFinite(localMs) || new Date(localMs).toISOString().slice(0, 19) !== body) {
    return err(`"${body}" is not a date and time of the form yyyy-mm-ddThh:mm:ss`);
  }
  const atMs = zone.instantOf(localMs) ?? localMs - zone.gapAt(localMs).offsetBeforeMs;
  return ok({ kind: 'at', atMs });
}
