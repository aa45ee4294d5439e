// Health as load balancers read it: fit, draining, or with a disk too full for new messages.
import { expect, test } from 'vitest';
import { ManualClock } from '../base/clock.ts';
import type { Broker } from '../broker/index.ts';
import type { HttpReply, HttpRequest } from '../net/index.ts';
import { HealthState, withHealth } from './health.ts';

function stateOf(isWritable: boolean): { health: HealthState; clock: ManualClock } {
  const clock = new ManualClock();
  const broker = {
    introspect: () => ({ cells: [{ isWritable: true }, { isWritable }] }),
  } as unknown as Broker;
  return { health: new HealthState(broker, '1.2.3', clock), clock };
}

test('a daemon that takes messages is healthy', () => {
  const { health, clock } = stateOf(true);
  health.addListener('http', 'http://127.0.0.1:1', 'uws');
  clock.advance(1500);
  expect(health.report()).toEqual({
    isHealthy: true,
    report: {
      status: 'ok',
      version: '1.2.3',
      uptimeSeconds: 1.5,
      isWritable: true,
      listeners: { http: { url: 'http://127.0.0.1:1', engine: 'uws' } },
    },
  });
});

test('one cell without room for messages makes it unfit', () => {
  expect(stateOf(false).health.report()).toMatchObject({
    isHealthy: false,
    report: { status: 'not_writable' },
  });
});

test('a draining daemon is unfit, whatever else is well', () => {
  const { health } = stateOf(true);
  health.drain();
  expect(health.report()).toMatchObject({ isHealthy: false, report: { status: 'draining' } });
});

test('only GET and HEAD of /health are answered in front of the protocol', () => {
  const { health } = stateOf(false);
  const reached: string[] = [];
  const handler = withHealth((request) => void reached.push(`${request.method} ${request.path}`), health);
  const statuses: number[] = [];
  const reply = { send: (status: number) => void statuses.push(status) } as unknown as HttpReply;
  for (const [method, path] of [
    ['GET', '/health'],
    ['HEAD', '/health'],
    ['POST', '/health'],
    ['GET', '/health/x'],
  ]) {
    handler({ method, path } as HttpRequest, reply);
  }
  expect(statuses).toEqual([503, 503]);
  expect(reached).toEqual(['POST /health', 'GET /health/x']);
});
