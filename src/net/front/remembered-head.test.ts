// What is remembered of one head must never show in the next: a connection that has seen other requests reads
// each one exactly as a new connection does, or refuses it for the same reason.
import { BodyPool } from './body-pool.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteBudget } from '../byte-budget.ts';
import { resolveHttpLimits } from '../http-limits.ts';
import { RequestParser } from './parser.ts';
import { ReceivedRequest } from './request.ts';

const limits = resolveHttpLimits();
const peer = { remoteAddress: '127.0.0.1', isLoopback: true, isSecure: false };
const newParser = (): RequestParser => new RequestParser(limits, new BodyPool(new ByteBudget(1 << 20)), peer);

interface Reading {
  readonly requests: readonly unknown[];
  readonly refusal: string | undefined;
}

function readAll(parser: RequestParser, pieces: readonly Buffer[]): Reading {
  const requests: unknown[] = [];
  for (const piece of pieces) {
    parser.push(piece);
    for (let next = parser.next(); next !== undefined; next = parser.next()) {
      if (!(next instanceof ReceivedRequest)) return { requests, refusal: next.reason };
      requests.push(plain(next));
    }
  }
  return { requests, refusal: undefined };
}

function plain(request: ReceivedRequest): unknown {
  const { method, path, query, httpVersion, isKeptAlive, headers, body } = request;
  return {
    method,
    path,
    query,
    httpVersion,
    isKeptAlive,
    headers: [...headers],
    body: body.toString('latin1'),
  };
}

/** Each request by a parser of its own, up to the first that is refused. */
function readApart(requests: readonly Buffer[]): Reading {
  const read: unknown[] = [];
  for (const bytes of requests) {
    const one = readAll(newParser(), [bytes]);
    read.push(...one.requests);
    if (one.refusal !== undefined) return { requests: read, refusal: one.refusal };
  }
  return { requests: read, refusal: undefined };
}

const requestLine = fc.constantFrom(
  'POST / HTTP/1.1',
  'GET /queue HTTP/1.1',
  'GET /queu?e HTTP/1.1',
  'PUT http://b/queue HTTP/1.1',
);
/** Alike in parts, of the same length or not, well-formed or not. */
const field = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.constantFrom(
      'X-Date: 20261125T040000Z',
      'X-Date: 20261125T040001Z',
      'X-Date:20261125T040001Z ',
      'X-Date: 20261125T04000',
      'X-Data: 20261125T040000Z',
      'X-Date: 20261125',
      'x-date: 20261125T040000Z',
      'Accept: */*',
      'Accept:  ',
      'User-Agent: some client of a certain length, which is longer than a word or two',
      'User-Agent: some client of a certain length, which is longer than a word or t\u00fc',
      'Connection: keep-alive',
      'Content-Type: text/plain',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'X-Date: 20261125T04000\u0000Z',
      'X-Date: 20261125T040000\u007f',
      'X-Date: 20261125\rT040000Z',
      'X-Date: 20261125\nT040000Z',
      'X-Date : 20261125T04000Z',
      'X-Dat\u00e9: 20261125T040000Z',
      'Host: again',
      'Content-Length: 0',
      'Transfer-Encoding: gzip',
      'Expect: more',
    ),
  },
);
const body = fc.constantFrom('', 'a', 'a body that is longer');

const request = fc
  .tuple(requestLine, fc.array(field, { maxLength: 6 }), body, fc.boolean())
  .map(([line, fields, text, isHostFirst]) => {
    const own = text === '' ? [] : [`Content-Length: ${text.length}`];
    const lines = isHostFirst ? ['Host: h', ...fields, ...own] : [...fields, ...own, 'Host: h'];
    return Buffer.from(`${line}\r\n${lines.join('\r\n')}\r\n\r\n${text}`, 'latin1');
  });

/** Views, as reads that share memory are: what follows a piece in memory must not count. */
function cutAt(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const sorted = cuts.map((cut) => cut % bytes.length).toSorted((a, b) => a - b);
  const ends = [...sorted, bytes.length];
  return ends
    .map((end, index) => bytes.subarray(sorted[index - 1] ?? 0, end))
    .filter((piece) => piece.length > 0);
}

test('one after another on a connection, each in one read', () => {
  fc.assert(
    fc.property(fc.array(request, { minLength: 2, maxLength: 6 }), (requests) => {
      expect(readAll(newParser(), requests)).toEqual(readApart(requests));
    }),
    { numRuns: 700 },
  );
});

test('the same again and again, but for one line, is read in full', () => {
  const bytesOf = (second: number): Buffer =>
    Buffer.from(`GET /?a HTTP/1.1\r\nHost: h\r\nX-Date: 2026112${second}\r\nAccept: */*\r\n\r\n`, 'latin1');
  const { requests } = readAll(newParser(), [1, 1, 2, 33, 3].map(bytesOf));
  const dates = requests.map((one) => (one as { headers: string[][] }).headers[1]);
  expect(dates).toEqual(
    ['20261121', '20261121', '20261122', '202611233', '20261123'].map((x) => ['x-date', x]),
  );
});

test('a lone CR where the last line ended is refused', () => {
  const bytesOf = (date: string): Buffer =>
    Buffer.from(`GET / HTTP/1.1\r\nHost: h\r\nX-Date: ${date}\r\n\r\n`, 'latin1');
  const requests = [bytesOf('20261125'), bytesOf('20261125\rX: 1')];
  expect(readAll(newParser(), requests)).toEqual(readApart(requests));
});

test('a piece that ends where the same bytes go on in memory', () => {
  const whole = Buffer.from('GET /abc HTTP/1.1\r\nHost: h\r\nX-Long: 0123456789abcdef\r\n\r\n', 'latin1');
  const parser = newParser();
  readAll(parser, [whole]);
  for (let cut = 1; cut < whole.length; cut++) {
    expect(readAll(parser, [whole.subarray(0, cut)]).requests).toEqual([]);
    expect(readAll(parser, [whole.subarray(cut)])).toEqual(readApart([whole]));
  }
});

test('run together and cut anywhere', () => {
  const cuts = fc.array(fc.nat(2000), { maxLength: 6 });
  fc.assert(
    fc.property(fc.array(request, { minLength: 1, maxLength: 4 }), cuts, (requests, places) => {
      const pieces = cutAt(Buffer.concat(requests), places);
      expect(readAll(newParser(), pieces)).toEqual(readApart(requests));
    }),
    { numRuns: 700 },
  );
});

test('after a rest, the next request is read as the first one was', () => {
  const parser = newParser();
  const bytes = Buffer.from('GET /a HTTP/1.1\r\nHost: h\r\nX: 1\r\n\r\n', 'latin1');
  const before = readAll(parser, [bytes]);
  parser.rest();
  expect(readAll(parser, [bytes])).toEqual(before);
});
