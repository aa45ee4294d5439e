// What a strict HTTP/1.1 server refuses and accepts, as bytes. Data of the contract suite: each row names
// the rule it stands for, so that a failure says which one broke.

export interface RefusedCase {
  readonly name: string;
  readonly bytes: string;
  readonly status: number;
}

export interface AcceptedCase {
  readonly name: string;
  readonly bytes: string;
  readonly method?: string;
  readonly path?: string;
  readonly query?: string;
  readonly body?: string;
  readonly header?: readonly [string, string];
}

const post = (headers: string, body = ''): string => `POST / HTTP/1.1\r\nHost: a\r\n${headers}\r\n${body}`;
const get = (headers: string): string => `GET / HTTP/1.1\r\nHost: a\r\n${headers}\r\n`;
const chunked = (body: string): string => post('Transfer-Encoding: chunked\r\n', body);

export const refusedCases: readonly RefusedCase[] = [
  // --- framing that two servers could read differently (RFC 9112 6.3, 11.2) ---
  {
    name: 'the same Content-Length twice',
    bytes: post('Content-Length: 3\r\nContent-Length: 3\r\n', 'abc'),
    status: 400,
  },
  {
    name: 'two Content-Lengths',
    bytes: post('Content-Length: 3\r\nContent-Length: 4\r\n', 'abcd'),
    status: 400,
  },
  { name: 'a list as Content-Length', bytes: post('Content-Length: 3, 3\r\n', 'abc'), status: 400 },
  { name: 'a signed Content-Length', bytes: post('Content-Length: +3\r\n', 'abc'), status: 400 },
  { name: 'a negative Content-Length', bytes: post('Content-Length: -3\r\n', 'abc'), status: 400 },
  { name: 'a hexadecimal Content-Length', bytes: post('Content-Length: 0x3\r\n', 'abc'), status: 400 },
  { name: 'a fractional Content-Length', bytes: post('Content-Length: 3.0\r\n', 'abc'), status: 400 },
  {
    name: 'a Content-Length with a blank inside',
    bytes: post('Content-Length: 1 2\r\n', 'abc'),
    status: 400,
  },
  { name: 'a Content-Length beyond 2^64', bytes: post(`Content-Length: ${'9'.repeat(24)}\r\n`), status: 400 },
  {
    name: 'Content-Length and chunks',
    bytes: post('Content-Length: 3\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'),
    status: 400,
  },
  {
    name: 'chunks and Content-Length',
    bytes: post('Transfer-Encoding: chunked\r\nContent-Length: 3\r\n', '0\r\n\r\n'),
    status: 400,
  },
  { name: 'a transfer coding that is not chunked', bytes: post('Transfer-Encoding: gzip\r\n'), status: 400 },
  {
    name: 'chunked behind another coding',
    bytes: post('Transfer-Encoding: gzip, chunked\r\n', '0\r\n\r\n'),
    status: 400,
  },
  {
    name: 'a misspelt transfer coding',
    bytes: post('Transfer-Encoding: xchunked\r\n', '0\r\n\r\n'),
    status: 400,
  },
  {
    name: 'chunked twice',
    bytes: post('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'),
    status: 400,
  },
  // --- header lines (RFC 9112 2.2, 5.1, 5.2; RFC 9110 5.5) ---
  { name: 'a folded header', bytes: get('X: a\r\n b\r\n'), status: 400 },
  { name: 'a space before the colon', bytes: 'GET / HTTP/1.1\r\nHost : a\r\n\r\n', status: 400 },
  { name: 'a blank before the first header', bytes: 'GET / HTTP/1.1\r\n Host: a\r\n\r\n', status: 400 },
  { name: 'a header without a colon', bytes: get('abc\r\n'), status: 400 },
  { name: 'a header without a name', bytes: get(': abc\r\n'), status: 400 },
  { name: 'a header name with a bracket', bytes: get('a(b: c\r\n'), status: 400 },
  { name: 'NUL in a header', bytes: get('X: a\0b\r\n'), status: 400 },
  { name: 'a control character in a header', bytes: get('X: a\x01b\r\n'), status: 400 },
  { name: 'DEL in a header', bytes: get('X: a\x7fb\r\n'), status: 400 },
  { name: 'a bare LF in the headers', bytes: get('X: a\nY: b\r\n'), status: 400 },
  { name: 'a bare CR in a header', bytes: get('X: a\rb\r\n'), status: 400 },
  { name: 'lines that end in LF alone', bytes: 'GET / HTTP/1.1\nHost: a\n\n', status: 400 },
  { name: 'two Hosts', bytes: 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', status: 400 },
  { name: 'the same Host twice', bytes: 'GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n', status: 400 },
  { name: 'no Host', bytes: 'GET / HTTP/1.1\r\nX: a\r\n\r\n', status: 400 },
  // --- the request line (RFC 9112 3) ---
  { name: 'a method that is no token', bytes: 'G(T / HTTP/1.1\r\nHost: a\r\n\r\n', status: 400 },
  { name: 'a target that is no path', bytes: 'GET foo HTTP/1.1\r\nHost: a\r\n\r\n', status: 400 },
  { name: 'a fragment', bytes: 'GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n', status: 400 },
  { name: 'CONNECT', bytes: 'CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n', status: 400 },
  { name: 'no version', bytes: 'GET /\r\nHost: a\r\n\r\n', status: 400 },
  { name: 'a misspelt version', bytes: 'GET / HTTQ/1.1\r\nHost: a\r\n\r\n', status: 400 },
  { name: 'HTTP/2.0 by name', bytes: 'GET / HTTP/2.0\r\nHost: a\r\n\r\n', status: 505 },
  { name: 'a TLS hello', bytes: '\x16\x03\x01\x02\x00\x01\x00\x01', status: 400 },
  // --- chunks (RFC 9112 7.1) ---
  { name: 'a chunk size that is no number', bytes: chunked('zz\r\nabc\r\n0\r\n\r\n'), status: 400 },
  { name: 'a signed chunk size', bytes: chunked('+3\r\nabc\r\n0\r\n\r\n'), status: 400 },
  { name: 'a negative chunk size', bytes: chunked('-3\r\nabc\r\n0\r\n\r\n'), status: 400 },
  { name: 'a chunk size with a prefix', bytes: chunked('0x3\r\nabc\r\n0\r\n\r\n'), status: 400 },
  { name: 'an empty chunk size', bytes: chunked('\r\nabc\r\n0\r\n\r\n'), status: 400 },
  { name: 'a chunk that is longer than its size', bytes: chunked('3\r\nabcd\r\n0\r\n\r\n'), status: 400 },
  { name: 'an enormous chunk size', bytes: chunked(`${'f'.repeat(20)}\r\nabc\r\n0\r\n\r\n`), status: 400 },
  { name: 'a chunk size that ends in LF alone', bytes: chunked('3\nabc\r\n0\r\n\r\n'), status: 400 },
  {
    name: 'a chunk whose data ends in a bare CR',
    bytes: chunked('3\r\nabc\rx0\r\n\r\n'),
    status: 400,
  },
  {
    name: 'a length among the trailers',
    bytes: chunked('3\r\nabc\r\n0\r\nContent-Length: 5\r\n\r\n'),
    status: 400,
  },
  // --- expectations (RFC 9110 10.1.1) ---
  { name: 'an unknown expectation', bytes: post('Expect: wonders\r\nContent-Length: 0\r\n'), status: 417 },
];

export const acceptedCases: readonly AcceptedCase[] = [
  {
    name: 'a path and a query',
    bytes: 'GET /a%20b/c?x=1&y=?2 HTTP/1.1\r\nHost: a\r\n\r\n',
    method: 'GET',
    path: '/a%20b/c',
    query: 'x=1&y=?2',
  },
  { name: 'an empty query', bytes: 'GET /a? HTTP/1.1\r\nHost: a\r\n\r\n', path: '/a', query: '' },
  { name: 'absolute form', bytes: 'GET http://b:80/c?d HTTP/1.1\r\nHost: a\r\n\r\n', path: '/c', query: 'd' },
  {
    name: 'absolute form without a path',
    bytes: 'GET HTTP://b HTTP/1.1\r\nHost: a\r\n\r\n',
    path: '/',
    query: '',
  },
  {
    name: 'absolute form with a query alone',
    bytes: 'GET http://b?c=/d HTTP/1.1\r\nHost: a\r\n\r\n',
    path: '/',
    query: 'c=/d',
  },
  { name: 'OPTIONS *', bytes: 'OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n', method: 'OPTIONS', path: '*' },
  { name: 'an empty line before the request', bytes: '\r\nGET /x HTTP/1.1\r\nHost: a\r\n\r\n', path: '/x' },
  {
    name: 'a body with its length',
    bytes: post('Content-Length: 5\r\n', 'he\0\r\n'),
    method: 'POST',
    body: 'he\0\r\n',
  },
  { name: 'leading zeros in Content-Length', bytes: post('Content-Length: 003\r\n', 'abc'), body: 'abc' },
  { name: 'an empty body', bytes: post('Content-Length: 0\r\n'), body: '' },
  { name: 'a body of a GET', bytes: 'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi', body: 'hi' },
  { name: 'chunks', bytes: chunked('3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n'), body: 'abc0123456789' },
  { name: 'no chunk but the last', bytes: chunked('0\r\n\r\n'), body: '' },
  {
    name: 'chunked in capitals',
    bytes: post('Transfer-Encoding: Chunked\r\n', '1\r\na\r\n0\r\n\r\n'),
    body: 'a',
  },
  { name: 'chunk extensions', bytes: chunked('3;a=b;c="d"\r\nabc\r\n0;e\r\n\r\n'), body: 'abc' },
  {
    name: 'trailers',
    bytes: chunked('3\r\nabc\r\n0\r\nX-Sum: 1\r\nHost: evil\r\n\r\n'),
    body: 'abc',
    header: ['host', 'a'],
  },
  { name: 'header names in any case', bytes: get('x-AMZ-target: Abc\r\n'), header: ['x-amz-target', 'Abc'] },
  { name: 'blanks around a value', bytes: get('X:\t  a b \t\r\n'), header: ['x', 'a b'] },
  { name: 'an empty value', bytes: get('X:\r\n'), header: ['x', ''] },
  { name: 'a header that comes twice', bytes: get('X: a\r\nX: b\r\n'), header: ['x', 'a, b'] },
  { name: 'bytes above 127 in a value', bytes: get('X: caf\xe9\r\n'), header: ['x', 'caf\xe9'] },
];
