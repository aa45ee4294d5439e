// Which web pages may call: nobody but the page of this host and the configured ones.
import { describe, expect, test } from 'vitest';
import type { HttpReply, HttpRequest } from './http.ts';
import { guardOrigin, judgeOrigin } from './origin.ts';

interface Asking {
  readonly headers: Readonly<Record<string, string>>;
  readonly isLoopback?: boolean;
  readonly method?: string;
}

function request({ headers, isLoopback = true, method = 'POST' }: Asking): HttpRequest {
  const all = { host: '127.0.0.1:4566', ...headers };
  const rest = { remoteAddress: '127.0.0.1', isLoopback, isSecure: false, httpVersion: '1.1' as const };
  return {
    method,
    path: '/',
    query: '',
    headers: new Map(Object.entries(all)),
    body: Buffer.alloc(0),
    ...rest,
  };
}

function judge(asking: Asking, allowed: readonly string[] = []): string {
  return judgeOrigin(request(asking), new Set(allowed));
}

describe('judgement', () => {
  test('programs say nothing and are no browsers', () => {
    expect(judge({ headers: {} })).toBe('no-browser');
  });

  test('a foreign page is foreign, and so is one without a name', () => {
    expect(judge({ headers: { origin: 'https://evil.test' } })).toBe('foreign');
    expect(judge({ headers: { origin: 'null' } })).toBe('foreign');
    expect(judge({ headers: { origin: 'http://127.0.0.1:9999' } })).toBe('foreign');
  });

  test('the page of the same host is not', () => {
    expect(judge({ headers: { origin: 'http://127.0.0.1:4566' } })).toBe('same');
    const local = { host: 'LocalHost:4566', origin: 'http://localhost:4566' };
    expect(judge({ headers: local })).toBe('same');
    expect(judge({ headers: { host: '[::1]:4566', origin: 'http://[::1]:4566' } })).toBe('same');
  });

  test('on loopback a name that only resolves here is foreign (DNS rebinding)', () => {
    const rebound = { host: 'evil.test:4566', origin: 'http://evil.test:4566' };
    expect(judge({ headers: rebound })).toBe('foreign');
    expect(judge({ headers: rebound, isLoopback: false })).toBe('same');
    expect(judge({ headers: { host: 'evil.test:4566', 'sec-fetch-site': 'same-origin' } })).toBe('foreign');
    const listed = ['http://evil.test:4566'];
    expect(judge({ headers: { host: 'evil.test:4566', 'sec-fetch-site': 'same-origin' } }, listed)).toBe(
      'same',
    );
  });

  test('a configured origin is allowed, and so is any with *', () => {
    expect(judge({ headers: { origin: 'https://Good.test' } }, ['https://good.test'])).toBe('allowed');
    expect(judge({ headers: { origin: 'null' } }, ['*'])).toBe('allowed');
    expect(judge({ headers: { origin: 'https://good.test.evil.test' } }, ['https://good.test'])).toBe(
      'foreign',
    );
  });

  test('images and scripts of a foreign page are foreign, a followed link is not', () => {
    expect(judge({ headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' } })).toBe(
      'foreign',
    );
    expect(judge({ headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' } })).toBe('same');
    expect(judge({ headers: { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' } })).toBe('same');
  });
});

interface Sent {
  status: number;
  headers: readonly string[];
  isHandled: boolean;
}

function ask(asking: Asking, allowed: readonly string[]): Sent {
  const sent: Sent = { status: 0, headers: [], isHandled: false };
  const reply: HttpReply = {
    isOpen: true,
    send: (status, headers) => Object.assign(sent, { status, headers }),
    stream: (status, headers) => {
      Object.assign(sent, { status, headers });
      return { write: () => true, onDrain: () => {}, end: () => {} };
    },
    onClose: () => {},
  };
  const guarded = guardOrigin((_request, inner) => {
    sent.isHandled = true;
    inner.send(200, ['X-A', 'b'], '');
  }, allowed);
  guarded(request(asking), reply);
  return sent;
}

function pairs(flat: readonly string[]): string[][] {
  return flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1] as string]] : []));
}

describe('guard', () => {
  test('a foreign origin never reaches the handler', () => {
    expect(ask({ headers: { origin: 'https://evil.test' } }, [])).toMatchObject({
      status: 403,
      isHandled: false,
    });
    const preflight = { origin: 'https://evil.test', 'access-control-request-method': 'POST' };
    expect(ask({ headers: preflight, method: 'OPTIONS' }, [])).toMatchObject({
      status: 403,
      isHandled: false,
    });
  });

  test('without a browser nothing is added', () => {
    expect(ask({ headers: {} }, ['*'])).toEqual({ status: 200, headers: ['X-A', 'b'], isHandled: true });
  });

  test('an allowed page may read the reply', () => {
    const { status, headers } = ask({ headers: { origin: 'https://good.test' } }, ['https://good.test']);
    expect(status).toBe(200);
    expect(headers.slice(0, 4)).toEqual(['X-A', 'b', 'Access-Control-Allow-Origin', 'https://good.test']);
    expect(headers).toContain('Access-Control-Expose-Headers');
  });

  test('a preflight is answered here, with what was asked for', () => {
    const asked = {
      origin: 'https://good.test',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'x-amz-target,authorization',
    };
    const sent = ask({ headers: asked, method: 'OPTIONS' }, ['https://good.test']);
    expect(sent).toMatchObject({ status: 200, isHandled: false });
    expect(pairs(sent.headers)).toEqual([
      ['Access-Control-Allow-Origin', 'https://good.test'],
      ['Access-Control-Expose-Headers', expect.stringContaining('x-amzn-RequestId')],
      ['Vary', 'Origin'],
      ['Access-Control-Allow-Methods', 'POST'],
      ['Access-Control-Max-Age', '172800'],
      ['Access-Control-Allow-Headers', 'x-amz-target,authorization'],
    ]);
  });

  test('a preflight that asks for nothing is allowed nothing in particular', () => {
    const sent = ask({ headers: { origin: 'https://good.test' }, method: 'OPTIONS' }, ['*']);
    expect(sent).toMatchObject({ status: 200, isHandled: false });
    const names = pairs(sent.headers).map(([name]) => name);
    expect(names).not.toContain('Access-Control-Allow-Methods');
    expect(names).not.toContain('Access-Control-Allow-Headers');
    expect(names).toContain('Access-Control-Max-Age');
  });
});
