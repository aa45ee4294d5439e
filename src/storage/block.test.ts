// Blocks, dense and sparse: every record is found by its sequence, and no changed byte goes unnoticed.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../base/limits.ts';
import { Block, BlockBuilder, blockProblem } from './block.ts';

function built(records: ReadonlyMap<number, string>): Buffer {
  const builder = new BlockBuilder();
  builder.begin(7);
  for (const [sequence, body] of records) {
    const bytes = Buffer.from(body);
    const record = Buffer.alloc(4 + bytes.length);
    record.writeUInt32LE(bytes.length, 0);
    bytes.copy(record, 4);
    expect(builder.hasRoomFor(sequence, bytes.length)).toBe(true);
    builder.add(sequence, record, 0, record.length);
  }
  return taken(builder);
}

function taken(builder: BlockBuilder): Buffer {
  const value = Buffer.alloc(builder.valueBytes);
  builder.takeInto(value);
  return value;
}

const body = fc.string({ maxLength: 40 });
const dense = fc
  .tuple(fc.nat(2 ** 50), fc.array(body, { minLength: 1, maxLength: 50 }))
  .map(([first, bodies]) => new Map(bodies.map((text, i) => [first + i, text])));
const sparse = fc
  .tuple(fc.nat(2 ** 50), fc.uniqueArray(fc.nat(1_000_000), { minLength: 1, maxLength: 50 }), body)
  .map(([first, deltas, text]) => {
    const sorted = deltas.toSorted((a, b) => a - b);
    return new Map(sorted.map((delta) => [first + delta, `${text}${delta}`]));
  });

describe('a block', () => {
  it('finds every record by its sequence', () => {
    fc.assert(
      fc.property(fc.oneof(dense, sparse), (records) => {
        const block = new Block(7, built(records));
        const sequences = [...records.keys()];
        expect([block.firstSequence, block.lastSequence, block.count]).toEqual([
          sequences[0],
          sequences.at(-1),
          sequences.length,
        ]);
        sequences.forEach((sequence, index) => {
          expect(block.ceiling(sequence)).toBe(index);
          expect(block.sequence(index)).toBe(sequence);
          expect(block.body(index).toString()).toBe(records.get(sequence));
          expect(block.ceiling(sequence + 1)).toBe(index + 1);
        });
        expect(block.ceiling(0)).toBe(0);
      }),
    );
  });

  it('notices any changed or missing byte', () => {
    fc.assert(
      fc.property(
        fc.oneof(dense, sparse),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (records, at, change) => {
          const value = built(records);
          const first = [...records.keys()][0] as number;
          const index = at % value.length;
          expect(blockProblem(value, 7, first)).toBeUndefined();
          expect(blockProblem(value, 8, first)).toBe('checksum does not match');
          expect(blockProblem(value.subarray(0, index), 7, first)).toBeDefined();
          value[index] = (value[index] as number) ^ change;
          expect(blockProblem(value, 7, first)).toBeDefined();
        },
      ),
    );
  });

  it('is full at its target, takes one large record alone, and spans no more than its list can say', () => {
    const builder = new BlockBuilder();
    const record = Buffer.alloc(1004);
    record.writeUInt32LE(1000, 0);
    let sequence = 0;
    while (builder.hasRoomFor(sequence, 1000)) builder.add(sequence++, record, 0, record.length);
    const value = taken(builder);
    expect(value.length).toBeLessThanOrEqual(limits.blockBytesMax);
    expect(value.length).toBeGreaterThan(limits.blockBytesMax - 2 * record.length);
    expect(builder.isEmpty).toBe(true);
    expect(builder.hasRoomFor(0, 1_000_000)).toBe(true);
    builder.add(0, record, 0, record.length);
    expect(builder.hasRoomFor(1, limits.packedRecordBytesMax + 1)).toBe(false);
    expect(builder.hasRoomFor(0xffff_ffff, 1)).toBe(true);
    expect(builder.hasRoomFor(0x1_0000_0000, 1)).toBe(false);
  });
});
