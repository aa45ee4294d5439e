// Signature Version 4 written down once more, plainly and from the specification, so that tests of the engine
// have something to hold its verifier against. Slow on purpose; shares no line with src/.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
import { createHash, createHmac } from 'node:crypto';
import type { HttpRequest } from '../../src/net/http.ts';

export interface Signing {
  readonly key: string;
  readonly secret: string;
  readonly token?: string;
  readonly region: string;
  readonly service: string;
  readonly atMs: number;
}

export interface Unsigned {
  readonly method?: string;
  readonly path?: string;
  readonly query?: string;
  /** Signs the query as it stands, as curl does. */
  readonly isQueryRaw?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

function basicIso(ms: number): string {
  return new Date(ms).toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
}

/** A request as the listener would hand it over. */
export function plainRequest(parts: Unsigned, overrides: Partial<HttpRequest> = {}): HttpRequest {
  return {
    method: parts.method ?? 'POST',
    path: parts.path ?? '/',
    query: parts.query ?? '',
    headers: new Map(Object.entries({ host: '127.0.0.1:4566', ...parts.headers })),
    body: Buffer.from(parts.body ?? ''),
    remoteAddress: '127.0.0.1',
    isLoopback: true,
    isSecure: false,
    httpVersion: '1.1',
    ...overrides,
  };
}

export function signedRequest(
  signing: Signing,
  parts: Unsigned,
  payloadHash = sha256(parts.body ?? ''),
): HttpRequest {
  const token = signing.token === undefined ? {} : { 'x-amz-security-token': signing.token };
  // Who sends a Date header of his own signs with that.
  const date = parts.headers?.['date'] === undefined ? { 'x-amz-date': basicIso(signing.atMs) } : {};
  const plain = plainRequest({
    ...parts,
    headers: { ...date, ...parts.headers, ...token },
  });
  const headers = new Map(plain.headers);
  const names = [...headers.keys()].sort();
  const lines = names.map((name) => `${name}:${headers.get(name)!.trim().replaceAll(/ +/g, ' ')}\n`);
  const canonical = [
    plain.method,
    uriPath(plain.path),
    parts.isQueryRaw === true ? plain.query : uriQuery(plain.query),
    lines.join(''),
    names.join(';'),
    payloadHash,
  ];
  const signature = signatureOf(signing, canonical.join('\n'));
  const credential = `${signing.key}/${scopeOf(signing)}`;
  headers.set(
    'authorization',
    `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names.join(';')}, Signature=${signature}`,
  );
  return { ...plain, headers };
}

export function presignedRequest(
  signing: Signing,
  parts: Unsigned,
  expiresSeconds: number | undefined,
  payloadHash = sha256(parts.body ?? ''),
): HttpRequest {
  const plain = plainRequest({ method: 'GET', ...parts });
  const own = [
    'X-Amz-Algorithm=AWS4-HMAC-SHA256',
    `X-Amz-Credential=${encodeURIComponent(`${signing.key}/${scopeOf(signing)}`)}`,
    `X-Amz-Date=${basicIso(signing.atMs)}`,
    ...(expiresSeconds === undefined ? [] : [`X-Amz-Expires=${expiresSeconds}`]),
    'X-Amz-SignedHeaders=host',
    ...(signing.token === undefined ? [] : [`X-Amz-Security-Token=${encodeURIComponent(signing.token)}`]),
  ];
  const query = [plain.query, ...own].filter((part) => part !== '').join('&');
  const host = `host:${plain.headers.get('host')}\n`;
  const canonical = [plain.method, uriPath(plain.path), uriQuery(query), host, 'host', payloadHash];
  return { ...plain, query: `${query}&X-Amz-Signature=${signatureOf(signing, canonical.join('\n'))}` };
}

/** A body in signed chunks behind the signature of its request. */
export function chunkedRequest(signing: Signing, parts: Unsigned, chunks: readonly string[]): HttpRequest {
  const streaming = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD';
  const headers = { ...parts.headers, 'x-amz-content-sha256': streaming };
  const request = signedRequest(signing, { ...parts, headers, body: '' }, streaming);
  let previous = request.headers.get('authorization')!.slice(-64);
  let body = '';
  for (const chunk of [...chunks, '']) {
    const scope = `${basicIso(signing.atMs)}\n${scopeOf(signing)}`;
    const text = `AWS4-HMAC-SHA256-PAYLOAD\n${scope}\n${previous}\n${sha256('')}\n${sha256(chunk)}`;
    previous = hmac(keyOf(signing), text).toString('hex');
    body += `${Buffer.byteLength(chunk).toString(16)};chunk-signature=${previous}\r\n${chunk}\r\n`;
  }
  return { ...request, body: Buffer.from(body) };
}

function scopeOf(signing: Signing): string {
  return `${basicIso(signing.atMs).slice(0, 8)}/${signing.region}/${signing.service}/aws4_request`;
}

function keyOf(signing: Signing): Buffer {
  let key: string | Buffer = `AWS4${signing.secret}`;
  for (const part of scopeOf(signing).split('/')) key = hmac(key, part);
  return key as Buffer;
}

function signatureOf(signing: Signing, canonical: string): string {
  const text = `AWS4-HMAC-SHA256\n${basicIso(signing.atMs)}\n${scopeOf(signing)}\n${sha256(canonical)}`;
  return hmac(keyOf(signing), text).toString('hex');
}

function uriEncode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function uriPath(path: string): string {
  return path.split('/').map(uriEncode).join('/');
}

function uriQuery(query: string): string {
  if (query === '') return '';
  const pairs = query.split('&').map((pair) => {
    const [name = '', value = ''] = pair.split('=');
    return `${uriEncode(decodeURIComponent(name))}=${uriEncode(decodeURIComponent(value))}`;
  });
  // By name, then by value: `=` is no part of the order, or k=... came behind k%20=...
  const byName = pairs.map((pair) => pair.split('=', 2) as [string, string]);
  byName.sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : 1));
  return byName.map(([name, value]) => `${name}=${value}`).join('&');
}
