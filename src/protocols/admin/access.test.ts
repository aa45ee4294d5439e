// Who comes in, with what, from where.
import { expect, test } from 'vitest';
import type { HttpRequest } from '../../net/http.ts';
import { authenticate } from './access.ts';
import { AdminProblem } from './problem.ts';
import type { AdminRoute, AdminUser } from './types.ts';

const route = (access?: 'open' | 'loopback'): AdminRoute => ({
  method: 'GET',
  path: '/',
  ...(access === undefined ? {} : { access }),
  handle: () => ({ status: 200, body: {} }),
});
const request = (authorization: string | undefined, isLoopback = true): HttpRequest =>
  ({
    headers: new Map(authorization === undefined ? [] : [['authorization', authorization]]),
    isLoopback,
  }) as never;
const basic = (key: string): string => `Basic ${Buffer.from(key).toString('base64')}`;

const ann: AdminUser = {
  name: 'ann',
  account: '000000000000',
  keys: [
    { id: 'A1', secret: 'one' },
    { id: 'A2', secret: 'two:three' },
  ],
  isAdmin: true,
  policyCount: undefined,
};
const bob: AdminUser = {
  ...ann,
  name: 'bob',
  keys: [{ id: 'B1', secret: 's' }],
  isAdmin: false,
  policyCount: 1,
};
const rules = { users: [ann, bob], isOpen: false, hasDefaultKey: false };
const fresh = { users: [], isOpen: false, hasDefaultKey: true };

function status(action: () => unknown): number | string {
  try {
    return String(action());
  } catch (error) {
    if (error instanceof AdminProblem) return error.status;
    throw error;
  }
}

test('an administrator comes in with any of their keys, by Basic or Bearer', () => {
  expect(authenticate(request(basic('A1:one')), route(), rules)).toBe('ann');
  expect(authenticate(request(basic('A2:two:three'), false), route(), rules)).toBe('ann');
  expect(authenticate(request('bearer A1:one'), route(), rules)).toBe('ann');
});

test.each([
  undefined,
  basic('A1:two'),
  basic('A1'),
  basic('B1:one'),
  basic('test:test'),
  'Bearer',
  'Basic',
  'Digest A1:one',
  '',
])('with %j nobody comes in', (authorization) =>
  expect(status(() => authenticate(request(authorization), route(), rules))).toBe(401),
);

test('a user with policies is no administrator', () => {
  expect(status(() => authenticate(request(basic('B1:s')), route(), rules))).toBe(403);
});

test('the built-in key works from loopback only', () => {
  expect(authenticate(request(basic('test:test')), route(), fresh)).toBe('test');
  expect(status(() => authenticate(request(basic('test:test'), false), route(), fresh))).toBe(401);
});

test('open routes need no key; loopback routes none from this machine', () => {
  expect(authenticate(request(undefined, false), route('open'), rules)).toBe('anonymous');
  expect(authenticate(request(undefined), route('loopback'), rules)).toBe('anonymous');
  expect(status(() => authenticate(request(undefined, false), route('loopback'), rules))).toBe(401);
});

test('without authentication everybody is an administrator', () => {
  expect(authenticate(request(undefined), route(), { ...fresh, isOpen: true })).toBe('anonymous');
});
