// Goal: a handle names exactly one lease of one queue, and nothing else passes for one.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Receipts } from './receipt.ts';

const receipts = new Receipts(new Uint8Array(32).fill(7));
const entity = fc.integer({ min: 0, max: 0xffffffff });
const ordinal = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });

test('decode is the inverse of encode for every lease', () => {
  fc.assert(
    fc.property(entity, ordinal, ordinal, (queue, sequence, generation) => {
      const handle = receipts.encode(queue, sequence, generation);
      expect(receipts.decode(queue, handle)).toEqual({ sequence, generation });
    }),
  );
});

test('a handle of another queue, or made under another secret, is no handle', () => {
  fc.assert(
    fc.property(entity, entity, ordinal, ordinal, (queue, other, sequence, generation) => {
      fc.pre(queue !== other);
      const handle = receipts.encode(queue, sequence, generation);
      expect(receipts.decode(other, handle)).toBeUndefined();
      expect(new Receipts(new Uint8Array(32).fill(8)).decode(queue, handle)).toBeUndefined();
    }),
  );
});

test('every change of a single bit is noticed', () => {
  const bytes = Buffer.from(receipts.encode(5, 1234567, 89), 'base64');
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    bytes[bit >> 3]! ^= 1 << (bit & 7);
    expect(receipts.decode(5, bytes.toString('base64'))).toBeUndefined();
    bytes[bit >> 3]! ^= 1 << (bit & 7);
  }
  expect(receipts.decode(5, bytes.toString('base64'))).toEqual({ sequence: 1234567, generation: 89 });
});

test('garbage of any kind is refused and does not disturb later handles', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.base64String({ minLength: 36, maxLength: 36 })), (garbage) => {
      expect(receipts.decode(1, garbage)).toBeUndefined();
      expect(receipts.encode(1, 2, 3)).toBe(new Receipts(new Uint8Array(32).fill(7)).encode(1, 2, 3));
    }),
  );
});

test('handles of consecutive leases have nothing in common but the version', () => {
  const a = receipts.encode(1, 100, 1);
  const b = receipts.encode(1, 100, 2);
  expect(a.slice(0, 4)).toBe('AQEB');
  let sameCount = 0;
  for (let i = 4; i < a.length; i++) if (a[i] === b[i]) sameCount++;
  expect(sameCount).toBeLessThan(6);
});
