// Goal: both forms of delivery policies: what is refused, what is in force, what is shown.
import { expect, test } from 'vitest';
import {
  checkSubscriptionPolicy,
  checkTopicPolicy,
  effectivePolicy,
  effectiveSubscriptionText,
  effectiveTopicText,
  shownSubscriptionText,
} from './delivery-policy.ts';
import { invalidParameter } from './errors.ts';

const say = (detail: string) => invalidParameter(detail);
const own = (policy: object): string => JSON.stringify({ healthyRetryPolicy: policy });

test.each([
  {},
  { healthyRetryPolicy: null, throttlePolicy: null, requestPolicy: null },
  { healthyRetryPolicy: { minDelayTarget: 1, maxDelayTarget: 3600, numRetries: 100 } },
  {
    healthyRetryPolicy: { numRetries: 3, numNoDelayRetries: 1, numMinDelayRetries: 1, numMaxDelayRetries: 1 },
  },
  { throttlePolicy: { maxReceivesPerSecond: 10 } },
  { requestPolicy: { headerContentType: 'application/json; charset=utf-8' } },
])('taken: %j', (policy) => {
  expect(() => checkSubscriptionPolicy(JSON.stringify(policy), say)).not.toThrow();
});

test.each([
  ['minDelayTarget', own({ minDelayTarget: 0 })],
  ['maxDelayTarget', own({ maxDelayTarget: 3601 })],
  ['maxDelayTarget', own({ minDelayTarget: 30 })],
  ['numRetries', own({ numRetries: 101 })],
  ['numRetries', own({ numRetries: 1, numNoDelayRetries: 2 })],
  ['numRetries', own({ numRetries: 1.5 })],
  ['backoffFunction', own({ backoffFunction: 'random' })],
  ['total delay', own({ numRetries: 100, numMaxDelayRetries: 100, maxDelayTarget: 60 })],
  ['maxReceivesPerSecond', '{"throttlePolicy":{"maxReceivesPerSecond":0}}'],
  ['headerContentType', '{"requestPolicy":{"headerContentType":"image/png"}}'],
  ['failed to parse JSON', '{'],
  ['must be an object', '[]'],
  ['must be an object', '{"healthyRetryPolicy":1}'],
])('refused for %s: %s', (what, text) => {
  expect(() => checkSubscriptionPolicy(text, say)).toThrow(what);
});

test('the form of topics is checked in its parts', () => {
  const http = { defaultHealthyRetryPolicy: { numRetries: 101 } };
  expect(() => checkTopicPolicy(JSON.stringify({ http }), say)).toThrow('numRetries');
  expect(() =>
    checkTopicPolicy('{"http":{"defaultThrottlePolicy":{"maxReceivesPerSecond":5}}}', say),
  ).not.toThrow();
  expect(() => checkTopicPolicy('{"http":1}', say)).toThrow('http must be an object');
});

const topic = (more = {}): string =>
  JSON.stringify({
    http: {
      defaultHealthyRetryPolicy: { numRetries: 9, minDelayTarget: 5, maxDelayTarget: 50 },
      defaultThrottlePolicy: { maxReceivesPerSecond: 4 },
      defaultRequestPolicy: { headerContentType: 'text/csv' },
      ...more,
    },
  });

test('a subscription overrides its topic, part by part, unless the topic forbids it', () => {
  expect(effectivePolicy(topic(), undefined)).toMatchObject({
    healthyRetryPolicy: { numRetries: 9, minDelayTarget: 5, backoffFunction: 'linear' },
    maxReceivesPerSecond: 4,
    headerContentType: 'text/csv',
  });
  const mine = own({ numRetries: 2 });
  expect(effectivePolicy(topic(), mine)).toMatchObject({
    healthyRetryPolicy: { numRetries: 2, minDelayTarget: 20 },
    headerContentType: 'text/csv',
  });
  const forbidding = topic({ disableSubscriptionOverrides: true });
  expect(effectivePolicy(forbidding, mine).healthyRetryPolicy.numRetries).toBe(9);
});

test('what is shown', () => {
  expect(JSON.parse(effectiveTopicText(topic({ disableSubscriptionOverrides: true })))).toMatchObject({
    http: { disableSubscriptionOverrides: true, defaultThrottlePolicy: { maxReceivesPerSecond: 4 } },
  });
  expect(JSON.parse(effectiveSubscriptionText(undefined, own({ numRetries: 2 })))).toEqual({
    healthyRetryPolicy: {
      minDelayTarget: 20,
      maxDelayTarget: 20,
      numRetries: 2,
      numMaxDelayRetries: 0,
      numNoDelayRetries: 0,
      numMinDelayRetries: 0,
      backoffFunction: 'linear',
    },
    sicklyRetryPolicy: null,
    throttlePolicy: null,
    requestPolicy: { headerContentType: 'text/plain; charset=UTF-8' },
    guaranteed: false,
  });
  expect(JSON.parse(shownSubscriptionText('{"throttlePolicy":{"maxReceivesPerSecond":1}}'))).toEqual({
    healthyRetryPolicy: null,
    sicklyRetryPolicy: null,
    throttlePolicy: { maxReceivesPerSecond: 1 },
    requestPolicy: null,
    guaranteed: false,
  });
});
