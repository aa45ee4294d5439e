// Who may use the admin API: a configured administrator's key by HTTP Basic or Bearer; the built-in test key
// from loopback alone. Pure but for the constant-time comparison.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { HttpRequest } from '../../net/http.ts';
import { AdminProblem } from './problem.ts';
import type { AdminRoute, AdminUser } from './types.ts';

export interface AccessRules {
  readonly users: readonly AdminUser[];
  readonly isOpen: boolean;
  readonly hasDefaultKey: boolean;
}

const testKey = 'test:test';

/** Name of the user; throws 401 or 403. */
export function authenticate(request: HttpRequest, route: AdminRoute, rules: AccessRules): string {
  if (route.access === 'open' || rules.isOpen) return 'anonymous';
  const given = credentials(request.headers.get('authorization'));
  if (given === undefined) {
    if (route.access === 'loopback' && request.isLoopback) return 'anonymous';
    throw new AdminProblem(401, 'unauthenticated', 'a key is needed: HTTP Basic or Bearer with ID:SECRET');
  }
  const user = rules.users.find((one) => one.keys.some((key) => isSame(given, `${key.id}:${key.secret}`)));
  if (user !== undefined) {
    if (user.isAdmin) return user.name;
    throw new AdminProblem(403, 'forbidden', `user ${user.name} has policies and no 'admin: true'`);
  }
  if (rules.hasDefaultKey && isSame(given, testKey)) {
    if (request.isLoopback) return 'test';
    throw new AdminProblem(401, 'unauthenticated', 'the built-in test key works from loopback only');
  }
  throw new AdminProblem(401, 'unauthenticated', 'no user has this key');
}

function credentials(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const space = header.indexOf(' ');
  const scheme = header.slice(0, space).toLowerCase();
  const value = header.slice(space + 1).trim();
  if (scheme === 'basic') return Buffer.from(value, 'base64').toString('utf8');
  return scheme === 'bearer' ? value : undefined;
}

// Hashes have one length, so that neither length nor content of a secret shows in the time taken.
function isSame(given: string, wanted: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}
