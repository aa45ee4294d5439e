// Goal: what is read by hand is exactly what the rows would have read, or it is left to them.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeCbor } from '../../engine/cbor/decode.ts';
import { coralTypes } from '../../engine/coral-types.ts';
import { planShape } from '../../engine/plan.ts';
import { Problems } from '../../engine/problems.ts';
import { validate } from '../../engine/validate.ts';
import { decodeJson } from '../../engine/wire-json.ts';
import { batch, packEntries, parseHashKey, type RecordEntry } from './put-batch.ts';
import { readPutRecords } from './put-decode.ts';
import { recordOperations } from './rows/records.ts';

const plan = planShape(recordOperations.PutRecords.input, coralTypes);
type Wire = 'json' | 'cbor';

interface Read {
  readonly streamName: unknown;
  readonly streamArn: unknown;
  readonly count: number;
  readonly bytes: string;
  readonly hashes: readonly number[];
}

function taken(ids: { readonly StreamName?: unknown; readonly StreamARN?: unknown }): Read {
  const { count, starts } = batch;
  const used = batch.bytes.subarray(0, starts[count]);
  // The core fills in when they arrived; until then those bytes mean nothing.
  for (let i = 0; i < count; i++) used.fill(0, starts[i]! + 5, starts[i]! + 13);
  return {
    streamName: ids.StreamName,
    streamArn: ids.StreamARN,
    count,
    bytes: used.toString('hex'),
    hashes: [...batch.hashes.subarray(0, count * 4)],
  };
}

/** By the rows; undefined when they have something to say against it. */
function readByRows(body: Buffer, wire: Wire): Read | undefined {
  const problems = new Problems();
  problems.reset();
  try {
    const input =
      wire === 'cbor'
        ? decodeCbor(plan, body, problems)
        : decodeJson(plan, JSON.parse(body.toString()), problems);
    validate(plan, input, problems);
    if (problems.failures.length > 0) return undefined;
    if (packEntries(input['Records'] as readonly RecordEntry[]) !== undefined) return undefined;
    return taken(input);
  } catch {
    return undefined;
  }
}

function readByHand(body: Buffer, wire: Wire): Read | undefined {
  const packed = readPutRecords(body, wire);
  return packed === undefined ? undefined : taken(packed);
}

/** Whether it is read by hand; what is, has to be read the same by the rows. */
function agrees(body: Buffer, wire: Wire): boolean {
  const byHand = readByHand(body, wire);
  if (byHand === undefined) return false;
  expect(byHand).toEqual(readByRows(body, wire));
  return true;
}

// --- bodies ---

const hashKey = fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }).map(String);
const key = fc.string({ minLength: 1, maxLength: 70 });
const record = fc.record(
  {
    Data: fc.uint8Array({ maxLength: 90 }).map((bytes) => Buffer.from(bytes)),
    PartitionKey: fc.oneof(key, fc.string({ minLength: 1, unit: 'grapheme', maxLength: 8 })),
    ExplicitHashKey: hashKey,
  },
  { requiredKeys: ['Data', 'PartitionKey'] },
);
const request = fc.record(
  {
    Records: fc.array(record, { minLength: 1, maxLength: 8 }),
    StreamName: fc.stringMatching(/^[a-zA-Z0-9_.-]{1,20}$/),
    StreamARN: fc.constant('arn:aws:kinesis:us-east-1:000000000000:stream/s'),
  },
  { requiredKeys: ['Records'] },
);
type Request = typeof request extends fc.Arbitrary<infer R> ? R : never;

function jsonOf(value: Request, indent?: number): Buffer {
  const asText = (_: string, inner: unknown): unknown => {
    const isBuffer =
      inner !== null && typeof inner === 'object' && (inner as { type?: string }).type === 'Buffer';
    return isBuffer ? Buffer.from((inner as { data: number[] }).data).toString('base64') : inner;
  };
  return Buffer.from(JSON.stringify(value, asText, indent));
}

/** `isOpen`: maps and lists of indefinite length, as AWS's own clients write them. */
function cborOf(value: unknown, isOpen: boolean): Buffer {
  if (typeof value === 'string') return headed(0x60, Buffer.from(value));
  if (Buffer.isBuffer(value)) return headed(0x40, value);
  const isList = Array.isArray(value);
  const items = isList
    ? value.map((item) => cborOf(item, isOpen))
    : Object.entries(value as object).flatMap(([name, inner]) => [
        cborOf(name, isOpen),
        cborOf(inner, isOpen),
      ]);
  const kind = isList ? 0x80 : 0xa0;
  if (isOpen) return Buffer.concat([Buffer.from([kind | 31]), ...items, Buffer.from([0xff])]);
  return Buffer.concat([head(kind, isList ? items.length : items.length / 2), ...items]);
}

function headed(kind: number, content: Buffer): Buffer {
  return Buffer.concat([head(kind, content.length), content]);
}

function head(kind: number, length: number): Buffer {
  if (length < 24) return Buffer.from([kind | length]);
  if (length < 256) return Buffer.from([kind | 24, length]);
  if (length < 65_536) return Buffer.from([kind | 25, length >> 8, length & 255]);
  return Buffer.from([kind | 26, length >> 24, length >> 16, length >> 8, length]);
}

const isAscii = (value: Request): boolean =>
  value.Records.every(({ PartitionKey }) => /^[ -~]*$/.test(PartitionKey));
const hasEscape = (value: Request): boolean =>
  value.Records.some(({ PartitionKey }) => /["\\]/.test(PartitionKey));

describe('JSON', () => {
  test('what clients send', () => {
    fc.assert(
      fc.property(request, fc.constantFrom(undefined, 2), (value, indent) => {
        const isRead = agrees(jsonOf(value, indent), 'json');
        expect(isRead).toBe(isAscii(value) && !hasEscape(value));
      }),
      { numRuns: 500 },
    );
  });

  test('bodies with a byte changed, dropped or doubled', () => {
    const change = fc.tuple(fc.nat(), fc.nat(255), fc.constantFrom('set', 'drop', 'double', 'swap'));
    fc.assert(
      fc.property(request, fc.array(change, { minLength: 1, maxLength: 3 }), (value, changes) => {
        let body = jsonOf(value);
        for (const [place, byte, kind] of changes) body = changed(body, place % body.length, byte, kind);
        expect(agrees(body, 'json')).toBeTypeOf('boolean');
      }),
      { numRuns: 3000 },
    );
  });

  test.each<[string, string, boolean]>([
    ['plain', '{"Records":[{"Data":"QUI=","PartitionKey":"k"}],"StreamName":"s"}', true],
    ['members in another order', '{"StreamName":"s","Records":[{"PartitionKey":"k","Data":"QUI="}]}', true],
    ['white space', ' { "Records" : [ { "Data" : "" , "PartitionKey" : "k" } ] } \n', true],
    ['no key', '{"Records":[{"Data":"QUI="}]}', true],
    ['an escaped slash', '{"Records":[{"Data":"\\/\\/8=","PartitionKey":"k"}]}', false],
    ['a url-safe character', '{"Records":[{"Data":"_-8=","PartitionKey":"k"}]}', false],
    ['a url-safe character in the key', '{"Records":[{"Data":"AA==","PartitionKey":"_-"}]}', true],
    ['bits behind the end, one byte', '{"Records":[{"Data":"QR==","PartitionKey":"k"}]}', false],
    ['bits behind the end, two bytes', '{"Records":[{"Data":"QUJ=","PartitionKey":"k"}]}', false],
    ['too much padding', '{"Records":[{"Data":"Q===","PartitionKey":"k"}]}', false],
    ['nothing but padding', '{"Records":[{"Data":"====","PartitionKey":"k"}]}', false],
    ['padding in the middle', '{"Records":[{"Data":"QQ==QUI=","PartitionKey":"k"}]}', false],
    ['a space in base64', '{"Records":[{"Data":"QU I","PartitionKey":"k"}]}', false],
    ['base64 without padding', '{"Records":[{"Data":"QUI","PartitionKey":"k"}]}', false],
    ['an unknown member', '{"Records":[{"Data":"","PartitionKey":"k","X":1}]}', false],
    ['a member twice', '{"Records":[{"Data":"","Data":"QUI=","PartitionKey":"k"}]}', false],
    ['records twice', '{"Records":[{"Data":""}],"Records":[{"Data":""}]}', false],
    ['no records', '{"Records":[]}', false],
    ['an empty key', '{"Records":[{"Data":"","PartitionKey":""}]}', false],
    ['a key too long', `{"Records":[{"Data":"","PartitionKey":"${'k'.repeat(257)}"}]}`, false],
    ['the longest key', `{"Records":[{"Data":"","PartitionKey":"${'k'.repeat(256)}"}]}`, true],
    ['a hash key out of range', `{"Records":[{"Data":"","ExplicitHashKey":"${2n ** 128n}"}]}`, false],
    ['a hash key with a zero before it', '{"Records":[{"Data":"","ExplicitHashKey":"01"}]}', false],
    ['a stream name of another form', '{"Records":[{"Data":""}],"StreamName":"a b"}', false],
    ['DryRun', '{"Records":[{"Data":""}],"DryRun":true}', false],
    ['something behind the end', '{"Records":[{"Data":""}]}x', false],
    ['nothing', '', false],
    ['501 records', `{"Records":[${Array(501).fill('{"Data":""}').join(',')}]}`, false],
    ['500 records', `{"Records":[${Array(500).fill('{"Data":""}').join(',')}]}`, true],
  ])('%s', (_, text, isRead) => {
    expect(agrees(Buffer.from(text), 'json')).toBe(isRead);
  });
});

describe('base64', () => {
  const body = (...data: string[]): Buffer => {
    const records = data.map((text) => `{"Data":"${text}","PartitionKey":"-_"}`);
    return Buffer.from(`{"Records":[${records.join(',')}]}`);
  };

  test('each character in each place, in a first and in a later record', () => {
    const characters = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i));
    for (const character of characters.filter((char) => char !== '"' && char !== '\\')) {
      for (const text of [`AAA${character}`, `${character}AAA`, `AA${character}=`, `A${character}==`]) {
        const isCanonical = Buffer.from(text, 'base64').toString('base64') === text;
        expect(agrees(body(text), 'json')).toBe(isCanonical);
        expect(agrees(body('', 'AAAA', text, 'AAAA'), 'json')).toBe(isCanonical);
      }
    }
  });
});

describe('CBOR', () => {
  test('what clients send', () => {
    fc.assert(
      fc.property(request, fc.boolean(), (value, isOpen) => {
        expect(agrees(cborOf(value, isOpen), 'cbor')).toBe(
          value.Records.every(({ PartitionKey }) => /^[\0-\x7f]*$/.test(PartitionKey)),
        );
      }),
      { numRuns: 500 },
    );
  });

  test('bodies with a byte changed, dropped or doubled', () => {
    const change = fc.tuple(fc.nat(), fc.nat(255), fc.constantFrom('set', 'drop', 'double', 'swap'));
    fc.assert(
      fc.property(
        request,
        fc.boolean(),
        fc.array(change, { minLength: 1, maxLength: 3 }),
        (value, isOpen, changes) => {
          let body = cborOf(value, isOpen);
          for (const [place, byte, kind] of changes) body = changed(body, place % body.length, byte, kind);
          expect(agrees(body, 'cbor')).toBeTypeOf('boolean');
        },
      ),
      { numRuns: 3000 },
    );
  });

  test('cut off anywhere', () => {
    const body = cborOf({ Records: [{ Data: Buffer.alloc(300), PartitionKey: 'k' }], StreamName: 's' }, true);
    expect(agrees(body, 'cbor')).toBe(true);
    for (let end = 0; end < body.length; end++) expect(agrees(body.subarray(0, end), 'cbor')).toBe(false);
  });

  test('data of any length', () => {
    for (const bytes of [23, 24, 255, 256, 65_535, 65_536, 70_000, 140_001]) {
      const Records = [{ Data: Buffer.alloc(bytes, bytes & 255), PartitionKey: 'k' }];
      expect(agrees(cborOf({ Records }, false), 'cbor')).toBe(true);
    }
  });

  test('something behind the end', () => {
    const body = cborOf({ Records: [{ Data: Buffer.alloc(1), PartitionKey: 'k' }] }, true);
    expect(agrees(Buffer.concat([body, Buffer.from([0xff])]), 'cbor')).toBe(false);
  });

  test('lengths of 64 bits and strings in pieces are left to the rows', () => {
    const data = Buffer.from([0x5b, 0, 0, 0, 0, 0, 0, 0, 1, 65]);
    const pieces = Buffer.from([0x5f, 0x41, 65, 0xff]);
    for (const item of [data, pieces]) {
      const body = Buffer.concat([cborOf({ Records: [] }, false).subarray(0, 9), Buffer.from([0x81, 0xa1])]);
      const whole = Buffer.concat([body, cborOf('Data', false), item]);
      expect(agrees(whole, 'cbor')).toBe(false);
      expect(readByRows(whole, 'cbor')?.count).toBe(1);
    }
  });
});

function changed(body: Buffer, place: number, byte: number, kind: string): Buffer {
  const before = body.subarray(0, place);
  const after = body.subarray(place + 1);
  const here = body.subarray(place, place + 1);
  if (kind === 'drop') return Buffer.concat([before, after]);
  if (kind === 'double') return Buffer.concat([before, here, here, after]);
  // Mostly what means something in one of the forms.
  const meaningful = Buffer.from('"{}[],:\\=-_ +/AQ0\x9f\xbf\xff\x41\x61\xf6\xc1', 'latin1');
  const value = kind === 'swap' ? meaningful[byte % meaningful.length]! : byte;
  return Buffer.concat([before, Buffer.from([value]), after]);
}

test('hash keys', () => {
  const words = new Uint32Array(4);
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 39n - 1n }), (number) => {
      const isInRange = parseHashKey(number.toString(), words);
      expect(isInRange).toBe(number < 2n ** 128n);
      if (!isInRange) return;
      const parsed = [...words].reduce((sum, word) => (sum << 32n) | BigInt(word), 0n);
      expect(parsed).toBe(number);
    }),
  );
  expect(parseHashKey((2n ** 128n - 1n).toString(), words)).toBe(true);
  expect(parseHashKey((2n ** 128n).toString(), words)).toBe(false);
});
