// Flags in every form, and what is said about wrong ones.
import { expect, test } from 'vitest';
import { parseArguments } from './arguments.ts';

const kinds = { 'http-port': 'value', data: 'value', 'allow-reset': 'switch' } as const;

function parsed(...args: string[]) {
  const result = parseArguments(args, kinds);
  if (!result.ok) throw new Error(result.error);
  return result.value;
}

function problem(...args: string[]): string {
  const result = parseArguments(args, kinds);
  return result.ok ? 'accepted' : result.error;
}

test('reads values in both forms, switches and words', () => {
  const given = parsed(
    'orders',
    '--http-port',
    '0',
    '--data=/tmp/a=b',
    '--allow-reset',
    '--',
    '--not-a-flag',
  );
  expect(given.words).toEqual(['orders', '--not-a-flag']);
  expect(given.values).toEqual(
    new Map([
      ['http-port', '0'],
      ['data', '/tmp/a=b'],
    ]),
  );
  expect(given.switches).toEqual(new Set(['allow-reset']));
});

test('the last of two equal flags wins, as in every shell tool', () => {
  expect(parsed('--data', 'a', '--data', 'b').values.get('data')).toBe('b');
});

test('names what is wrong and what would have been right', () => {
  expect(problem('--http-prot', '1')).toBe('unknown flag --http-prot (did you mean --http-port?)');
  expect(problem('--zookeeper')).toBe('unknown flag --zookeeper');
  expect(problem('--toString')).toBe('unknown flag --toString');
  expect(problem('--data')).toBe('--data needs a value');
  expect(problem('--data', '--allow-reset')).toBe('--data needs a value');
  expect(problem('--allow-reset=yes')).toBe('--allow-reset takes no value');
});
