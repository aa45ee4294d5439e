// TLS listeners: ALPN, certificates that change under a running server, handshakes that go wrong. The two
// engines that have TLS, and what uws does when it is asked for it.
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as tlsConnect, type TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createLogger, type Logger } from '../../src/base/log.ts';
import type { HttpListener } from '../../src/net/index.ts';
import { Bench } from './http.contract.ts';
import { Http2Client } from './http2-client.ts';
import { within } from './raw-client.ts';

const fixtures = new URL('fixtures/', import.meta.url);
let folder = '';
const certFile = (): string => join(folder, 'cert.pem');
const keyFile = (): string => join(folder, 'key.pem');

async function install(name: 'first' | 'second'): Promise<void> {
  await copyFile(new URL(`${name}.cert.pem`, fixtures), certFile());
  await copyFile(new URL(`${name}.key.pem`, fixtures), keyFile());
}

/** The name in the certificate that a new connection is shown. */
async function shownName(port: number): Promise<string> {
  const socket = tlsConnect({ host: '127.0.0.1', port, rejectUnauthorized: false });
  await secured(socket);
  const name = socket.getPeerCertificate().subject.CN;
  socket.destroy();
  return String(name);
}

function secured(socket: TLSSocket): Promise<void> {
  const done = new Promise<void>((resolve, reject) => {
    socket.once('secureConnect', resolve);
    socket.once('error', reject);
  });
  return within(done, 'a TLS handshake');
}

async function ask(listener: HttpListener, ca: Buffer): Promise<string> {
  const done = new Promise<string>((resolve, reject) => {
    const call = httpsRequest({ host: '127.0.0.1', port: listener.port, ca, agent: false }, (message) => {
      message.setEncoding('utf8');
      let text = '';
      message.on('data', (piece: string) => (text += piece));
      message.on('end', () => resolve(text));
    });
    call.on('error', reject);
    call.end();
  });
  return within(done, 'a reply over TLS');
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'caudal-tls-'));
  await install('first');
});

describe.each(['front', 'node'] as const)('TLS: %s', (engine) => {
  const bench = new Bench(engine);
  const listen = (logger?: Logger): Promise<HttpListener> => {
    const tls = { certFile: certFile(), keyFile: keyFile() };
    return bench.listen(
      (request, reply) =>
        reply.send(200, [], `${request.httpVersion} ${request.isSecure} ${request.isLoopback}`),
      { tls, limits: { tlsReloadMs: 20 }, ...(logger === undefined ? {} : { logger }) },
    );
  };

  afterEach(async () => {
    await bench.end();
    await rm(folder, { recursive: true, force: true });
  });

  test('HTTP/1.1 and, by ALPN, HTTP/2', async () => {
    const listener = await listen();
    const ca = await readFile(new URL('first.cert.pem', fixtures));
    expect(await ask(listener, ca)).toBe('1.1 true true');
    const client = new Http2Client(`https://127.0.0.1:${listener.port}`, ca);
    const answer = await client.ask({ ':path': '/' });
    expect(answer.body.toString()).toBe('2.0 true true');
    client.close();
    await expect.poll(() => listener.connectionCount()).toBe(0);
  });

  test('a changed certificate is shown to new connections', async () => {
    const listener = await listen();
    expect(await shownName(listener.port)).toBe('first.caudal.test');
    await install('second');
    await expect.poll(() => shownName(listener.port)).toBe('second.caudal.test');
  });

  test('a broken pair is told and not used, and a good one is taken up after it', async () => {
    const lines: string[] = [];
    const logger = createLogger({ level: 'warn', write: (line) => void lines.push(line), now: () => 0 });
    const listener = await listen(logger);
    await writeFile(certFile(), 'this is no certificate');
    await expect.poll(() => lines.some((line) => line.includes('certificate refused'))).toBe(true);
    expect(await shownName(listener.port)).toBe('first.caudal.test');
    await install('second');
    await expect.poll(() => shownName(listener.port)).toBe('second.caudal.test');
  });

  test('a plain request, or noise, on a TLS port is no reply and no crash', async () => {
    const listener = await listen();
    const client = await bench.connect(listener);
    client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    expect(await client.ended()).not.toContain('200');
    expect(await shownName(listener.port)).toBe('first.caudal.test');
  });

  test('a handshake that never ends is cut off', async () => {
    const tls = { certFile: certFile(), keyFile: keyFile() };
    const listener = await bench.listen((_request, reply) => reply.send(200, [], ''), {
      tls,
      limits: { headerTimeoutMs: 100 },
    });
    const client = await bench.connect(listener);
    await client.ended();
    await expect.poll(() => listener.connectionCount()).toBe(0);
  });

  test('a key that does not belong to the certificate is an error at start', async () => {
    await copyFile(new URL('second.key.pem', fixtures), keyFile());
    await expect(listen()).rejects.toThrow(/key values mismatch/);
  });
});

test('uws with TLS runs the front instead, and says so', async () => {
  const lines: string[] = [];
  const logger = createLogger({ level: 'warn', write: (line) => void lines.push(line), now: () => 0 });
  const bench = new Bench('uws');
  const tls = { certFile: certFile(), keyFile: keyFile() };
  const listener = await bench.listen((_request, reply) => reply.send(200, [], ''), { tls, logger });
  expect(listener.engine).toBe('front');
  expect(lines.join('')).toContain('uws engine skipped');
  await bench.end();
  await rm(folder, { recursive: true, force: true });
});
