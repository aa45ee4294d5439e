// The parser alone: how requests come out of bytes, whatever the cuts, and what it holds while it waits.
import { BodyPool } from './body-pool.ts';
import { describe, expect, test } from 'vitest';
import { ByteBudget } from '../byte-budget.ts';
import { resolveHttpLimits } from '../http-limits.ts';
import type { HttpLimits } from '../http.ts';
import { refusals } from '../refusal.ts';
import { RequestParser } from './parser.ts';
import { ReceivedRequest } from './request.ts';

const peer = { remoteAddress: '10.0.0.1', isLoopback: false, isSecure: true };

function parserWith(overrides: Partial<HttpLimits> = {}): { parser: RequestParser; budget: ByteBudget } {
  const limits = resolveHttpLimits(overrides);
  const budget = new ByteBudget(limits.bufferedBytesMax);
  return { parser: new RequestParser(limits, new BodyPool(budget), peer), budget };
}

function bytesOf(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

function accepted(outcome: unknown): ReceivedRequest {
  expect(outcome).toBeInstanceOf(ReceivedRequest);
  return outcome as ReceivedRequest;
}

describe('requests', () => {
  test('a whole request in one read: its body is a view of the read', () => {
    const { parser } = parserWith();
    const chunk = bytesOf('POST /a?b HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nxyz');
    parser.push(chunk);
    const request = accepted(parser.next());
    expect(request).toMatchObject({ method: 'POST', path: '/a', query: 'b', httpVersion: '1.1' });
    expect(request).toMatchObject({ ...peer, isKeptAlive: true, memory: undefined });
    expect(request.body.buffer).toBe(chunk.buffer);
    expect(request.body.toString()).toBe('xyz');
    expect(parser.next()).toBe(undefined);
    expect(parser.isIdle).toBe(true);
  });

  test('every cut in two gives the same request', () => {
    const whole = bytesOf(
      'POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nX: 1\r\nX: 2\r\n\r\n' +
        '2;a="b"\r\nhi\r\n1\r\n!\r\n0\r\nT: x\r\n\r\n',
    );
    for (let cut = 1; cut < whole.length; cut++) {
      const { parser } = parserWith();
      parser.push(whole.subarray(0, cut));
      expect(parser.next()).toBe(undefined);
      expect(parser.isIdle).toBe(false);
      parser.push(whole.subarray(cut));
      const request = accepted(parser.next());
      expect(request.body.toString()).toBe('hi!');
      expect([...request.headers]).toEqual([
        ['host', 'h'],
        ['transfer-encoding', 'chunked'],
        ['x', '1, 2'],
      ]);
    }
  });

  test('one read with several requests and the start of another', () => {
    const { parser } = parserWith();
    parser.push(bytesOf('GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\nGET /3 HT'));
    expect(accepted(parser.next()).path).toBe('/1');
    expect(accepted(parser.next()).path).toBe('/2');
    expect(parser.next()).toBe(undefined);
    parser.push(bytesOf('TP/1.1\r\nHost: h\r\n\r\n'));
    expect(accepted(parser.next()).path).toBe('/3');
  });

  test('headers of one request do not show in the next', () => {
    const { parser } = parserWith();
    parser.push(
      bytesOf(
        'GET / HTTP/1.1\r\nHost: h\r\nX: 1\r\nConnection: close\r\n\r\nGET / HTTP/1.1\r\nHost: i\r\n\r\n',
      ),
    );
    const first = accepted(parser.next());
    const second = accepted(parser.next());
    expect(first.isKeptAlive).toBe(false);
    expect(second.isKeptAlive).toBe(true);
    expect([...second.headers]).toEqual([['host', 'i']]);
    expect(first.headers.get('x')).toBe('1');
  });

  test('one empty line before a request is overlooked, two are not', () => {
    const { parser } = parserWith();
    parser.push(bytesOf('\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n\r\n'));
    accepted(parser.next());
    expect(parser.next()).toBe(undefined);
    expect(parser.isIdle).toBe(true);
    parser.push(bytesOf('\r\n'));
    expect(parser.next()).toBe(refusals.badRequestLine);
  });

  test('HTTP/1.0 is never kept alive', () => {
    const { parser } = parserWith();
    parser.push(bytesOf('GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n'));
    expect(accepted(parser.next())).toMatchObject({ httpVersion: '1.0', isKeptAlive: false });
  });
});

describe('leave to continue', () => {
  const head = 'POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n';

  test('is wanted when the body has not begun', () => {
    const { parser } = parserWith();
    parser.push(bytesOf(head));
    expect(parser.next()).toBe(undefined);
    expect(parser.isContinueWanted).toBe(true);
    parser.push(bytesOf('abc'));
    accepted(parser.next());
    expect(parser.isContinueWanted).toBe(false);
  });

  test('is not wanted when the body is coming already', () => {
    const { parser } = parserWith();
    parser.push(bytesOf(`${head}a`));
    expect(parser.next()).toBe(undefined);
    expect(parser.isContinueWanted).toBe(false);
  });
});

describe('limits', () => {
  test('a refusal is for good', () => {
    const { parser } = parserWith();
    parser.push(bytesOf('GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n'));
    expect(parser.next()).toBe(refusals.badHost);
    parser.push(bytesOf('GET / HTTP/1.1\r\nHost: h\r\n\r\n'));
    expect(parser.next()).toBe(refusals.badHost);
  });

  test('a body in several reads is held against the budget, and given back with the request', () => {
    const { parser, budget } = parserWith();
    parser.push(bytesOf('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nabc'));
    expect(parser.next()).toBe(undefined);
    expect(budget.usedBytes).toBe(6);
    parser.push(bytesOf('def'));
    const request = accepted(parser.next());
    expect(request.body.toString()).toBe('abcdef');
    expect(request.memory?.length).toBe(budget.usedBytes);
  });

  test('a dropped connection gives its half body back', () => {
    const { parser, budget } = parserWith();
    parser.push(bytesOf('POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab'));
    expect(parser.next()).toBe(undefined);
    expect(budget.usedBytes).toBeGreaterThan(0);
    parser.drop();
    expect(budget.usedBytes).toBe(0);
  });

  test('an announced length takes no memory by itself', () => {
    const { parser, budget } = parserWith();
    parser.push(bytesOf('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 16000000\r\n\r\n'));
    expect(parser.next()).toBe(undefined);
    expect(budget.usedBytes).toBe(0);
    parser.push(Buffer.alloc(1000));
    expect(parser.next()).toBe(undefined);
    expect(budget.usedBytes).toBeLessThanOrEqual(256 * 1024);
  });

  test('the budget refuses, and holds nothing afterwards', () => {
    const { parser, budget } = parserWith({ bufferedBytesMax: 10 });
    parser.push(bytesOf('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\nabc'));
    expect(parser.next()).toBe(refusals.tooMuchBuffered);
    expect(budget.usedBytes).toBe(0);
  });

  test('chunk extensions and trailers are bounded', () => {
    const chunked = 'POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n';
    const extended = parserWith({ chunkExtensionBytesMax: 20 }).parser;
    extended.push(bytesOf(`${chunked}1;${'a'.repeat(10)}\r\nx\r\n1;${'a'.repeat(10)}\r\nx\r\n0\r\n\r\n`));
    expect(extended.next()).toBe(refusals.badChunk);
    const trailed = parserWith({ headerBytesMax: 100 }).parser;
    trailed.push(bytesOf(`${chunked}0\r\n${'T: aaaaaaaaaaaaaaaaaaaa\r\n'.repeat(5)}\r\n`));
    expect(trailed.next()).toBe(refusals.headersTooLarge);
  });

  test('a request line that never ends is refused at its own limit', () => {
    const { parser } = parserWith({ uriBytesMax: 100 });
    parser.push(bytesOf(`GET /${'a'.repeat(200)}`));
    expect(parser.next()).toBe(refusals.uriTooLong);
  });
});
