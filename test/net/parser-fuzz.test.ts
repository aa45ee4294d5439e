// Differential fuzz of our HTTP/1.1 parser: the same bytes, cut at the same places, go to ours and to
// node:http (with the extra rules of its engine). Both must accept the same requests and refuse the same
// bytes; what we differ in on purpose is listed in `deliberate`, and nothing else passes.
import fc from 'fast-check';
import { METHODS } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import { expect, test } from 'vitest';
import { readByNode, readByOurs, restAfter, type Reading } from './http-readings.ts';

const runs = Number(process.env['CAUDAL_FUZZ_RUNS'] ?? 3000);

interface Difference {
  readonly name: string;
  readonly holds: (bytes: Buffer, ours: Reading, node: Reading) => boolean | Promise<boolean>;
}

/** Each: what we do otherwise, and why. */
const deliberate: readonly Difference[] = [
  {
    // Ours reads line by line, which is what keeps a trickle cheap: the verdict waits for the LF.
    name: 'a broken line that has not ended yet',
    holds: (bytes, ours, node) =>
      node.isRefused &&
      ours.requests.length === node.requests.length &&
      readByOurs([bytes, Buffer.from('\n')]).isRefused,
  },
  {
    // The extra rules of the node engine look at whole heads; ours refuses at the line that breaks them.
    name: 'a head that is refused before its end',
    holds: async (bytes, ours, node) => {
      if (!ours.isRefused || node.isRefused || ours.requests.length !== node.requests.length) return false;
      const end = Buffer.from(bytes.at(-1) === 13 ? '\n\r\n' : '\r\n\r\n');
      return (await readByNode([bytes, end])).isRefused;
    },
  },
  {
    // RFC 9112 2.2 asks for one empty line at most to be overlooked; node:http overlooks any number, and bare
    // CR and LF as well.
    name: 'noise before a request line',
    holds: (bytes, ours) => ours.reason === 'malformed request line' && /^[\r\n]/.test(restAfter(bytes)),
  },
  {
    // RFC 9112 3 lets a server be lenient about blanks here, and warns of it in the same breath.
    name: 'more than one space in the request line',
    holds: (bytes, ours) =>
      ours.reason === 'malformed request line' && /^(\r\n)?[^ ]+( [^ ]+)? {2}/.test(restAfter(bytes)),
  },
  {
    // Handlers answer an unknown method in their protocol's own words; node:http knows a closed list.
    name: 'a method that is a token, but none of the list of node:http',
    holds: (bytes, ours, node) => {
      const begun = /^(?:\r\n)?([^ ]+) /.exec(restAfter(bytes))?.[1];
      const next = ours.requests[node.requests.length]?.method ?? begun;
      return node.isRefused && next !== undefined && !METHODS.includes(next);
    },
  },
];

const token = fc.stringMatching(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,12}$/);
const method = fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH', 'M-SEARCH');
const plainTarget = fc.stringMatching(/^\/[a-z0-9/%.~]{0,20}(\?[a-z0-9=&?/]{0,20})?$/);
const target = fc.oneof(
  { weight: 8, arbitrary: plainTarget },
  fc.constantFrom(
    '*',
    'http://b/c?d',
    'HTTPS://b',
    'http://b?q',
    'http:///x',
    'foo',
    '/a#b',
    '/%00',
    'ftp://x/',
  ),
);
const version = fc.oneof(
  { weight: 25, arbitrary: fc.constant('HTTP/1.1') },
  {
    weight: 1,
    arbitrary: fc.constantFrom('HTTP/1.0', 'HTTP/2.0', 'HTTP/1.2', 'HTTP/0.9', 'http/1.1', 'HTTP/1.11'),
  },
);
const value = fc.stringMatching(/^[\x20-\x7e\x80-\xff\t]{0,20}$/);
const field = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(fc.constant('X-'), token, value).map(([x, name, text]) => `${x}${name}: ${text}`),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      'Connection: close',
      'Connection: keep-alive',
      'Connection: foo, Close',
      'connection:CLOSE',
      'Host: again',
      'Content-Length: 3',
      'content-length:0',
      'Content-Length: +3',
      'Content-Length: 3, 3',
      'Content-Length:',
      'Transfer-Encoding: chunked',
      'Transfer-Encoding: gzip, chunked',
      'Transfer-Encoding: identity',
      'transfer-encoding:\tCHUNKED ',
      'Transfer-Encoding:',
      'Transfer-Encoding: chunked, chunked',
      'X-Fold: a\r\n b',
      'X-Space : a',
      ': empty',
      'no colon',
      'Expect: 100-continue',
      'Expect: other',
      'Trailer: x',
    ),
  },
);
const bodyText = fc.stringMatching(/^[ -~\r\n]{0,40}$/);
const chunkExtension = fc.oneof(
  { weight: 5, arbitrary: fc.constant('') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ';a',
      ';a=b',
      ';a="b c"',
      ' ;a',
      ';',
      ';;',
      ' ',
      ';a=',
      ';a="',
      ';a="b\\""',
      ';a=b"',
      ';a;b=c',
      ';a ="',
    ),
  },
);
const chunkSize = (length: number) =>
  fc.oneof(
    { weight: 20, arbitrary: fc.constantFrom(length.toString(16), length.toString(16).toUpperCase()) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(`0${length.toString(16)}`, `+${length}`, `0x${length}`, '', 'g', '-1', ' 1'),
    },
  );
const chunk = bodyText.chain((text) =>
  fc.tuple(chunkSize(text.length), chunkExtension).map(([size, ext]) => `${size}${ext}\r\n${text}\r\n`),
);
const trailer = fc.oneof(
  { weight: 5, arbitrary: fc.constant('') },
  {
    weight: 1,
    arbitrary: fc.constantFrom('T: a\r\n', 'T : a\r\n', 'Host: b\r\nContent-Length: 5\r\n', 'T\r\n'),
  },
);
const framed = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ header: '', body: '' }) },
  {
    weight: 4,
    arbitrary: bodyText.map((text) => ({ header: `Content-Length: ${text.length}\r\n`, body: text })),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.array(chunk, { maxLength: 3 }), chunkExtension, trailer)
      .map(([chunks, ext, last]) => ({
        header: 'Transfer-Encoding: chunked\r\n',
        body: `${chunks.join('')}0${ext}\r\n${last}\r\n`,
      })),
  },
);

const gap = fc.oneof(
  { weight: 40, arbitrary: fc.constant(' ') },
  { weight: 1, arbitrary: fc.constantFrom('  ', '\t', ' \t', '') },
);
const request = fc
  .record({
    gaps: fc.tuple(
      gap,
      gap,
      fc.oneof({ weight: 40, arbitrary: fc.constant('') }, { weight: 1, arbitrary: gap }),
    ),
    method,
    target,
    version,
    host: fc.constantFrom('Host: a\r\n', 'Host: a\r\n', 'Host: a\r\n', 'host:b:80\r\n', ''),
    fields: fc.array(field, { maxLength: 4 }),
    framed,
  })
  .map(({ fields, framed: { header, body }, ...parts }) => {
    const head = fields.map((line) => `${line}\r\n`).join('');
    const [before, after, last] = parts.gaps;
    const line = `${parts.method}${before}${parts.target}${after}${parts.version}${last}`;
    return `${line}\r\n${parts.host}${header}${head}\r\n${body}`;
  });

/** Small damage: a byte changed, dropped, doubled or put in, where a guess at the rules would show. */
const spice = fc.constantFrom(
  '\r',
  '\n',
  '\0',
  ' ',
  '\t',
  ':',
  ';',
  ',',
  '\x7f',
  '\x01',
  '\xff',
  '0',
  '-',
  '+',
  'a',
  '/',
  '\r\n',
);
const mutation = fc.record({
  at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  kind: fc.constantFrom('put', 'drop', 'change', 'double'),
  what: spice,
});
const message = fc
  .tuple(
    fc.array(request, { minLength: 1, maxLength: 3 }),
    fc.oneof(fc.constant([]), fc.array(mutation, { maxLength: 2 })),
  )
  .map(([requests, mutations]) => {
    let text = requests.join('');
    for (const { at, kind, what } of mutations) {
      const index = Math.floor(at * text.length);
      const rest = { put: index, drop: index + 1, change: index + 1, double: index }[kind];
      const middle = { put: what, drop: '', change: what, double: text.charAt(index) }[kind];
      text = text.slice(0, index) + middle + text.slice(rest);
    }
    return Buffer.from(text, 'latin1');
  });
const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 });

function cutAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...places.map((place) => Math.floor(place * bytes.length)), bytes.length].toSorted(
    (a, b) => a - b,
  );
  let from = 0;
  const pieces = ends.map((end) => bytes.subarray(from, (from = end)));
  return pieces.filter((piece) => piece.length > 0);
}

test(`${runs} messages are read as node:http reads them`, async () => {
  const property = fc.asyncProperty(message, cuts, async (bytes, places) => {
    const pieces = cutAt(bytes, places);
    const ours = readByOurs(pieces);
    const node = await readByNode(pieces);
    if (isDeepStrictEqual({ ...ours, reason: '' }, node)) return;
    for (const difference of deliberate) if (await difference.holds(bytes, ours, node)) return;
    expect({ ...ours, reason: '' }).toEqual(node);
  });
  await fc.assert(property, { numRuns: runs });
});

test('the generator makes requests that are accepted, and ones that are refused', () => {
  let acceptedCount = 0;
  let refusedCount = 0;
  for (const bytes of fc.sample(message, { numRuns: 500, seed: 7 })) {
    const reading = readByOurs([bytes]);
    acceptedCount += reading.requests.length;
    if (reading.isRefused) refusedCount++;
  }
  expect(acceptedCount).toBeGreaterThan(200);
  expect(refusedCount).toBeGreaterThan(100);
});
