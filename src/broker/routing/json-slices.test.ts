// Slices against JSON.parse: the same value at every path of random documents; garbage must not throw.
import { expect, test } from 'vitest';
import fc from 'fast-check';
import { jsonSlice, stringOfSlice, withMember } from './json-slices.ts';

type Step = string | number;

/** Every path of a document with its value. */
function* walk(value: unknown, path: Step[]): Generator<[Step[], unknown]> {
  yield [path, value];
  if (Array.isArray(value)) {
    for (const [index, element] of value.entries()) yield* walk(element, [...path, index]);
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, member] of Object.entries(value)) yield* walk(member, [...path, name]);
  }
}

const space = fc.constantFrom(undefined, 2, '\t');

test('every path of a random document gives the text of its value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), space, (document, indent) => {
      const text = `\n ${JSON.stringify(document, undefined, indent)} `;
      for (const [path, value] of walk(JSON.parse(text), [])) {
        const slice = jsonSlice(text, path);
        expect(slice).toBeDefined();
        expect(text).toContain(slice);
        expect(JSON.parse(slice ?? '')).toStrictEqual(value);
      }
    }),
  );
});

test('garbage and broken documents never throw', () => {
  const bytes = fc.string({ unit: fc.constantFrom('{', '}', '[', ']', '"', '\\', ':', ',', 'a', '1', ' ') });
  fc.assert(
    fc.property(bytes, (text) => {
      for (const path of [[], ['a'], [0], ['a', 1]]) {
        expect(['string', 'undefined']).toContain(typeof jsonSlice(text, path));
      }
    }),
  );
  fc.assert(
    fc.property(fc.jsonValue(), fc.nat(40), (document, cut) => {
      const text = JSON.stringify({ a: document });
      expect(jsonSlice(text.slice(0, Math.max(0, text.length - 1 - cut)), ['a'])).toBeUndefined();
    }),
  );
});

test('what is copied keeps digits, key order, white space and escapes', () => {
  const text = '{"n": 12345678901234567890.10, "o":{"b" : 1,"a":[ 2 ]}, "s":"\\u0041\\/"}';
  expect(jsonSlice(text, ['n'])).toBe('12345678901234567890.10');
  expect(jsonSlice(text, ['o'])).toBe('{"b" : 1,"a":[ 2 ]}');
  expect(jsonSlice(text, ['o', 'a', 0])).toBe('2');
  expect(jsonSlice(text, ['s'])).toBe('"\\u0041\\/"');
});

test('names are compared by their characters, and of equal ones the last counts', () => {
  expect(jsonSlice('{"\\u0061":1}', ['a'])).toBe('1');
  expect(jsonSlice('{"a\\n":1}', ['a\\n'])).toBeUndefined();
  expect(jsonSlice('{"a\\n":1}', ['a\n'])).toBe('1');
  expect(jsonSlice('{"a":1,"ab":2,"a":3}', ['a'])).toBe('3');
  expect(jsonSlice('{"__proto__":{"x":1}}', ['__proto__', 'x'])).toBe('1');
});

test('there is nothing at a path that the document does not have', () => {
  expect(jsonSlice('{"a":[1]}', ['b'])).toBeUndefined();
  expect(jsonSlice('{"a":[1]}', ['a', 1])).toBeUndefined();
  expect(jsonSlice('{"a":[1]}', ['a', -1])).toBeUndefined();
  expect(jsonSlice('{"a":[1]}', ['a', 'length'])).toBeUndefined();
  expect(jsonSlice('{"a":[1]}', [0])).toBeUndefined();
  expect(jsonSlice('"text"', ['a'])).toBeUndefined();
  expect(jsonSlice('', [])).toBeUndefined();
});

test('a member is replaced where it stands', () => {
  expect(withMember('{ "a":"x", "b" : 2 }', 'b', (slice) => `[${slice}]`)).toBe('{ "a":"x", "b" : [2] }');
  expect(withMember('{"a":1}', 'b', () => '2')).toBe('{"a":1}');
  expect(withMember('[1]', 'b', () => '2')).toBe('[1]');
});

test('the characters of a string, and of nothing else', () => {
  expect(stringOfSlice('"a\\"b"')).toBe('a"b');
  expect(stringOfSlice('"ab"')).toBe('ab');
  expect(stringOfSlice('12')).toBeUndefined();
  expect(stringOfSlice('"bad\\x"')).toBeUndefined();
});
