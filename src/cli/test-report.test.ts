// What the last line of `caudal test` counts.
import { expect, test } from 'vitest';
import { countTests } from './test-report.ts';

test('counts passed, failed and skipped tests, and files that did not load', () => {
  const report = {
    testResults: [
      {
        status: 'passed',
        assertionResults: [{ status: 'passed' }, { status: 'passed' }, { status: 'pending' }],
      },
      { status: 'failed', assertionResults: [{ status: 'failed' }, { status: 'passed' }] },
      { status: 'failed', assertionResults: [] },
      { status: 'passed', assertionResults: [{ status: 'todo' }] },
    ],
  };
  expect(countTests(JSON.stringify(report))).toEqual({ passed: 3, failed: 2, skipped: 2 });
});

test('an empty report has no tests', () => {
  expect(countTests('{}')).toEqual({ passed: 0, failed: 0, skipped: 0 });
});
