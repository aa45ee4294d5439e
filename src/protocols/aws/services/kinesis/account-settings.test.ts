// Goal: a commitment binds for a day, and ends by itself when it was ended early.
import { expect, test } from 'vitest';
import { AccountSettings } from './account-settings.ts';

const dayMs = 24 * 3_600_000;

test('the life of a commitment', () => {
  const accounts = new AccountSettings();
  expect(accounts.commitment('a', 5)).toEqual({ Status: 'DISABLED' });
  const enabled = { Status: 'ENABLED', StartedAt: 5, EarliestAllowedEndAt: 5 + dayMs };
  expect(accounts.set('a', 'ENABLED', 5)).toEqual(enabled);
  expect(accounts.set('a', 'ENABLED', 6)).toEqual(enabled);
  const ending = { ...enabled, Status: 'ENABLED_UNTIL_EARLIEST_ALLOWED_END' };
  expect(accounts.set('a', 'DISABLED', 7)).toEqual(ending);
  expect(accounts.isCommitted('a', 4 + dayMs)).toBe(true);
  expect(accounts.commitment('a', 5 + dayMs)).toEqual({
    ...enabled,
    Status: 'DISABLED',
    EndedAt: 5 + dayMs,
  });
  expect(accounts.isCommitted('b', 6)).toBe(false);
});

test('after a day it ends at once', () => {
  const accounts = new AccountSettings();
  accounts.set('a', 'ENABLED', 0);
  expect(accounts.set('a', 'DISABLED', dayMs + 1)).toMatchObject({ Status: 'DISABLED', EndedAt: dayMs + 1 });
});
