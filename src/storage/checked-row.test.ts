// A row with its checksum: the payload comes back, and no changed byte of it or of its key goes unnoticed.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openRow, sealedRow } from './checked-row.ts';

const bytes = fc.uint8Array({ maxLength: 100 });
const key = fc.uint8Array({ minLength: 1, maxLength: 13 });

describe('a row with its checksum', () => {
  it('brings the payload back', () => {
    fc.assert(
      fc.property(key, bytes, (at, payload) => {
        expect(openRow(at, sealedRow(at, payload))).toEqual(Buffer.from(payload));
      }),
    );
  });

  it('notices a changed or a missing byte, and another key', () => {
    fc.assert(
      fc.property(key, bytes, fc.nat(), fc.integer({ min: 1, max: 255 }), (at, payload, place, change) => {
        const stored = sealedRow(at, payload);
        const index = place % stored.length;
        expect(openRow(at, stored.subarray(0, index))).toBeUndefined();
        const other = Buffer.from(at);
        other[place % at.length] = (at[place % at.length] as number) ^ change;
        expect(openRow(other, stored)).toBeUndefined();
        stored[index] = (stored[index] as number) ^ change;
        expect(openRow(at, stored)).toBeUndefined();
      }),
    );
  });

  it('is not a row of zeros', () => {
    for (let length = 0; length < 5000; length++) {
      expect(openRow(Buffer.from([3, 0, 0, 0, 1]), Buffer.alloc(length))).toBeUndefined();
    }
  });
});
