// The two day fields of a cron expression as one rule for days, and the next day of a month that it allows.
// Called by cron.ts. The wildcards L, W and # stand alone in their field: a list of them has no meaning that
// anybody agrees on. Wildcards: EventBridge User Guide, *Cron expressions reference*.
import { unreachable } from '../assert.ts';
import { err, ok, type Result } from '../result.ts';
import { badValue, type CronField, firstFrom, parseField, parseValue } from './cron-field.ts';

/** Weekdays are counted as in the expression: 1 is Sunday, 7 Saturday. */
export type CronDays =
  | { readonly kind: 'dates'; readonly dates: readonly number[] }
  | { readonly kind: 'beforeLastDate'; readonly count: number }
  | { readonly kind: 'lastWorkday' }
  | { readonly kind: 'nearestWorkday'; readonly date: number }
  | { readonly kind: 'weekdays'; readonly weekdays: readonly number[] }
  | { readonly kind: 'lastWeekday'; readonly weekday: number }
  | { readonly kind: 'nthWeekday'; readonly weekday: number; readonly nth: number };

/** A month of a year, which is all that a rule for days depends on. */
export interface Month {
  readonly dayCount: number;
  /** Weekday of the first. */
  readonly firstWeekday: number;
}

const dateField: CronField = { name: 'the day of the month', min: 1, max: 31, digits: 2 };
const weekdayField: CronField = {
  name: 'the day of the week',
  min: 1,
  max: 7,
  digits: 2,
  words: ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'],
  hasNoSteps: true,
};
const sunday = 1;
const saturday = 7;

/** Both texts in upper case. */
export function parseDays(dateText: string, weekdayText: string): Result<CronDays, string> {
  if ((dateText === '?') === (weekdayText === '?')) {
    return err('exactly one of the day of the month and the day of the week has to be "?"');
  }
  return dateText === '?' ? parseWeekdays(weekdayText) : parseDates(dateText);
}

/** The first allowed day of the month that is not before `from`, or undefined. */
export function nextDay(days: CronDays, month: Month, from: number): number | undefined {
  switch (days.kind) {
    case 'dates': {
      const date = firstFrom(days.dates, from);
      return date !== undefined && date <= month.dayCount ? date : undefined;
    }
    case 'weekdays':
      return nextWeekday(days.weekdays, month, from);
    default: {
      const day = onlyDay(days, month);
      return day !== undefined && day >= from ? day : undefined;
    }
  }
}

function parseDates(text: string): Result<CronDays, string> {
  if (text === 'L') return ok({ kind: 'beforeLastDate', count: 0 });
  if (text === 'LW') return ok({ kind: 'lastWorkday' });
  const beforeLast = /^L-(\d{1,2})$/.exec(text)?.[1];
  if (beforeLast !== undefined) {
    const count = Number(beforeLast);
    if (count < 1 || count > 30) return err(`"${text}" is not from L-1 to L-30`);
    return ok({ kind: 'beforeLastDate', count });
  }
  if (text.endsWith('W')) {
    const date = parseValue(dateField, text.slice(0, -1));
    return date === undefined ? err(badValue(dateField, text)) : ok({ kind: 'nearestWorkday', date });
  }
  const dates = parseField(dateField, text);
  return dates.ok ? ok({ kind: 'dates', dates: dates.value }) : dates;
}

function parseWeekdays(text: string): Result<CronDays, string> {
  // "The last day of the week", which starts on Sunday.
  if (text === 'L') return ok({ kind: 'weekdays', weekdays: [saturday] });
  if (text.endsWith('L')) {
    const weekday = parseValue(weekdayField, text.slice(0, -1));
    return weekday === undefined ? err(badValue(weekdayField, text)) : ok({ kind: 'lastWeekday', weekday });
  }
  const hash = text.indexOf('#');
  if (hash >= 0) {
    const weekday = parseValue(weekdayField, text.slice(0, hash));
    if (weekday === undefined) return err(badValue(weekdayField, text));
    const nth = text.slice(hash + 1);
    if (!/^[1-5]$/.test(nth)) return err(`"${text}" does not end in one number from #1 to #5`);
    return ok({ kind: 'nthWeekday', weekday, nth: Number(nth) });
  }
  const weekdays = parseField(weekdayField, text);
  return weekdays.ok ? ok({ kind: 'weekdays', weekdays: weekdays.value }) : weekdays;
}

function nextWeekday(weekdays: readonly number[], month: Month, from: number): number | undefined {
  const last = Math.min(from + 6, month.dayCount);
  for (let day = from; day <= last; day++) if (weekdays.includes(weekdayOf(month, day))) return day;
  return undefined;
}

/** The day of a rule that allows one a month; undefined in a month that has no such day. */
function onlyDay(
  days: Exclude<CronDays, { kind: 'dates' } | { kind: 'weekdays' }>,
  month: Month,
): number | undefined {
  switch (days.kind) {
    case 'beforeLastDate':
      return month.dayCount > days.count ? month.dayCount - days.count : undefined;
    case 'lastWorkday':
      return nearestWorkday(month, month.dayCount);
    case 'nearestWorkday':
      return days.date <= month.dayCount ? nearestWorkday(month, days.date) : undefined;
    case 'lastWeekday':
      return month.dayCount - ((weekdayOf(month, month.dayCount) - days.weekday + 7) % 7);
    case 'nthWeekday': {
      const day = 1 + ((days.weekday - month.firstWeekday + 7) % 7) + 7 * (days.nth - 1);
      return day <= month.dayCount ? day : undefined;
    }
    default:
      return unreachable(days);
  }
}

/** The nearest of Monday to Friday that does not leave the month. */
function nearestWorkday(month: Month, date: number): number {
  const weekday = weekdayOf(month, date);
  if (weekday === saturday) return date === 1 ? 3 : date - 1;
  if (weekday === sunday) return date === month.dayCount ? date - 2 : date + 1;
  return date;
}

function weekdayOf(month: Month, day: number): number {
  return ((month.firstWeekday + day - 2) % 7) + 1;
}
