// The HTTP contract: what every engine must do on the wire, told by raw sockets. http.test.ts runs it over
// each engine, with the engine's allowances: rows that a foreign parser decides and that we cannot change.
import { afterEach, describe, expect, test } from 'vitest';
import type {
  HttpEngine,
  HttpListener,
  HttpListenOptions,
  HttpReply,
  HttpRequest,
} from '../../src/net/index.ts';
import { listenHttp } from '../../src/net/index.ts';
import { acceptedCases, refusedCases } from './http-cases.ts';
import { RawClient } from './raw-client.ts';

export interface Allowances {
  /** Names of tests or cases that this engine fails, each with the reason why that is tolerable. */
  readonly skipped: Readonly<Record<string, string>>;
  /** Cases that are refused with another status than ours. */
  readonly otherStatus: Readonly<Record<string, number>>;
}

type Handler = HttpListenOptions['handler'];
type Overrides = Partial<Omit<HttpListenOptions, 'engine' | 'handler'>>;

/** What one test has opened, and how it opens more. */
export class Bench {
  readonly #engine: HttpEngine;
  readonly #listeners: HttpListener[] = [];
  readonly #clients: RawClient[] = [];

  constructor(engine: HttpEngine) {
    this.#engine = engine;
  }

  async listen(handler: Handler, overrides: Overrides = {}): Promise<HttpListener> {
    const options = { host: '127.0.0.1', port: 0, engine: this.#engine, handler, ...overrides };
    const listener = await listenHttp(options);
    this.#listeners.push(listener);
    return listener;
  }

  async connect(listener: HttpListener, localAddress?: string): Promise<RawClient> {
    const client = await RawClient.connect({
      port: listener.port,
      ...(localAddress === undefined ? {} : { localAddress }),
    });
    this.#clients.push(client);
    return client;
  }

  async end(): Promise<void> {
    for (const client of this.#clients.splice(0)) client.close();
    await Promise.all(this.#listeners.splice(0).map((listener) => listener.close(0)));
  }
}

export const get = (path: string, headers = ''): string =>
  `GET ${path} HTTP/1.1\r\nHost: a\r\n${headers}\r\n`;
export const echoPath: Handler = (request, reply) => reply.send(200, [], request.path);

export function httpContract(engine: HttpEngine, allowances: Allowances): void {
  const bench = new Bench(engine);
  const run: Run = (name, body) => {
    const reason = allowances.skipped[name];
    test.skipIf(reason !== undefined)(`${name}${reason === undefined ? '' : ` (${reason})`}`, async () => {
      expect.hasAssertions();
      await body();
    });
  };

  describe(`HTTP contract: ${engine}`, () => {
    afterEach(() => bench.end());
    describe('refuses', () => {
      refusals(bench, allowances, run);
    });
    describe('accepts', () => {
      acceptances(bench, run);
    });
    describe('connections', () => {
      connections(bench, run);
    });
    describe('replies', () => {
      replies(bench, run);
    });
    describe('limits', () => {
      sizeLimits(bench, run);
    });
    describe('time', () => {
      timeLimits(bench, run);
    });
    describe('drain', () => {
      draining(bench, run);
    });
  });
}

type Run = (name: string, body: () => Promise<void>) => void;

function refusals(bench: Bench, allowances: Allowances, run: Run): void {
  for (const row of refusedCases) {
    run(row.name, async () => {
      const seen: HttpRequest[] = [];
      const listener = await bench.listen((request, reply) => {
        seen.push(request);
        reply.send(200, [], '');
      });
      const client = await bench.connect(listener);
      client.write(row.bytes);
      const reply = await client.reply();
      expect(reply?.status).toBe(allowances.otherStatus[row.name] ?? row.status);
      await client.ended();
      expect(seen).toEqual([]);
    });
  }
}

function acceptances(bench: Bench, run: Run): void {
  for (const row of acceptedCases) {
    run(row.name, async () => {
      let seen: HttpRequest | undefined;
      const listener = await bench.listen((request, reply) => {
        seen = request;
        reply.send(200, [], 'ok');
      });
      const client = await bench.connect(listener);
      client.write(row.bytes);
      expect((await client.reply())?.status).toBe(200);
      if (row.method !== undefined) expect(seen?.method).toBe(row.method);
      if (row.path !== undefined) expect(seen?.path).toBe(row.path);
      if (row.query !== undefined) expect(seen?.query).toBe(row.query);
      if (row.body !== undefined) expect(seen?.body.toString('latin1')).toBe(row.body);
      if (row.header !== undefined) expect(seen?.headers.get(row.header[0])).toBe(row.header[1]);
      client.write(get('/next'));
      expect((await client.reply())?.status).toBe(200);
      expect(seen?.path).toBe('/next');
    });
  }
}

function connections(bench: Bench, run: Run): void {
  run('a request that comes byte by byte', async () => {
    const listener = await bench.listen((request, reply) => reply.send(200, [], request.body));
    const client = await bench.connect(listener);
    await client.trickle('POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nabcd');
    expect((await client.reply())?.body.toString()).toBe('abcd');
  });

  run('chunks that come byte by byte', async () => {
    const listener = await bench.listen((request, reply) => reply.send(200, [], request.body));
    const client = await bench.connect(listener);
    await client.trickle(
      'POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2;e\r\nhi\r\n0\r\nT: x\r\n\r\n',
    );
    expect((await client.reply())?.body.toString()).toBe('hi');
  });

  run('pipelined requests are answered in order, whatever order they finish in', async () => {
    const waiting: HttpReply[] = [];
    const listener = await bench.listen((request, reply) => {
      waiting.push(reply);
      if (request.path !== '/2' && request.path !== '/only') return;
      for (const [index, held] of waiting.toReversed().entries())
        held.send(200, [], `${waiting.length - index}`);
    });
    const client = await bench.connect(listener);
    client.write(get('/1') + get('/2'));
    expect((await client.reply())?.body.toString()).toBe('1');
    expect((await client.reply())?.body.toString()).toBe('2');
  });

  run('a hundred pipelined requests', async () => {
    const listener = await bench.listen((request, reply) =>
      setImmediate(() => reply.send(200, [], request.path)),
    );
    const client = await bench.connect(listener);
    client.write(Array.from({ length: 100 }, (_, i) => get(`/${i}`)).join(''));
    for (let i = 0; i < 100; i++) expect((await client.reply())?.body.toString()).toBe(`/${i}`);
  });

  run('Connection: close ends after the reply, and what follows is not served', async () => {
    const paths: string[] = [];
    const listener = await bench.listen((request, reply) => {
      paths.push(request.path);
      reply.send(200, [], 'bye');
    });
    const client = await bench.connect(listener);
    client.write(get('/1', 'Connection: foo, Close\r\n') + get('/2'));
    const reply = await client.reply();
    expect(reply?.body.toString()).toBe('bye');
    expect(reply?.headers.get('connection')?.toLowerCase()).toBe('close');
    expect(await client.ended()).toBe('');
    expect(paths).toEqual(['/1']);
  });

  run('HTTP/1.0 is served and ended, without a Host', async () => {
    const listener = await bench.listen((request, reply) => reply.send(200, [], request.httpVersion));
    const client = await bench.connect(listener);
    client.write('GET /x HTTP/1.0\r\n\r\n');
    expect((await client.reply())?.body.toString()).toBe('1.0');
    await client.ended();
  });

  run('a stream on HTTP/1.0 has no chunks and ends with the connection', async () => {
    const listener = await bench.listen((_request, reply) => {
      const stream = reply.stream(200, []);
      stream.write(Buffer.from('ab'));
      stream.write(Buffer.from('cd'));
      stream.end();
    });
    const client = await bench.connect(listener);
    client.write('GET /x HTTP/1.0\r\n\r\n');
    const reply = await client.reply();
    expect(reply?.headers.get('transfer-encoding')).toBe(undefined);
    expect(reply?.body.toString()).toBe('abcd');
  });

  run('Expect: 100-continue is answered before the body comes', async () => {
    const listener = await bench.listen((request, reply) => reply.send(200, [], request.body));
    const client = await bench.connect(listener);
    client.write('POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n');
    expect((await client.reply())?.status).toBe(100);
    client.write('abc');
    expect((await client.reply())?.body.toString()).toBe('abc');
  });

  run('says who is asking', async () => {
    const listener = await bench.listen(
      (request, reply) =>
        reply.send(200, [], `${request.remoteAddress} ${request.isLoopback} ${request.isSecure}`),
      { treatAsRemote: '127.0.0.2' },
    );
    const local = await bench.connect(listener);
    local.write(get('/'));
    expect((await local.reply())?.body.toString()).toBe('127.0.0.1 true false');
    const stranger = await bench.connect(listener, '127.0.0.2');
    stranger.write(get('/'));
    expect((await stranger.reply())?.body.toString()).toBe('127.0.0.2 false false');
  });

  run('counts its connections', async () => {
    const listener = await bench.listen(echoPath);
    const client = await bench.connect(listener);
    client.write(get('/'));
    await client.reply();
    expect(listener.connectionCount()).toBe(1);
    client.close();
    await expect.poll(() => listener.connectionCount()).toBe(0);
  });

  run('tells the handler when the client goes away', async () => {
    const seen: { reply?: HttpReply; isClosed: boolean } = { isClosed: false };
    const listener = await bench.listen((_request, reply) => {
      seen.reply = reply;
      reply.onClose(() => {
        seen.isClosed = true;
      });
    });
    const client = await bench.connect(listener);
    client.write(get('/'));
    await expect.poll(() => seen.reply?.isOpen).toBe(true);
    client.close();
    await expect.poll(() => seen.isClosed).toBe(true);
    expect(seen.reply?.isOpen).toBe(false);
    seen.reply?.send(200, [], 'to nobody');
  });

  run('does not call onClose after a reply', async () => {
    let closedCount = 0;
    const listener = await bench.listen((_request, reply) => {
      reply.onClose(() => closedCount++);
      reply.send(200, [], '');
    });
    const client = await bench.connect(listener);
    client.write(get('/'));
    await client.reply();
    client.close();
    await expect.poll(() => listener.connectionCount()).toBe(0);
    expect(closedCount).toBe(0);
  });

  run('refuses a foreign Origin', async () => {
    const listener = await bench.listen(echoPath, { corsOrigins: ['https://good.test'] });
    const client = await bench.connect(listener);
    client.write(get('/', 'Origin: https://evil.test\r\n'));
    expect((await client.reply())?.status).toBe(403);
    client.write(get('/', 'Origin: https://good.test\r\n'));
    const reply = await client.reply();
    expect(reply?.status).toBe(200);
    expect(reply?.headers.get('access-control-allow-origin')).toBe('https://good.test');
  });
}

function replies(bench: Bench, run: Run): void {
  run('a reply has length, date and the headers it was given', async () => {
    const listener = await bench.listen((_request, reply) => reply.send(404, ['X-A', 'b'], 'gr\u00fcn'));
    const client = await bench.connect(listener);
    client.write(get('/'));
    const reply = await client.reply();
    expect(reply?.status).toBe(404);
    expect(reply?.headers.get('x-a')).toBe('b');
    expect(Number.isNaN(Date.parse(reply?.headers.get('date') ?? ''))).toBe(false);
    expect(reply?.body.toString('utf8')).toBe('gr\u00fcn');
  });

  run('HEAD has the length and no body', async () => {
    const listener = await bench.listen((_request, reply) => reply.send(200, [], 'hello'));
    const client = await bench.connect(listener);
    client.write('HEAD / HTTP/1.1\r\nHost: a\r\n\r\n');
    const reply = await client.reply(true);
    expect(reply?.headers.get('content-length')).toBe('5');
    client.write(get('/'));
    expect((await client.reply())?.body.toString()).toBe('hello');
  });

  run('204 has neither length nor body', async () => {
    const listener = await bench.listen((request, reply) =>
      reply.send(request.path === '/' ? 204 : 200, [], 'x'),
    );
    const client = await bench.connect(listener);
    client.write(get('/'));
    const reply = await client.reply();
    expect(reply?.status).toBe(204);
    expect(reply?.headers.get('content-length')).toBe(undefined);
    client.write(get('/2'));
    expect((await client.reply())?.status).toBe(200);
  });

  run('large replies arrive whole, as text and as bytes', async () => {
    const bytes = Buffer.from(Array.from({ length: 3_000_000 }, (_, i) => (i * 7) & 255));
    const text = 'Gr\u00fc\u00dfe '.repeat(200_000);
    const listener = await bench.listen((request, reply) =>
      reply.send(200, [], request.path === '/t' ? text : bytes),
    );
    const client = await bench.connect(listener);
    client.write(get('/b') + get('/t') + get('/b'));
    expect((await client.reply())?.body.equals(bytes)).toBe(true);
    expect((await client.reply())?.body.toString('utf8')).toBe(text);
    expect((await client.reply())?.body.equals(bytes)).toBe(true);
  });

  run('large bodies arrive whole', async () => {
    const body = Buffer.from(Array.from({ length: 3_000_000 }, (_, i) => (i * 11) & 255));
    const listener = await bench.listen((request, reply) =>
      reply.send(200, [], String(request.body.equals(body))),
    );
    const client = await bench.connect(listener);
    client.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n`);
    client.write(body);
    expect((await client.reply())?.body.toString()).toBe('true');
    client.write('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n');
    for (let at = 0; at < body.length; at += 70_001) {
      const piece = body.subarray(at, at + 70_001);
      client.write(`${piece.length.toString(16)}\r\n`);
      client.write(piece);
      client.write('\r\n');
    }
    client.write('0\r\n\r\n');
    expect((await client.reply())?.body.toString()).toBe('true');
  });

  run('a stream waits for its client and arrives whole', async () => {
    const piece = Buffer.alloc(100_000, 'abcdefghij');
    const total = 60;
    let waits = 0;
    const listener = await bench.listen((_request, reply) => {
      const stream = reply.stream(200, []);
      let sent = 0;
      const pump = (): void => {
        while (sent < total) {
          sent++;
          if (stream.write(piece)) continue;
          waits++;
          return;
        }
        stream.end();
      };
      stream.onDrain(pump);
      pump();
    });
    const client = await bench.connect(listener);
    client.write(get('/'));
    const reply = await client.reply();
    expect(reply?.headers.get('transfer-encoding')).toBe('chunked');
    expect(reply?.body.equals(Buffer.concat(Array.from({ length: total }, () => piece)))).toBe(true);
    expect(waits).toBeGreaterThan(0);
    client.write(get('/'));
    expect((await client.reply())?.body.length).toBe(total * piece.length);
  });

  run('a header value cannot start another header', async () => {
    const listener = await bench.listen((_request, reply) => {
      reply.send(200, ['X-A', 'b\r\nX-Evil: 1', 'X-B', 'c\u010d\u010aX-Evil: 2'], '');
    });
    const client = await bench.connect(listener);
    client.write(get('/'));
    const reply = await client.reply();
    expect(reply?.status).toBe(200);
    expect(reply?.headers.has('x-evil')).toBe(false);
    expect(reply?.headers.get('x-a')).toBe('b??X-Evil: 1');
    expect(reply?.headers.get('x-b')).toBe('c??X-Evil: 2');
  });
}

function sizeLimits(bench: Bench, run: Run): void {
  run('a body that is announced too large is refused before it is sent', async () => {
    const listener = await bench.listen(echoPath, { limits: { bodyBytesMax: 1000 } });
    const client = await bench.connect(listener);
    client.write('POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1001\r\n\r\n');
    expect((await client.reply())?.status).toBe(413);
    await client.ended();
  });

  run('a body of exactly the limit is accepted', async () => {
    const listener = await bench.listen(echoPath, { limits: { bodyBytesMax: 1000 } });
    const client = await bench.connect(listener);
    client.write(`POST /ok HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n${'x'.repeat(1000)}`);
    expect((await client.reply())?.body.toString()).toBe('/ok');
  });

  run('chunks that grow beyond the limit are refused', async () => {
    const listener = await bench.listen(echoPath, { limits: { bodyBytesMax: 1000 } });
    const client = await bench.connect(listener);
    client.write(`POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n`);
    const chunk = `1f4\r\n${'x'.repeat(500)}\r\n`;
    client.write(`${chunk}${chunk}${chunk}`);
    expect((await client.reply())?.status).toBe(413);
    await client.ended();
  });

  run('a refusal reaches a client that is still sending', async () => {
    const listener = await bench.listen(echoPath, { limits: { bodyBytesMax: 1000 } });
    const client = await bench.connect(listener);
    client.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 500000\r\n\r\n');
    for (let i = 0; i < 5; i++) {
      client.write(Buffer.alloc(100_000));
      await new Promise<void>((resolve) => void setImmediate(resolve));
    }
    expect((await client.reply())?.status).toBe(413);
  });

  run('headers above the limit are refused', async () => {
    const listener = await bench.listen(echoPath, { limits: { headerBytesMax: 4096 } });
    const client = await bench.connect(listener);
    client.write(get('/', `X: ${'x'.repeat(5000)}\r\n`));
    expect((await client.reply())?.status).toBe(431);
    await client.ended();
  });

  run('a header that never ends is refused at the limit', async () => {
    const listener = await bench.listen(echoPath, { limits: { headerBytesMax: 4096 } });
    const client = await bench.connect(listener);
    client.write('GET / HTTP/1.1\r\nHost: a\r\nX: ');
    for (let i = 0; i < 10 && !client.isEnded; i++) client.write('x'.repeat(1000));
    expect((await client.reply())?.status).toBe(431);
    await client.ended();
  });

  run('too many headers are refused', async () => {
    const listener = await bench.listen(echoPath, { limits: { headerCountMax: 10 } });
    const client = await bench.connect(listener);
    client.write(get('/', 'X: a\r\n'.repeat(10)));
    expect((await client.reply())?.status).toBe(431);
    await client.ended();
  });

  run('a target above the limit is refused', async () => {
    const listener = await bench.listen(echoPath, { limits: { uriBytesMax: 1000 } });
    const client = await bench.connect(listener);
    client.write(get(`/${'x'.repeat(1000)}`));
    expect((await client.reply())?.status).toBe(414);
    await client.ended();
  });

  run('a connection above the limit is refused at once', async () => {
    const listener = await bench.listen(echoPath, { limits: { connectionsMax: 2 } });
    const first = await bench.connect(listener);
    first.write(get('/1'));
    await first.reply();
    const second = await bench.connect(listener);
    second.write(get('/2'));
    await second.reply();
    const third = await bench.connect(listener);
    expect((await third.reply())?.status).toBe(503);
    await third.ended();
    second.close();
    await expect.poll(() => listener.connectionCount()).toBe(1);
    const fourth = await bench.connect(listener);
    fourth.write(get('/4'));
    expect((await fourth.reply())?.body.toString()).toBe('/4');
  });

  run('bodies that are gathered at once are bounded together', async () => {
    const limits = { bufferedBytesMax: 400_000 };
    const listener = await bench.listen(echoPath, { limits });
    const head = 'POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 300000\r\n\r\n';
    const first = await bench.connect(listener);
    first.write(head);
    first.write(Buffer.alloc(299_999));
    const probe = await bench.connect(listener);
    probe.write(get('/probe'));
    await probe.reply();
    const second = await bench.connect(listener);
    second.write(head);
    second.write(Buffer.alloc(299_999));
    expect((await second.reply())?.status).toBe(503);
    first.write('x');
    expect((await first.reply())?.status).toBe(200);
    const third = await bench.connect(listener);
    third.write(head);
    third.write(Buffer.alloc(300_000));
    expect((await third.reply())?.status).toBe(200);
  });

  run('replies that wait for their turn count as running', async () => {
    const seen: HttpReply[] = [];
    const listener = await bench.listen(
      (request, reply) => {
        seen.push(reply);
        if (request.path !== '/poll') reply.send(200, [], 'x');
      },
      { limits: { pipelinedMax: 3 } },
    );
    const client = await bench.connect(listener);
    client.write(get('/poll') + get('/2').repeat(9));
    const other = await bench.connect(listener);
    other.write(get('/'));
    await other.reply();
    expect(seen.length).toBe(4);
    seen[0]?.send(200, [], 'polled');
    expect((await client.reply())?.body.toString()).toBe('polled');
    for (let i = 0; i < 9; i++) expect((await client.reply())?.body.toString()).toBe('x');
    expect(seen.length).toBe(11);
  });

  run('a client that does not read is not read from', async () => {
    let served = 0;
    const big = Buffer.alloc(200_000);
    const listener = await bench.listen(
      (_request, reply) => {
        served++;
        reply.send(200, [], big);
      },
      { limits: { outputBytesMax: 400_000 } },
    );
    const client = await bench.connect(listener);
    client.socket.pause();
    client.write(get('/').repeat(300));
    const other = await bench.connect(listener);
    other.write(get('/'));
    await other.reply();
    // The kernel's own buffers take some megabytes; 60 MB of replies they do not.
    expect(served).toBeGreaterThan(1);
    expect(served).toBeLessThan(150);
    client.socket.resume();
    for (let i = 0; i < 300; i++) expect((await client.reply())?.body.length).toBe(big.length);
    expect(served).toBe(301);
  });
}

function timeLimits(bench: Bench, run: Run): void {
  run('an idle connection is ended, with nothing said', async () => {
    const listener = await bench.listen(echoPath, { limits: { idleTimeoutMs: 200 } });
    const fresh = await bench.connect(listener);
    const used = await bench.connect(listener);
    used.write(get('/'));
    await used.reply();
    expect(await fresh.ended()).toBe('');
    expect(await used.ended()).toBe('');
  });

  run('a long poll outlives the idle limit', async () => {
    const listener = await bench.listen(
      (_request, reply) => void setTimeout(() => reply.send(200, [], 'late'), 600),
      { limits: { idleTimeoutMs: 100 } },
    );
    const client = await bench.connect(listener);
    client.write(get('/'));
    expect((await client.reply())?.body.toString()).toBe('late');
  });

  run('headers that come too slowly are refused', async () => {
    const listener = await bench.listen(echoPath, { limits: { headerTimeoutMs: 200 } });
    const client = await bench.connect(listener);
    client.write('GET / HTTP/1.1\r\nHost: a\r\n');
    const drip = setInterval(() => client.write('X: a\r\n'), 20);
    try {
      expect((await client.reply())?.status).toBe(408);
      await client.ended();
    } finally {
      clearInterval(drip);
    }
  });

  run('a body that comes too slowly is refused', async () => {
    const limits = { headerTimeoutMs: 100, bodyTimeoutMs: 300 };
    const listener = await bench.listen(echoPath, { limits });
    const client = await bench.connect(listener);
    client.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n');
    const drip = setInterval(() => client.write('x'), 20);
    try {
      expect((await client.reply())?.status).toBe(408);
      await client.ended();
    } finally {
      clearInterval(drip);
    }
  });

  run('a client that never reads its reply is cut off', async () => {
    const listener = await bench.listen((_request, reply) => reply.send(200, [], Buffer.alloc(20_000_000)), {
      limits: { writeTimeoutMs: 200 },
    });
    const client = await bench.connect(listener);
    client.socket.pause();
    client.write(get('/'));
    await expect.poll(() => listener.connectionCount()).toBe(1);
    await expect.poll(() => listener.connectionCount(), { timeout: 5000 }).toBe(0);
  });
}

function draining(bench: Bench, run: Run): void {
  run('lets a running request finish and takes no new ones', async () => {
    let running: HttpReply | undefined;
    const listener = await bench.listen((_request, reply) => {
      running = reply;
    });
    const client = await bench.connect(listener);
    client.write(get('/slow'));
    await expect.poll(() => running).toBeDefined();
    const closing = listener.close(5000);
    await expect(RawClient.connect({ port: listener.port })).rejects.toThrow('ECONNREFUSED');
    running?.send(200, [], 'done');
    const reply = await client.reply();
    expect(reply?.body.toString()).toBe('done');
    expect(reply?.headers.get('connection')?.toLowerCase()).toBe('close');
    await client.ended();
    await closing;
    expect(listener.connectionCount()).toBe(0);
  });

  run('ends idle connections at once', async () => {
    let running: HttpReply | undefined;
    const listener = await bench.listen((request, reply) => {
      if (request.path === '/slow') running = reply;
      else reply.send(200, [], '');
    });
    const busy = await bench.connect(listener);
    busy.write(get('/slow'));
    const used = await bench.connect(listener);
    used.write(get('/'));
    await used.reply();
    const fresh = await bench.connect(listener);
    await expect.poll(() => listener.connectionCount()).toBe(3);
    const closing = listener.close(5000);
    expect(await used.ended()).toBe('');
    expect(await fresh.ended()).toBe('');
    running?.send(200, [], 'done');
    expect((await busy.reply())?.body.toString()).toBe('done');
    await closing;
  });

  run('cuts off what does not finish in time', async () => {
    let isClosed = false;
    let isRunning = false;
    const listener = await bench.listen((_request, reply) => {
      isRunning = true;
      reply.onClose(() => {
        isClosed = true;
      });
    });
    const client = await bench.connect(listener);
    client.write(get('/'));
    await expect.poll(() => isRunning).toBe(true);
    await listener.close(100);
    await client.ended();
    expect(isClosed).toBe(true);
  });

  run('a port that is taken is an error', async () => {
    const listener = await bench.listen(echoPath);
    await expect(bench.listen(echoPath, { port: listener.port })).rejects.toThrow(/EADDRINUSE|cannot listen/);
  });
}
