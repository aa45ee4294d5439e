// Goal: what SQS takes as message attributes is taken unchanged; the rest is refused in its words.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isNumberText, prepareAttributes } from './message-attributes.ts';
import { hasInvalidCharacters, isMessageId, sequenceNumber } from './message-text.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);

test('order, types and values are kept; names, types and values are counted', () => {
  const { attributes, bytes: counted } = prepareAttributes({
    b: { DataType: 'Number.int', StringValue: ' 1'.trim() },
    a: { DataType: 'Binary.png', BinaryValue: bytes('xyz') },
    u: { DataType: 'String', StringValue: '€' },
  });
  expect(attributes).toEqual([
    { name: 'b', type: 'Number.int', value: '1' },
    { name: 'a', type: 'Binary.png', value: bytes('xyz') },
    { name: 'u', type: 'String', value: '€' },
  ]);
  expect(counted).toBe('bNumber.int1'.length + 'aBinary.pngxyz'.length + 'uString'.length + 3);
});

test('names may have letters with marks, counted in bytes', () => {
  const value = { DataType: 'String', StringValue: 'x' };
  const names = ['größe.øß', 'žluťoučký_1'];
  const { attributes, bytes: counted } = prepareAttributes(
    Object.fromEntries(names.map((name) => [name, value])),
  );
  expect(attributes.map(({ name }) => name)).toEqual(names);
  expect(counted).toBe(Buffer.byteLength(names.join('')) + names.length * 'Stringx'.length);
});

describe('refusals', () => {
  const text = { DataType: 'String', StringValue: 'x' };
  test.each<[string, Parameters<typeof prepareAttributes>[0]]>([
    [
      "Message (user) attribute 'n' must contain a non-empty value of type 'String'.",
      { n: { DataType: 'String', StringValue: '' } },
    ],
    [
      "must contain a non-empty value of type 'Binary'.",
      { n: { DataType: 'Binary', BinaryValue: bytes('') } },
    ],
    ["must contain a non-empty value of type 'Number'.", { n: { DataType: 'Number' } }],
    [
      "The message attribute 'n' has an invalid message attribute type",
      { n: { DataType: 'Text', StringValue: 'x' } },
    ],
    [
      "The message attribute 'n' has an invalid message attribute type",
      { n: { DataType: 'Strings', StringValue: 'x' } },
    ],
    [
      "The message attribute 'n' has an invalid message attribute type",
      { n: { DataType: `String.${'x'.repeat(256)}`, StringValue: 'x' } },
    ],
    ["The message attribute 'n' must contain non-empty message attribute type.", { n: { StringValue: 'x' } }],
    ["beginning with 'AWS.' or 'Amazon.'", { 'aWs.x': text }],
    ["beginning with 'AWS.' or 'Amazon.'", { 'Amazon.x': text }],
    ["The message attribute name '.x' is invalid.", { '.x': text }],
    ["The message attribute name 'x.' is invalid.", { 'x.': text }],
    ["The message attribute name 'x..y' is invalid.", { 'x..y': text }],
    ["The message attribute name 'x y' is invalid.", { 'x y': text }],
    ["The message attribute name 'ä§' is invalid.", { 'ä§': text }],
    ["The message attribute name 'ä.' is invalid.", { 'ä.': text }],
    ["The message attribute name '名前' is invalid.", { 名前: text }],
    ["The message attribute name '😀' is invalid.", { '😀': text }],
    [`The message attribute name '${'ä'.repeat(257)}' is invalid.`, { ['ä'.repeat(257)]: text }],
    ['Invalid characters', { n: { DataType: 'String', StringValue: 'a\u0001' } }],
    [
      "Can't cast the value of message (user) attribute 'n' to a number.",
      { n: { DataType: 'Number', StringValue: 'NaN' } },
    ],
    ['list values', { n: { ...text, StringListValues: ['x'] } }],
    [
      'Number of message attributes [11] exceeds the allowed maximum [10].',
      Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`n${i}`, text])),
    ],
  ])('%s', (message, given) => {
    const attempt = (): unknown => prepareAttributes(given);
    expect(attempt).toThrow(message);
    expect(attempt).toThrow(expect.objectContaining({ code: 'InvalidParameterValue' }));
  });
});

test.each(['0', '-1', '+1.50', '.5', '5.', '1e126', '1e-128', '9'.repeat(38), '0.000', '1E5'])(
  '%s is a number',
  (text) => {
    expect(isNumberText(text)).toBe(true);
  },
);
test.each(['', '.', 'abc', '1e', '0x10', '1e127', '1e-129', '9'.repeat(39), '1 ', 'Infinity'])(
  '%s is none',
  (text) => {
    expect(isNumberText(text)).toBe(false);
  },
);

test('valid characters are those of the service, in any mix', () => {
  const isAllowed = (point: number): boolean =>
    point === 9 ||
    point === 10 ||
    point === 13 ||
    (point >= 0x20 && point <= 0xd7ff) ||
    (point >= 0xe000 && point <= 0xfffd) ||
    point >= 0x10000;
  const unit = fc.oneof(
    fc.integer({ min: 0, max: 0x10ffff }),
    fc.integer({ min: 0xd7f0, max: 0xe010 }),
    fc.constantFrom(0, 9, 31, 0xfffe),
  );
  fc.assert(
    fc.property(fc.array(unit, { maxLength: 8 }), (points) => {
      // Two lone halves side by side may make a pair, so the text itself says which points it has.
      const text = String.fromCodePoint(...points);
      const isValid = Array.from(text).every((character) => isAllowed(character.codePointAt(0)!));
      expect(hasInvalidCharacters(text)).toBe(!isValid);
    }),
  );
});

test('ids are 1 to 128 printable ASCII characters without space', () => {
  expect(isMessageId('a!~Z09')).toBe(true);
  expect(isMessageId('x'.repeat(128))).toBe(true);
  for (const id of ['', 'x'.repeat(129), 'a b', 'ä', 'a\n']) expect(isMessageId(id)).toBe(false);
});

test('sequence numbers have 20 digits and sort as their numbers do', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.maxSafeNat(), (a, b) => {
      expect(sequenceNumber(a)).toMatch(/^\d{20}$/);
      expect(Math.sign(a - b)).toBe(
        Number(sequenceNumber(a) > sequenceNumber(b)) - Number(sequenceNumber(a) < sequenceNumber(b)),
      );
    }),
  );
});
