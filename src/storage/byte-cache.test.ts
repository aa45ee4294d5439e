// The byte-bounded cache: never above its bound, drops in the order it promises, keeps its newest entry.
import { describe, expect, it } from 'vitest';
import { ByteCache } from './byte-cache.ts';

describe('a byte cache', () => {
  it('drops what was not used for the longest, and stays below its bound', () => {
    const cache = new ByteCache<string, string>(10);
    cache.set('a', 'A', 4);
    cache.set('b', 'B', 4);
    cache.get('a');
    cache.set('c', 'C', 4);
    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual(['A', undefined, 'C']);
    expect(cache.bytes).toBe(8);
  });

  it('keeps its newest entry whatever its size, and counts a replaced one once', () => {
    const cache = new ByteCache<string, string>(10);
    cache.set('a', 'A', 4);
    cache.set('a', 'AA', 100);
    expect([cache.get('a'), cache.bytes]).toEqual(['AA', 100]);
    cache.set('b', 'B', 5);
    expect([cache.get('a'), cache.get('b'), cache.bytes]).toEqual([undefined, 'B', 5]);
  });

  it('deletes by value and clears', () => {
    const cache = new ByteCache<number, number>(100);
    for (let i = 0; i < 10; i++) cache.set(i, i, 1);
    cache.deleteWhere((value) => value % 2 === 0);
    expect([cache.bytes, cache.get(2), cache.get(3)]).toEqual([5, undefined, 3]);
    cache.clear();
    expect([cache.bytes, cache.get(3)]).toEqual([0, undefined]);
  });
});
