// Goal: entries are refused one by one in the words of the service, and counted as it counts them.
import { expect, test } from 'vitest';
import { type Entry, entryBytes, entryFailure } from './put-entry.ts';

const good: Entry = { Source: 's', DetailType: 't', Detail: '{"a":1}' };

test.each<[Partial<Entry>, string, string]>([
  [
    { Source: '' },
    'InvalidArgument',
    'Parameter Source is not valid. Reason: Source is a required argument.',
  ],
  [
    { DetailType: undefined },
    'InvalidArgument',
    'Parameter DetailType is not valid. Reason: DetailType is a required argument.',
  ],
  [
    { Detail: '' },
    'InvalidArgument',
    'Parameter Detail is not valid. Reason: Detail is a required argument.',
  ],
  [{ Source: 'aws.ec2' }, 'NotAuthorizedForSourceException', 'Not authorized for the source.'],
  [{ Detail: '{' }, 'MalformedDetail', 'Detail is malformed.'],
  [{ Detail: '[]' }, 'MalformedDetail', 'Detail is malformed.'],
  [{ Detail: 'null' }, 'MalformedDetail', 'Detail is malformed.'],
  [{ Detail: '{}{}' }, 'MalformedDetail', 'Detail is malformed.'],
])('%j fails', (entry, ErrorCode, ErrorMessage) => {
  expect(entryFailure({ ...good, ...entry })).toEqual({ ErrorCode, ErrorMessage });
});

test.each([-1, 8.7e15, Date.UTC(10_000, 0, 1)])('time %d fails', (Time) => {
  expect(entryFailure({ ...good, Time })?.ErrorCode).toBe('InvalidArgument');
});

test('a good one does not fail', () => {
  expect(entryFailure(good)).toBeUndefined();
  expect(entryFailure({ ...good, Source: 'awsome', Time: 0, Detail: ' {}\n' })).toBeUndefined();
});

test('the size is that of UTF-8, and of a time', () => {
  expect(entryBytes(good)).toBe(9);
  expect(entryBytes({ ...good, Source: 'ü€', Time: 1, Resources: ['abc', 'd'] })).toBe(9 + 4 + 14 + 4);
});
