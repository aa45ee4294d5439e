// CBOR against hand-made bytes, the SDK's own codec and junk: what goes in comes out, whatever its lengths
// look like, and nothing but a SerializationException is ever thrown.
import { cbor as sdkCbor } from '@smithy/core/cbor';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limits } from '../../../../base/limits.ts';
import { AwsError } from '../errors.ts';
import { planShape } from '../plan.ts';
import { Problems } from '../problems.ts';
import { blob, bool, double, int, list, long, map, str, struct, timestamp } from '../shapes.ts';
import { decodeCbor, isWellFormedCbor } from './decode.ts';
import { encodeCbor, encodeCborText } from './encode.ts';

const part = struct({ Id: str(), Data: blob() });
const plan = planShape(
  struct({
    Text: str(),
    Count: int(),
    Size: long(),
    Ratio: double(),
    Flag: bool(),
    Data: blob(),
    At: timestamp(),
    Names: list(str()),
    Labels: map(str()),
    Parts: list(part),
  }),
);

function decode(body: Buffer | string) {
  const problems = new Problems();
  const bytes = typeof body === 'string' ? Buffer.from(body.replaceAll(' ', ''), 'hex') : body;
  return { input: decodeCbor(plan, bytes, problems), failures: problems.failures };
}

/** `61 41` style text item. */
const item = (text: string): string =>
  Buffer.concat([Buffer.from([0x60 + text.length]), Buffer.from(text)]).toString('hex');

/** What refuses this body; undefined when it is read. Anything but an AwsError fails the test. */
function refusal(body: Buffer | string): AwsError | undefined {
  try {
    decode(body);
    return undefined;
  } catch (error) {
    if (error instanceof AwsError) return error;
    throw error;
  }
}

const malformed = { type: 'SerializationException', message: '' };

describe('input', () => {
  test.each([
    ['an empty map', 'a0', {}],
    ['an indefinite map', 'bf ff', {}],
    ['definite text', `a1 ${item('Text')} 62 c3a9`, { Text: 'é' }],
    ['text in pieces', `bf ${item('Text')} 7f 61 61 62 6263 60 ff ff`, { Text: 'abc' }],
    ['bytes', `a1 ${item('Data')} 43 00ff80`, { Data: Buffer.from([0, 255, 128]) }],
    ['bytes in pieces', `a1 ${item('Data')} 5f 41 01 42 0203 ff`, { Data: Buffer.from([1, 2, 3]) }],
    ['empty bytes', `a1 ${item('Data')} 40`, { Data: Buffer.alloc(0) }],
    ['a definite list', `a1 ${item('Names')} 82 6161 6162`, { Names: ['a', 'b'] }],
    ['an indefinite list', `a1 ${item('Names')} 9f 6161 f6 6162 ff`, { Names: ['a', 'b'] }],
    ['a map', `a1 ${item('Labels')} a2 616b 6176 616e f6`, { Labels: { k: 'v' } }],
    ['a small int', `a1 ${item('Count')} 05`, { Count: 5 }],
    ['a negative int', `a1 ${item('Count')} 20`, { Count: -1 }],
    ['a wide int', `a1 ${item('Count')} 1b 0000000000000007`, { Count: 7 }],
    ['a long', `a1 ${item('Size')} 1b 0000010000000001`, { Size: 2 ** 40 + 1 }],
    ['a saturated int', `a1 ${item('Count')} 1b ffffffffffffffff`, { Count: 2_147_483_647 }],
    ['a half float', `a1 ${item('Ratio')} f9 3e00`, { Ratio: 1.5 }],
    ['the least half float', `a1 ${item('Ratio')} f9 8001`, { Ratio: -(2 ** -24) }],
    ['a single float', `a1 ${item('Ratio')} fa 3fc00000`, { Ratio: 1.5 }],
    ['a double', `a1 ${item('Ratio')} fb 3ff8000000000000`, { Ratio: 1.5 }],
    ['booleans', `a1 ${item('Flag')} f5`, { Flag: true }],
    ['null and undefined', `a2 ${item('Flag')} f6 ${item('Text')} f7`, {}],
    ['a tag that says nothing', `a1 ${item('Text')} d9d9f7 6161`, { Text: 'a' }],
    ['strangers of every kind', 'bf 6161 9f 01 a1 01 02 5f ff ff 6162 fb 3ff8000000000000 01 02 ff', {}],
    ['the later of two', `a2 ${item('Text')} 6161 ${item('Text')} 6162`, { Text: 'b' }],
  ])('%s', (_, hex, expected) => {
    expect(decode(hex)).toEqual({ input: expected, failures: [] });
  });

  const ms = '1b 0000019abcdef012';
  test.each([
    ['tagged integer milliseconds', `c1 ${ms}`, 0x19abcdef012],
    ['bare integer milliseconds', ms, 0x19abcdef012],
    ['small integers are milliseconds too', 'c1 18 64', 100],
    ['tagged float seconds', 'c1 fb 41d954fc40200000', 1_700_000_000_500],
    ['a float beyond 1e11 is milliseconds', 'c1 fb 4278bcfe56800000', 1_700_000_000_000],
  ])('a timestamp: %s', (_, hex, expected) => {
    expect(decode(`a1 ${item('At')} ${hex}`).input).toEqual({ At: expected });
  });

  test('types that do not fit are told by the place they stand in', () => {
    const { failures } = decode(`a2 ${item('Names')} 82 6161 a1 01 02 ${item('Parts')} 81 01`);
    expect(failures.map(({ path, constraint }) => [path, constraint])).toEqual([
      ['names.2.member', 'type'],
      ['parts.1.member', 'type'],
    ]);
  });

  test.each([
    ['nothing', ''],
    ['an array', '80'],
    ['a null', 'f6'],
    ['two items', 'a0 a0'],
    ['a break', 'ff'],
    ['a map that ends early', `a2 ${item('Text')} 6161`],
    ['a map without its last value', `bf ${item('Text')} ff`],
    ['a break in a definite map', 'a1 ff'],
    ['a break in a definite list', `a1 ${item('Names')} 81 ff`],
    ['text longer than the body', `a1 ${item('Text')} 7b ffffffffffffffff`],
    ['text that is not UTF-8', `a1 ${item('Text')} 61 ff`],
    ['pieces of another kind', `a1 ${item('Text')} 7f 41 61 ff`],
    ['pieces in pieces', `a1 ${item('Text')} 7f 7f 61 61 ff ff`],
    ['tagged pieces', `a1 ${item('Text')} 7f c1 61 61 ff`],
    ['an indefinite integer', `a1 ${item('Count')} 1f`],
    ['a reserved length', `a1 ${item('Count')} 1c`],
    ['a tag before a break', 'bf c1 ff'],
    ['a simple value that means nothing', `a1 ${item('Count')} e0`],
    ['a map with keys that are no text', `a1 ${item('Labels')} a1 01 02`],
    ['a list too deep', `a1 ${item('Other')} ${'81'.repeat(70)} 01`],
  ])('%s is malformed', (_, hex) => {
    expect(refusal(hex)).toMatchObject(malformed);
  });

  test('more items than anybody sends are refused', () => {
    const count = limits.awsCborItemsMax;
    const head = Buffer.concat([Buffer.from(`a1${item('Other')}9a`, 'hex'), Buffer.alloc(4)]);
    head.writeUInt32BE(count, head.length - 4);
    expect(refusal(Buffer.concat([head, Buffer.alloc(count)]))).toMatchObject(malformed);
    expect(refusal(Buffer.alloc(count + 1, 0xc1))).toMatchObject(malformed);
  });
});

const text = fc.string({ unit: 'binary', maxLength: 100 });
const outputs = fc.record(
  {
    Text: text,
    Count: fc.integer(),
    Size: fc.maxSafeInteger(),
    Ratio: fc.double({ noNaN: true }),
    Flag: fc.boolean(),
    Data: fc.uint8Array({ maxLength: 300 }),
    At: fc.integer({ min: 0, max: 8.64e15 }),
    Names: fc.array(text),
    Labels: fc.dictionary(
      text.filter((key) => key !== '__proto__'),
      text,
    ),
    Parts: fc.array(fc.record({ Id: text, Data: fc.uint8Array() }, { requiredKeys: [] })),
  },
  { requiredKeys: [] },
);
const plain = (value: object): unknown => JSON.parse(JSON.stringify(value, (_, v: unknown) => asArray(v)));
const asArray = (value: unknown): unknown => {
  const isJsonBuffer = typeof value === 'object' && value !== null && 'type' in value && 'data' in value;
  if (value instanceof Uint8Array) return [...value];
  return isJsonBuffer ? (value as { data: unknown }).data : Object.is(value, -0) ? 0 : value;
};

describe('output', () => {
  test('has indefinite containers and milliseconds under tag 1', () => {
    const bytes = encodeCbor(plan, { Text: 'a', At: 1000, Names: ['x'], Unknown: 1, Flag: undefined });
    expect(bytes.toString('hex')).toBe(
      `bf${item('Text')}6161${item('At')}c11903e8${item('Names')}9f6178ffff`,
    );
  });

  test('of blobs that come as base64 text is bytes', () => {
    expect(encodeCbor(plan, { Data: 'AQI=' }).toString('hex')).toBe(`bf${item('Data')}420102ff`);
  });

  test('an error is a map of texts', () => {
    expect(encodeCborText({ __type: 'X' }).toString('hex')).toBe(`bf${item('__type')}6158ff`);
  });

  test('that failed half way leaves nothing in the next', () => {
    expect(() => encodeCbor(plan, { Text: 'a', Data: 5 })).toThrow('out of range');
    expect(encodeCbor(plan, {}).toString('hex')).toBe('bfff');
  });

  test('that is large does not change when the next one is written', () => {
    const large = encodeCbor(plan, { Data: Buffer.alloc(200_000, 7) });
    const small = encodeCbor(plan, { Text: 'x' });
    expect(large.subarray(-2).toString('hex')).toBe('07ff');
    expect(decode(large).input['Data']).toEqual(Buffer.alloc(200_000, 7));
    expect(decode(small).input).toEqual({ Text: 'x' });
  });

  test('comes back as it went out', () => {
    fc.assert(
      fc.property(outputs, (output) => {
        const { input, failures } = decode(encodeCbor(plan, output));
        expect(failures).toEqual([]);
        expect(plain(input)).toEqual(plain(output));
      }),
    );
  });

  test("is read by the SDK's decoder", () => {
    fc.assert(
      fc.property(outputs, ({ At: _, ...output }) => {
        const read = sdkCbor.deserialize(encodeCbor(plan, output)) as object;
        expect(plain(read)).toEqual(plain(output));
      }),
    );
  });
});

describe('junk', () => {
  /** Read and well formed, or refused in the one way there is. */
  function isAnswered(body: Buffer): boolean {
    const error = refusal(body);
    return error === undefined ? isWellFormedCbor(body) : error.type === 'SerializationException';
  }

  test('random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        expect(isAnswered(Buffer.from(bytes))).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test('random bytes in a member', () => {
    const names = fc.constantFrom('Text', 'Count', 'Data', 'At', 'Names', 'Labels', 'Parts', 'Other');
    fc.assert(
      fc.property(names, fc.uint8Array({ maxLength: 30 }), (name, bytes) => {
        expect(isAnswered(Buffer.concat([Buffer.from(`a1${item(name)}`, 'hex'), bytes]))).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test('messages with a byte changed', () => {
    fc.assert(
      fc.property(outputs, fc.nat(), fc.nat(255), (output, at, byte) => {
        const bytes = encodeCbor(plan, output);
        bytes[at % bytes.length] = byte;
        expect(isAnswered(bytes)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  test('messages that are cut off', () => {
    fc.assert(
      fc.property(outputs, fc.nat(), (output, at) => {
        const bytes = encodeCbor(plan, output);
        expect(refusal(bytes.subarray(0, at % bytes.length))).toMatchObject(malformed);
      }),
    );
  });
});
