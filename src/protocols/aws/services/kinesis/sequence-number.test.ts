// Goal: sequence numbers have the service's layout bit by bit, lead back to their place, and stand in order.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  endingSequenceNumber,
  parseSequenceNumber,
  sequenceDigits,
  sequenceNumber,
  SequenceWriter,
  startingSequenceNumber,
} from './sequence-number.ts';

const shard = { index: 0x12345, createdAtMs: 1_700_000_000_789 };
const hexOf = (text: string): string => BigInt(text).toString(16);

const anyShard = fc.record({
  index: fc.nat(10_000),
  createdAtMs: fc.integer({ min: 0, max: 8_000_000_000_000 }),
});
const counter = fc.oneof(fc.nat(5000), fc.maxSafeNat());
const time = fc.integer({ min: 0, max: 8_000_000_000_000 });

describe('layout', () => {
  test('every digit', () => {
    const hex = hexOf(sequenceNumber(shard, 0xabcdef, 1_800_000_000_123));
    expect(hex).toHaveLength(47);
    expect(hex.slice(0, 1)).toBe('2');
    expect(hex.slice(1, 10)).toBe((1_700_000_000).toString(16).padStart(9, '0'));
    expect(hex.slice(10, 11)).toBe('5');
    expect(hex.slice(11, 27)).toBe('0000000000abcdef');
    expect(hex.slice(27, 29)).toBe('00');
    expect(hex.slice(29, 38)).toBe((1_800_000_000).toString(16).padStart(9, '0'));
    expect(hex.slice(38, 46)).toBe('00012345');
    expect(hex.slice(46)).toBe('2');
  });

  test('56 digits that start with 49 in our days', () => {
    expect(sequenceNumber(shard, 1, shard.createdAtMs)).toMatch(/^49\d{54}$/);
  });

  test('a number of the service itself', () => {
    // From its documentation, and one of the layout before (version 1).
    const parsed = parseSequenceNumber('49590338271490256608559692538361571095921575989136588898');
    expect(parsed).toEqual({
      shardIndex: 6,
      createdAtSeconds: 1_542_776_258,
      counter: 1_734_642_199,
      arrivedAtSeconds: 1_545_084_650,
      isCurrent: true,
    });
    const older = parseSequenceNumber('49545115243490985018280067714973144582180062593244200961');
    expect(older).toMatchObject({ shardIndex: 0, isCurrent: false });
  });

  test('range of a shard', () => {
    expect(hexOf(startingSequenceNumber(shard)).slice(11, 27)).toBe('0000000000000000');
    expect(hexOf(startingSequenceNumber(shard)).slice(29, 38)).toBe('06553f100');
    const end = endingSequenceNumber(shard, shard.createdAtMs + 5000);
    expect(hexOf(end).slice(11, 27)).toBe('7fffffffffffffff');
    expect(parseSequenceNumber(end)?.counter).toBe(Number.MAX_SAFE_INTEGER);
  });
});

test('parse undoes format', () => {
  fc.assert(
    fc.property(anyShard, counter, time, (origin, sequence, atMs) => {
      expect(parseSequenceNumber(sequenceNumber(origin, sequence, atMs))).toEqual({
        shardIndex: origin.index,
        createdAtSeconds: Math.floor(origin.createdAtMs / 1000),
        counter: sequence,
        arrivedAtSeconds: Math.floor(atMs / 1000),
        isCurrent: true,
      });
    }),
  );
});

test('numeric order is the order of creation, then of the counter, whatever the clock does', () => {
  const place = fc.tuple(counter, time);
  fc.assert(
    fc.property(anyShard, place, place, (origin, [a, atA], [b, atB]) => {
      const x = BigInt(sequenceNumber(origin, a, atA));
      const y = BigInt(sequenceNumber(origin, b, atB));
      expect(a === b || x < y === a < b).toBe(true);
      const child = { index: origin.index + 1, createdAtMs: origin.createdAtMs + 1000 };
      expect(BigInt(endingSequenceNumber(origin, atB)) < BigInt(startingSequenceNumber(child))).toBe(true);
    }),
  );
});

test('the writer of many writes the same digits', () => {
  const writer = new SequenceWriter();
  const out = Buffer.alloc(sequenceDigits + 2, '.');
  fc.assert(
    fc.property(anyShard, counter, time, (origin, sequence, atMs) => {
      writer.select(origin.createdAtMs, origin.index);
      writer.write(out, 1, sequence, atMs);
      expect(out.toString('latin1')).toBe(`.${sequenceNumber(origin, sequence, atMs)}.`);
    }),
    { numRuns: 1000 },
  );
});

test('garbage is no sequence number, and never an error of ours', () => {
  expect(parseSequenceNumber('0')).toMatchObject({ shardIndex: 0, isCurrent: false });
  expect(parseSequenceNumber((1n << 150n).toString())).toBeUndefined();
  expect(parseSequenceNumber((1n << 185n).toString())).toBeUndefined();
  expect(parseSequenceNumber((3n << 184n).toString())).toBeUndefined();
  const late = (BigInt(sequenceNumber(shard, 0, 0)) | (1n << 143n)).toString();
  expect(parseSequenceNumber(late)).toBeUndefined();
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 129n - 1n }), (number) => {
      const parsed = parseSequenceNumber(number.toString());
      expect(parsed?.isCurrent === true && number < 1n << 185n).toBe(false);
    }),
  );
});
