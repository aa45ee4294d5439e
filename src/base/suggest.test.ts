// Typos find their word; strangers find nothing.
import { expect, test } from 'vitest';
import { didYouMean, suggest } from './suggest.ts';

const flags = ['http-port', 'https-port', 'admin-port', 'data', 'config'];

test('finds the nearest word for a typo', () => {
  expect(suggest('htpp-port', flags)).toBe('http-port');
  expect(suggest('adminport', flags)).toBe('admin-port');
  expect(suggest('dtaa', flags)).toBe('data');
  expect(didYouMean('confg', flags, '--')).toBe(' (did you mean --config?)');
});

test('stays silent when nothing is near', () => {
  expect(suggest('zookeeper', flags)).toBeUndefined();
  expect(didYouMean('zookeeper', flags)).toBe('');
});
