// The canonical request, by examples of AWS's own signing test suite.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { limits } from '../../../../base/limits.ts';
import type { HttpRequest } from '../../../../net/http.ts';
import { plainRequest } from '../../../../../test/support/aws-signer.ts';
import {
  canonicalBytes,
  canonicalPath,
  canonicalQuery,
  canonicalRequest,
  type CanonicalParts,
} from './canonical.ts';
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

test('clients of HTTP/2 sign :authority, which is the Host of every request', () => {
  const request = { method: 'POST', path: '/', headers: new Map([['host', 'h:4566']]) };
  const parts = { headerNames: [':authority'], signedHeaders: ':authority', query: '', payloadHash: 'x' };
  expect(canonicalRequest({ request: request as unknown as HttpRequest, ...parts })).toBe(
    'POST\n/\n\n:authority:h:4566\n\n:authority\nx',
  );
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

function partsOf(path: string, query: string, headers: ReadonlyMap<string, string>): CanonicalParts {
  const headerNames = [...headers.keys()].toSorted();
  const request = { ...plainRequest({ body: '' }), path, query, headers: new Map(headers) };
  return {
    request,
    headerNames,
    signedHeaders: headerNames.join(';'),
    query,
    payloadHash: 'UNSIGNED-PAYLOAD',
  };
}

test('bytes and text of a canonical request say the same', () => {
  const text = fc.stringMatching(/^[\x21-\x7e\x80-\xff][\x20-\x7e\x80-\xff]{0,20}$/);
  const headers = fc.array(fc.tuple(fc.stringMatching(/^[a-z-]{1,20}$/), text), { maxLength: 8 });
  fc.assert(
    fc.property(fc.webPath(), fc.constantFrom('', 'a=1&b=2'), headers, (path, query, pairs) => {
      const parts = partsOf(path, query, new Map(pairs));
      expect(canonicalBytes(parts)?.toString('latin1')).toBe(canonicalRequest(parts));
    }),
  );
});

test('a canonical request that just fits into bytes, and one that is too long', () => {
  const fixed = canonicalRequest(partsOf('/', '', new Map([['x', '']]))).length;
  const longest = 'v'.repeat(limits.canonicalScratchBytes - fixed);
  const fitting = partsOf('/', '', new Map([['x', longest]]));
  expect(canonicalBytes(fitting)?.toString('latin1')).toBe(canonicalRequest(fitting));
  expect(canonicalBytes(partsOf('/', '', new Map([['x', `${longest}v`]])))).toBeUndefined();
  expect(canonicalBytes(partsOf('/', longest, new Map([['x', longest]])))).toBeUndefined();
});
