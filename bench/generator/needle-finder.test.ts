// The shortcut of looking where the last reply had it must find what a search finds, whatever replies are
// like.
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { NeedleFinder } from './needle-finder.ts';

function findAll(finder: NeedleFinder, body: Buffer): number[] {
  const found: number[] = [];
  for (let at = finder.first(body); at >= 0; at = finder.next(body, at)) found.push(at);
  return found;
}

it('finds every needle of regular replies, and again after they changed', () => {
  const finder = new NeedleFinder('"n":');
  const reply = (count: number, filler: string): Buffer =>
    Buffer.from(`[${Array.from({ length: count }, () => `{"n":${filler}}`).join(',')}]`);
  expect(findAll(finder, reply(3, 'xx'))).toEqual([6, 15, 24]);
  expect(findAll(finder, reply(1, 'xx'))).toEqual([6]);
  expect(findAll(finder, reply(3, 'xxxxx'))).toEqual([6, 18, 30]);
  expect(findAll(finder, Buffer.from('[]'))).toEqual([]);
});

it('answers only places behind a needle, in order', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('N!', 'a', 'bc', 'N'), { maxLength: 60 }), (parts) => {
      const body = Buffer.from(parts.join(''));
      const found = findAll(new NeedleFinder('N!'), body);
      for (const at of found) expect(body.toString('latin1', at - 2, at)).toBe('N!');
      expect(found).toEqual(found.toSorted((a, b) => a - b));
      expect(found.length > 0).toBe(body.includes('N!'));
    }),
  );
});
