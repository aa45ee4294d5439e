// Goal: every form in which clients name a queue leads to the right one.
import { describe, expect, test } from 'vitest';
import { arnOf, isQueueName, parseArn, parseUrl, queueName, urlOf } from './names.ts';

const orders = { account: '123456789012', name: 'orders' };

describe('queue URLs', () => {
  test.each([
    'https://sqs.eu-west-1.amazonaws.com/123456789012/orders',
    'https://eu-west-1.queue.amazonaws.com/123456789012/orders',
    'https://queue.amazonaws.com/123456789012/orders',
    'http://sqs.eu-west-1.localhost:4566/123456789012/orders',
    'http://127.0.0.1:4566/123456789012/orders',
    'http://127.0.0.1:4566/123456789012/orders/',
    'http://localhost:4566/queue/eu-west-1/123456789012/orders',
    '/123456789012/orders',
  ])('%s', (url) => {
    expect(parseUrl(url)).toEqual(orders);
  });

  test.each(['orders', '/orders', 'http://localhost:9324/queue/orders'])(
    '%s leaves the account to the caller',
    (url) => {
      expect(parseUrl(url)).toEqual({ account: undefined, name: 'orders' });
    },
  );

  test.each([
    '',
    '/',
    'http://localhost:4566',
    'http://localhost:4566/',
    'http://h/123456789012/a b',
    'or;ders',
  ])('%s is none', (url) => {
    expect(parseUrl(url)).toBeUndefined();
  });

  test('a URL that we make is one that we read', () => {
    const url = urlOf('http://h:1', queueName('123456789012', 'eu-west-1', 'a.fifo'));
    expect(url).toBe('http://h:1/123456789012/a.fifo');
    expect(parseUrl(url)).toEqual({ account: '123456789012', name: 'a.fifo' });
  });
});

describe('ARNs', () => {
  test('back and forth', () => {
    const name = queueName('123456789012', 'eu-west-1', 'orders');
    expect(arnOf(name)).toBe('arn:aws:sqs:eu-west-1:123456789012:orders');
    expect(parseArn(arnOf(name))).toEqual(name);
  });
  test.each(['', 'orders', 'arn:aws:sns:eu-west-1:123456789012:orders', 'arn:aws:sqs:eu-west-1:12:orders'])(
    '%s is none',
    (arn) => {
      expect(parseArn(arn)).toBeUndefined();
    },
  );
});

describe('queue names', () => {
  test.each(['a', 'A-b_9', 'x'.repeat(80), `${'x'.repeat(75)}.fifo`])('%s', (name) => {
    expect(isQueueName(name)).toBe(true);
  });
  test.each(['', '.fifo', 'a.b', 'x'.repeat(81), `${'x'.repeat(76)}.fifo`, 'ä', 'a b'])('not %s', (name) => {
    expect(isQueueName(name)).toBe(false);
  });
});
