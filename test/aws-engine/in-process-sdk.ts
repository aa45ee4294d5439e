// Lets a client of the AWS SDK talk to a handler without a socket: its requests are signed and encoded by the
// SDK, its answers decoded by it. Used by tests of wires that the SDK should judge.
import { Readable } from 'node:stream';
import type { RequestHandler } from '../../src/net/http.ts';
import { plainRequest } from '../support/aws-signer.ts';
import { ask, type KeptReply } from './exchange.ts';

interface SdkRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export interface Heard {
  readonly request: SdkRequest;
  readonly reply: KeptReply;
}

/** Options for a client's constructor; `heard` keeps what went over the wire. */
export function inProcess(handler: RequestHandler, heard: Heard[] = []) {
  return {
    region: 'eu-west-1',
    endpoint: 'http://127.0.0.1:4566',
    maxAttempts: 1,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    requestHandler: {
      handle: (request: SdkRequest) => {
        const reply = ask(handler, toHttp(request));
        heard.push({ request, reply });
        const { status: statusCode, bytes } = reply;
        const body = Readable.from(bytes.length === 0 ? [] : [bytes]);
        return Promise.resolve({
          response: { statusCode, headers: Object.fromEntries(reply.headers), body },
        });
      },
    },
  } as never;
}

function toHttp({ method, path, query, headers, body }: SdkRequest) {
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  return plainRequest({
    method,
    path,
    query: queryText(query ?? {}),
    headers: Object.fromEntries(lower) as Record<string, string>,
    body: typeof body === 'string' ? body : Buffer.from(new Uint8Array(body ?? [])),
  });
}

function queryText(query: NonNullable<SdkRequest['query']>): string {
  return Object.entries(query)
    .flatMap(([name, value]) => (Array.isArray(value) ? value.map((item) => [name, item]) : [[name, value]]))
    .map(([name, value]) => `${encodeURIComponent(String(name))}=${encodeURIComponent(String(value ?? ''))}`)
    .join('&');
}
