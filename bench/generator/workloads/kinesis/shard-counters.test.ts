// The counter that arithmetic on limbs reads must be the one that the sequence number was made of.
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { sequenceNumber } from '../../../../src/protocols/aws/services/kinesis/sequence-number.ts';
import { ShardCounters } from './shard-counters.ts';

it('reads every counter of a shard, whichever came first', () => {
  const shard = fc.record({
    index: fc.nat(9_999),
    createdAtMs: fc.integer({ min: 1_600_000_000_000, max: 1_900_000_000_000 }),
  });
  const counters = fc.array(fc.nat(2 ** 31 - 1), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(shard, counters, (origin, values) => {
      const reader = new ShardCounters();
      for (const value of values) {
        const text = sequenceNumber(origin, value, origin.createdAtMs + value);
        expect(reader.counterAt(Buffer.from(`..${text}`), 2, origin.index)).toBe(value);
      }
    }),
  );
});
