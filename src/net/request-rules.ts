// What engines with a foreign parser (node:http, uWebSockets.js) must still check to be as strict as our own:
// the same header twice, framing that can be read two ways, targets that are no path. Called per request.
// Only the list of tokens is shared with our own parser, which does the rest byte by byte.
import type { HttpLimits } from './http.ts';
import { refusals, type Refusal } from './refusal.ts';

/** RFC 9110 5.6.2. */
export function isToken(text: string): boolean {
  return /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(text);
}

/** Adds a header, joined with an earlier one of that name, unless there may be only one. */
export function addHeader(headers: Map<string, string>, name: string, value: string): Refusal | undefined {
  const former = headers.get(name);
  if (former !== undefined && name === 'host') return refusals.badHost;
  if (former !== undefined && name === 'content-length') return refusals.badContentLength;
  headers.set(name, former === undefined ? value : `${former}, ${value}`);
  return undefined;
}

/** RFC 9112 6.1, 6.3; `isOld` is HTTP/1.0, which knows no chunks. */
export function checkFraming(
  headers: ReadonlyMap<string, string>,
  limits: HttpLimits,
  isOld: boolean,
): Refusal | undefined {
  const encoding = headers.get('transfer-encoding');
  const length = headers.get('content-length');
  if (encoding !== undefined) {
    const isChunked = encoding.toLowerCase() === 'chunked' && !isOld && length === undefined;
    return isChunked ? undefined : refusals.badTransferEncoding;
  }
  if (length === undefined) return undefined;
  if (!/^\d{1,15}$/.test(length)) return refusals.badContentLength;
  return Number(length) > limits.bodyBytesMax ? refusals.bodyTooLarge : undefined;
}

/** RFC 9110 10.1.1. */
export function checkExpectation(headers: ReadonlyMap<string, string>): Refusal | undefined {
  const expectation = headers.get('expect')?.toLowerCase();
  return expectation === undefined || expectation === '100-continue' ? undefined : refusals.badExpectation;
}

/** Origin form of a target with its query (RFC 9112 3.2); undefined when it has none. */
export function originForm(method: string, target: string): string | undefined {
  if (!/^[\x21\x22\x24-\x7e]+$/.test(target)) return undefined;
  if (target.startsWith('/') || (target === '*' && method === 'OPTIONS')) return target;
  const absolute = /^https?:\/\/[^/?]+(.*)$/i.exec(target);
  if (absolute === null) return undefined;
  const rest = absolute[1] as string;
  return rest.startsWith('/') ? rest : `/${rest}`;
}

/** Whether a comma-separated list holds a token, whatever its case. */
export function hasToken(list: string | undefined, token: string): boolean {
  if (list === undefined || list === 'keep-alive') return false;
  return list
    .toLowerCase()
    .split(',')
    .some((entry) => entry.trim() === token);
}
