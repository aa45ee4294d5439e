// What of bindings is fired, and with which text: rules of EventBridge that have a schedule, and schedules.
import { expect, it } from 'vitest';
import type { BindingDefinition } from '../broker/index.ts';
import { scheduleSource } from './schedules.ts';

const binding = (name: string, annotations: Record<string, string>, isEnabled = true): BindingDefinition => ({
  name: { kind: 'binding', namespace: '000000000000/us-east-1', name },
  entity: 7,
  topic: 3,
  createdAtMs: 1_000,
  modifiedAtMs: 2_000,
  revision: 2,
  isEnabled,
  targets: [],
  annotations,
  tags: {},
});
const hourly = {
  ScheduleExpression: 'rate(1 hour)',
  FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 5 },
  EndDate: 9_000_000,
  Target: { Arn: 'arn:aws:sqs:us-east-1:000000000000:q', Input: '<aws.scheduler.scheduled-time>' },
};
const dueMs = Date.UTC(2026, 0, 5, 12);

it('fires a rule with a schedule from its making on, and gives it the event of EventBridge', () => {
  const rule = binding('bus/default/nightly', { schedule: 'rate(5 minutes)' });
  expect(scheduleSource.scheduleOf(rule)).toEqual({
    schedule: { kind: 'rate', intervalMs: 300_000 },
    anchorMs: 1_000,
    afterMs: 2_000,
    windowMs: 0,
    isDeletedAfterLast: false,
  });
  const { id, body } = scheduleSource.publication(rule, dueMs);
  expect(JSON.parse(body as string)).toEqual({
    version: '0',
    id,
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: '000000000000',
    time: '2026-01-05T12:00:00Z',
    region: 'us-east-1',
    resources: ['arn:aws:events:us-east-1:000000000000:rule/nightly'],
    detail: {},
  });
});

it('fires a schedule by its own words', () => {
  const annotations = { schedule: JSON.stringify(hourly), anchorMs: '5000', sinceMs: '6000' };
  const schedule = binding('schedule/default/hourly', annotations);
  expect(scheduleSource.scheduleOf(schedule)).toEqual({
    schedule: { kind: 'rate', intervalMs: 3_600_000 },
    anchorMs: 5_000,
    afterMs: 5_999,
    startMs: undefined,
    endMs: 9_000_000,
    windowMs: 300_000,
    isDeletedAfterLast: false,
  });
  expect(scheduleSource.publication(schedule, dueMs).body).toBe('2026-01-05T12:00:00Z');
});

it('fires nothing else', () => {
  const others = [
    binding('bus/default/pattern', { pattern: '{}' }),
    binding('bus/default/off', { schedule: 'rate(5 minutes)' }, false),
    binding('schedule/default/off', { schedule: JSON.stringify(hourly) }, false),
    binding('topic/subscription', { schedule: 'rate(5 minutes)' }),
  ];
  expect(others.map((other) => scheduleSource.scheduleOf(other))).toEqual(others.map(() => undefined));
});
