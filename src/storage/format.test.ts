// The batch codec: what goes in comes out, and no changed byte goes unnoticed.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchProblem, decodeBatch, encodeBatch, encodedBytes, formatVersion } from './format.ts';
import type { Batch } from './types.ts';

const u53 = fc.maxSafeNat();
const bytes = fc.uint8Array({ maxLength: 200 });
const run = fc.record({
  entity: fc.nat(0xffff_ffff),
  firstSequence: u53,
  count: fc.nat(0xffff_ffff),
  offset: fc.nat(0xffff_ffff),
  length: fc.nat(0xffff_ffff),
});
const batch: fc.Arbitrary<Batch> = fc.record({
  epoch: u53,
  timeMs: u53,
  catalogPosition: u53,
  journal: bytes,
  runs: fc.array(run, { maxLength: 10 }),
  bodies: bytes,
});

function encoded(given: Batch, position: number): Buffer {
  return encodeBatch(given, position, Buffer.alloc(encodedBytes(given)));
}

describe('the batch format', () => {
  it('brings every batch back', () => {
    fc.assert(
      fc.property(batch, u53, (given, position) => {
        const value = encoded(given, position);
        expect(value.length).toBe(encodedBytes(given));
        const { journal, bodies, ...rest } = decodeBatch(value, position, 'log-1.mdb');
        expect(rest).toEqual({
          position,
          epoch: given.epoch,
          timeMs: given.timeMs,
          catalogPosition: given.catalogPosition,
          runs: given.runs,
        });
        expect(Buffer.compare(journal, given.journal)).toBe(0);
        expect(Buffer.compare(bodies, given.bodies)).toBe(0);
      }),
    );
  });

  it('notices any changed or missing byte', () => {
    fc.assert(
      fc.property(batch, fc.nat(), fc.integer({ min: 1, max: 255 }), (given, at, change) => {
        const value = encoded(given, 5);
        const index = at % value.length;
        expect(batchProblem(value.subarray(0, index), 5)).toBeDefined();
        value[index] = (value[index] as number) ^ change;
        expect(batchProblem(value, 5)).toBeDefined();
      }),
    );
  });

  it('says what is wrong', () => {
    const value = encoded(
      {
        epoch: 1,
        timeMs: 1,
        catalogPosition: 1,
        journal: Buffer.alloc(3),
        runs: [],
        bodies: Buffer.alloc(0),
      },
      5,
    );
    expect(batchProblem(value, 5)).toBeUndefined();
    expect(batchProblem(value, 6)).toBe('holds position 5');
    expect(batchProblem(value.subarray(0, 20), 5)).toBe('only 20 bytes');
    expect(batchProblem(value.subarray(0, 58), 5)).toBe('58 bytes where the header says 59');
    value[58] = 1;
    expect(batchProblem(value, 5)).toBe('checksum does not match');
    value[0] = 99;
    expect(batchProblem(value, 5)).toBe('unknown version 0x4363');
    const file = '/data/cells/queue-0/log-1.mdb';
    expect(() => decodeBatch(value, 5, file)).toThrow(
      `cell queue-0, file ${file}, commit 5: unknown version 0x4363; './caudal check --data /data'`,
    );
  });

  it('has the version that is written in the table above it', () => {
    expect(formatVersion).toBe(1);
  });
});
