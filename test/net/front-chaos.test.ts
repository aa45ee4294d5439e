// Many badly behaved clients at once, seeded: cut-off bodies, resets, pipelines that nobody reads, replies
// that come late or in pieces. Afterwards nothing may be left: no connection, no running request, no held
// byte.
import { afterEach, expect, test } from 'vitest';
import { SeededRng } from '../../src/base/rng.ts';
import type { HttpReply, HttpRequest } from '../../src/net/index.ts';
import { Bench, get } from './http.contract.ts';
import type { RawClient } from './raw-client.ts';

const clientCount = 300;
const bench = new Bench('front');

afterEach(() => bench.end());

const chunk = `1f4\r\n${'x'.repeat(500)}\r\n`;
const scripts: readonly string[] = [
  get('/now').repeat(20),
  get('/later').repeat(5) + get('/now').repeat(5),
  get('/stream') + get('/later') + get('/stream'),
  get('/large').repeat(4),
  get('/later', 'Connection: close\r\n') + get('/now'),
  `POST /later HTTP/1.1\r\nHost: a\r\nContent-Length: 300000\r\n\r\n${'y'.repeat(300_000)}`,
  `POST /now HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${chunk.repeat(100)}0\r\n\r\n`,
  `${get('/later')}POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n`,
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0 and noise',
  'GET /now HTTP/1.0\r\n\r\n',
];

function answer(request: HttpRequest, reply: HttpReply, rng: SeededRng): void {
  if (request.path === '/now') reply.send(200, [], 'now');
  else if (request.path === '/large') reply.send(200, [], Buffer.alloc(400_000));
  else if (request.path === '/stream') pour(reply, rng);
  else setTimeout(() => reply.send(200, [], request.body), rng.nextU32() % 20);
}

function pour(reply: HttpReply, rng: SeededRng): void {
  const stream = reply.stream(200, []);
  let left = rng.nextU32() % 30;
  const pump = (): void => {
    while (left > 0) {
      left--;
      if (!stream.write(Buffer.alloc(50_000))) return;
    }
    stream.end();
  };
  stream.onDrain(pump);
  pump();
}

async function misbehave(client: RawClient, rng: SeededRng): Promise<void> {
  const script = Buffer.from(scripts[rng.nextU32() % scripts.length] as string, 'latin1');
  const end = rng.nextU32() % 3 === 0 ? rng.nextU32() % script.length : script.length;
  if (rng.nextU32() % 3 === 0) client.socket.pause();
  for (let at = 0; at < end;) {
    const next = Math.min(end, at + 1 + (rng.nextU32() % 40_000));
    client.write(script.subarray(at, next));
    at = next;
    for (let turns = rng.nextU32() % 4; turns > 0; turns--)
      await new Promise((resolve) => setImmediate(resolve));
  }
  const ending = rng.nextU32() % 4;
  if (ending === 0) client.socket.resetAndDestroy();
  else if (ending === 1) client.close();
  else if (ending === 2) client.socket.end();
}

test('leaves nothing behind', async () => {
  const rng = new SeededRng(20_261_125);
  let openCount = 0;
  let servedCount = 0;
  const limits = {
    bufferedBytesMax: 16_000_000,
    writeTimeoutMs: 300,
    idleTimeoutMs: 300,
    headerTimeoutMs: 300,
  };
  const more = { bodyTimeoutMs: 300, lingerMs: 100 };
  const listener = await bench.listen(
    (request, reply) => {
      openCount++;
      servedCount++;
      reply.onClose(() => openCount--);
      const tracked: HttpReply = {
        get isOpen() {
          return reply.isOpen;
        },
        onClose: () => {},
        send: (status, headers, body) => {
          if (reply.isOpen) openCount--;
          reply.send(status, headers, body);
        },
        stream: (status, headers) => {
          if (reply.isOpen) openCount--;
          reply.onClose(() => {});
          return reply.stream(status, headers);
        },
      };
      answer(request, tracked, rng);
    },
    { limits: { ...limits, ...more } },
  );
  const clients = await Promise.all(Array.from({ length: clientCount }, () => bench.connect(listener)));
  await Promise.all(clients.map((client) => misbehave(client, rng)));
  await expect.poll(() => listener.connectionCount(), { timeout: 20_000 }).toBe(0);
  await expect.poll(() => openCount).toBe(0);
  expect(servedCount).toBeGreaterThan(clientCount);
  // The whole budget is free again: a body that needs nearly all of it is accepted.
  const last = await bench.connect(listener);
  last.write(`POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: 15990000\r\n\r\n`);
  last.write(Buffer.alloc(15_990_000));
  expect((await last.reply())?.status).toBe(200);
});
