// The start of the daemon as users and tests rely on it: ready line, ports, refusals, drain, second signal.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { get } from 'node:https';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { runCaudal, startDaemon } from '../support/daemon.ts';
import { sqsClient } from '../support/sqs.ts';

const workDir = mkdtempSync(join(tmpdir(), 'caudal-start-'));
afterAll(() => rmSync(workDir, { recursive: true, force: true }));
const data = (name: string): string => join(workDir, name);

describe('ready line', () => {
  test('names the listeners that exist, and the data directory last', async () => {
    const daemon = await startDaemon({ flags: ['--amqp-port', '0', '--mqtt-ws-port', 'off'] });
    try {
      expect(daemon.readyLine).toMatch(
        /^caudal ready http=(http:\/\/127\.0\.0\.1:[1-9]\d*) admin=(?!\1)http:\/\/127\.0\.0\.1:\d+ data=\/\S+$/,
      );
      expect(daemon.readyLine.endsWith(`data=${daemon.dataDir}`)).toBe(true);
    } finally {
      expect(await daemon.stop()).toBe(0);
    }
  });

  test('a listener that is off is not named', async () => {
    const daemon = await startDaemon({ flags: ['--admin-port', 'off'] });
    try {
      expect(daemon.readyLine).not.toContain('admin=');
      expect(daemon.adminEndpoint).toBe('');
    } finally {
      await daemon.stop();
    }
  });

  test('HTTPS is one more listener of the same API', async () => {
    const fixtures = resolve(import.meta.dirname, '../net/fixtures');
    const tls = [
      '--tls-cert',
      join(fixtures, 'first.cert.pem'),
      '--tls-key',
      join(fixtures, 'first.key.pem'),
    ];
    const daemon = await startDaemon({ flags: ['--https-port', '0', ...tls] });
    try {
      const url = / https=(https:\/\/127\.0\.0\.1:\d+) admin=/.exec(daemon.readyLine)?.[1];
      const answer = await new Promise<number | undefined>((settle, fail) => {
        const options = { rejectUnauthorized: false, timeout: 10_000 };
        get(`${url}/health`, options, (reply) => settle(reply.resume().statusCode)).once('error', fail);
      });
      expect(answer).toBe(200);
    } finally {
      expect(await daemon.stop()).toBe(0);
    }
  });

  test('a certificate that is not there: one line, exit 1', async () => {
    const tls = ['--https-port', '0', '--tls-cert', data('no.pem'), '--tls-key', data('no.key')];
    const result = await runCaudal([
      'start',
      '--data',
      data('tls'),
      '--http-port',
      '0',
      '--admin-port',
      '0',
      ...tls,
    ]);
    expect([result.code, lastLine(result.stderr)]).toEqual([1, expect.stringContaining('no.pem')]);
  });

  test('an engine that was asked for is named as it runs', async () => {
    const daemon = await startDaemon({ flags: ['--http-engine', 'node'] });
    try {
      expect(daemon.readyLine).toContain(' http-engine=node ');
    } finally {
      await daemon.stop();
    }
  });
});

describe('refusals', () => {
  test('a port in use: one line, exit 1', async () => {
    const squatter = createServer();
    await new Promise<void>((listening) => squatter.listen(0, '127.0.0.1', listening));
    const { port } = squatter.address() as { port: number };
    const ports = ['--http-port', String(port), '--admin-port', '0'];
    const result = await runCaudal(['start', '--data', data('in-use'), ...ports]);
    await new Promise((closed) => squatter.close(closed));
    expect(result.code).toBe(1);
    expect(lastLine(result.stderr)).toBe(
      `caudal: port ${port} of 127.0.0.1 is in use by another process; ` +
        '--http-port picks another (0: any free one, off: none)',
    );
  });

  test('a data directory that another daemon has: one line that names it, exit 1', async () => {
    const daemon = await startDaemon();
    try {
      const ports = ['--http-port', '0', '--admin-port', '0'];
      const result = await runCaudal(['start', '--data', daemon.dataDir, ...ports]);
      expect(result.code).toBe(1);
      expect(lastLine(result.stderr)).toContain(String(daemon.pid));
      expect(result.stdout).toBe('');
    } finally {
      await daemon.stop();
    }
  });

  test('a bad flag, a bad variable and a bad file: exit 1, nothing opened', async () => {
    const flag = await runCaudal(['start', '--htpp-port', '1']);
    expect([flag.code, flag.stderr]).toEqual([
      1,
      'caudal: unknown flag --htpp-port (did you mean --http-port?)\n',
    ]);
    const variable = await runCaudal(['start'], { env: { CAUDAL_ADMIN_PORT: 'x' } });
    expect(variable.stderr).toContain("CAUDAL_ADMIN_PORT: 'x' is not a port");
    const file = await runCaudal(['start', '--config', data('missing.yaml')]);
    expect([file.code, file.stderr]).toEqual([1, expect.stringContaining('missing.yaml: cannot be read')]);
  });

  test('a declared queue that SQS would refuse: its name and reason, exit 1', async () => {
    const attempt = startDaemon({
      config: 'queues:\n  orders: { attributes: { VisibilityTimeout: 50000 } }\n',
    });
    await expect(attempt).rejects.toThrow(
      /code 1 before it was ready[^]*caudal: queue orders: .*VisibilityTimeout/,
    );
  });

  test('fewer queue cells than the data has: the flag to set', async () => {
    const daemon = await startDaemon({ dataDir: data('cells'), queueCells: 3 });
    await daemon.stop();
    const ports = ['--http-port', '0', '--admin-port', '0', '--data', data('cells')];
    const fewer = await runCaudal(['start', ...ports, '--queue-cells', '1']);
    expect([fewer.code, fewer.stderr]).toEqual([1, expect.stringContaining('start with --queue-cells 3')]);
    const unspecified = await startDaemon({ dataDir: data('cells'), flags: [] });
    expect(await unspecified.stop()).toBe(0);
  });
});

describe('signals', () => {
  test('SIGTERM answers who waits, keeps what was sent, and exits 0', async () => {
    const daemon = await startDaemon({ dataDir: data('drain') });
    const sqs = sqsClient(daemon.endpoint);
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'drained' }));
    const { QueueUrl: emptyUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'empty' }));
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'kept' }));
    const poll = sqs.send(new ReceiveMessageCommand({ QueueUrl: emptyUrl, WaitTimeSeconds: 20 }));
    const outcome = poll.then(
      () => 'answered',
      (error: Error) => error.name,
    );
    // The poll must have reached the core before the signal: a later answer on the same queue shows it.
    await sqs.send(new ReceiveMessageCommand({ QueueUrl: emptyUrl, WaitTimeSeconds: 0 }));
    expect(await daemon.stop()).toBe(0);
    // Never a broken connection: an empty receive, or a clear error that clients retry.
    expect(await outcome).toMatch(
      /^(answered|ServiceUnavailable|RequestThrottled|InternalError|ServiceUnavailableException)$/,
    );

    const again = await startDaemon({ dataDir: data('drain') });
    const url = `${again.endpoint}/000000000000/drained`;
    const { Messages } = await sqsClient(again.endpoint).send(new ReceiveMessageCommand({ QueueUrl: url }));
    expect(Messages?.map((message) => message.Body)).toEqual(['kept']);
    expect(await again.stop()).toBe(0);
  });

  test('SIGINT drains too', async () => {
    const daemon = await startDaemon();
    daemon.signal('SIGINT');
    expect(await daemon.exited()).toBe(0);
    await daemon.stop();
  });

  test('a second signal does not wait for the drain', async () => {
    const daemon = await startDaemon();
    const { hostname, port } = new URL(daemon.endpoint);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => {});
    // A request that is never finished holds the drain up.
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n');
    const [continued] = (await once(socket, 'data')) as [Buffer];
    expect(continued.toString('latin1')).toContain('100 Continue');
    daemon.signal('SIGTERM');
    await expect.poll(() => daemon.logs(), { timeout: 10_000 }).toContain('drain started');
    daemon.signal('SIGTERM');
    expect(await daemon.exited()).toBe(143);
    socket.destroy();
    await daemon.stop();
  });

  test('after kill -9 the same directory starts again, with nothing to clean up', async () => {
    const daemon = await startDaemon();
    await daemon.kill9();
    await daemon.restart();
    expect(daemon.readyLine).toContain('caudal ready');
    expect(await daemon.stop()).toBe(0);
  });
});

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? '';
}
