// How answers of endpoints count as deliveries, by the rules of notifications and of API destinations.
import { expect, it } from 'vitest';
import type { HttpAnswer } from './http-client.ts';
import { destinationRules, notificationRules, outcomeOf, retryAfter } from './http-client.ts';

const nowMs = Date.parse('2026-01-01T00:00:00Z');

function answer(status: number, headers: Record<string, string> = {}): HttpAnswer {
  return { kind: 'answered', status, headers, body: Buffer.from('why'), isTruncated: false };
}

it.each([
  [200, 'delivered', 'delivered'],
  [204, 'delivered', 'delivered'],
  [302, 'permanent', 'permanent'],
  [400, 'permanent', 'permanent'],
  [401, 'permanent', 'again'],
  [404, 'permanent', 'permanent'],
  [407, 'permanent', 'again'],
  [408, 'permanent', 'again'],
  [409, 'permanent', 'again'],
  [410, 'permanent', 'permanent'],
  [429, 'again', 'again'],
  [500, 'again', 'again'],
  [503, 'again', 'again'],
])('judges %i', (status, ...expected) => {
  const judged = [notificationRules, destinationRules].map((rules) => {
    const outcome = outcomeOf(answer(status), rules, nowMs);
    if (outcome.kind === 'delivered') return 'delivered';
    return outcome.isPermanent ? 'permanent' : 'again';
  });
  expect(judged).toEqual(expected);
});

it('says what the endpoint said', () => {
  expect(outcomeOf(answer(503, { 'retry-after': '7' }), notificationRules, nowMs)).toEqual({
    kind: 'failed',
    isPermanent: false,
    code: 'http_503',
    message: 'the endpoint answered 503: why',
    retryAfterMs: 7_000,
  });
  expect(outcomeOf(answer(503, { 'retry-after': '-1' }), destinationRules, nowMs)).toMatchObject({
    isPermanent: true,
  });
});

it.each([
  [undefined, undefined],
  ['120', 120_000],
  ['-1', -1_000],
  ['Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
  ['Wed, 31 Dec 2025 00:00:30 GMT', 0],
  ['soon', undefined],
])('reads Retry-After: %s', (text, expected) => {
  expect(retryAfter(text, nowMs)).toBe(expected);
});
