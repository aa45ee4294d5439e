// Addresses in ranges.
import { expect, test } from 'vitest';
import { isInCidr } from './cidr.ts';

test.each([
  ['10.0.0.0/8', '10.255.0.1', true],
  ['10.0.0.0/8', '11.0.0.1', false],
  ['203.0.113.7', '203.0.113.7', true],
  ['203.0.113.7/32', '203.0.113.8', false],
  ['0.0.0.0/0', '8.8.8.8', true],
  ['10.0.0.0/8', '::ffff:10.1.2.3', true],
  ['2001:db8::/32', '2001:db8:1::1', true],
  ['2001:db8::/32', '2001:db9::1', false],
  ['::1', '::1', true],
  ['0.0.0.0/0', '::1', false],
  ['10.0.0.0/33', '10.0.0.1', false],
  ['10.0.0.0/x', '10.0.0.1', false],
  ['nonsense', '10.0.0.1', false],
  ['10.0.0.0/8', 'nonsense', false],
])('%s holds %s: %s', (range, address, expected) => {
  expect(isInCidr(range, address)).toBe(expected);
});
