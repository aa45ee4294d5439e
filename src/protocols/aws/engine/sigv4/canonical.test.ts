// The canonical request, by examples of AWS's own signing test suite.
import { expect, test } from 'vitest';
import { canonicalPath, canonicalQuery } from './canonical.ts';
import { Signer } from './signer.ts';

test.each([
  ['/', '/'],
  ['', '/'],
  ['/000000000000/orders.fifo', '/000000000000/orders.fifo'],
  ['//', '/'],
  ['/./', '/'],
  ['/a/./b', '/a/b'],
  ['/a/../b/', '/b/'],
  ['/..', '/'],
  ['/example%20space/', '/example%2520space/'],
  ['/a b', '/a%20b'],
])('the path %s is signed as %s', (path, canonical) => {
  expect(canonicalPath(path)).toBe(canonical);
});

test.each([
  ['', ''],
  ['b=1&a=2', 'a=2&b=1'],
  ['a=2&a=1', 'a=1&a=2'],
  ['a', 'a='],
  ['a=b=c', 'a=b%3Dc'],
  ["q=it's(*)!", 'q=it%27s%28%2A%29%21'],
  ['a=1+2', 'a=1%202'],
  ['a=1%2B2', 'a=1%2B2'],
  ['a=%zz', 'a=%25zz'],
  ['a=1&&b=2', 'a=1&b=2'],
  ['k=%E1%88%B4', 'k=%E1%88%B4'],
])('the query %s is signed as %s', (query, canonical) => {
  expect(canonicalQuery(query)).toBe(canonical);
});

test('the signature itself is left out', () => {
  expect(canonicalQuery('a=1&X-Amz-Signature=00', 'X-Amz-Signature')).toBe('a=1');
});

test('a signature of the AWS test suite (get-vanilla)', () => {
  const scope = { date: '20150830', region: 'us-east-1', service: 'service' };
  const signer = new Signer('wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', scope);
  const requestHash = 'bb579772317eb040ac9ed261061d46c1f17a8133879d6129b6e1c25292927e63';
  expect(signer.sign('20150830T123600Z', requestHash)).toBe(
    '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
  );
});
