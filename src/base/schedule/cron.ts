// A cron expression of six fields (minutes hours day-of-month month day-of-week year), parsed, and the next
// local time that it names. Called by schedule.ts. A local time is milliseconds as if the clock on the wall
// showed UTC: time zones are time-zone.ts's. Grammar: EventBridge User Guide, *Cron expressions reference*.
import { err, ok, type Result } from '../result.ts';
import { type CronDays, type Month, nextDay, parseDays } from './cron-days.ts';
import { type CronField, firstFrom, parseField } from './cron-field.ts';

export interface Cron {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly days: CronDays;
  readonly months: readonly number[];
  readonly years: readonly number[];
}

const minuteMs = 60_000;
const dayMs = 86_400_000;

const minuteField: CronField = { name: 'the minutes', min: 0, max: 59, digits: 2 };
const hourField: CronField = { name: 'the hours', min: 0, max: 23, digits: 2 };
const monthField: CronField = {
  name: 'the month',
  min: 1,
  max: 12,
  digits: 2,
  words: ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'],
};
const yearField: CronField = { name: 'the year', min: 1970, max: 2199, digits: 4, hasNoWrap: true };
/** Most expressions say `*`: one list of 230 years for all of them. */
const everyYear = Array.from({ length: 230 }, (_, index) => yearField.min + index);

/** What stands between the parentheses. Letters count in either case. */
export function parseCron(text: string): Result<Cron, string> {
  const fields = text.toUpperCase().split(/ +/);
  if (fields.length !== 6) return err(`a cron expression has 6 fields, this one has ${fields.length}`);
  const [minuteText = '', hourText = '', dateText = '', monthText = '', weekdayText = '', yearText = ''] =
    fields;
  const minutes = parseField(minuteField, minuteText);
  if (!minutes.ok) return minutes;
  const hours = parseField(hourField, hourText);
  if (!hours.ok) return hours;
  const days = parseDays(dateText, weekdayText);
  if (!days.ok) return days;
  const months = parseField(monthField, monthText);
  if (!months.ok) return months;
  const years = yearText === '*' ? ok(everyYear) : parseField(yearField, yearText);
  if (!years.ok) return years;
  return ok({
    minutes: minutes.value,
    hours: hours.value,
    days: days.value,
    months: months.value,
    years: years.value,
  });
}

/**
 * The first local time named by the expression that is not before `fromLocalMs`, or undefined. It goes by
 * fields, so the worst case (a February 31st) looks at one month in each of 230 years.
 */
export function nextLocal(cron: Cron, fromLocalMs: number): number | undefined {
  const from = new Date(Math.ceil(fromLocalMs / minuteMs) * minuteMs);
  const fromYear = from.getUTCFullYear();
  const fromMonth = from.getUTCMonth() + 1;
  for (const year of cron.years) {
    if (year < fromYear) continue;
    for (const month of cron.months) {
      if (year === fromYear && month < fromMonth) continue;
      const isFirst = year === fromYear && month === fromMonth;
      const localMs = isFirst ? nextInMonth(cron, from) : firstInMonth(cron, year, month);
      if (localMs !== undefined) return localMs;
    }
  }
  return undefined;
}

function firstInMonth(cron: Cron, year: number, month: number): number | undefined {
  const startMs = Date.UTC(year, month - 1, 1);
  const day = nextDay(cron.days, monthAt(startMs, year, month), 1);
  return day === undefined ? undefined : startMs + (day - 1) * dayMs + (firstTime(cron, 0) ?? 0);
}

/** In the month of `from`: later on its day, or on a later day. */
function nextInMonth(cron: Cron, from: Date): number | undefined {
  const year = from.getUTCFullYear();
  const startMs = Date.UTC(year, from.getUTCMonth(), 1);
  const month = monthAt(startMs, year, from.getUTCMonth() + 1);
  const date = from.getUTCDate();
  const day = nextDay(cron.days, month, date);
  if (day === undefined) return undefined;
  const dayStartMs = startMs + (day - 1) * dayMs;
  const timeMs = firstTime(cron, Math.max(0, from.getTime() - dayStartMs));
  if (timeMs !== undefined) return dayStartMs + timeMs;
  const later = nextDay(cron.days, month, date + 1);
  return later === undefined ? undefined : startMs + (later - 1) * dayMs + (firstTime(cron, 0) ?? 0);
}

/** The first time of day that is not before `fromMs` after midnight. */
function firstTime(cron: Cron, fromMs: number): number | undefined {
  const fromMinutes = fromMs / minuteMs;
  const fromHour = Math.floor(fromMinutes / 60);
  const hour = firstFrom(cron.hours, fromHour);
  if (hour === undefined) return undefined;
  const minute = firstFrom(cron.minutes, hour === fromHour ? fromMinutes % 60 : 0);
  if (minute !== undefined) return (hour * 60 + minute) * minuteMs;
  return fromHour === 23 ? undefined : firstTime(cron, (fromHour + 1) * 60 * minuteMs);
}

function monthAt(startMs: number, year: number, month: number): Month {
  // Day 0 of the next month is the last one of this; 1970-01-01 was a Thursday.
  const dayCount = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return { dayCount, firstWeekday: ((((startMs / dayMs + 4) % 7) + 7) % 7) + 1 };
}
