// The comparison finds each kind of difference, and declarations cover exactly what they say.
import { describe, expect, test } from 'vitest';
import type { Service } from '../../src/protocols/aws/engine/service.ts';
import { int, list, map, str, struct } from '../../src/protocols/aws/engine/shapes.ts';
import { differencesOf, judge } from './compare.ts';
import { readSdkModel } from './sdk-schema.ts';

const flat = { xmlFlattened: 1, xmlName: 'Attribute' };
const attributes = [2, 'n', 'Map', 0, [0, { xmlName: 'Name' }], [0, { xmlName: 'Value' }]];
const input = [
  3,
  'n',
  'In',
  0,
  ['Name', 'Size', 'Attributes', 'Keys'],
  [0, 1, [() => attributes, flat], 64 | 0],
  1,
];
const output = [3, 'n', 'Out', 0, ['Ids'], [[() => [1, 'n', 'L', 0, 0], 0]]];
const sdk = {
  Make$: [9, 'n', 'Make', 0, () => input, () => output],
  Gone$: [-3, 'n', 'Gone', {}, ['message'], [0]],
  Client: class {},
};

const rows = {
  Name: str({ isRequired: true }),
  Size: int(),
  Attributes: map(str(), { isFlat: true, queryName: 'Attribute', keyName: 'Name', valueName: 'Value' }),
  Keys: list(str()),
} as const;
const answers = { Ids: list(str()) } as const;

const compare = (
  inputs: object,
  outputs: object = answers,
  errors: readonly string[] = ['Gone'],
  name = 'Make',
) =>
  differencesOf(
    {
      operations: {
        [name]: { input: struct(inputs as never), output: struct(outputs as never), action: 'a', errors },
      },
    } as unknown as Service,
    readSdkModel(sdk),
  );

describe('rows beside the model', () => {
  test('that say the same have no difference', () => {
    expect(compare(rows)).toEqual([]);
  });

  test.each<[object, string]>([
    [{ ...rows, Name: str() }, 'Make.input.Name: not required'],
    [{ ...rows, Size: int({ isRequired: true }) }, 'Make.input.Size: required'],
    [{ ...rows, Size: str() }, 'Make.input.Size: string, not number'],
    [{ ...rows, Extra: str() }, 'Make.input.Extra: unknown to the model'],
    [{ Name: rows.Name, Size: rows.Size, Keys: rows.Keys }, 'Make.input.Attributes: missing'],
    [{ ...rows, Keys: list(int()) }, 'Make.input.Keys[]: number, not string'],
    [{ ...rows, Keys: list(str(), { isFlat: true }) }, 'Make.input.Keys: flat'],
    [{ ...rows, Keys: list(str(), { queryName: 'Key' }) }, 'Make.input.Keys: query name Key, not Keys'],
    [
      { ...rows, Attributes: map(str(), { isFlat: true, queryName: 'Attribute' }) },
      'Make.input.Attributes: entries are key/value, not Name/Value',
    ],
  ])('differ (%#)', (inputs, difference) => {
    expect(compare(inputs)).toEqual([difference]);
  });

  test('differ in outputs, errors and operations', () => {
    expect(compare(rows, {})).toEqual(['Make.output.Ids: missing']);
    expect(compare(rows, answers, ['Lost'])).toEqual(['Make.errors.Lost: unknown to the model']);
    expect(compare(rows, answers, [], 'Other')).toEqual(['Make: missing', 'Other: unknown to the model']);
  });
});

test('declarations cover what they name, and tell when nothing needs them', () => {
  const found = ['A.input.X: not required', 'A.input.Y: not required', 'B: missing'];
  const order = { what: 'A.*: not required', why: 'order' };
  expect(judge(found, [order, { what: 'C: missing', why: 'never' }])).toEqual({
    undeclared: ['B: missing'],
    declared: new Map([[order, 2]]),
    idle: ['C: missing'],
  });
});
