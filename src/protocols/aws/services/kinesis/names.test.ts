// Goal: names and ids go out and come back as the same, and what is neither is not taken for one.
import { expect, test } from 'vitest';
import { consumerArnOf, parseArn, streamArnOf, streamName } from './names.ts';
import { parseShardId, shardIdOf } from './shard-id.ts';

const name = streamName('123456789012', 'eu-west-1', 'a.b_c-d');

test('ARNs of streams and consumers', () => {
  const arn = streamArnOf(name);
  expect(arn).toBe('arn:aws:kinesis:eu-west-1:123456789012:stream/a.b_c-d');
  const stream = { account: '123456789012', region: 'eu-west-1', stream: 'a.b_c-d' };
  expect(parseArn(arn)).toEqual({ ...stream, consumer: undefined });
  const consumer = consumerArnOf(arn, { name: 'c', createdAtMs: 1_700_000_000_999 });
  expect(consumer).toBe(`${arn}/consumer/c:1700000000`);
  expect(parseArn(consumer)).toEqual({ ...stream, consumer: { name: 'c', createdAtSeconds: 1_700_000_000 } });
});

test.each([
  'arn:aws:sqs:eu-west-1:123456789012:stream/a',
  'arn:aws:kinesis:eu-west-1:12345678901:stream/a',
  'arn:aws:kinesis:eu-west-1:123456789012:stream/a/consumer/c',
  'arn:aws:kinesis:eu-west-1:123456789012:stream/a b',
  'arn:aws:kinesis:eu-west-1:123456789012:channel/a',
])('%s is the ARN of neither', (arn) => {
  expect(parseArn(arn)).toBeUndefined();
});

test.each<[string, number | undefined]>([
  ['shardId-000000000012', 12],
  ['shardId-12', 12],
  ['12', 12],
  ['shardId-2147483647', 2_147_483_647],
  ['shardId-2147483648', undefined],
  ['shardId-', undefined],
  ['shardId-x', undefined],
  ['', undefined],
])('shard id %j', (text, index) => {
  expect(parseShardId(text)).toBe(index);
});

test('shard ids have twelve digits', () => {
  expect(shardIdOf(7)).toBe('shardId-000000000007');
});
