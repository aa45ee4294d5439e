// What a declaration may leave out.
import { expect, test } from 'vitest';
import { complete } from './queue-declarations.ts';

const orders = { account: '000000000000', region: 'us-east-1', name: 'orders', attributes: {}, tags: {} };

test('a dead-letter queue may be named without its ARN', () => {
  const RedrivePolicy = '{"deadLetterTargetArn":"orders-dead","maxReceiveCount":3}';
  expect(complete({ ...orders, attributes: { RedrivePolicy } }).attributes).toEqual({
    RedrivePolicy:
      '{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:orders-dead","maxReceiveCount":3}',
  });
});

test('an ARN, and what is no JSON, is left to SQS to judge', () => {
  for (const RedrivePolicy of ['{"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:1:x"}', '{oops', 'null', '']) {
    expect(complete({ ...orders, attributes: { RedrivePolicy } }).attributes).toEqual({ RedrivePolicy });
  }
});

test('a .fifo name says FifoQueue already', () => {
  expect(complete({ ...orders, name: 'orders.fifo' }).attributes).toEqual({ FifoQueue: 'true' });
  const attributes = { FifoQueue: 'false' };
  expect(complete({ ...orders, name: 'orders.fifo', attributes }).attributes).toEqual(attributes);
});
