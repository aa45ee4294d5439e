// The decision itself: a table of the cases people rely on, and a property against an evaluator that is
// written as the documentation reads.
import { describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import { isAllowed, type AccessRequest, type Requester } from './evaluate.ts';
import { parsePolicy, type Policy } from './policy.ts';

const mine = '111111111111';
const other = '222222222222';
const queue = (account: string) => `arn:aws:sqs:us-east-1:${account}:orders`;

function policy(...statements: readonly object[]): Policy {
  const parsed = parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements }));
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

const ann = (
  policies: readonly Policy[] | undefined,
  sessionPolicies: readonly Policy[] = [],
): Requester => ({
  account: mine,
  arn: `arn:aws:iam::${mine}:user/ann`,
  principalArn: `arn:aws:iam::${mine}:user/ann`,
  policies,
  sessionPolicies,
});
const sns: Requester = {
  account: '',
  arn: '',
  principalArn: '',
  policies: [],
  sessionPolicies: [],
  service: 'sns.amazonaws.com',
};
const session: Requester = {
  ...ann([]),
  arn: `arn:aws:sts::${mine}:assumed-role/reader/s1`,
  principalArn: `arn:aws:iam::${mine}:role/reader`,
};

const ask = (requester: Requester, resourcePolicy?: Policy, changes: Partial<AccessRequest> = {}): boolean =>
  isAllowed({
    requester,
    action: 'sqs:SendMessage',
    resourceArn: queue(mine),
    resourceAccount: mine,
    resourcePolicy,
    context: (key) => (key === 'aws:username' ? ['ann'] : undefined),
    ...changes,
  });
const foreign = { resourceArn: queue(other), resourceAccount: other };

const allow = (Action: unknown, Resource: unknown = '*', rest: object = {}) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...rest,
});
const deny = (Action: unknown, Resource: unknown = '*', rest: object = {}) => ({
  Effect: 'Deny',
  Action,
  Resource,
  ...rest,
});
const everyone = { Principal: '*' };
const toAnn = { Principal: { AWS: `arn:aws:iam::${mine}:user/ann` } };
const toMyAccount = { Principal: { AWS: mine } };

describe('identity policies', () => {
  test.each<[string, Policy[] | undefined, boolean]>([
    ['none configured: everything of the account', undefined, true],
    ['an empty list: nothing', [], false],
    ['the action', [policy(allow('sqs:SendMessage'))], true],
    ['the action in other letters', [policy(allow('SQS:sendmessage'))], true],
    ['another action', [policy(allow('sqs:ReceiveMessage'))], false],
    ['an action pattern', [policy(allow(['s3:*', 'sqs:Send*']))], true],
    ['everything but', [policy({ Effect: 'Allow', NotAction: 'sqs:Delete*', Resource: '*' })], true],
    ['everything but this', [policy({ Effect: 'Allow', NotAction: 'sqs:*', Resource: '*' })], false],
    ['the resource', [policy(allow('*', queue(mine)))], true],
    ['another resource', [policy(allow('*', queue(other)))], false],
    ['other letters of the resource', [policy(allow('*', queue(mine).replace('orders', 'Orders')))], false],
    ['all resources but', [policy({ Effect: 'Allow', Action: '*', NotResource: queue(other) })], true],
    [
      'a variable',
      [
        policy(
          allow('*', 'arn:aws:sqs:*:*:orders', {
            Condition: { StringEquals: { 'aws:username': '${aws:username}' } },
          }),
        ),
      ],
      true,
    ],
    [
      'a condition that is not met',
      [policy(allow('*', '*', { Condition: { Bool: { 'aws:SecureTransport': 'true' } } }))],
      false,
    ],
    ['a deny beside an allow', [policy(allow('*')), policy(deny('sqs:Send*'))], false],
  ])('%s', (_name, policies, expected) => {
    expect(ask(ann(policies))).toBe(expected);
  });
});

describe('resource policies', () => {
  test.each<[string, Policy, boolean]>([
    ['may allow who has nothing', policy(allow('sqs:*', '*', toAnn)), true],
    [
      'without Resource speak of their own',
      policy({ Effect: 'Allow', Action: 'SQS:SendMessage', ...toAnn }),
      true,
    ],
    ['may allow everybody', policy(allow('*', '*', everyone)), true],
    [
      'may name somebody else',
      policy(allow('*', '*', { Principal: { AWS: `arn:aws:iam::${mine}:user/bob` } })),
      false,
    ],
    ['naming the own account leave it to identity policies', policy(allow('*', '*', toMyAccount)), false],
    ['may leave out the principal, and then name nobody', policy(allow('*')), false],
    [
      'may name everybody but him',
      policy(allow('*', '*', { NotPrincipal: { AWS: `arn:aws:iam::${mine}:user/ann` } })),
      false,
    ],
    [
      'may name everybody but others',
      policy(allow('*', '*', { NotPrincipal: { AWS: `arn:aws:iam::${mine}:user/bob` } })),
      true,
    ],
    [
      'may name a service, which he is not',
      policy(allow('*', '*', { Principal: { Service: 'sns.amazonaws.com' } })),
      false,
    ],
  ])('%s', (_name, resourcePolicy, expected) => {
    expect(ask(ann([]), resourcePolicy)).toBe(expected);
  });

  test('deny also whoever may do everything', () => {
    expect(ask(ann(undefined), policy(deny('sqs:SendMessage', '*', everyone)))).toBe(false);
    expect(ask(ann(undefined), policy(deny('sqs:SendMessage', '*', toMyAccount)))).toBe(false);
    expect(ask(ann(undefined), policy(deny('sqs:DeleteQueue', '*', everyone)))).toBe(true);
  });

  test('name a role to mean its sessions', () => {
    expect(
      ask(session, policy(allow('*', '*', { Principal: { AWS: `arn:aws:iam::${mine}:role/reader` } }))),
    ).toBe(true);
    expect(ask(session, policy(allow('*', '*', { Principal: { AWS: session.arn } })))).toBe(true);
  });

  test('are all that counts for a service', () => {
    const toSns = policy(allow('*', '*', { Principal: { Service: 'sns.amazonaws.com' } }));
    expect(ask(sns, toSns)).toBe(true);
    expect(ask(sns, policy(allow('*', '*', everyone)))).toBe(true);
    expect(ask(sns, policy(allow('*', '*', { Principal: { Service: 's3.amazonaws.com' } })))).toBe(false);
    expect(ask(sns)).toBe(false);
  });
});

describe('across accounts', () => {
  test('both sides must allow', () => {
    const there = policy(allow('*', '*', toMyAccount));
    expect(ask(ann(undefined), undefined, foreign)).toBe(false);
    expect(ask(ann(undefined), there, foreign)).toBe(true);
    expect(ask(ann([]), there, foreign)).toBe(false);
    expect(ask(ann([policy(allow('sqs:*'))]), there, foreign)).toBe(true);
  });
});

test('a session is never more than its session policies', () => {
  const only = policy(allow('sqs:ReceiveMessage'));
  expect(ask(ann(undefined, [only]))).toBe(false);
  expect(ask(ann(undefined, [only]), policy(allow('*', '*', everyone)))).toBe(false);
  expect(ask(ann(undefined, [only]), undefined, { action: 'sqs:ReceiveMessage' })).toBe(true);
});

test('decides as the documentation reads', () => {
  const effect = fc.constantFrom('Allow' as const, 'Deny' as const);
  const action = fc.constantFrom('sqs:SendMessage', 'sqs:ReceiveMessage', '*');
  const who = fc.constantFrom('ann', 'bob', '*', 'account');
  const principals = { ann: toAnn, bob: { Principal: { AWS: 'x' } }, '*': everyone, account: toMyAccount };
  const rule = fc.record({ effect, action, who });
  const isForeign = fc.boolean();
  const identity = fc.option(fc.array(rule, { maxLength: 3 }), { nil: undefined });
  fc.assert(
    fc.property(identity, fc.array(rule, { maxLength: 3 }), isForeign, (own, theirs, isAbroad) => {
      const hits = (
        rules: readonly { effect: string; action: string; who: string }[],
        isResource: boolean,
        wanted: string,
      ) =>
        rules.some(({ effect: is, action: what, who: whom }) => {
          const isNamed =
            !isResource ||
            whom === 'ann' ||
            whom === '*' ||
            (whom === 'account' && (isAbroad || wanted === 'Deny'));
          return is === wanted && what !== 'sqs:ReceiveMessage' && isNamed;
        });
      const isDenied = hits(own ?? [], false, 'Deny') || hits(theirs, true, 'Deny');
      const here = own === undefined || hits(own, false, 'Allow');
      const there = hits(theirs, true, 'Allow');
      const expected = !isDenied && (isAbroad ? here && there : here || there);
      const statements = (rules: typeof theirs, isResource: boolean) =>
        rules.map((r) => ({
          Effect: r.effect,
          Action: r.action,
          Resource: '*',
          ...(isResource ? principals[r.who] : {}),
        }));
      const requester = ann(own === undefined ? undefined : [policy(...statements(own, false))]);
      expect(ask(requester, policy(...statements(theirs, true)), isAbroad ? foreign : {})).toBe(expected);
    }),
    { numRuns: 1000 },
  );
});
