// The requests that the HTTP layer answers itself, before any protocol sees them: broken framing, too much
// of something, too slow. One row per reason; the connection closes after each (RFC 9112 9.6, 11.2).
import { statusText } from './reply-headers.ts';

export interface Refusal {
  readonly status: number;
  readonly reason: string;
}

const row = (status: number, reason: string): Refusal => ({ status, reason });

export const refusals = {
  badRequestLine: row(400, 'malformed request line'),
  badTarget: row(400, 'malformed request target'),
  badHeader: row(400, 'malformed header field'),
  badHost: row(400, 'exactly one Host header is required'),
  badContentLength: row(400, 'malformed or repeated Content-Length'),
  badTransferEncoding: row(
    400,
    'Transfer-Encoding must be chunked, alone, on HTTP/1.1, without Content-Length',
  ),
  badChunk: row(400, 'malformed chunked body'),
  timedOut: row(408, 'the request took too long to arrive'),
  bodyTooLarge: row(413, 'the body is larger than this server accepts'),
  uriTooLong: row(414, 'the request target is longer than this server accepts'),
  badExpectation: row(417, 'only Expect: 100-continue is known'),
  headersTooLarge: row(431, 'the headers are larger than this server accepts'),
  tooManyConnections: row(503, 'too many connections'),
  tooMuchBuffered: row(503, 'too many bodies are being received'),
  badVersion: row(505, 'HTTP/1.0, HTTP/1.1 or HTTP/2 with prior knowledge'),
} as const satisfies Record<string, Refusal>;

/** The answer as bytes, for where there is no request to reply to. */
export function refusalReply(refusal: Refusal): string {
  const line = `HTTP/1.1 ${refusal.status} ${statusText(refusal.status)}`;
  const length = `Content-Length: ${refusal.reason.length + 1}`;
  return `${line}\r\nConnection: close\r\nContent-Type: text/plain\r\n${length}\r\n\r\n${refusal.reason}\n`;
}
