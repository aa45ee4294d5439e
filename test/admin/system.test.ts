// Health, metrics, users, configuration, backup and reset of a real daemon.
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { adminOf, type AdminClient } from '../support/admin.ts';
import { type Daemon, startDaemon } from '../support/daemon.ts';

const room = '/v1/queues/000000000000/us-east-1';
const config = `
users:
  root: { keys: [{ id: ROOT, secret: root-secret }] }
  ann: { keys: [{ id: ANN, secret: ann-secret }], policies: [{ Version: "2012-10-17", Statement: [] }] }
queues:
  a: {}
  b: {}
  c: {}
metrics: { queues-max: 2 }
`;
let daemon: Daemon;
let admin: AdminClient;
const workDir = mkdtempSync(join(tmpdir(), 'caudal-admin-'));

beforeAll(async () => {
  daemon = await startDaemon({ config, flags: ['--allow-reset'] });
  admin = adminOf(daemon.adminEndpoint, 'ROOT:root-secret');
});
afterAll(async () => {
  await daemon.stop();
  rmSync(workDir, { recursive: true, force: true });
});

test('the API is for administrators', async () => {
  for (const key of [null, 'test:test', 'ROOT:wrong']) {
    const answer = await adminOf(daemon.adminEndpoint, key)('GET', '/v1/queues');
    expect([key, answer.status]).toEqual([key, 401]);
    expect(answer.headers.get('www-authenticate')).toBe('Basic realm="caudal"');
  }
  expect((await adminOf(daemon.adminEndpoint, 'ANN:ann-secret')('GET', '/v1/queues')).status).toBe(403);
  expect((await admin('GET', '/v1/queues')).status).toBe(200);
});

test('health says what runs, on both ports, to everybody', async () => {
  for (const endpoint of [daemon.endpoint, daemon.adminEndpoint]) {
    const answer = await adminOf(endpoint, null)('GET', '/health');
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      status: 'ok',
      isWritable: true,
      listeners: { http: { url: daemon.endpoint, engine: 'front' }, admin: { url: daemon.adminEndpoint } },
    });
  }
});

test('the description of the API is served', async () => {
  const { body } = await adminOf(daemon.adminEndpoint, null)('GET', '/openapi.json');
  expect(body['openapi']).toBe('3.1.0');
});

describe('metrics', () => {
  test('the first queues by name have labels of their own, the rest is other', async () => {
    for (const name of ['a', 'b', 'c', 'c']) await admin('POST', `${room}/${name}/messages`, { body: 'x' });
    const answer = await adminOf(daemon.adminEndpoint, null)('GET', '/metrics');
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
    const labels = (queue: string) => `account="000000000000",region="us-east-1",queue="${queue}"`;
    expect(answer.text).toContain(`caudal_queue_ready_messages{${labels('a')}} 1\n`);
    expect(answer.text).toContain(`caudal_queue_ready_messages{${labels('b')}} 1\n`);
    expect(answer.text).toContain(
      'caudal_queue_ready_messages{account="other",region="other",queue="other"} 2\n',
    );
    expect(answer.text).not.toContain('queue="c"');
    expect(answer.text).toContain(`caudal_queue_sent_messages_total{${labels('a')}} 1\n`);
  });

  test('the daemon itself is measured', async () => {
    const { text } = await adminOf(daemon.adminEndpoint, null)('GET', '/metrics');
    const value = (name: string) =>
      Number(new RegExp(`^${name.replaceAll(/[{}]/g, '\\$&')} (.*)$`, 'm').exec(text)?.[1]);
    expect(value('caudal_process_rss_anon_bytes')).toBeGreaterThan(10_000_000);
    expect(value('caudal_process_event_loop_lag_seconds{quantile="0.99"}')).toBeGreaterThanOrEqual(0);
    expect(value('caudal_storage_disk_bytes')).toBeGreaterThan(0);
    expect(text).toMatch(/^caudal_storage_commit_seconds_count\{cell="queue-0"\} [1-9]/m);
    expect(text).toMatch(/^caudal_broker_commits_total\{cell="queue-0"\} [1-9]/m);
  });
});

test('users and configuration show no secret', async () => {
  const users = await admin('GET', '/v1/users');
  expect(users.body['users']).toEqual([
    { name: 'root', account: '000000000000', isAdmin: true, keyIds: ['ROOT'] },
    { name: 'ann', account: '000000000000', isAdmin: false, keyIds: ['ANN'], policyCount: 1 },
  ]);
  const shown = await admin('GET', '/v1/config');
  expect(shown.body['settings']).toMatchObject({
    'allow-reset': { value: true, from: '--allow-reset' },
    region: { value: 'us-east-1', from: 'default' },
  });
  expect(users.text + shown.text).not.toContain('-secret');
});

test('backup copies the data while serving', async () => {
  const directory = join(workDir, 'copy');
  expect((await admin('POST', '/v1/backup', { directory: 'relative' })).status).toBe(400);
  expect((await admin('POST', '/v1/backup', {})).status).toBe(400);
  const answer = await admin('POST', '/v1/backup', { directory });
  expect([answer.status, answer.text]).toEqual([200, JSON.stringify({ directory })]);
  expect(existsSync(directory) && readdirSync(directory).length).toBeGreaterThan(0);
});

test('reset drops all data', async () => {
  expect((await admin('POST', '/v1/streams', { name: 'flow' })).status).toBe(201);
  expect((await admin('POST', '/v1/reset')).status).toBe(200);
  expect((await admin('GET', '/v1/queues')).body).toMatchObject({ queues: [], totalCount: 0 });
  expect((await admin('GET', '/v1/streams')).body).toMatchObject({ streams: [], totalCount: 0 });
  expect((await admin('POST', '/v1/queues', { name: 'fresh' })).status).toBe(201);
});

test('reset is refused without the flag', async () => {
  const other = await startDaemon();
  try {
    const answer = await adminOf(other.adminEndpoint)('POST', '/v1/reset');
    expect([answer.status, answer.body['error']]).toEqual([
      403,
      expect.objectContaining({ code: 'reset_not_allowed' }),
    ]);
  } finally {
    await other.stop();
  }
});
