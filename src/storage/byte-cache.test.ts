// The byte-bounded cache: never above its bound, drops in the order it promises, keeps its newest entry.
import { describe, expect, it } from 'vitest';
import { ByteCache } from './byte-cache.ts';

describe('a byte cache', () => {
  it('drops what was inserted first', () => {
    const cache = new ByteCache<string, string>(10, 'insertion');
    cache.set('a', 'A', 4);
    cache.set('b', 'B', 4);
    expect(cache.get('a')).toBe('A');
    cache.set('c', 'C', 4);
    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([undefined, 'B', 'C']);
    expect(cache.bytes).toBe(8);
  });

  it('drops what was used last', () => {
    const cache = new ByteCache<string, string>(10, 'use');
    cache.set('a', 'A', 4);
    cache.set('b', 'B', 4);
    cache.get('a');
    cache.set('c', 'C', 4);
    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual(['A', undefined, 'C']);
  });

  it('keeps its newest entry whatever its size, and counts a replaced one once', () => {
    const cache = new ByteCache<string, string>(10, 'insertion');
    cache.set('a', 'A', 4);
    cache.set('a', 'AA', 100);
    expect([cache.get('a'), cache.bytes]).toEqual(['AA', 100]);
    cache.set('b', 'B', 5);
    expect([cache.get('a'), cache.get('b'), cache.bytes]).toEqual([undefined, 'B', 5]);
    expect(cache.deleteOldest()).toBe(5);
    expect(cache.deleteOldest()).toBe(0);
  });

  it('deletes by value and clears', () => {
    const cache = new ByteCache<number, number>(100, 'use');
    for (let i = 0; i < 10; i++) cache.set(i, i, 1);
    cache.deleteWhere((value) => value % 2 === 0);
    expect([cache.bytes, cache.get(2), cache.get(3)]).toEqual([5, undefined, 3]);
    cache.clear();
    expect([cache.bytes, cache.get(3)]).toEqual([0, undefined]);
  });
});
