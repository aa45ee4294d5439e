// The security defaults of the daemon, each as a stranger would meet it.
import { ListQueuesCommand } from '@aws-sdk/client-sqs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { adminOf } from '../support/admin.ts';
import { type Daemon, runCaudal, startDaemon } from '../support/daemon.ts';
import { sqsClient } from '../support/sqs.ts';

const waitMs = 20_000;

describe('an open bind', () => {
  test('is refused without users, with the lines to add', async () => {
    const result = await runCaudal(['start', '--bind', '0.0.0.0']);
    expect(result.code).toBe(1);
    expect(result.stdout).toBe('');
    expect(result.stderr).toContain('--bind 0.0.0.0 would be reachable from other machines');
    expect(result.stderr).toContain('users:\n  root:\n    keys:');
  });

  test('is refused with --auth none, users or not', async () => {
    const env = { CAUDAL_ROOT_KEY_ID: 'ROOT', CAUDAL_ROOT_SECRET: 'secret' };
    const result = await runCaudal(['start', '--bind', '0.0.0.0', '--auth', 'none'], { env });
    expect([result.code, result.stderr]).toEqual([
      1,
      expect.stringContaining('--auth none is accepted with a loopback'),
    ]);
  });

  test('works with the first user from the environment, and the built-in key is off then', async () => {
    const env = { CAUDAL_ROOT_KEY_ID: 'ROOT', CAUDAL_ROOT_SECRET: 'root-secret' };
    const daemon = await startDaemon({ flags: ['--bind', '0.0.0.0'], env });
    try {
      const endpoint = daemon.endpoint.replace('0.0.0.0', '127.0.0.1');
      const root = sqsClient(endpoint, { accessKeyId: 'ROOT', secretAccessKey: 'root-secret' });
      expect((await root.send(new ListQueuesCommand({}))).$metadata.httpStatusCode).toBe(200);
      await expect(sqsClient(endpoint).send(new ListQueuesCommand({}))).rejects.toThrow(/security token/i);
      const admin = daemon.adminEndpoint.replace('0.0.0.0', '127.0.0.1');
      expect((await adminOf(admin)('GET', '/v1/queues')).status).toBe(401);
      expect((await adminOf(admin, 'ROOT:root-secret')('GET', '/v1/queues')).status).toBe(200);
    } finally {
      expect(await daemon.stop()).toBe(0);
    }
  });
});

describe('a loopback daemon', () => {
  let daemon: Daemon;
  beforeAll(async () => {
    daemon = await startDaemon({ flags: ['--treat-as-remote', '127.0.0.2'] });
  });
  afterAll(() => daemon.stop());

  test('checks signatures', async () => {
    const wrong = sqsClient(daemon.endpoint, { secretAccessKey: 'wrong' });
    await expect(wrong.send(new ListQueuesCommand({}))).rejects.toThrow(/signature/i);
    const unsigned = await post(daemon.endpoint, {});
    expect([unsigned.status, unsigned.text]).toEqual([
      400,
      expect.stringContaining('MissingAuthenticationToken'),
    ]);
  });

  test('takes the built-in key from loopback only', async () => {
    const right = await sqsClient(daemon.endpoint).send(new ListQueuesCommand({}));
    expect(right.$metadata.httpStatusCode).toBe(200);
    const headers = { authorization: `Basic ${Buffer.from('test:test').toString('base64')}` };
    const near = await get(`${daemon.adminEndpoint}/v1/queues`, headers);
    const far = await get(`${daemon.adminEndpoint}/v1/queues`, headers, '127.0.0.2');
    expect([near.status, far.status]).toEqual([200, 401]);
    expect((await get(`${daemon.adminEndpoint}/metrics`, {}, '127.0.0.2')).status).toBe(401);
    expect((await get(`${daemon.adminEndpoint}/metrics`, {})).status).toBe(200);
  });

  test.each(['endpoint', 'adminEndpoint'] as const)('refuses web pages on %s', async (port) => {
    const foreign = await get(`${daemon[port]}/health`, { origin: 'https://evil.example' });
    expect(foreign.status).toBe(403);
    const own = await get(`${daemon[port]}/health`, {});
    expect(own.status).toBe(200);
  });

  test('refuses oversized headers', async () => {
    const { status } = await get(`${daemon.endpoint}/`, { 'x-large': 'x'.repeat(200_000) });
    expect(status).toBe(431);
  });

  test('ends a client that sends its headers too slowly', async () => {
    const { hostname, port } = new URL(daemon.endpoint);
    const socket = connect(Number(port), hostname);
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nX-Slow: ');
    const trickle = setInterval(() => socket.write('x'), 500);
    const outcome = await new Promise<string>((settle) => {
      let received = '';
      socket.on('data', (chunk: Buffer) => (received += chunk.toString('latin1')));
      socket.once('close', () => settle(received === '' ? 'closed' : received.slice(9, 12)));
      socket.once('error', () => settle('closed'));
      setTimeout(() => settle('still open'), waitMs).unref();
    });
    clearInterval(trickle);
    socket.destroy();
    expect(['closed', '408']).toContain(outcome);
  });
});

test('CORS opens the API to the origins that are configured, and to no others', async () => {
  const daemon = await startDaemon({ config: 'cors: { origins: ["http://localhost:3000"] }\n' });
  try {
    expect((await get(`${daemon.endpoint}/health`, { origin: 'http://localhost:3000' })).status).toBe(200);
    expect((await get(`${daemon.endpoint}/health`, { origin: 'http://localhost:3001' })).status).toBe(403);
  } finally {
    await daemon.stop();
  }
});

test('--auth none on loopback: no signature is needed', async () => {
  const daemon = await startDaemon({ flags: ['--auth', 'none'] });
  try {
    const answer = await post(daemon.endpoint, { authorization: 'nonsense' });
    expect(answer.status).toBe(200);
    expect((await adminOf(daemon.adminEndpoint, null)('GET', '/v1/queues')).status).toBe(200);
  } finally {
    await daemon.stop();
  }
});

interface Answer {
  readonly status: number;
  readonly text: string;
}

type Headers = Readonly<Record<string, string>>;

function post(endpoint: string, headers: Headers): Promise<Answer> {
  const aws = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'AmazonSQS.ListQueues' };
  return call('POST', endpoint, { ...aws, ...headers });
}

function get(url: string, headers: Headers, localAddress?: string): Promise<Answer> {
  return call('GET', url, headers, localAddress);
}

// node:http and not fetch: it can leave from another address of the loopback range and set any header.
function call(method: string, url: string, headers: Headers, localAddress?: string): Promise<Answer> {
  return new Promise((settle, fail) => {
    const from = localAddress === undefined ? {} : { localAddress };
    const sent = request(url, { method, headers, ...from, timeout: waitMs }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      answer.once('end', () => settle({ status: answer.statusCode ?? 0, text }));
    });
    sent.once('timeout', () => sent.destroy(new Error('no answer in time')));
    sent.once('error', fail);
    sent.end(method === 'POST' ? '{}' : undefined);
  });
}
