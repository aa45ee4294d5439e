// Timestamps in each wire's form.
import { expect, test } from 'vitest';
import * as fc from 'fast-check';
import * as timestamp from './timestamp.ts';

test('the basic ISO form reads back what it wrote, to the second', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4_102_444_800 }), (seconds) => {
      const text = timestamp.timestampToBasicIso(seconds * 1000);
      expect(text).toMatch(/^\d{8}T\d{6}Z$/);
      expect(timestamp.timestampFromBasicIso(text)).toBe(seconds * 1000);
    }),
  );
});

test.each([
  '',
  '20261125T010203',
  '20261125 010203Z',
  '2026112xT010203Z',
  '20261325T010203Z',
  '20261125T240000Z',
])('%j is no timestamp', (text) => expect(timestamp.timestampFromBasicIso(text)).toBeUndefined());

test('JSON has seconds with milliseconds, Query ISO 8601 or seconds', () => {
  expect(timestamp.timestampToSeconds(1_700_000_000_123)).toBe(1_700_000_000.123);
  expect(timestamp.timestampFromSeconds(1_700_000_000.123)).toBe(1_700_000_000_123);
  expect(timestamp.timestampToIso(1_700_000_000_123)).toBe('2023-11-14T22:13:20.123Z');
  expect(timestamp.timestampFromText('2023-11-14T22:13:20.123Z')).toBe(1_700_000_000_123);
  expect(timestamp.timestampFromText('1700000000')).toBe(1_700_000_000_000);
  expect(timestamp.timestampFromText('soon')).toBeUndefined();
  expect(timestamp.timestampFromText('')).toBeUndefined();
});
