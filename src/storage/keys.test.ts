// Keys: byte order is number order, and numbers come back.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  blockKey,
  entityMax,
  entityOfKey,
  entityOfPageKey,
  indexOfPageKey,
  kindOfPageKey,
  logKey,
  pageKey,
  positionOfKey,
} from './keys.ts';
import { fenceKey } from './fence.ts';

const u53 = fc.maxSafeNat();
const u32 = fc.nat(entityMax);
const u8 = fc.nat(255);

describe('keys', () => {
  it('order positions as numbers', () => {
    fc.assert(
      fc.property(u53, u53, (a, b) => {
        const first = Buffer.from(logKey(a));
        expect(positionOfKey(first)).toBe(a);
        expect(Buffer.compare(first, logKey(b))).toBe(Math.sign(a - b));
      }),
    );
  });

  it('order blocks by entity, then sequence, all below the fence', () => {
    fc.assert(
      fc.property(u32, u53, u32, u53, (entityA, a, entityB, b) => {
        const first = Buffer.from(blockKey(entityA, a));
        expect(entityOfKey(first)).toBe(entityA);
        const order = Math.sign(entityA - entityB) || Math.sign(a - b);
        expect(Buffer.compare(first, blockKey(entityB, b))).toBe(order);
        expect(Buffer.compare(first, fenceKey)).toBe(-1);
      }),
    );
  });

  it('order pages by kind, entity, index', () => {
    fc.assert(
      fc.property(fc.tuple(u8, u32, u53), fc.tuple(u8, u32, u53), (a, b) => {
        const first = Buffer.from(pageKey(...a));
        expect([kindOfPageKey(first), entityOfPageKey(first), indexOfPageKey(first)]).toEqual(a);
        const order = Math.sign(a[0] - b[0]) || Math.sign(a[1] - b[1]) || Math.sign(a[2] - b[2]);
        expect(Buffer.compare(first, pageKey(...b))).toBe(order);
      }),
    );
  });
});
