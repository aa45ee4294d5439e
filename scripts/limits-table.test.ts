// The page about limits says what the services declare.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { describeAll, limitsPage } from './limits-table.ts';

test('docs/reference/limits.md is what scripts/limits-table.ts writes', () => {
  const page = readFileSync(new URL('../docs/reference/limits.md', import.meta.url), 'utf8');
  expect(page).toBe(limitsPage(describeAll()));
});
