// The ring of what was read: an item found under a key is the one added last, whole, whatever was added
// since.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteRing } from './byte-ring.ts';

function ringOf(bytesMax: number): ByteRing<number, Buffer> {
  return new ByteRing(bytesMax, (_key, value) => value);
}

describe('a byte ring', () => {
  it('answers what was added last under a key, unchanged, or nothing', () => {
    const adds = fc.array(fc.record({ key: fc.nat(9), bytes: fc.integer({ min: 1, max: 60 }) }));
    fc.assert(
      fc.property(adds, (given) => {
        const ring = ringOf(200);
        const added = new Map<number, Buffer>();
        given.forEach(({ key, bytes }, index) => {
          const source = Buffer.alloc(bytes, index);
          added.set(key, source);
          expect(ring.add(key, source)).toEqual(source);
          source.fill(0xff);
          added.set(key, Buffer.alloc(bytes, index));
          for (const [known, value] of added) expect(ring.get(known) ?? value).toEqual(value);
          expect(ring.get(key)).toBeDefined();
        });
      }),
    );
  });

  it('keeps the newest ones up to its size, and one larger value beside them', () => {
    const ring = ringOf(100);
    for (let key = 1; key <= 12; key++) ring.add(key, Buffer.alloc(10, key));
    expect([ring.get(2), ring.get(3)?.[0], ring.get(12)?.[0]]).toEqual([undefined, 3, 12]);
    ring.add(20, Buffer.alloc(1000, 20));
    expect([ring.get(20)?.length, ring.get(3)?.[0]]).toEqual([1000, 3]);
    ring.add(21, Buffer.alloc(26, 21));
    expect([ring.get(20), ring.get(21)?.length]).toEqual([undefined, 26]);
    ring.add(21, Buffer.alloc(5, 22));
    expect(ring.get(21)).toEqual(Buffer.alloc(5, 22));
  });

  it('forgets by key and by item', () => {
    const ring = ringOf(100);
    for (let key = 1; key <= 4; key++) ring.add(key, Buffer.alloc(10, key));
    ring.add(9, Buffer.alloc(50, 9));
    ring.delete(1);
    ring.deleteWhere((item) => item[0] === 2 || item[0] === 9);
    expect([1, 2, 3, 4, 9].map((key) => ring.get(key)?.[0])).toEqual([undefined, undefined, 3, 4, undefined]);
  });
});
