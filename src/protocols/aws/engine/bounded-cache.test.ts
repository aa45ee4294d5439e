// The cache keeps its bound.
import { expect, test } from 'vitest';
import { BoundedCache } from './bounded-cache.ts';

test('the oldest entry goes when there is no room', () => {
  const cache = new BoundedCache<number>(2);
  cache.set('a', 1);
  cache.set('b', 2);
  cache.set('a', 3);
  expect(cache.size).toBe(2);
  cache.set('c', 4);
  expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([undefined, 2, 4]);
});
