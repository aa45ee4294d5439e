// MD5 by hand against OpenSSL's, around the length where one block ends.
import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { md5Words, md5WordsOfText } from './md5.ts';

function hexOf(words: Uint32Array, at: number): string {
  return [...words.subarray(at, at + 4)].map((word) => word.toString(16).padStart(8, '0')).join('');
}
const md5 = (message: string | Uint8Array): string => createHash('md5').update(message).digest('hex');

test.each([
  '',
  'a',
  'abc',
  'message digest',
  'x'.repeat(54),
  'x'.repeat(55),
  'x'.repeat(56),
  'x'.repeat(500),
])('of %j', (text) => {
  const out = new Uint32Array(6).fill(7);
  md5WordsOfText(text, out, 1);
  expect(hexOf(out, 1)).toBe(md5(text));
  expect([out[0], out[5]]).toEqual([7, 7]);
});

test('the most significant word comes first', () => {
  const out = new Uint32Array(4);
  md5WordsOfText('a', out, 0);
  expect(hexOf(out, 0)).toBe('0cc175b9c0f1b6a831c399e269772661');
});

test('of any bytes, wherever they stand', () => {
  const out = new Uint32Array(4);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat(9), fc.nat(9), (bytes, before, after) => {
      const around = Buffer.concat([Buffer.alloc(before, 0xaa), bytes, Buffer.alloc(after, 0xbb)]);
      md5Words(around, before, before + bytes.length, out, 0);
      expect(hexOf(out, 0)).toBe(md5(bytes));
    }),
    { numRuns: 300 },
  );
});

test('of any text, lone surrogates included', () => {
  const out = new Uint32Array(4);
  const texts = fc.oneof(
    fc.string({ maxLength: 80, unit: 'binary' }),
    fc.array(fc.nat(0xffff), { maxLength: 60 }).map((units) => String.fromCharCode(...units)),
  );
  fc.assert(
    fc.property(texts, (text) => {
      md5WordsOfText(text, out, 0);
      expect(hexOf(out, 0)).toBe(md5(Buffer.from(text, 'utf8')));
    }),
    { numRuns: 300 },
  );
});
