// Signed requests to SQS byte by byte, for suites that assert what is on the wire: JSON 1.0 with and
// without query mode, and the Query form. The signature is made here, independently of the product's own
// code.
import { createHash, createHmac } from 'node:crypto';
import { request } from 'node:http';
import { credentials, region } from './sqs-suite.ts';

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

export interface RawRequest {
  readonly method?: 'GET' | 'POST';
  /** Path and query. */
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const answerMs = 30_000;

export async function rawRequest(endpoint: string, options: RawRequest): Promise<RawAnswer> {
  const url = new URL(options.path ?? '/', endpoint);
  const method = options.method ?? 'POST';
  const body = options.body ?? '';
  const headers = signed(method, url, body, { host: url.host, ...options.headers });
  return new Promise((settle, fail) => {
    const outgoing = request(url, { method, headers, timeout: answerMs }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        settle({ status: answer.statusCode ?? 0, headers: answer.headers, text });
      });
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer within ${answerMs} ms`)));
    outgoing.on('error', fail);
    outgoing.end(body);
  });
}

export interface JsonAnswer extends RawAnswer {
  readonly json: Record<string, unknown>;
}

/** One action as today's SDKs send it; `queryMode` is their header. */
export async function rawJson(
  endpoint: string,
  action: string,
  input: object | string,
  options: { readonly queryMode?: boolean; readonly path?: string } = {},
): Promise<JsonAnswer> {
  const answer = await rawRequest(endpoint, {
    path: options.path ?? '/',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `AmazonSQS.${action}`,
      ...(options.queryMode === true ? { 'x-amzn-query-mode': 'true' } : {}),
    },
    body: typeof input === 'string' ? input : JSON.stringify(input),
  });
  const json = (answer.text === '' ? {} : JSON.parse(answer.text)) as Record<string, unknown>;
  return { ...answer, json };
}

/** One action as old SDKs send it: a form. */
export function rawQuery(
  endpoint: string,
  parameters: Readonly<Record<string, string>>,
  options: { readonly path?: string; readonly method?: 'GET' | 'POST'; readonly accept?: string } = {},
): Promise<RawAnswer> {
  const form = new URLSearchParams({ Version: '2012-11-05', ...parameters }).toString();
  const path = options.path ?? '/';
  const accept = options.accept === undefined ? {} : { accept: options.accept };
  if (options.method === 'GET') {
    return rawRequest(endpoint, {
      method: 'GET',
      path: `${path}?${form.replaceAll('+', '%20')}`,
      headers: accept,
    });
  }
  const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8', ...accept };
  return rawRequest(endpoint, { path, headers, body: form });
}

/** SigV4 with every given header signed. */
function signed(
  method: string,
  url: URL,
  body: string,
  headers: Readonly<Record<string, string>>,
): Record<string, string> {
  const time = new Date().toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
  const scope = `${time.slice(0, 8)}/${region}/sqs/aws4_request`;
  const all: Record<string, string> = { ...headers, 'x-amz-date': time };
  const names = Object.keys(all).toSorted();
  const query = [...url.searchParams]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .toSorted()
    .join('&');
  const canonical = [
    method,
    url.pathname,
    query,
    ...names.map((name) => `${name}:${all[name]}`),
    '',
    names.join(';'),
    sha256(body),
  ].join('\n');
  let key: Buffer = Buffer.from(`AWS4${credentials.secretAccessKey}`);
  for (const part of scope.split('/')) key = hmac(key, part);
  const signature = hmac(key, ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n')).toString(
    'hex',
  );
  const credential = `${credentials.accessKeyId}/${scope}`;
  all['authorization'] =
    `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  return all;
}

function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
