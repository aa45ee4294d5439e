// The dedup hash tells ids apart, whatever part differs.
import { expect, test } from 'vitest';
import { hashId } from './dedup-hash.ts';

test('half a million neighbouring ids, scopes and queues have different hashes in each half', () => {
  const low = new Set<string>();
  const high = new Set<string>();
  let count = 0;
  const add = (entity: number, scope: string, id: string): void => {
    const [a, b, c, d] = hashId(entity, scope, id);
    low.add(`${a}.${b}`);
    high.add(`${c}.${d}`);
    count++;
  };
  for (let n = 0; n < 300_000; n++) add(1, '', String(n));
  for (let n = 0; n < 100_000; n++) add(1, String(n), 'id');
  for (let n = 2; n < 100_000; n++) add(n, '', 'id');
  expect(low.size).toBe(count);
  expect(high.size).toBe(count);
});

test('scope and id are not run together', () => {
  const first = [...hashId(1, 'ab', 'c')].join('.');
  expect([...hashId(1, 'a', 'bc')].join('.')).not.toBe(first);
});
