// Crons on the clocks of zones that change them: skipped hours are skipped, repeated ones run once. Known
// days of known zones, and random crons against a walk over every minute that asks Intl what the wall shows.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nextDue, parseSchedule } from './schedule.ts';
import { timeZone, utc } from './time-zone.ts';

const minuteMs = 60_000;

function dues(fields: string, zone: string, after: string, count: number): string[] {
  const parsed = parseSchedule(`cron(${fields})`, { dialect: 'scheduler', timeZone: zone });
  if (!parsed.ok) throw new Error(`${fields}: ${parsed.error.reason}`);
  const found: string[] = [];
  let dueMs = nextDue(parsed.value, Date.parse(after), { anchorMs: 0 });
  while (dueMs !== undefined && found.length < count) {
    found.push(new Date(dueMs).toISOString().slice(0, 16));
    dueMs = nextDue(parsed.value, dueMs, { anchorMs: 0 });
  }
  return found;
}

test('Berlin: 02:30 is skipped in March and runs once in October', () => {
  expect(dues('30 2 * * ? *', 'Europe/Berlin', '2026-03-27T12:00Z', 3)).toEqual([
    '2026-03-28T01:30',
    '2026-03-30T00:30',
    '2026-03-31T00:30',
  ]);
  expect(dues('30 2 * * ? *', 'Europe/Berlin', '2026-10-24T12:00Z', 2)).toEqual([
    '2026-10-25T00:30',
    '2026-10-26T01:30',
  ]);
  // The ends of the gap: 03:00 exists and 02:00 does not; both ends of the repeated hour.
  expect(dues('0 2,3 29 3 ? 2026', 'Europe/Berlin', '2026-01-01T00:00Z', 9)).toEqual(['2026-03-29T01:00']);
  expect(dues('0,59 1-3 25 10 ? 2026', 'Europe/Berlin', '2026-01-01T00:00Z', 9)).toEqual([
    '2026-10-24T23:00',
    '2026-10-24T23:59',
    '2026-10-25T00:00',
    '2026-10-25T00:59',
    '2026-10-25T02:00',
    '2026-10-25T02:59',
  ]);
});

test('whoever asks within the repeated hour gets what comes after it', () => {
  // 01:30Z is 02:30 on the wall for the second time.
  for (const after of ['2026-10-25T01:00Z', '2026-10-25T01:30Z', '2026-10-25T01:59Z']) {
    expect(dues('0/20 * * * ? *', 'Europe/Berlin', after, 1)).toEqual(['2026-10-25T02:00']);
  }
});

test('a cron that names nothing but skipped times is never due', () => {
  expect(dues('30 2 29 3 ? 2026', 'Europe/Berlin', '2026-01-01T00:00Z', 9)).toEqual([]);
  // The last Sunday of March, every year that has such a change: Intl may know of an end, so look at ten.
  expect(dues('30 2 ? 3 1L 2026-2035', 'Europe/Berlin', '2026-01-01T00:00Z', 9)).toEqual([]);
});

test('New York, Lord Howe (half an hour), Casablanca (back in Ramadan), Kolkata (never)', () => {
  expect(dues('30 2 7-9 3 ? 2026', 'America/New_York', '2026-01-01T00:00Z', 9)).toEqual([
    '2026-03-07T07:30',
    '2026-03-09T06:30',
  ]);
  expect(dues('30 1 1 11 ? 2026', 'America/New_York', '2026-01-01T00:00Z', 9)).toEqual(['2026-11-01T05:30']);
  expect(dues('0/15 2 4 10 ? 2026', 'Australia/Lord_Howe', '2026-01-01T00:00Z', 9)).toEqual([
    '2026-10-03T15:30',
    '2026-10-03T15:45',
  ]);
  expect(dues('0/15 1 5 4 ? 2026', 'Australia/Lord_Howe', '2026-01-01T00:00Z', 9)).toEqual([
    '2026-04-04T14:00',
    '2026-04-04T14:15',
    '2026-04-04T14:30',
    '2026-04-04T14:45',
  ]);
  expect(dues('30 2 ? * SUN 2025', 'Africa/Casablanca', '2025-02-20T00:00Z', 7)).toEqual([
    '2025-02-23T01:30',
    '2025-03-02T02:30',
    '2025-03-09T02:30',
    '2025-03-16T02:30',
    '2025-03-23T02:30',
    '2025-03-30T02:30',
    '2025-04-13T01:30',
  ]);
  expect(dues('0 9 1 1,7 ? *', 'Asia/Kolkata', '2026-06-01T00:00Z', 2)).toEqual([
    '2026-07-01T03:30',
    '2027-01-01T03:30',
  ]);
});

test('a day that a country left out does not come', () => {
  expect(dues('0 12 29-31 12 ? 2011', 'Pacific/Apia', '2011-01-01T00:00Z', 9)).toEqual([
    '2011-12-29T22:00',
    '2011-12-30T22:00',
  ]);
});

test('a zone is found by its name in either case, and once', () => {
  expect(timeZone('Europe/Berlin')).toBe(timeZone('europe/BERLIN'));
  expect(timeZone('utc')).toBe(utc);
  expect(timeZone('Europe/Berlin')?.name).toBe('Europe/Berlin');
});

test('more years than are remembered give the same answers', () => {
  const cron = '0 12 1 7 ? 1990/2';
  const all = dues(cron, 'Europe/Paris', '1989-01-01T00:00Z', 105);
  expect(all).toHaveLength(105);
  expect(new Set(all.map((due) => due.slice(4)))).toEqual(new Set(['-07-01T10:00']));
});

// --- the second opinion: every minute around a change, and what Intl says is on the wall ---

interface Wall {
  readonly atMs: number;
  readonly text: string;
  readonly hour: number;
  readonly minute: number;
}

function wallsOf(zone: string, fromMs: number, minuteCount: number): Wall[] {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    dateStyle: 'short',
    timeStyle: 'short',
    hourCycle: 'h23',
  });
  return Array.from({ length: minuteCount }, (_, index) => {
    const atMs = fromMs + index * minuteMs;
    const text = format.format(atMs);
    const [, , , hour = 0, minute = 0] = (text.match(/\d+/g) ?? []).map(Number);
    return { atMs, text, hour, minute };
  });
}

/** Days on which clocks change, and one on which they do not. */
const stretches = (
  [
    ['Europe/Berlin', '2026-03-28T20:00Z'],
    ['Europe/Berlin', '2026-10-24T20:00Z'],
    ['America/New_York', '2026-03-08T00:00Z'],
    ['America/New_York', '2026-11-01T00:00Z'],
    ['Australia/Lord_Howe', '2026-10-03T08:00Z'],
    ['Australia/Lord_Howe', '2026-04-04T08:00Z'],
    ['Africa/Casablanca', '2025-02-22T20:00Z'],
    ['Africa/Casablanca', '2025-04-05T20:00Z'],
    ['Asia/Kolkata', '2026-03-28T20:00Z'],
    ['Pacific/Apia', '2011-12-30T00:00Z'],
    ['America/Sao_Paulo', '2018-11-03T20:00Z'],
    ['Africa/Cairo', '2026-04-23T12:00Z'],
  ] as const
).map(([zone, start]) => ({ zone, walls: wallsOf(zone, Date.parse(start), 1440) }));

/** Each named time on the wall once, at its first instant. */
function firstShowings(walls: readonly Wall[], isNamed: (wall: Wall) => boolean): number[] {
  const seen = new Set<string>();
  const showings: number[] = [];
  for (const wall of walls) {
    const isFirst = !seen.has(wall.text);
    seen.add(wall.text);
    if (isFirst && isNamed(wall)) showings.push(wall.atMs);
  }
  return showings;
}

test('random crons around changes of clocks are due when the wall first shows their time', () => {
  const anyHour = fc.oneof(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 4 }));
  const someHours = fc.array(anyHour, { minLength: 1, maxLength: 4 });
  const someMinutes = fc.array(fc.integer({ min: 0, max: 59 }), { minLength: 1, maxLength: 8 });
  const anyStart = fc.record({
    stretch: fc.constantFrom(...stretches),
    skip: fc.integer({ min: 0, max: 1300 }),
  });
  let foundCount = 0;
  fc.assert(
    fc.property(anyStart, someHours, someMinutes, ({ stretch, skip }, hours, minutes) => {
      const text = `cron(${minutes.join()} ${hours.join()} * * ? *)`;
      const parsed = parseSchedule(text, { dialect: 'scheduler', timeZone: stretch.zone });
      if (!parsed.ok) throw new Error(`${text}: ${parsed.error.reason}`);
      const isNamed = (wall: Wall) => hours.includes(wall.hour) && minutes.includes(wall.minute);
      const afterMs = (stretch.walls[skip]?.atMs ?? 0) + 1;
      const endMs = stretch.walls.at(-1)?.atMs ?? 0;
      const wanted = firstShowings(stretch.walls, isNamed).find((atMs) => atMs > afterMs);
      if (wanted !== undefined) foundCount++;
      const dueMs = nextDue(parsed.value, afterMs, { anchorMs: 0 });
      const dueThere = dueMs !== undefined && dueMs <= endMs ? dueMs : undefined;
      const zone = stretch.zone;
      expect({ text, zone, dueMs: dueThere }).toEqual({ text, zone, dueMs: wanted });
    }),
    { numRuns: 1500 },
  );
  expect(foundCount).toBeGreaterThan(500);
});
