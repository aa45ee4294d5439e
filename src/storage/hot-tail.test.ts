// The ring of newest commits: what `get` answers is what was kept, whatever was written since, and what is in
// flight is never overwritten.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HotTail } from './hot-tail.ts';
import type { HotEntry } from './hot-tail.ts';

function fill(tail: HotTail, cell: string, position: number, bytes: number): HotEntry {
  const entry = tail.reserve(cell, position, bytes);
  entry.value.fill(position % 251);
  return entry;
}

function isWhole(entry: HotEntry): boolean {
  return entry.value.every((byte) => byte === entry.position % 251);
}

/** Three cells append one after the other, one at a time each, settling in any order. */
const steps = fc.array(
  fc.record({ cell: fc.nat(2), bytes: fc.integer({ min: 1, max: 200 }), isKept: fc.boolean() }),
  { maxLength: 200 },
);

describe('the hot tail', () => {
  it('never changes what is in flight or can be read', () => {
    fc.assert(
      fc.property(steps, (given) => {
        const tail = new HotTail(1024);
        const inFlight = new Map<number, HotEntry>();
        const kept: HotEntry[] = [];
        const dropped: HotEntry[] = [];
        given.forEach(({ cell, bytes, isKept }, index) => {
          const earlier = inFlight.get(cell);
          if (earlier === undefined) {
            inFlight.set(cell, fill(tail, `cell-${cell}`, index + 1, bytes));
          } else {
            inFlight.delete(cell);
            if (isKept) tail.keep(earlier);
            else tail.drop(earlier);
            if (isKept) kept.push(earlier);
            else dropped.push(earlier);
          }
          expect([...inFlight.values()].every(isWhole)).toBe(true);
          const readable = kept.filter(({ cell: name, position }) => tail.get(name, position) !== undefined);
          expect(readable.every((e) => tail.get(e.cell, e.position) === e.value && isWhole(e))).toBe(true);
          expect(dropped.every((e) => tail.get(e.cell, e.position) === undefined)).toBe(true);
        });
      }),
    );
  });

  it('keeps the newest commits of all cells together within its bytes', () => {
    const tail = new HotTail(1000);
    for (let position = 1; position <= 20; position++) tail.keep(fill(tail, 'one', position, 100));
    expect(tail.get('one', 10)).toBeUndefined();
    expect(tail.get('one', 11)?.[0]).toBe(11);
    tail.keep(fill(tail, 'two', 1, 100));
    expect([tail.get('one', 11), tail.get('one', 12)?.[0], tail.get('two', 1)?.[0]]).toEqual([
      undefined,
      12,
      1,
    ]);
    tail.forget('one');
    expect([tail.get('one', 20), tail.get('two', 1)?.[0]]).toEqual([undefined, 1]);
  });

  it('does not keep a commit that would push out too many', () => {
    const tail = new HotTail(1000);
    tail.keep(fill(tail, 'one', 1, 100));
    tail.keep(fill(tail, 'one', 2, 126));
    expect([tail.get('one', 1)?.[0], tail.get('one', 2)]).toEqual([1, undefined]);
  });

  it('gives a commit a buffer of its own while the oldest one is still being written', () => {
    const tail = new HotTail(1000);
    const slow = fill(tail, 'slow', 1, 100);
    for (let position = 1; position <= 20; position++) tail.keep(fill(tail, 'one', position, 100));
    expect(isWhole(slow)).toBe(true);
    tail.keep(slow);
    expect([tail.get('slow', 1)?.[0], tail.get('one', 20)]).toEqual([1, undefined]);
    tail.keep(fill(tail, 'one', 21, 100));
    expect([tail.get('slow', 1), tail.get('one', 21)?.[0]]).toEqual([undefined, 21]);
  });

  it('reads the commit that took the position of a failed one', () => {
    const tail = new HotTail(1000);
    tail.drop(fill(tail, 'one', 1, 100));
    const again = tail.reserve('one', 1, 100);
    again.value.fill(77);
    tail.keep(again);
    for (let position = 2; position <= 10; position++) tail.keep(fill(tail, 'one', position, 100));
    expect(tail.get('one', 1)?.[0]).toBe(77);
  });
});
