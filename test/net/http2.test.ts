// HTTP/2 with prior knowledge on the port that also speaks HTTP/1.1: what the JavaScript Kinesis client and
// Netty do. The front alone has it.
import { afterEach, describe, expect, test } from 'vitest';
import type { HttpListener, HttpReply, HttpRequest } from '../../src/net/index.ts';
import { Bench, echoPath, get } from './http.contract.ts';
import { answerOf, Http2Client } from './http2-client.ts';

const bench = new Bench('front');
const clients: Http2Client[] = [];

function connect(listener: HttpListener): Http2Client {
  const client = new Http2Client(`http://127.0.0.1:${listener.port}`);
  clients.push(client);
  return client;
}

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await bench.end();
});

describe('requests', () => {
  test('what handlers see', async () => {
    let seen: HttpRequest | undefined;
    const listener = await bench.listen((request, reply) => {
      seen = request;
      reply.send(201, ['X-A', 'b', 'Content-Type', 'text/plain'], 'gr\u00fcn');
    });
    const headers = { ':path': '/a%20b?c=d', 'x-amz-target': 'Abc', cookie: ['a=1', 'b=2'] };
    const answer = await connect(listener).ask(headers, 'body');
    expect(answer.status).toBe(201);
    expect(answer.headers).toMatchObject({ 'x-a': 'b', 'content-type': 'text/plain', 'content-length': '5' });
    expect(answer.body.toString()).toBe('gr\u00fcn');
    expect(seen).toMatchObject({ method: 'POST', path: '/a%20b', query: 'c=d', httpVersion: '2.0' });
    expect(seen).toMatchObject({ remoteAddress: '127.0.0.1', isLoopback: true, isSecure: false });
    expect(seen?.headers.get('host')).toBe(`127.0.0.1:${listener.port}`);
    expect(seen?.headers.get('x-amz-target')).toBe('Abc');
    expect([...(seen?.headers ?? [])].some(([name]) => name.startsWith(':'))).toBe(false);
    expect(seen?.body.toString()).toBe('body');
  });

  test('both protocols on one port, and many streams at once', async () => {
    const listener = await bench.listen((request, reply) =>
      setImmediate(() => reply.send(200, [], request.body)),
    );
    const client = connect(listener);
    const bodies = Array.from({ length: 50 }, (_, i) => `body ${i}`);
    const answers = await Promise.all(bodies.map((body) => client.ask({ ':path': '/' }, body)));
    expect(answers.map((answer) => answer.body.toString())).toEqual(bodies);
    const old = await bench.connect(listener);
    old.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nold');
    expect((await old.reply())?.body.toString()).toBe('old');
    expect(listener.connectionCount()).toBe(2);
  });

  test('a preface that comes byte by byte is still one', async () => {
    const listener = await bench.listen(echoPath);
    const raw = await bench.connect(listener);
    await raw.trickle('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    raw.write(Buffer.from('000000040000000000', 'hex'));
    // The server's own SETTINGS frame is the answer; this is no HTTP/1.1 reply.
    await expect.poll(() => raw.socket.bytesRead).toBeGreaterThan(9);
  });

  test('a client that resets its connection ends nothing but itself', async () => {
    const listener = await bench.listen(echoPath);
    const raw = await bench.connect(listener);
    raw.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    raw.write(Buffer.from('000000040000000000', 'hex'));
    await expect.poll(() => raw.socket.bytesRead).toBeGreaterThan(9);
    raw.socket.resetAndDestroy();
    await expect.poll(() => listener.connectionCount()).toBe(0);
    expect((await connect(listener).ask({ ':path': '/a' })).body.toString()).toBe('/a');
  });

  test('PUT and PROPFIND begin like a preface and are none', async () => {
    const listener = await bench.listen((request, reply) => reply.send(200, [], request.method));
    for (const method of ['PUT', 'PROPFIND', 'PR', 'P']) {
      const client = await bench.connect(listener);
      await client.trickle(`${method} / HTTP/1.1\r\nHost: a\r\n\r\n`);
      expect((await client.reply())?.body.toString()).toBe(method);
    }
  });

  test('large bodies and large replies arrive whole', async () => {
    const body = Buffer.from(Array.from({ length: 2_000_000 }, (_, i) => (i * 13) & 255));
    const listener = await bench.listen((request, reply) => reply.send(200, [], request.body));
    const answer = await connect(listener).ask({ ':path': '/' }, body);
    expect(answer.body.equals(body)).toBe(true);
  });

  test('a streamed reply', async () => {
    const listener = await bench.listen((_request, reply) => {
      const stream = reply.stream(200, []);
      let sent = 0;
      const pump = (): void => {
        while (sent < 50) {
          sent++;
          if (!stream.write(Buffer.alloc(20_000, sent))) return;
        }
        stream.end();
      };
      stream.onDrain(pump);
      pump();
    });
    const answer = await connect(listener).ask({ ':path': '/' });
    expect(answer.body.length).toBe(1_000_000);
    expect(answer.body.at(-1)).toBe(50);
  });

  test('HEAD and 204 have no body', async () => {
    const listener = await bench.listen((request, reply) => {
      reply.send(request.method === 'HEAD' ? 200 : 204, [], 'hello');
    });
    const client = connect(listener);
    const head = await client.ask({ ':method': 'HEAD', ':path': '/' });
    expect(head.headers).toMatchObject({ ':status': 200, 'content-length': '5' });
    expect(head.body.length).toBe(0);
    const empty = await client.ask({ ':path': '/' });
    expect(empty.status).toBe(204);
    expect(empty.headers['content-length']).toBe(undefined);
  });
});

describe('limits', () => {
  test('a body that is announced or grows too large is refused, and the session goes on', async () => {
    const listener = await bench.listen(echoPath, { limits: { bodyBytesMax: 1000 } });
    const client = connect(listener);
    const announced = await client.ask({ ':path': '/', 'content-length': 5000 }, Buffer.alloc(5000));
    expect(announced.status).toBe(413);
    const grown = await client.ask({ ':path': '/' }, Buffer.alloc(5000));
    expect(grown.status).toBe(413);
    expect((await client.ask({ ':path': '/ok' })).body.toString()).toBe('/ok');
  });

  test('targets that are no path are refused', async () => {
    const listener = await bench.listen(echoPath, { limits: { uriBytesMax: 100 } });
    const client = connect(listener);
    // node:http2 resets the stream before we see it.
    await expect(client.ask({ ':path': 'foo' })).rejects.toThrow('without a reply (code 1)');
    expect((await client.ask({ ':path': `/${'x'.repeat(100)}` })).status).toBe(414);
  });

  test('a session between requests is ended in time, one with a long poll is not', async () => {
    const listener = await bench.listen(
      (_request, reply) => void setTimeout(() => reply.send(200, [], 'late'), 500),
      { limits: { idleTimeoutMs: 100 } },
    );
    const idle = connect(listener);
    const polling = connect(listener);
    expect((await polling.ask({ ':path': '/' })).body.toString()).toBe('late');
    await idle.closed();
    await polling.closed();
    await expect.poll(() => listener.connectionCount()).toBe(0);
  });

  test('a client that takes nothing is cut off', async () => {
    const listener = await bench.listen((_request, reply) => reply.send(200, [], Buffer.alloc(10_000_000)), {
      limits: { writeTimeoutMs: 200 },
    });
    const client = connect(listener);
    // Never read: the stream's window fills, and nothing moves any more.
    const stream = client.open({ ':path': '/' });
    stream.pause();
    await expect.poll(() => listener.connectionCount()).toBe(1);
    await client.closed();
    await expect.poll(() => listener.connectionCount()).toBe(0);
  });
});

describe('endings', () => {
  test('a reset stream is a client that has gone', async () => {
    const seen: { reply?: HttpReply; isClosed: boolean } = { isClosed: false };
    const listener = await bench.listen((_request, reply) => {
      seen.reply = reply;
      reply.onClose(() => {
        seen.isClosed = true;
      });
    });
    const stream = connect(listener).open({ ':path': '/' });
    await expect.poll(() => seen.reply?.isOpen).toBe(true);
    stream.close(8);
    await expect.poll(() => seen.isClosed).toBe(true);
    expect(seen.reply?.isOpen).toBe(false);
    seen.reply?.send(200, [], 'to nobody');
  });

  test('a broken session is, too', async () => {
    let isRunning = false;
    let isClosed = false;
    const listener = await bench.listen((_request, reply) => {
      isRunning = true;
      reply.onClose(() => {
        isClosed = true;
      });
    });
    const client = connect(listener);
    client.open({ ':path': '/' });
    await expect.poll(() => isRunning).toBe(true);
    client.close();
    await expect.poll(() => isClosed).toBe(true);
  });

  test('drain lets a running stream finish', async () => {
    let running: HttpReply | undefined;
    const listener = await bench.listen((_request, reply) => {
      running = reply;
    });
    const client = connect(listener);
    const answer = answerOf(client.open({ ':path': '/' }));
    await expect.poll(() => running).toBeDefined();
    const closing = listener.close(5000);
    running?.send(200, [], 'done');
    expect((await answer).body.toString()).toBe('done');
    await client.closed();
    await closing;
  });

  test('a client that keeps its side open after the end is cut off', async () => {
    const listener = await bench.listen(echoPath, { limits: { idleTimeoutMs: 100, lingerMs: 100 } });
    const raw = await bench.connect(listener);
    raw.socket.allowHalfOpen = true;
    raw.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    raw.write(Buffer.from('000000040000000000', 'hex'));
    await expect.poll(() => listener.connectionCount()).toBe(1);
    await expect.poll(() => listener.connectionCount(), { timeout: 5000 }).toBe(0);
  });

  test('bytes that are no frames end the session and nothing else', async () => {
    const listener = await bench.listen(echoPath);
    const raw = await bench.connect(listener);
    raw.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nthis is not a frame, and it never was one');
    await raw.ended();
    const client = await bench.connect(listener);
    client.write(get('/alive'));
    expect((await client.reply())?.body.toString()).toBe('/alive');
  });
});
