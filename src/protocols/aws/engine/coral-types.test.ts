// Types as Coral reads them: what is forgiven, and the recorded texts of what is not, in JSON and in CBOR.
import { describe, expect, test } from 'vitest';
import { decodeCbor } from './cbor/decode.ts';
import { CborWriter } from './cbor/writer.ts';
import { coralTypes } from './coral-types.ts';
import { AwsError } from './errors.ts';
import { planShape } from './plan.ts';
import { Problems } from './problems.ts';
import { blob, bool, double, int, list, long, map, str, struct, timestamp } from './shapes.ts';
import { decodeJson } from './wire-json.ts';

const members = {
  Text: str(),
  Count: int(),
  Size: long(),
  Ratio: double(),
  Flag: bool(),
  Data: blob(),
  At: timestamp(),
  Names: list(str()),
  Labels: map(str()),
};
const plan = planShape(struct({ ...members, Part: struct(members) }), coralTypes);

const readJson = (raw: unknown): unknown => decodeJson(plan, raw, new Problems());

function refusal(read: () => unknown): AwsError {
  try {
    read();
  } catch (error) {
    if (error instanceof AwsError) return error;
    throw error;
  }
  throw new Error('it was read');
}

const number = 'class com.amazon.coral.value.json.numbers.TruncatingBigNumber';
const list1 = 'Start of list found where not expected';
const map1 = 'Start of structure or map found where not expected.';

test('numbers are floored and saturate, nulls and strangers are dropped', () => {
  expect(readJson({ Count: 1.9, Size: -1.5, Ratio: 1.5, Text: null, Other: 1 })).toEqual({
    Count: 1,
    Size: -2,
    Ratio: 1.5,
  });
  expect(readJson({ Count: 9e9, Size: 1e300 })).toEqual({
    Count: 2_147_483_647,
    Size: Number.MAX_SAFE_INTEGER,
  });
  expect(readJson({ Names: ['a', null], Labels: { a: null } })).toEqual({ Names: ['a'], Labels: {} });
});

test.each(['true', 'TRUE', 'yes', '1'])('%s is true', (text) => {
  expect(readJson({ Flag: text })).toEqual({ Flag: true });
});
test.each(['false', 'No', '0'])('%s is false', (text) => {
  expect(readJson({ Flag: text })).toEqual({ Flag: false });
});

describe('JSON', () => {
  test.each([
    [{ Text: 1 }, `${number} can not be converted to an String`],
    [{ Text: true }, 'class java.lang.Boolean can not be converted to an String'],
    [{ Text: [] }, list1],
    [{ Text: {} }, map1],
    [{ Count: '1' }, 'class java.lang.String can not be converted to an Integer'],
    [{ Count: true }, 'class java.lang.Boolean can not be converted to an Integer'],
    [{ Count: [] }, list1],
    [{ Size: '1' }, 'class java.lang.String can not be converted to an Long'],
    [{ Ratio: '1' }, 'class java.lang.String can not be converted to an Double'],
    [{ Flag: 1 }, `${number} can not be converted to an Boolean`],
    [{ Flag: 'hello' }, "'HELLO' can not be converted to an Boolean"],
    [{ Flag: {} }, map1],
    [{ At: 'now' }, 'class java.lang.String can not be converted to milliseconds since epoch'],
    [{ At: true }, 'class java.lang.Boolean can not be converted to milliseconds since epoch'],
    [{ Data: 1 }, `${number} can not be converted to a Blob`],
    [{ Data: true }, 'class java.lang.Boolean can not be converted to a Blob'],
    [
      { Data: 'abc' },
      "'abc' can not be converted to a Blob: Base64 encoded length is expected a multiple of 4 bytes but " +
        'found: 3',
    ],
    [{ Data: '=+/=' }, "'=+/=' can not be converted to a Blob: Invalid Base64 character: '='"],
    [{ Data: 'a$bc' }, "'a$bc' can not be converted to a Blob: Invalid Base64 character: '$'"],
    [
      { Data: 'aB==' },
      "'aB==' can not be converted to a Blob: Invalid last non-pad Base64 character dectected",
    ],
    [{ Names: 'a' }, 'Expected list or null'],
    [{ Names: {} }, map1],
    [{ Names: [1] }, `${number} can not be converted to an String`],
    [{ Labels: 1 }, 'Expected map or null'],
    [{ Labels: [] }, list1],
    [{ Labels: { a: [] } }, list1],
    [{ Part: 'a' }, 'Expected null'],
    [{ Part: [] }, list1],
    [{ Part: { Text: 1 } }, `${number} can not be converted to an String`],
  ])('%j is refused', (raw, message) => {
    expect(refusal(() => readJson(raw))).toMatchObject({
      type: 'SerializationException',
      messageKey: 'Message',
      message,
    });
  });

  test('a number beyond all time is no timestamp', () => {
    expect(refusal(() => readJson(JSON.parse('{"At":1e999}'))).message).toContain('milliseconds');
  });
});

describe('CBOR', () => {
  function bodyOf(name: string, write: (writer: CborWriter) => void): Buffer {
    const writer = new CborWriter();
    writer.startMap();
    writer.text(name);
    write(writer);
    writer.end();
    return writer.finish();
  }

  test.each<[string, (writer: CborWriter) => void, string]>([
    ['Text', (w) => w.number(1), `${number} can not be converted to an String`],
    [
      'Text',
      (w) => w.bytes(Buffer.from('a')),
      'class java.nio.HeapByteBuffer can not be converted to an String',
    ],
    ['Text', (w) => (w.startArray(), w.number(1), w.end()), list1],
    ['Count', (w) => w.text('1'), 'class java.lang.String can not be converted to an Integer'],
    ['Count', (w) => w.double(Number.NaN), `${number} can not be converted to an Integer`],
    ['At', (w) => w.double(Number.NaN), `${number} can not be converted to milliseconds since epoch`],
    ['Names', (w) => (w.startMap(), w.text('a'), w.text('b'), w.end()), map1],
    ['Names', (w) => w.boolean(true), 'Expected list or null'],
    ['Labels', (w) => (w.startArray(), w.end()), list1],
    ['Part', (w) => w.text('a'), 'Expected null'],
  ])('%s is refused (%#)', (name, write, message) => {
    expect(refusal(() => decodeCbor(plan, bodyOf(name, write), new Problems())).message).toBe(message);
  });

  test('floats for integers are floored', () => {
    const body = bodyOf('Count', (w) => w.double(2.9));
    expect(decodeCbor(plan, body, new Problems())).toEqual({ Count: 2 });
  });
});
