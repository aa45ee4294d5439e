// Patterns of policies, against a slow and obvious matcher.
import { describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import { compilePattern, expandPattern, matchesArn, matchesWildcards } from './wildcard.ts';

const variables = (name: string) => (name === 'aws:username' ? 'an*n' : undefined);
const expand = (source: string, version2012 = true) =>
  expandPattern(compilePattern(source, version2012), variables);
const matches = (pattern: string, text: string) => matchesWildcards(expand(pattern) ?? 'never', text);

/** Recursion over the definition. */
function slowMatch(pattern: string, text: string): boolean {
  if (pattern === '') return text === '';
  if (pattern[0] === '*')
    return slowMatch(pattern.slice(1), text) || (text !== '' && slowMatch(pattern, text.slice(1)));
  return (
    text !== '' &&
    (pattern[0] === '?' || pattern[0] === text[0]) &&
    slowMatch(pattern.slice(1), text.slice(1))
  );
}

describe('wildcards', () => {
  test('match what the definition says', () => {
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 });
    const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 10 });
    fc.assert(
      fc.property(pattern, text, (p, t) => {
        expect(matches(p, t)).toBe(slowMatch(p, t));
      }),
      { numRuns: 2000 },
    );
  });

  test('take no exponential time', () => {
    expect(matches(`${'a*'.repeat(50)}b`, 'a'.repeat(5000))).toBe(false);
  });
});

describe('variables', () => {
  test('have literal values', () => {
    expect(matches('user/${aws:username}', 'user/an*n')).toBe(true);
    expect(matches('user/${aws:username}', 'user/anxxn')).toBe(false);
    expect(matches('user/${aws:username}/*', 'user/an*n/x')).toBe(true);
  });

  test('without a value match nothing, unless they have a default', () => {
    expect(expand('user/${aws:userid}')).toBeUndefined();
    expect(expand("user/${aws:userid, 'nobody'}")).toBe('user/nobody');
  });

  test('can be the characters themselves', () => {
    expect(matches('${*}${?}${$}', '*?$')).toBe(true);
    expect(matches('${*}', 'x')).toBe(false);
  });

  test('are text in policies of 2008', () => {
    expect(matchesWildcards(expand('${aws:username}', false)!, '${aws:username}')).toBe(true);
  });
});

test.each([
  ['arn:aws:sqs:*:123:*', 'arn:aws:sqs:us-east-1:123:orders', true],
  ['arn:aws:sns:us-east-1:123:t*', 'arn:aws:sns:us-east-1:123:t:with:colons', true],
  ['arn:aws:sqs:*', 'arn:aws:sqs:us-east-1:123:orders', false],
  ['arn:*:123:orders', 'arn:aws:sqs:us-east-1:123:orders', false],
  ['*', 'arn:aws:sqs:us-east-1:123:orders', false],
])('%s as an ARN pattern on %s: %s', (pattern, arn, expected) => {
  expect(matchesArn(expand(pattern)!, arn)).toBe(expected);
});
