// The nearest setting wins.
import { expect, test } from 'vitest';
import { createLimitsLookup } from './limits-profile.ts';

test('a resource overrides its service, a service the daemon', () => {
  const limitsFor = createLimitsLookup({
    default: 'relaxed',
    services: { kinesis: 'aws' },
    resources: { 'sqs:strict': 'aws', 'kinesis:loose': 'relaxed' },
  });
  expect(limitsFor('sqs')).toBe('relaxed');
  expect(limitsFor('sqs', 'orders')).toBe('relaxed');
  expect(limitsFor('sqs', 'strict')).toBe('aws');
  expect(limitsFor('kinesis')).toBe('aws');
  expect(limitsFor('kinesis', 'strict')).toBe('aws');
  expect(limitsFor('kinesis', 'loose')).toBe('relaxed');
  expect(limitsFor('constructor', 'toString')).toBe('relaxed');
});
