// Policy documents: what is read and what is refused with a reason.
import { expect, test } from 'vitest';
import * as fc from 'fast-check';
import { parseIdentityPolicy, parsePolicy } from './policy.ts';

const statement = { Effect: 'Allow', Action: 'sqs:*', Resource: '*' };

test('one statement needs no list', () => {
  expect(parsePolicy(JSON.stringify({ Statement: statement })).ok).toBe(true);
});

test.each([
  ['', 'not JSON'],
  ['[]', 'not an object'],
  ['{}', 'Statement is missing'],
  ['{"Version":"2020-01-01","Statement":[]}', 'unknown Version 2020-01-01'],
  ['{"Statement":["x"]}', 'a Statement is not an object'],
  ['{"Statement":{"Action":"*"}}', 'Effect must be Allow or Deny'],
  ['{"Statement":{"Effect":"Allow"}}', 'Action is missing'],
  ['{"Statement":{"Effect":"Allow","Action":1}}', 'Action must be text'],
  ['{"Statement":{"Effect":"Allow","Action":"a","NotAction":"b"}}', 'both Action and NotAction'],
  ['{"Statement":{"Effect":"Allow","Action":"a","Principal":"me"}}', 'Principal must be * or an object'],
  ['{"Statement":{"Effect":"Allow","Action":"a","Principal":{"Me":"x"}}}', 'unknown kind of Principal Me'],
  [
    '{"Statement":{"Effect":"Allow","Action":"a","Principal":"*","NotPrincipal":"*"}}',
    'both Principal and NotPrincipal',
  ],
  ['{"Statement":{"Effect":"Allow","Action":"a","Condition":{"Odd":{}}}}', 'unknown condition operator Odd'],
  [JSON.stringify({ Statement: statement, Id: 'x'.repeat(30_000) }), 'longer than 20480 characters'],
])('%.80s', (text, error) => {
  expect(parsePolicy(text)).toEqual({ ok: false, error });
});

test('an identity policy names resources and no principal', () => {
  const read = (change: object) =>
    parseIdentityPolicy(JSON.stringify({ Statement: { ...statement, ...change } }));
  expect(read({}).ok).toBe(true);
  expect(read({ Resource: undefined })).toEqual({ ok: false, error: 'Resource is missing' });
  expect(read({ Principal: '*' })).toEqual({ ok: false, error: 'Principal is not allowed here' });
  expect(parseIdentityPolicy('{')).toEqual({ ok: false, error: 'not JSON' });
});

test('no JSON makes it throw', () => {
  const part = fc.constantFrom('Effect', 'Action', 'Resource', 'Principal', 'Condition', 'Allow', '*', 'AWS');
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 4 },
      part,
      fc.jsonValue(),
      fc.dictionary(part, tie('any')),
      fc.array(tie('any'), { maxLength: 3 }),
    ),
  })).any;
  fc.assert(
    fc.property(value, (statements) => {
      expect(typeof parsePolicy(JSON.stringify({ Statement: statements })).ok).toBe('boolean');
    }),
    { numRuns: 500 },
  );
});
