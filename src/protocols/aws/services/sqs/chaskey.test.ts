// Goal: the MAC is Chaskey-12 and not something that merely looks like it. Method: the designers' test
// vectors (key 833D3433 009F389F 2398E64F 417ACF39, message bytes 00 01 02 ...), for one, two and three
// blocks.
import { expect, test } from 'vitest';
import { Chaskey } from './chaskey.ts';

const key = Uint32Array.of(0x833d3433, 0x009f389f, 0x2398e64f, 0x417acf39);
const vectors = [
  [1, [0x5dd0e2a9, 0xfb5eac8c, 0x633a392e, 0x500c36f3]],
  [2, [0x77962784, 0x07c647fa, 0xdd752c0f, 0xd2f5a799]],
  [3, [0xf36e748b, 0x8f34677f, 0x1e00ba1b, 0xdd7da46d]],
] as const;

test.each(vectors)('the tag of %i blocks is the published one', (blockCount, expected) => {
  const message = Uint8Array.from({ length: 64 }, (_, i) => i);
  const tag = new Int32Array(4);
  new Chaskey(key).sign(new Uint32Array(message.buffer), blockCount, tag);
  expect([...new Uint32Array(tag.buffer)]).toEqual(expected);
});
