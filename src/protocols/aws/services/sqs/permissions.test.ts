// Goal: the policy text that AddPermission and RemovePermission leave is the one that AWS leaves (recorded).
import { describe, expect, test } from 'vitest';
import { addStatement, removeStatement } from './permissions.ts';

const arn = 'arn:aws:sqs:us-east-1:000000000000:q';
const grant = { label: 'l1', accounts: ['111111111111'], actions: ['SendMessage'] };

test('the first permission makes the policy, single values are strings', () => {
  expect(JSON.parse(addStatement(undefined, arn, grant))).toEqual({
    Version: '2008-10-17',
    Id: `${arn}/SQSDefaultPolicy`,
    Statement: [
      {
        Sid: 'l1',
        Effect: 'Allow',
        Principal: { AWS: 'arn:aws:iam::111111111111:root' },
        Action: 'SQS:SendMessage',
        Resource: arn,
      },
    ],
  });
});

test('several values are lists, other statements stay', () => {
  const first = addStatement(undefined, arn, grant);
  const more = { label: 'l2', accounts: ['111111111111', '222222222222'], actions: ['SendMessage', '*'] };
  const [kept, added] = JSON.parse(addStatement(first, arn, more)).Statement;
  expect(kept.Sid).toBe('l1');
  expect(added.Principal.AWS).toEqual(['arn:aws:iam::111111111111:root', 'arn:aws:iam::222222222222:root']);
  expect(added.Action).toEqual(['SQS:SendMessage', 'SQS:*']);
});

test('removing: one statement, then the policy', () => {
  const both = addStatement(addStatement(undefined, arn, grant), arn, { ...grant, label: 'l2' });
  const one = removeStatement(both, 'l1');
  expect(JSON.parse(one).Statement).toHaveLength(1);
  expect(removeStatement(one, 'l2')).toBe('');
});

describe('refusals', () => {
  const actions = ['SendMessage', 'ReceiveMessage', 'DeleteMessage', 'PurgeQueue', 'GetQueueUrl'];
  test.each<[string, string, () => unknown]>([
    [
      'InvalidParameterValue',
      'Value l1 for parameter Label is invalid. Reason: Already exists.',
      () => addStatement(addStatement(undefined, arn, grant), arn, grant),
    ],
    [
      'InvalidParameterValue',
      "Value l9 for parameter Label is invalid. Reason: can't find label.",
      () => removeStatement(undefined, 'l9'),
    ],
    [
      'OverLimit',
      '8 Actions were found, maximum allowed is 7.',
      () => addStatement(undefined, arn, { ...grant, actions: [...actions, 'a', 'b', 'c'] }),
    ],
    [
      'InvalidParameterValue',
      'Value SQS:RemovePermission for parameter ActionName is invalid. Reason: Only the queue owner ' +
        'is allowed to invoke this action.',
      () => addStatement(undefined, arn, { ...grant, actions: ['RemovePermission'] }),
    ],
    ['InvalidParameterValue', 'SQS:Fly', () => addStatement(undefined, arn, { ...grant, actions: ['Fly'] })],
    [
      'InvalidParameterValue',
      'Value [me] for parameter PrincipalId is invalid. Reason: Unable to verify.',
      () => addStatement(undefined, arn, { ...grant, accounts: ['me'] }),
    ],
    [
      'InvalidParameterValue',
      'Value [] for parameter PrincipalId is invalid. Reason: Unable to verify.',
      () => addStatement(undefined, arn, { ...grant, accounts: [] }),
    ],
    [
      'InvalidParameterValue',
      'parameter Label',
      () => addStatement(undefined, arn, { ...grant, label: 'a b' }),
    ],
  ])('%s: %s', (code, message, attempt) => {
    expect(attempt).toThrow(message);
    expect(attempt).toThrow(expect.objectContaining({ code }));
  });
});
