// Goal: every kind of target becomes what the core or a connector needs; what cannot be delivered is refused.
import { expect, test } from 'vitest';
import type { Target } from './rule-ref.ts';
import { bindingTarget } from './target.ts';

const rule = { name: 'r', arn: 'arn:aws:events:us-east-1:111122223333:rule/r' };
const arn = (rest: string): string => `arn:aws:${rest}`;
const namespace = '111122223333/us-east-1';
const made = (target: Omit<Target, 'Id'>) => bindingTarget(rule, { Id: 't', ...target });

test.each<[Omit<Target, 'Id'>, object]>([
  [
    { Arn: arn('sqs:us-east-1:111122223333:q'), SqsParameters: { MessageGroupId: 'g' } },
    { kind: 'queue', rendering: 0, group: 'g', name: { namespace, kind: 'queue', name: 'q' } },
  ],
  [
    { Arn: arn('sns:us-east-1:111122223333:t'), InputPath: '$.detail' },
    {
      kind: 'topic',
      name: { namespace, kind: 'topic', name: 't' },
      transform: { kind: 'path', path: ['detail'] },
    },
  ],
  [
    {
      Arn: arn('kinesis:us-east-1:111122223333:stream/s'),
      KinesisParameters: { PartitionKeyPath: '$.detail.k' },
    },
    { kind: 'stream', name: { namespace, kind: 'stream', name: 's' }, keyPath: ['detail', 'k'] },
  ],
  [
    { Arn: arn('events:eu-west-1:999988887777:event-bus/b') },
    { kind: 'topic', name: { namespace: '999988887777/eu-west-1', kind: 'topic', name: 'bus/b' } },
  ],
  [
    { Arn: arn('lambda:us-east-1:111122223333:function:f'), RetryPolicy: { MaximumEventAgeInSeconds: 60 } },
    { kind: 'push', retentionMs: 60_000, annotations: { medium: 'function' } },
  ],
  [
    { Arn: arn('events:us-east-1:111122223333:api-destination/d/1-2') },
    { kind: 'push', retentionMs: 86_400_000, annotations: { medium: 'destination' } },
  ],
  [{ Arn: 'https://example.org/x' }, { kind: 'push', annotations: { medium: 'http' } }],
])('%j', (target, expected) => {
  const binding = made(target);
  expect(binding).toMatchObject({ id: 't', ...expected });
  expect(JSON.parse(binding.annotations!['target']!)).toEqual({ Id: 't', ...target });
});

test('pushed targets get the event as it is: their input is made when it is delivered', () => {
  const binding = made({ Arn: 'https://example.org/x', Input: '1' });
  expect(binding.transform).toBeUndefined();
  expect(JSON.parse(binding.annotations!['transform']!)).toEqual({ kind: 'constant', text: '1' });
});

test('a dead-letter queue, and what a message there says', () => {
  const DeadLetterConfig = { Arn: arn('sqs:us-east-1:111122223333:dead') };
  expect(made({ Arn: arn('sqs:us-east-1:111122223333:q'), DeadLetterConfig })).toMatchObject({
    deadLetter: { namespace, kind: 'queue', name: 'dead' },
    deadLetterAttributes: expect.arrayContaining([
      { name: 'RULE_ARN', type: 'String', value: rule.arn },
      { name: 'ERROR_CODE', type: 'String', value: 'NO_RESOURCE' },
    ]),
  });
});

test.each<[Omit<Target, 'Id'>, RegExp]>([
  [{ Arn: arn('states:us-east-1:111122223333:stateMachine:m') }, /service states are not built/],
  [{ Arn: arn('events:us-east-1:111122223333:rule/r') }, /not in correct format/],
  [{ Arn: 'http://' }, /It is not a URL/],
  [{ Arn: arn('sqs:us-east-1:111122223333:q.fifo') }, /SqsParameters must be specified for target: t\./],
  [
    { Arn: arn('kinesis:us-east-1:1:stream/s'), KinesisParameters: { PartitionKeyPath: 'detail' } },
    /PartitionKeyPath/,
  ],
])('%j is refused', (target, text) => {
  expect(() => made(target)).toThrow(text);
});
