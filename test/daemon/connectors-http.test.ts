// The outbound HTTP client against servers on loopback: what it sends, what bounds it, where it does not go;
// and deliveries by the pump from a queue to an endpoint.
import { readFileSync } from 'node:fs';
import type { Server, Socket } from 'node:net';
import { createServer } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { limits } from '../../src/base/limits.ts';
import { silentLogger } from '../../src/base/log.ts';
import { SystemRng } from '../../src/base/rng.ts';
import { AddressGuard, loopbackRanges } from '../../src/connectors/address-guard.ts';
import { DeliveryPump } from '../../src/connectors/delivery-pump.ts';
import { driverOf } from '../../src/connectors/driver.ts';
import { HttpTransport } from '../../src/connectors/http/http-transport.ts';
import { OutboundClient } from '../../src/connectors/http/outbound.ts';
import type { HttpRequest } from '../../src/connectors/http-client.ts';
import { notificationRules } from '../../src/connectors/http-client.ts';
import type { RetryPolicy } from '../../src/connectors/retry-policy.ts';
import { openLocalBroker, removeDirectory, temporaryDirectory } from '../crash/local-broker.ts';
import type { Answer, HttpEndpoint } from '../support/http-endpoint.ts';
import { answering, openEndpoint } from '../support/http-endpoint.ts';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).toReversed()) await each.close();
});

async function endpoint(answer: Answer, tls?: Parameters<typeof openEndpoint>[1]): Promise<HttpEndpoint> {
  const opened = await openEndpoint(answer, tls);
  open.push(opened);
  return opened;
}

function client(allow: readonly string[] = loopbackRanges, extraCa: readonly string[] = []): OutboundClient {
  const guard = AddressGuard.parse(allow);
  if (!guard.ok) throw new Error(guard.error);
  const made = new OutboundClient({ guard: guard.value, extraCa });
  open.push(made);
  return made;
}

function post(url: string, more: Partial<HttpRequest> = {}): HttpRequest {
  return {
    method: 'POST',
    url,
    headers: { 'content-type': 'text/plain' },
    body: 'hi',
    timeoutMs: 10_000,
    ...more,
  };
}

/** A server of raw bytes: what it does with each connection. */
async function rawServer(connected: Parameters<typeof createServer>[1]): Promise<number> {
  const server: Server = createServer(connected);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket));
  const destroyAll = (): void => sockets.forEach((socket) => socket.destroy());
  open.push({
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        destroyAll();
      }),
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

test('sends what it is given, and answers what it gets', async () => {
  const server = await endpoint(answering(201, 'made', { 'x-one': '1' }));
  const url = `${server.url.replace('//', '//us%40er:p%3Aw@')}/path?q=1`;
  const answer = await client().send(post(url, { headers: { 'X-Mine': 'yes' }, body: 'häh' }));
  expect(answer).toMatchObject({ kind: 'answered', status: 201, isTruncated: false });
  expect(answer.kind === 'answered' && [answer.body.toString(), answer.headers['x-one']]).toEqual([
    'made',
    '1',
  ]);
  expect(server.seen[0]).toMatchObject({
    method: 'POST',
    path: '/path?q=1',
    body: 'häh',
    headers: {
      'x-mine': 'yes',
      'content-length': '4',
      authorization: `Basic ${Buffer.from('us@er:p:w').toString('base64')}`,
      host: `127.0.0.1:${server.port}`,
    },
  });
});

test('keeps connections, and opens another when the server had closed the kept one', async () => {
  const server = await endpoint((_, response) => response.end('ok'));
  const outbound = client();
  for (let i = 0; i < 3; i++) expect((await outbound.send(post(server.url))).kind).toBe('answered');
  expect([server.connectionCount(), outbound.idleSocketCount]).toEqual([1, 1]);

  // Answers the first request of each connection and ends it with the second, as an idle timeout would.
  let count = 0;
  const port = await rawServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      count++;
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
      socket.once('data', () => socket.destroy());
    });
  });
  const url = `http://127.0.0.1:${port}/`;
  for (let i = 0; i < 2; i++) expect(await outbound.send(post(url))).toMatchObject({ status: 200 });
  expect(count).toBe(2);
});

test('follows no redirect', async () => {
  const elsewhere = await endpoint(answering(200));
  const server = await endpoint(answering(302, '', { location: elsewhere.url }));
  expect(await client().send(post(server.url))).toMatchObject({ kind: 'answered', status: 302 });
  expect(elsewhere.seen).toEqual([]);
});

test('reads no more of an answer than it may', async () => {
  const server = await endpoint((_, response) => {
    response.writeHead(200);
    const more = (): void => {
      while (response.write('x'.repeat(10_000)));
      response.once('drain', more);
    };
    more();
  });
  const answer = await client().send(post(server.url, { answerBytesMax: 5 }));
  expect(answer).toMatchObject({ kind: 'answered', status: 200, isTruncated: true });
  expect(answer.kind === 'answered' && answer.body.toString()).toBe('xxxxx');
});

test('gives up in time: no answer, half an answer, its caller', async () => {
  const outbound = client();
  const silent = await endpoint(() => {});
  const half = await endpoint((_, response) => {
    response.writeHead(200, { 'content-length': '10' });
    response.write('half');
  });
  for (const { url } of [silent, half]) {
    const answer = await outbound.send(post(url, { timeoutMs: 200 }));
    expect(answer).toMatchObject({ kind: 'failed', reason: 'timeout', isPermanent: false });
  }
  const stop = new AbortController();
  const given = outbound.send(post(silent.url), stop.signal);
  stop.abort();
  expect(await given).toMatchObject({ kind: 'failed', reason: 'aborted' });
  const running = outbound.send(post(silent.url));
  outbound.close();
  expect(await running).toMatchObject({ kind: 'failed', reason: 'aborted' });
  expect(await outbound.send(post(silent.url))).toMatchObject({ kind: 'failed', reason: 'aborted' });
  expect(outbound.runningCount).toBe(0);
});

test('says why there is no answer', async () => {
  const outbound = client();
  const closing = await rawServer((socket) => socket.destroy());
  const garbage = await rawServer((socket) => {
    socket.on('error', () => {});
    socket.end('SSH-2.0-nothing\r\n');
  });
  const closed = await openEndpoint(answering(200));
  await closed.close();
  const cases: [string, Partial<HttpRequest>, string][] = [
    [`http://127.0.0.1:${closing}/`, {}, 'reset'],
    [`http://127.0.0.1:${garbage}/`, {}, 'reset'],
    [closed.url, {}, 'connect_failed'],
    ['http://nowhere.invalid/', {}, 'name_not_found'],
    ['ftp://127.0.0.1/', {}, 'request_invalid'],
    ['/relative', {}, 'request_invalid'],
    [closed.url, { headers: { 'x-bad': 'a\r\nb: c' } }, 'request_invalid'],
    [closed.url, { method: 'NO WAY' }, 'request_invalid'],
    [`http://%zz:x@127.0.0.1:${closing}/`, {}, 'request_invalid'],
  ];
  for (const [url, more, reason] of cases) {
    const answer = await outbound.send(post(url, more));
    expect([url, answer]).toMatchObject([url, { kind: 'failed', reason }]);
  }
});

test('goes to no private address that is not allowed, by number or by name', async () => {
  const server = await endpoint(answering(200));
  const { port } = server;
  const refused = { kind: 'failed', reason: 'address_refused', isPermanent: true };
  const strict = client([]);
  for (const host of ['127.0.0.1', 'localhost', '2130706433', '[::ffff:127.0.0.1]', '0.0.0.0'])
    expect([host, await strict.send(post(`http://${host}:${port}/`))]).toMatchObject([host, refused]);
  const listed = client([`localhost:${port}`]);
  expect(await listed.send(post(`http://localhost:${port}/`))).toMatchObject({ status: 200 });
  expect(await listed.send(post(`http://127.0.0.1:${port}/`))).toMatchObject(refused);
  expect(server.seen.length).toBe(1);
});

test('checks certificates', async () => {
  const fixture = (name: string): string =>
    readFileSync(new URL(`../net/fixtures/first.${name}.pem`, import.meta.url), 'utf8');
  const tls = { key: fixture('key'), cert: fixture('cert') };
  const server = await endpoint(answering(200, 'safe'), tls);
  const distrust = await client().send(post(server.url));
  expect(distrust).toMatchObject({ kind: 'failed', reason: 'tls_failed', isPermanent: false });
  const trusting = client(loopbackRanges, [tls.cert]);
  for (let i = 0; i < 2; i++)
    expect(await trusting.send(post(`${server.url}/path`))).toMatchObject({ status: 200 });
  expect(server.seen.map(({ path }) => path)).toEqual(['/path', '/path']);
  // The certificate is for 127.0.0.1 and localhost.
  const other = await endpoint(answering(200), { ...tls, host: '127.0.0.2' });
  expect(await trusting.send(post(other.url))).toMatchObject({ kind: 'failed', reason: 'tls_failed' });
});

test('has no more requests at once than it may', async () => {
  const server = await endpoint(() => {});
  const outbound = client();
  const running = Array.from({ length: limits.outboundRequestsMax }, () => outbound.send(post(server.url)));
  expect(await outbound.send(post(server.url))).toMatchObject({ kind: 'failed', reason: 'busy' });
  outbound.close();
  await Promise.all(running);
  expect(server.connectionCount()).toBeLessThanOrEqual(limits.outboundSocketsPerHostMax);
});

test('a queue is delivered to an endpoint that fails at first', async () => {
  let fails = 3;
  const server = await endpoint((request, response) => answering(fails-- > 0 ? 503 : 200)(request, response));
  const directory = temporaryDirectory();
  open.push({ close: () => removeDirectory(directory) });
  const local = await openLocalBroker(directory);
  open.push(local);
  const { broker } = local;
  const queue = await local.create('push');
  const pump = new DeliveryPump({ broker, clock: systemClock, rng: new SystemRng(), logger: silentLogger });
  open.push({ close: () => pump.close(1_000) });
  const transport = new HttpTransport({ client: client(), rules: notificationRules, clock: systemClock });
  const retry: RetryPolicy = {
    kind: 'doubling',
    retriesMax: 10,
    minDelayMs: 100,
    maxDelayMs: 100,
    jitter: 0,
  };
  const driver = driverOf(transport, ({ message }) => post(server.url, { body: message.bodyText() }));
  pump.watch({ key: 'a', queueEntity: queue, driver, retry, timeoutMs: 5_000 });
  const bodies = Array.from({ length: 200 }, (_, index) => `message ${index}`);
  await local.send(queue, bodies);
  await expect.poll(() => pump.counters('a')?.deliveredCount, { timeout: 20_000 }).toBe(200);
  await expect.poll(() => pump.runningCount, { timeout: 20_000 }).toBe(0);
  expect(new Set(server.seen.map(({ body }) => body))).toEqual(new Set(bodies));
  expect(pump.counters('a')).toMatchObject({ attemptCount: 203, failedCount: 3 });
  expect(await local.run('queueStats', { kind: 'queueStats', entity: queue })).toMatchObject({
    readyCount: 0,
    leasedCount: 0,
  });
});
