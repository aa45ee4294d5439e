// What is a schedule expression and what is not, in both dialects, and when rates and single times are due.
// The lists of refused rates are what the services refuse.
import { expect, test } from 'vitest';
import { nextDue, parseSchedule, type Schedule, type ScheduleOptions } from './schedule.ts';

const rule: ScheduleOptions = { dialect: 'rule' };
const scheduler: ScheduleOptions = { dialect: 'scheduler' };

function parse(text: string, options: ScheduleOptions = scheduler): Schedule {
  const parsed = parseSchedule(text, options);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.error.reason}`);
  return parsed.value;
}

function problemOf(text: string, options: ScheduleOptions): string | undefined {
  const parsed = parseSchedule(text, options);
  return parsed.ok ? undefined : parsed.error.reason;
}

function due(schedule: Schedule, after: string, anchor = '2026-01-01T00:00:00Z'): string | undefined {
  const dueMs = nextDue(schedule, Date.parse(after), { anchorMs: Date.parse(anchor) });
  return dueMs === undefined ? undefined : new Date(dueMs).toISOString();
}

const refusedRates = [
  'rate(10 seconds)',
  'rate(10 years)',
  'rate()',
  'rate(10)',
  'rate(10 minutess)',
  'rate(foo minutes)',
  'rate(0 minutes)',
  'rate(-10 minutes)',
  'rate(1.5 hours)',
  'rate( 10 minutes )',
  ' rate(10 minutes)',
  'rate(10 minutes) ',
  'RATE(10 minutes)',
  'rate(10 minutes',
  'rate(10 minutes))',
  'rate(99999999999999 days)',
  'rate(100000 days)',
];

const refusedInRulesOnly = [
  'rate(1 minutes)',
  'rate(1 hours)',
  'rate(1 days)',
  'rate(2 minute)',
  'rate(10 minute)',
  'rate(10 hour)',
  'rate(10 day)',
  'rate(10 MINUTES)',
  'at(2026-11-20T13:00:00)',
];

const refusedCrons: readonly (readonly [string, RegExp])[] = [
  ['', /6 fields, this one has 1/],
  ['0 10 * * ?', /6 fields, this one has 5/],
  ['0 10 * * ? * *', /6 fields, this one has 7/],
  [' 0 10 * * ? *', /6 fields/],
  ['0 1 * * * *', /exactly one/],
  ['0 1 ? * ? *', /exactly one/],
  ['0 1 1 * MON *', /exactly one/],
  ['? 1 1 * ? *', /"\?" in the minutes is not a value from 0 to 59/],
  ['60 1 1 * ? *', /"60" in the minutes/],
  ['71 8 1 * ? *', /"71"/],
  ['-1 8 1 * ? *', /minutes/],
  ['1- 8 1 * ? *', /minutes/],
  ['1-2-3 8 1 * ? *', /not a range/],
  ['1,,2 8 1 * ? *', /"" in the minutes/],
  ['1,2, 8 1 * ? *', /"" in the minutes/],
  ['/5 8 1 * ? *', /"" in the minutes/],
  ['0/0 8 1 * ? *', /step/],
  ['0/ 8 1 * ? *', /step/],
  ['0/x 8 1 * ? *', /step/],
  ['0/5/5 8 1 * ? *', /more than one step/],
  ['*5 8 1 * ? *', /minutes/],
  ['001 8 1 * ? *', /minutes/],
  ['1.5 8 1 * ? *', /minutes/],
  ['0 24 1 * ? *', /"24" in the hours is not a value from 0 to 23/],
  ['0 dummy ? * MON-FRI *', /hours/],
  ['0 L 1 * ? *', /hours/],
  ['0 8 0 * ? *', /day of the month/],
  ['0 8 32 * ? *', /from 1 to 31/],
  ['0 8 W * ? *', /day of the month/],
  ['0 8 0W * ? *', /day of the month/],
  ['0 8 32W * ? *', /day of the month/],
  ['0 8 1,15W * ? *', /day of the month/],
  ['0 8 1-5W * ? *', /day of the month/],
  ['0 8 3L * ? *', /day of the month/],
  ['0 8 1,L * ? *', /day of the month/],
  ['0 8 L-0 * ? *', /L-1 to L-30/],
  ['0 8 L-31 * ? *', /L-1 to L-30/],
  ['0 8 8? * ? *', /exactly one|day of the month/],
  ['0 8 MON * ? *', /day of the month/],
  ['0 8 1 0 ? *', /the month is not a value from 1 to 12 or JAN-DEC/],
  ['0 8 1 13 ? *', /month/],
  ['0 8 1 JANUARY ? *', /month/],
  ['0 8 1 ? ? *', /month/],
  ['0 8 ? * 0 *', /from 1 to 7 or SUN-SAT/],
  ['0 8 ? * 8 *', /day of the week/],
  ['7 20 ? * NOT *', /day of the week/],
  ['0 8 ? * MONDAY *', /day of the week/],
  ['0 8 ? * 2-6/2 *', /takes no step/],
  ['0 8 ? * L-1 *', /day of the week/],
  ['0 8 ? * 5-L *', /day of the week/],
  ['0 8 ? * 0L *', /day of the week/],
  ['0 8 ? * 15W *', /day of the week/],
  ['0 8 ? * 3#0 *', /#1 to #5/],
  ['0 8 ? * 3#6 *', /#1 to #5/],
  ['0 8 ? * 3# *', /#1 to #5/],
  ['0 8 ? * #2 *', /day of the week/],
  ['0 8 ? * 3#1,6#3 *', /one number from #1 to #5/],
  ['0 8 1 * ? 1969', /the year is not a value from 1970 to 2199/],
  ['0 8 1 * ? 2200', /year/],
  ['0 8 1 * ? 26', /year/],
  ['0 8 1 * ? ?', /year/],
  ['0 8 1 * ? 2030-2029', /ends before it starts/],
];

const refusedTimes = [
  'at()',
  'at(2021-12-31)',
  'at(2021-12-31T23:59)',
  'at(2021-12-31T23:59:59Z)',
  'at(2021-12-31T23:59:59.000)',
  'at(2021-12-31 23:59:59)',
  'at(2021-02-29T00:00:00)',
  'at(2021-13-01T00:00:00)',
  'at(2021-12-31T24:00:00)',
  'at(2021-12-31T23:60:00)',
  'at(+002021-12-31T23:59:59)',
];

test.each(refusedRates)('%s is no rate anywhere', (text) => {
  expect(problemOf(text, rule)).toBeDefined();
  expect(problemOf(text, scheduler)).toBeDefined();
});

test.each(refusedInRulesOnly)('%s is for the scheduler only', (text) => {
  expect(problemOf(text, rule)).toBeDefined();
  expect(problemOf(text, scheduler)).toBeUndefined();
});

test.each(['rate(1 minute)', 'rate(2 minutes)', 'rate(1 hour)', 'rate(12 hours)', 'rate(1 day)'])(
  '%s is a rate everywhere',
  (text) => {
    expect(problemOf(text, rule)).toBeUndefined();
    expect(problemOf(text, scheduler)).toBeUndefined();
  },
);

test.each(refusedCrons)('cron(%s) is refused with its reason', (fields, reason) => {
  expect(problemOf(`cron(${fields})`, rule)).toMatch(reason);
  expect(problemOf(`cron(${fields})`, scheduler)).toMatch(reason);
});

test.each(refusedTimes)('%s is no time', (text) => {
  expect(problemOf(text, scheduler)).toMatch(/yyyy-mm-ddThh:mm:ss/);
});

test.each(['', 'every(1 minute)', '0 10 * * ? *', 'cron[0 10 * * ? *]', 'rate'])(
  '"%s" is nothing',
  (text) => {
    expect(problemOf(text, rule)).toMatch(/neither rate\(..\) nor cron\(..\)/);
    expect(problemOf(text, scheduler)).toMatch(/none of rate/);
  },
);

test('an expression has a length', () => {
  const minutes = Array.from({ length: 90 }, () => '10').join(',');
  expect(problemOf(`cron(${minutes} 1 1 * ? *)`, rule)).toMatch(/at most 256 characters/);
});

test('a time zone that does not exist is another problem than an expression', () => {
  for (const timeZone of ['Europe/Atlantis', '', '+01:00', 'UTC+1', 'Europe/Berlin ']) {
    const parsed = parseSchedule('rate(1 hour)', { dialect: 'scheduler', timeZone });
    expect(parsed.ok ? 'ok' : parsed.error.kind).toBe('timeZone');
  }
  const parsed = parseSchedule('rate(1 hour', { dialect: 'scheduler', timeZone: 'Europe/Berlin' });
  expect(parsed.ok ? 'ok' : parsed.error.kind).toBe('expression');
});

test('a rate counts elapsed time from its anchor, over changes of clocks', () => {
  const daily = parse('rate(1 day)', { dialect: 'scheduler', timeZone: 'Europe/Berlin' });
  const anchor = '2026-03-28T09:00:30.500Z';
  expect(due(daily, '2026-03-01T00:00:00Z', anchor)).toBe(anchor);
  expect(due(daily, '2026-03-28T09:00:30.499Z', anchor)).toBe(anchor);
  expect(due(daily, anchor, anchor)).toBe('2026-03-29T09:00:30.500Z');
  expect(due(daily, '2026-03-29T09:00:30.499Z', anchor)).toBe('2026-03-29T09:00:30.500Z');
  expect(due(daily, '2026-03-29T09:00:30.500Z', anchor)).toBe('2026-03-30T09:00:30.500Z');
  // Ten years are 5,258,880 minutes, and 4 more than a multiple of 7.
  expect(due(parse('rate(7 minutes)', rule), '2036-01-01T00:00:00Z')).toBe('2036-01-01T00:03:00.000Z');
  expect(due(parse('rate(80000 days)', rule), '2026-01-01T00:00:00Z')).toBeUndefined();
});

test('a single time is due once, on the clocks of its zone', () => {
  const at = (text: string, timeZone?: string) =>
    due(parse(`at(${text})`, { dialect: 'scheduler', timeZone }), '1990-01-01T00:00:00Z');
  expect(at('2026-07-01T12:00:15')).toBe('2026-07-01T12:00:15.000Z');
  expect(at('2026-07-01T12:00:15', 'Europe/Berlin')).toBe('2026-07-01T10:00:15.000Z');
  expect(at('2026-07-01T12:00:15', 'asia/kolkata')).toBe('2026-07-01T06:30:15.000Z');
  // Skipped: as if the clocks had not changed yet. Twice there: the first one.
  expect(at('2026-03-29T02:30:00', 'Europe/Berlin')).toBe('2026-03-29T01:30:00.000Z');
  expect(at('2026-10-25T02:30:00', 'Europe/Berlin')).toBe('2026-10-25T00:30:00.000Z');
  const once = parse('at(2026-07-01T12:00:00)');
  expect(due(once, '2026-07-01T11:59:59.999Z')).toBe('2026-07-01T12:00:00.000Z');
  expect(due(once, '2026-07-01T12:00:00Z')).toBeUndefined();
});
