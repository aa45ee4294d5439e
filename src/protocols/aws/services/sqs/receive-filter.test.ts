// Goal: a receive shows what it was asked for and nothing more.
import { expect, test } from 'vitest';
import { attributeFilter, filterAttributes, systemBits, systemMask } from './receive-filter.ts';

test('system names', () => {
  expect(systemMask(undefined, undefined)).toBe(0);
  expect(systemMask(['All'], undefined)).toBe(systemBits.All);
  expect(systemMask(undefined, ['SenderId', 'SentTimestamp'])).toBe(
    systemBits.SenderId | systemBits.SentTimestamp,
  );
  // Both lists: the newer one wins.
  expect(systemMask(['SenderId'], ['All'])).toBe(systemBits.SenderId);
  expect(systemMask([], ['SentTimestamp'])).toBe(systemBits.SentTimestamp);
  // The old list is typed as one of queue attributes.
  expect(systemMask(undefined, ['VisibilityTimeout'])).toBe(0);
  expect(() => systemMask(['Nope'], undefined)).toThrow('Unknown Attribute Nope.');
  expect(() => systemMask(['toString'], undefined)).toThrow('Unknown Attribute toString.');
});

const attributes = ['Foo', 'Foo.Bar', 'Fool', 'Bar'].map((name) => ({ name, type: 'String', value: name }));

test.each<[readonly string[], readonly string[]]>([
  [['All'], ['Foo', 'Foo.Bar', 'Fool', 'Bar']],
  [['.*'], ['Foo', 'Foo.Bar', 'Fool', 'Bar']],
  [
    ['nope', '*'],
    ['Foo', 'Foo.Bar', 'Fool', 'Bar'],
  ],
  [
    ['Bar', 'Foo'],
    ['Foo', 'Bar'],
  ],
  [['Foo.*'], ['Foo', 'Foo.Bar', 'Fool']],
  [
    ['Foo.B.*', 'Bar'],
    ['Foo.Bar', 'Bar'],
  ],
  [['nope', 'ill egal', ''], []],
])('user names %j give %j', (wanted, expected) => {
  const filter = attributeFilter(wanted)!;
  expect(filterAttributes(attributes, filter).map(({ name }) => name)).toEqual(expected);
});

test('no names: nothing is wanted', () => {
  expect(attributeFilter(undefined)).toBeUndefined();
  expect(attributeFilter([])).toBeUndefined();
});
