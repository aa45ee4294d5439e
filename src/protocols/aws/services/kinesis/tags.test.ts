// Goal: tags are refused in the words of the service, and nothing else is.
import { expect, test } from 'vitest';
import { mergeTags, tagList, withoutTags } from './tags.ts';

const place = { name: 's', account: '000000000000' };
const merge = (added: Record<string, string>, current = {}) => mergeTags(place, current, added);

test('letters of any script, digits, spaces and a few signs', () => {
  expect(merge({ 'Grüße 中文 1_./=+-@:': 'ß ' }, { a: '1' })).toEqual({
    a: '1',
    'Grüße 中文 1_./=+-@:': 'ß ',
  });
});

test.each<[string, string]>([
  ['a^b', 'Some tags contain invalid characters. Valid characters: Unicode letters, digits, white space, '],
  ['a%b', 'Failed to add tags to stream s under account 000000000000 because some tags contained illegal '],
])('%s is refused, as key and as value', (text, message) => {
  expect(() => merge({ [text]: 'x' })).toThrow(message);
  expect(() => merge({ x: text })).toThrow(message);
});

test('fifty at most, in all', () => {
  const fifty = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`k${i}`, '']));
  expect(merge({ k7: 'other' }, fifty)).toMatchObject({ k7: 'other' });
  expect(() => merge({ more: '' }, fifty)).toThrow('because a given stream cannot have more than 50 tags');
});

test('taken away by key, shown by key', () => {
  expect(withoutTags(place, { b: '2', a: '1' }, ['b', 'z'])).toEqual({ a: '1' });
  expect(() => withoutTags(place, {}, ['%'])).toThrow('Failed to remove tags from stream s under account');
  expect(tagList({ b: '2', a: '1' })).toEqual([
    { Key: 'a', Value: '1' },
    { Key: 'b', Value: '2' },
  ]);
});
