// The canonical request of Signature Version 4: what client and server both hash. Works on the request as it
// was sent; each part has a short way for the ordinary case, as this runs for every request.
import { writeLatin1 } from '../../../../base/latin1.ts';
import { limits } from '../../../../base/limits.ts';
import type { HttpHeaders, HttpRequest } from '../../../../net/http.ts';

export interface CanonicalParts {
  readonly request: HttpRequest;
  /** Lower case, in the order of the signature. */
  readonly headerNames: readonly string[];
  /** The same as one text, `host;x-amz-date`. */
  readonly signedHeaders: string;
  readonly query: string;
  readonly payloadHash: string;
}

export function canonicalRequest(parts: CanonicalParts): string {
  const { request, headerNames } = parts;
  let text = `${request.method}\n${canonicalPath(request.path)}\n${parts.query}\n`;
  for (let i = 0; i < headerNames.length; i++) text += canonicalHeader(request.headers, headerNames[i]!);
  return `${text}\n${parts.signedHeaders}\n${parts.payloadHash}`;
}

function canonicalHeader(headers: HttpHeaders, name: string): string {
  return `${name}:${canonicalValue(headers, name)}\n`;
}

function canonicalValue(headers: HttpHeaders, name: string): string {
  // Clients that speak HTTP/2 sign their pseudo-header; the listener keeps it as Host.
  const value = headers.get(name === ':authority' ? 'host' : name) ?? '';
  return value.includes('  ') ? collapseSpaces(value) : value;
}

const scratch = Buffer.allocUnsafeSlow(limits.canonicalScratchBytes);

/**
 * The same as bytes, one for each character; undefined when it is longer than usual. A text would be copied
 * twice more on its way into a hash. Holds until the next call.
 */
export function canonicalBytes(parts: CanonicalParts): Buffer | undefined {
  const { request, headerNames } = parts;
  const path = canonicalPath(request.path);
  let room = scratch.length - request.method.length - path.length - parts.query.length;
  room -= parts.signedHeaders.length + parts.payloadHash.length + separatorBytes;
  if (room < 0) return undefined;
  let at = writeLine(writeLine(writeLine(0, request.method), path), parts.query);
  for (let i = 0; i < headerNames.length; i++) {
    const name = headerNames[i]!;
    const value = canonicalValue(request.headers, name);
    room -= name.length + value.length + 2;
    if (room < 0) return undefined;
    writeLatin1(scratch, name, at);
    at += name.length;
    scratch[at++] = colon;
    at = writeLine(at, value);
  }
  scratch[at++] = newline;
  at = writeLine(at, parts.signedHeaders);
  writeLatin1(scratch, parts.payloadHash, at);
  return scratch.subarray(0, at + parts.payloadHash.length);
}

function writeLine(at: number, text: string): number {
  if (text !== '') writeLatin1(scratch, text, at);
  const end = at + text.length;
  scratch[end] = newline;
  return end + 1;
}

function collapseSpaces(value: string): string {
  return value
    .split(' ')
    .filter((part) => part !== '')
    .join(' ');
}

/** Paths are normalised and encoded once more; only S3 signs them as they are. */
export function canonicalPath(path: string): string {
  return isPlainPath(path) ? path : encodePath(path);
}

const newline = 0x0a;
const colon = 0x3a;
/** Ends of the lines around the headers, whose own are counted with them. */
const separatorBytes = 5;
const slash = 0x2f;
const dot = 0x2e;

/** Only unreserved characters, and nothing that normalising would change. */
function isPlainPath(path: string): boolean {
  let previous = 0;
  for (let i = 0; i < path.length; i++) {
    const code = path.charCodeAt(i);
    if (code !== slash && !isUnreserved(code)) return false;
    if (previous === slash && (code === slash || code === dot)) return false;
    previous = code;
  }
  return path.length > 0;
}

function encodePath(path: string): string {
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(encodeText(segment));
  }
  const isFolder = segments.length > 0 && path.endsWith('/');
  return `/${segments.join('/')}${isFolder ? '/' : ''}`;
}

/** Sorted by encoded name, then value. `leaveOut` is the signature itself, which can't cover itself. */
export function canonicalQuery(query: string, leaveOut?: string): string {
  if (query === '') return '';
  const pairs: [string, string][] = [];
  for (const part of query.split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const name = decodeText(equals < 0 ? part : part.slice(0, equals));
    if (name !== leaveOut)
      pairs.push([encodeText(name), encodeText(equals < 0 ? '' : decodeText(part.slice(equals + 1)))]);
  }
  pairs.sort((a, b) => compareText(a[0], b[0]) || compareText(a[1], b[1]));
  return pairs.map(([name, value]) => `${name}=${value}`).join('&');
}

/** A bare `+` is a space: those who mean a plus sign send %2B. Undecodable text stands for itself. */
function decodeText(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}

/** RFC 3986: everything but unreserved characters, which encodeURIComponent leaves five more of. */
function encodeText(text: string): string {
  let encoded = '';
  const loose = encodeURIComponent(text);
  for (const character of loose) encoded += looseEscapes.get(character) ?? character;
  return encoded;
}

const looseEscapes: ReadonlyMap<string, string> = new Map([
  ['!', '%21'],
  ["'", '%27'],
  ['(', '%28'],
  [')', '%29'],
  ['*', '%2A'],
]);

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function isUnreserved(code: number): boolean {
  const isLetter = (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a);
  const isDigit = code >= 0x30 && code <= 0x39;
  return isLetter || isDigit || code === 0x2d || code === dot || code === 0x5f || code === 0x7e;
}
