// When crons are due: known dates with their wildcards, and random expressions against a calendar that reads
// the fields on its own and looks at day after day, minute after minute.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nextDue, parseSchedule } from './schedule.ts';

const dayMs = 86_400_000;

function dues(fields: string, after: string, count: number): string[] {
  const parsed = parseSchedule(`cron(${fields})`, { dialect: 'rule' });
  if (!parsed.ok) throw new Error(`${fields}: ${parsed.error.reason}`);
  const found: string[] = [];
  let dueMs = nextDue(parsed.value, Date.parse(after), { anchorMs: 0 });
  while (dueMs !== undefined && found.length < count) {
    found.push(new Date(dueMs).toISOString().slice(0, 16));
    dueMs = nextDue(parsed.value, dueMs, { anchorMs: 0 });
  }
  return found;
}

function days(fields: string, after: string, count: number): string[] {
  return dues(`0 0 ${fields}`, after, count).map((due) => due.slice(0, 10));
}

test('due times are after the given one, never at it', () => {
  expect(dues('* * * * ? *', '2026-05-01T10:00:00Z', 2)).toEqual(['2026-05-01T10:01', '2026-05-01T10:02']);
  expect(dues('* * * * ? *', '2026-05-01T09:59:59.999Z', 1)).toEqual(['2026-05-01T10:00']);
  expect(dues('0 0 1 1 ? *', '2025-12-31T23:59:59.999Z', 2)).toEqual([
    '2026-01-01T00:00',
    '2027-01-01T00:00',
  ]);
});

test('lists, ranges, steps and names', () => {
  const day = '2026-05-01T00:00:00Z';
  const times = (fields: string, count: number) =>
    dues(`${fields} * * ? *`, day, count).map((due) => due.slice(11));
  expect(times('5,10,50-52 0', 6)).toEqual(['00:05', '00:10', '00:50', '00:51', '00:52', '00:05']);
  expect(times('1/25 07/12', 7)).toEqual(['07:01', '07:26', '07:51', '19:01', '19:26', '19:51', '07:01']);
  expect(times('0 */9', 3)).toEqual(['09:00', '18:00', '00:00']);
  expect(times('0 22-3/2', 4)).toEqual(['02:00', '22:00', '00:00', '02:00']);
  expect(times('15/65 10-10', 2)).toEqual(['10:15', '10:15']);
  expect(days('1 nov-Jan/2 ? *', day, 3)).toEqual(['2026-11-01', '2027-01-01', '2027-11-01']);
  expect(days('? * Fri-SUN *', day, 4)).toEqual(['2026-05-02', '2026-05-03', '2026-05-08', '2026-05-09']);
  expect(days('? * 1,WED *', day, 3)).toEqual(['2026-05-03', '2026-05-06', '2026-05-10']);
});

test('leap years, short months, and what never comes', () => {
  expect(days('29 2 ? *', '2026-01-01T00:00:00Z', 2)).toEqual(['2028-02-29', '2032-02-29']);
  expect(days('29 2 ? *', '2096-03-01T00:00:00Z', 1)).toEqual(['2104-02-29']);
  expect(days('31 * ? *', '2026-03-31T00:00:00Z', 2)).toEqual(['2026-05-31', '2026-07-31']);
  expect(days('31 2,4,6 ? *', '2026-01-01T00:00:00Z', 1)).toEqual([]);
  expect(days('? 2 SUN#5 *', '2026-01-01T00:00:00Z', 2)).toEqual(['2032-02-29', '2060-02-29']);
  expect(days('1 1 ? 2020-2026', '2025-06-01T00:00:00Z', 9)).toEqual(['2026-01-01']);
  expect(dues('59 23 31 12 ? 2199', '2026-01-01T00:00:00Z', 9)).toEqual(['2199-12-31T23:59']);
  expect(days('* * ? *', '2200-01-01T00:00:00Z', 1)).toEqual([]);
  expect(days('1 1 ? 1970/100', '1969-01-01T00:00:00Z', 9)).toEqual([
    '1970-01-01',
    '2070-01-01',
    '2170-01-01',
  ]);
});

test('L: the last day of a month, and the days before it', () => {
  expect(days('L * ? *', '2028-01-31T00:00:00Z', 3)).toEqual(['2028-02-29', '2028-03-31', '2028-04-30']);
  expect(days('L-3 2-3 ? *', '2026-01-01T00:00:00Z', 2)).toEqual(['2026-02-25', '2026-03-28']);
  expect(days('L-30 * ? *', '2026-01-01T00:00:00Z', 2)).toEqual(['2026-03-01', '2026-05-01']);
  expect(days('? * L *', '2026-05-01T00:00:00Z', 2)).toEqual(['2026-05-02', '2026-05-09']);
  expect(days('? * 6L *', '2026-05-01T00:00:00Z', 2)).toEqual(['2026-05-29', '2026-06-26']);
  expect(days('? * sunL *', '2026-05-01T00:00:00Z', 2)).toEqual(['2026-05-31', '2026-06-28']);
});

test('W: the nearest workday, which never leaves the month', () => {
  const from = '2026-01-01T00:00:00Z';
  expect(days('15W 2-4 ? *', from, 3)).toEqual(['2026-02-16', '2026-03-16', '2026-04-15']);
  expect(days('14W 2-3 ? *', from, 2)).toEqual(['2026-02-13', '2026-03-13']);
  // Saturday the 1st of August, Sunday the 1st of February.
  expect(days('1W 8 ? *', from, 1)).toEqual(['2026-08-03']);
  expect(days('1W 2 ? *', from, 1)).toEqual(['2026-02-02']);
  // Sunday the 31st of May, Saturday the 31st of October; a month without a 31st has none.
  expect(days('31W 5-10 ? 2026', from, 9)).toEqual(['2026-05-29', '2026-07-31', '2026-08-31', '2026-10-30']);
  expect(days('LW 1-5 ? 2026', from, 9)).toEqual([
    '2026-01-30',
    '2026-02-27',
    '2026-03-31',
    '2026-04-30',
    '2026-05-29',
  ]);
});

test('#: the nth weekday of a month', () => {
  expect(days('? * 3#2 *', '2026-05-01T00:00:00Z', 2)).toEqual(['2026-05-12', '2026-06-09']);
  expect(days('? * FRI#1 *', '2026-04-30T00:00:00Z', 2)).toEqual(['2026-05-01', '2026-06-05']);
  expect(days('? * 7#5 *', '2026-05-01T00:00:00Z', 2)).toEqual(['2026-05-30', '2026-08-29']);
});

// --- the second opinion ---

interface Item {
  readonly text: string;
  readonly has: (value: number) => boolean;
}

function itemOf(min: number, max: number, hasSteps: boolean): fc.Arbitrary<Item> {
  const value = fc.integer({ min, max });
  const step = fc.integer({ min: 1, max: max - min + 5 });
  const single = value.map((only): Item => ({ text: `${only}`, has: (each) => each === only }));
  const range = fc.tuple(value, value).map(([a, b]): Item => {
    const has = (each: number) => (a <= b ? each >= a && each <= b : each >= a || each <= b);
    return { text: `${a}-${b}`, has };
  });
  const every = fc.constant<Item>({ text: '*', has: () => true });
  if (!hasSteps) return fc.oneof(single, range, every);
  const stepped = fc.oneof(
    step.map((by): Item => ({ text: `*/${by}`, has: (each) => (each - min) % by === 0 })),
    fc.tuple(value, step).map(([a, by]): Item => {
      return { text: `${a}/${by}`, has: (each) => each >= a && (each - a) % by === 0 };
    }),
    fc.tuple(value, value, step).map(([a, b, by]): Item => {
      const size = max - min + 1;
      const far = (b - a + size) % size;
      const has = (each: number) => {
        const distance = (each - a + size) % size;
        return distance <= far && distance % by === 0;
      };
      return { text: `${a}-${b}/${by}`, has };
    }),
  );
  return fc.oneof(single, range, every, stepped);
}

function fieldOf(min: number, max: number, hasSteps = true): fc.Arbitrary<Item> {
  return fc.array(itemOf(min, max, hasSteps), { minLength: 1, maxLength: 3 }).map((items) => ({
    text: items.map((item) => item.text).join(','),
    has: (value) => items.some((item) => item.has(value)),
  }));
}

interface Days {
  readonly text: readonly [string, string];
  readonly has: (midnightMs: number) => boolean;
}

const date = (ms: number) => new Date(ms).getUTCDate();
const weekday = (ms: number) => new Date(ms).getUTCDay() + 1;
const isWorkday = (ms: number) => weekday(ms) >= 2 && weekday(ms) <= 6;
const isInMonthOf = (ms: number, other: number) =>
  new Date(ms).getUTCMonth() === new Date(other).getUTCMonth();

/** Walks outwards from the day: one before, one after, two before, two after. */
function nearestWorkday(ms: number): number {
  for (const off of [0, -1, 1, -2, 2]) {
    const near = ms + off * dayMs;
    if (isWorkday(near) && isInMonthOf(near, ms)) return near;
  }
  throw new Error('no workday near');
}

const lastOfMonth = (ms: number) => {
  let last = ms;
  while (isInMonthOf(last + dayMs, ms)) last += dayMs;
  return last;
};

const anyDays: fc.Arbitrary<Days> = fc.oneof(
  fieldOf(1, 31).map((field): Days => ({ text: [field.text, '?'], has: (ms) => field.has(date(ms)) })),
  fieldOf(1, 7, false).map((field): Days => ({
    text: ['?', field.text],
    has: (ms) => field.has(weekday(ms)),
  })),
  fc.integer({ min: 0, max: 30 }).map((off): Days => {
    return { text: [off === 0 ? 'L' : `L-${off}`, '?'], has: (ms) => ms + off * dayMs === lastOfMonth(ms) };
  }),
  fc.constant<Days>({ text: ['LW', '?'], has: (ms) => ms === nearestWorkday(lastOfMonth(ms)) }),
  fc.integer({ min: 1, max: 31 }).map((wanted): Days => {
    const has = (ms: number) =>
      [-2, -1, 0, 1, 2].some((off) => {
        const around = ms + off * dayMs;
        return date(around) === wanted && isInMonthOf(around, ms) && nearestWorkday(around) === ms;
      });
    return { text: [`${wanted}W`, '?'], has };
  }),
  fc.integer({ min: 1, max: 7 }).map((wanted): Days => {
    const has = (ms: number) => weekday(ms) === wanted && !isInMonthOf(ms + 7 * dayMs, ms);
    return { text: ['?', `${wanted}L`], has };
  }),
  fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 5 })).map(([wanted, nth]): Days => {
    const has = (ms: number) => weekday(ms) === wanted && Math.ceil(date(ms) / 7) === nth;
    return { text: ['?', `${wanted}#${nth}`], has };
  }),
);

interface Opinion {
  readonly minute: Item;
  readonly hour: Item;
  readonly days: Days;
  readonly month: Item;
  readonly year: Item;
}

const horizonMs = 800 * dayMs;

/** The first named minute after `afterMs` and before the horizon, by looking at all of them. */
function firstNamed(cron: Opinion, afterMs: number): number | undefined {
  const startMs = Math.floor(afterMs / dayMs) * dayMs;
  for (let ms = startMs; ms < startMs + horizonMs; ms += dayMs) {
    const day = new Date(ms);
    const isNamed = cron.year.has(day.getUTCFullYear()) && cron.month.has(day.getUTCMonth() + 1);
    const dueMs = isNamed && cron.days.has(ms) ? firstNamedOfDay(cron, ms, afterMs) : undefined;
    if (dueMs !== undefined) return dueMs;
  }
  return undefined;
}

function firstNamedOfDay(cron: Opinion, midnightMs: number, afterMs: number): number | undefined {
  for (let i = 0; i < 1440; i++) {
    const ms = midnightMs + i * 60_000;
    if (ms > afterMs && cron.hour.has(Math.floor(i / 60)) && cron.minute.has(i % 60)) return ms;
  }
  return undefined;
}

test('random expressions are due when a calendar that looks at every day and minute says so', () => {
  const anyCron = fc.record({
    minute: fieldOf(0, 59),
    hour: fieldOf(0, 23),
    days: anyDays,
    month: fieldOf(1, 12),
    year: fc.oneof(
      fc.constant<Item>({ text: '*', has: () => true }),
      fc.integer({ min: 2023, max: 2031 }).map((year): Item => ({
        text: `${year},2025-2026`,
        has: (each) => each === year || each === 2025 || each === 2026,
      })),
    ),
  });
  const anyTime = fc.integer({ min: Date.UTC(2023, 10, 1), max: Date.UTC(2029, 0, 1) });
  let foundCount = 0;
  fc.assert(
    fc.property(anyCron, anyTime, (cron, afterMs) => {
      const { minute, hour, days: dayRule, month, year } = cron;
      const [dates, weekdays] = dayRule.text;
      const text = `cron(${minute.text} ${hour.text} ${dates} ${month.text} ${weekdays} ${year.text})`;
      const parsed = parseSchedule(text, { dialect: 'rule' });
      if (!parsed.ok) throw new Error(`${text}: ${parsed.error.reason}`);
      const dueMs = nextDue(parsed.value, afterMs, { anchorMs: 0 });
      const endMs = Math.floor(afterMs / dayMs) * dayMs + horizonMs;
      const wanted = firstNamed(cron, afterMs);
      if (wanted !== undefined) foundCount++;
      const dueThere = dueMs !== undefined && dueMs < endMs ? dueMs : undefined;
      expect({ text, dueMs: dueThere }).toEqual({ text, dueMs: wanted });
    }),
    { numRuns: 1500 },
  );
  expect(foundCount).toBeGreaterThan(500);
});
