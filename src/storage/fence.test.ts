// Fences: each entity's row is found, and nothing else is.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Fence, encodeFence } from './fence.ts';

describe('a fence', () => {
  it('finds the row of each entity it has', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(1000)), (ids) => {
        const entities = ids.toSorted((a, b) => a - b);
        const rows = entities.map((entity) => ({
          entity,
          recordCount: entity + 1,
          bytes: entity * 1e9,
          firstSequence: entity * 2 ** 40,
          lastSequence: entity * 2 ** 41,
        }));
        const fence = new Fence(encodeFence(rows));
        expect(fence.size).toBe(rows.length);
        rows.forEach((row, at) => {
          expect(fence.find(row.entity)).toBe(at);
          expect(fence.entity(at)).toBe(row.entity);
          expect(fence.recordCount(at)).toBe(row.recordCount);
          expect(fence.recordBytes(at)).toBe(row.bytes);
          expect(fence.firstSequence(at)).toBe(row.firstSequence);
          expect(fence.lastSequence(at)).toBe(row.lastSequence);
        });
        const absent = [
          -1,
          1001,
          ...Array.from({ length: 1000 }, (_, id) => id).filter((id) => !ids.includes(id)),
        ];
        for (const id of absent) expect(fence.find(id)).toBe(-1);
      }),
    );
  });
});
