// A stamp must read back as it was written, as bytes and through base64, and refuse that of another run.
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { Stamp, writeDigits } from './stamp.ts';

const stamp = new Stamp('abc123');

it('reads the sequence back, in both forms', () => {
  fc.assert(
    fc.property(fc.nat(2 ** 31 - 1), fc.integer({ min: 27, max: 300 }), (sequence, dataBytes) => {
      const bytes = stamp.data(dataBytes);
      const base64 = Buffer.from(`..${bytes.toString('base64')}`);
      writeDigits(bytes, stamp.digitsAt('bytes'), sequence, 'bytes');
      writeDigits(base64, 2 + stamp.digitsAt('base64'), sequence, 'base64');
      expect(stamp.sequenceAt(bytes, 0, 'bytes')).toBe(sequence);
      expect(stamp.sequenceAt(base64, 2, 'base64')).toBe(sequence);
      expect(Buffer.from(base64.toString('latin1', 2), 'base64')).toEqual(bytes);
      expect(bytes.length).toBe(dataBytes);
    }),
  );
});

it('refuses the stamp of another run, and what is cut off', () => {
  const data = stamp.data(100);
  expect(new Stamp('abc124').sequenceAt(data, 0, 'bytes')).toBe(-1);
  expect(stamp.sequenceAt(data.subarray(0, 20), 0, 'bytes')).toBe(-1);
});
