// Goal: TestEventPattern tells whether, and on request why.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LocalEvents } from '../../../../../../test/support/local-events.ts';

let local: LocalEvents;
beforeEach(async () => {
  local = await LocalEvents.start();
});
afterEach(() => local.close());

const input = {
  EventPattern: '{"source":["a"],"detail":{"n":[{"numeric":[">",5]}]}}',
  Event:
    '{"id":"i","account":"1","time":"t","region":"r","detail-type":"t","source":"a","detail":{"n":[1,2]}}',
};

test('the answer is that of the service', async () => {
  expect(await local.call('TestEventPattern', input)).toEqual({ Result: false });
});

test('an event lacks nothing that every event has', async () => {
  const Event = '{"source":"a","detail":{"n":[1,2]}}';
  await expect(local.call('TestEventPattern', { ...input, Event })).rejects.toThrow(
    'Parameter Event is not valid.',
  );
});

test('with the header it is explained, condition by condition', async () => {
  const { Result: isMatch, Explanation: explanation } = await local.call('TestEventPattern', input, {
    'x-caudal-explain': 'true',
  });
  expect(isMatch).toBe(false);
  expect(JSON.stringify(explanation)).toContain('"seen":[1,2]');
});
