// The cache of sealed blocks against a list of all blocks: what it answers is the block that a file would
// have answered, whatever was read, pushed out or replaced in between.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BlockBuilder } from './block.ts';
import { BlockCache } from './block-cache.ts';
import type { BodySegment } from './body-segment.ts';

const builder = new BlockBuilder();
const segments = [{ number: 0 }, { number: 1 }] as BodySegment[];

/** A block of these sequences; every record is four bytes with its sequence. */
function blockOf(entity: number, first: number, count: number): Buffer {
  builder.begin(entity);
  for (let sequence = first; sequence < first + count; sequence++) {
    const record = Buffer.alloc(8);
    record.writeUInt32LE(4, 0);
    record.writeUInt32LE(sequence, 4);
    builder.add(sequence, record, 0, 8);
  }
  const value = Buffer.alloc(builder.valueBytes);
  builder.takeInto(value);
  return value;
}

/** Blocks of ten sequences, five apart: 0-9, 15-24, 30-39 ... */
const firstOf = (index: number): number => index * 15;

const step = fc.record({
  entity: fc.integer({ min: 1, max: 3 }),
  sequence: fc.nat(150),
  ahead: fc.nat(3),
  isDeleting: fc.boolean(),
});

describe('the block cache', () => {
  it('answers with the block of the file, or not at all', () => {
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const cache = new BlockCache(1500);
        for (const { entity, sequence, ahead, isDeleting } of steps) {
          const index = Math.floor((sequence + 5) / 15);
          const found = cache.find(entity, sequence);
          const seen = found?.block;
          const right = [entity, firstOf(index), firstOf(index) + 9];
          expect(seen && [seen.entity, seen.firstSequence, seen.body(9).readUInt32LE(0)]).toBeOneOf([
            undefined,
            right,
          ]);
          let from = sequence;
          const segment = segments[index % 2] as BodySegment;
          for (let n = index; n <= index + ahead; n++) {
            const value = blockOf(entity, firstOf(n), 10);
            from = cache.add({ entity, from, segment }, value).block.lastSequence + 1;
          }
          expect(cache.find(entity, firstOf(index + ahead))).toBeDefined();
          if (!isDeleting) continue;
          cache.deleteOf(segment);
          expect(cache.find(entity, firstOf(index + ahead))).toBeUndefined();
        }
      }),
    );
  });

  it('holds several blocks of an entity, and those of others beside them', () => {
    const cache = new BlockCache(1500);
    const segment = segments[0] as BodySegment;
    for (const n of [0, 1, 2])
      cache.add({ entity: 1, from: n * 15 - 5, segment }, blockOf(1, firstOf(n), 10));
    cache.add({ entity: 2, from: 0, segment }, blockOf(2, 0, 10));
    expect([0, 12, 15, 39].map((s) => cache.find(1, s)?.block.firstSequence)).toEqual([0, 15, 15, 30]);
    expect(cache.find(1, 40)).toBeUndefined();
    expect(cache.find(2, 0)?.block.entity).toBe(2);
  });
});
