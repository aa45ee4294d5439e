// Goal: what the KPL's own code packs comes out again; anything else is an ordinary record, never an error.
import { hash } from 'node:crypto';
import kpl from 'aws-kinesis-agg';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deaggregate, isAggregated } from './aggregate.ts';

interface Packed {
  readonly partitionKey: string;
  readonly explicitHashKey?: string;
  readonly data: Buffer;
}

/** Not in the package's own types. */
interface Aggregator {
  addUserRecord(record: Packed): void;
  build(): { readonly data: Buffer };
}
const { RecordAggregator } = kpl as unknown as { RecordAggregator: new () => Aggregator };

function pack(records: readonly Packed[]): Buffer {
  const aggregator = new RecordAggregator();
  for (const record of records) aggregator.addUserRecord({ ...record });
  return aggregator.build().data;
}

/** The envelope around hand-made protobuf. */
function seal(message: readonly number[]): Buffer {
  const bytes = Buffer.from(message);
  const magic = Buffer.from('f3899ac2', 'hex');
  return Buffer.concat([magic, bytes, hash('md5', bytes, 'buffer')]);
}

test('records packed by the library', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record(
          {
            // The library mixes up its tables when a key looks like an array index.
            partitionKey: fc.string({ maxLength: 40 }).map((text) => `k${text}`),
            explicitHashKey: fc.bigInt({ min: 2n ** 32n, max: 2n ** 128n - 1n }).map(String),
            data: fc.uint8Array({ minLength: 1, maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
          },
          { requiredKeys: ['partitionKey', 'data'] },
        ),
        { minLength: 1, maxLength: 50 },
      ),
      (records) => {
        expect(deaggregate(pack(records))).toEqual(
          records.map(({ partitionKey, explicitHashKey, data }, subSequence) => ({
            subSequence,
            partitionKey,
            explicitHashKey,
            data,
          })),
        );
      },
    ),
  );
});

describe('by hand', () => {
  // Table [k], one record {key 0, data AB} with a tag {name n} and a field that nobody knows.
  const sound = [0x0a, 1, 0x6b, 0x1a, 13, 0x08, 0, 0x1a, 2, 0x41, 0x42, 0x22, 3, 0x0a, 1, 0x6e, 0x50, 7];

  test('tags and unknown fields are passed over', () => {
    expect(deaggregate(seal(sound))).toEqual([
      { subSequence: 0, partitionKey: 'k', explicitHashKey: undefined, data: Buffer.from('AB') },
    ]);
  });

  test('no records', () => {
    expect(deaggregate(seal([0x0a, 1, 0x6b]))).toEqual([]);
  });

  test.each<[string, number[]]>([
    ['an index outside its table', [0x0a, 1, 0x6b, 0x1a, 6, 0x08, 1, 0x1a, 2, 0x41, 0x42]],
    ['a hash key outside its table', [0x0a, 1, 0x6b, 0x1a, 8, 0x08, 0, 0x10, 0, 0x1a, 2, 0x41, 0x42]],
    ['no data', [0x0a, 1, 0x6b, 0x1a, 2, 0x08, 0]],
    ['a length beyond the end', [0x0a, 9, 0x6b]],
    ['a group', [0x0b, 0x0c]],
    ['a varint without an end', [0x08, ...Array.from({ length: 11 }, () => 0x80)]],
  ])('%s is an ordinary record', (_, message) => {
    expect(deaggregate(seal(message))).toBeUndefined();
  });

  test('another digest is an ordinary record', () => {
    const bytes = seal(sound);
    bytes[bytes.length - 1]! ^= 1;
    expect(isAggregated(bytes)).toBe(true);
    expect(deaggregate(bytes)).toBeUndefined();
  });
});

test('garbage behind the magic and a right digest', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(255), { maxLength: 60 }), (message) => {
      expect(() => deaggregate(seal(message))).not.toThrow();
    }),
  );
});

test('ordinary data', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      expect(deaggregate(Buffer.from(bytes))).toBeUndefined();
    }),
  );
  expect(deaggregate(Buffer.from('f3899ac2', 'hex'))).toBeUndefined();
});
