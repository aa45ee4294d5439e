// The request line and the headers of one HTTP/1.1 request (RFC 9112 2 to 6), read strictly and line by
// line, so that a head that trickles in is never scanned twice. Called by the parser alone; what it does
// not understand exactly it refuses, because two servers that guess differently are how requests smuggle.
import { readLatin1 } from '../../base/latin1.ts';
import type { HttpLimits } from '../http.ts';
import { refusals, type Refusal } from '../refusal.ts';
import { hasToken } from '../request-rules.ts';
import {
  CR,
  fieldLine,
  isTargetByte,
  isTokenByte,
  LF,
  scanFieldLine,
  scanFieldValue,
  SPACE,
} from './bytes.ts';
import { HeaderList } from './header-list.ts';
import { lowerHeaderName } from './header-names.ts';
import { RememberedHead } from './remembered-head.ts';

const endOfHead = Buffer.from('\r\n\r\n');
/** An empty line before a request is left over from old clients (RFC 9112 2.2); more than one is noise. */
const emptyLinesMax = 1;
const emptyLineBytes = 2;
const question = 63;
const noHeaders = new HeaderList([], []);

export class RequestHead {
  readonly #limits: HttpLimits;
  #isStarted = false;
  #emptyLines = 0;
  #headBytes = 0;
  #headerCount = 0;

  isComplete = false;
  refusal: Refusal | undefined;
  method = '';
  path = '';
  query = '';
  httpVersion: '1.0' | '1.1' = '1.1';
  headers = noHeaders;
  readonly #lines = new RememberedHead();
  isKeptAlive = true;
  isChunked = false;
  isContinueExpected = false;
  contentLength = 0;

  constructor(limits: HttpLimits) {
    this.#limits = limits;
  }

  /** True once the request line was read; an empty line before it is not yet a request. */
  get isBegun(): boolean {
    return this.#isStarted;
  }

  reset(): void {
    this.#isStarted = false;
    this.#emptyLines = 0;
    this.#headBytes = 0;
    this.#headerCount = 0;
    this.isComplete = false;
    this.refusal = undefined;
    this.headers = noHeaders;
    this.isChunked = false;
    this.isContinueExpected = false;
    this.contentLength = 0;
  }

  /** Gives up what is remembered of the last head. */
  rest(): void {
    this.#lines.release();
  }

  /** Reads the complete lines that are there; answers the position after the last one. */
  read(bytes: Buffer, from: number): number {
    const isWhole = !this.#isStarted;
    let at = this.#readLines(bytes, from, isWhole ? this.#likelyEnd(bytes, from) : from);
    if (!this.isComplete && this.refusal === undefined) at = this.#readLines(bytes, at, linesEnd(bytes, at));
    if (this.refusal !== undefined) return at;
    if (this.isComplete && isWhole) {
      this.#lines.keep(bytes, at - emptyLineBytes);
      return at;
    }
    this.#lines.forget();
    if (at === from) this.#checkBegin(bytes[from] as number);
    if (!this.isComplete) this.#checkSize(bytes.length - at);
    return at;
  }

  /** Where the last head ended there is the end of a line again, so far this head can be read unseen. */
  #likelyEnd(bytes: Buffer, from: number): number {
    const end = from + this.#lines.knownLength + emptyLineBytes;
    return end <= bytes.length && bytes[end - 1] === LF ? end : from;
  }

  /** Reads to the end of the head, or to `end`, which is one of a line. */
  #readLines(bytes: Buffer, from: number, end: number): number {
    let at = from;
    while (at < end && !this.isComplete) {
      const next = this.#isStarted ? this.#readHeaderLine(bytes, at) : this.#readFirstLine(bytes, at);
      if (this.refusal !== undefined) return at;
      this.#headBytes += next - at;
      at = next;
      if (this.#headBytes > this.#limits.headerBytesMax) return this.#refuse(refusals.headersTooLarge);
    }
    return at;
  }

  #refuse(refusal: Refusal): number {
    this.refusal = refusal;
    return -1;
  }

  /** What begins like no request (a TLS hello on a plain port) is not waited for. */
  #checkBegin(byte: number): void {
    if (!this.#isStarted && byte !== CR && isTokenByte[byte] !== 1) this.#refuse(refusals.badRequestLine);
  }

  /** A line that has not ended yet counts too: the buffer that holds it is what the limit is for. */
  #checkSize(unreadBytes: number): void {
    if (!this.#isStarted && unreadBytes > this.#limits.uriBytesMax + 64) this.#refuse(refusals.uriTooLong);
    if (this.#headBytes + unreadBytes > this.#limits.headerBytesMax) this.#refuse(refusals.headersTooLarge);
  }

  #readFirstLine(bytes: Buffer, at: number): number {
    if (bytes[at] === CR && bytes[at + 1] === LF && this.#emptyLines < emptyLinesMax) {
      this.#emptyLines++;
      return at + 2;
    }
    this.#lines.begin();
    const common = this.#lines.commonLength(bytes, at);
    let next = at + common;
    // The same line as last time: what was read out of it still stands.
    if (common === 0 || common !== this.#lines.lineLength) next = this.#readRequestLine(bytes, at);
    this.#isStarted = true;
    this.#lines.addRequestLine(next - at);
    return next;
  }

  #readRequestLine(bytes: Buffer, at: number): number {
    let i = at;
    while (isTokenByte[bytes[i] as number] === 1) i++;
    if (i === at || bytes[i] !== SPACE) return this.#refuse(refusals.badRequestLine);
    this.method = readLatin1(bytes, at, i);
    return this.#readTarget(bytes, i + 1);
  }

  #readTarget(bytes: Buffer, at: number): number {
    let i = at;
    let queryStart = -1;
    for (; isTargetByte[bytes[i] as number] === 1; i++) {
      if (queryStart === -1 && bytes[i] === question) queryStart = i;
    }
    if (i - at > this.#limits.uriBytesMax) return this.#refuse(refusals.uriTooLong);
    if (i === at || bytes[i] !== SPACE) return this.#refuse(refusals.badRequestLine);
    this.path = readLatin1(bytes, at, queryStart === -1 ? i : queryStart);
    this.query = queryStart === -1 ? '' : readLatin1(bytes, queryStart + 1, i);
    const next = this.#readVersion(bytes, i + 1);
    if (this.refusal === undefined && this.path.charCodeAt(0) !== 47) this.#reduceTarget();
    return next;
  }

  /** Exactly `HTTP/1.0` or `HTTP/1.1` and the end of the line; another well-formed version is a 505. */
  #readVersion(bytes: Buffer, at: number): number {
    const isHttp =
      bytes[at] === 72 &&
      bytes[at + 1] === 84 &&
      bytes[at + 2] === 84 &&
      bytes[at + 3] === 80 &&
      bytes[at + 4] === 47 &&
      isDigit(bytes[at + 5]) &&
      bytes[at + 6] === 46 &&
      isDigit(bytes[at + 7]) &&
      bytes[at + 8] === CR &&
      bytes[at + 9] === LF;
    if (!isHttp) return this.#refuse(refusals.badRequestLine);
    const minor = bytes[at + 7];
    if (bytes[at + 5] !== 49 || (minor !== 48 && minor !== 49)) return this.#refuse(refusals.badVersion);
    this.httpVersion = minor === 49 ? '1.1' : '1.0';
    return at + 10;
  }

  /** Absolute form becomes origin form (RFC 9112 3.2.2); `*` is for OPTIONS; CONNECT is not served. */
  #reduceTarget(): void {
    if (this.path === '*' && this.method === 'OPTIONS') return;
    const scheme = this.path.slice(0, 8).toLowerCase();
    const authorityStart = scheme === 'https://' ? 8 : scheme.startsWith('http://') ? 7 : -1;
    const slash = this.path.indexOf('/', authorityStart);
    const authorityEnd = slash === -1 ? this.path.length : slash;
    if (authorityStart === -1 || authorityEnd === authorityStart) {
      this.#refuse(refusals.badTarget);
      return;
    }
    this.path = slash === -1 ? '/' : this.path.slice(slash);
  }

  #readHeaderLine(bytes: Buffer, at: number): number {
    if (bytes[at] === CR && bytes[at + 1] === LF) {
      this.#finish();
      return at + emptyLineBytes;
    }
    if (++this.#headerCount > this.#limits.headerCountMax) return this.#refuse(refusals.headersTooLarge);
    const lines = this.#lines;
    const common = lines.commonLength(bytes, at);
    if (common > 0 && common === lines.lineLength) {
      const { name } = lines;
      if (!lines.repeatHeader()) this.#checkDuplicate(name);
      return at + common;
    }
    return this.#readNewLine(bytes, at, common);
  }

  /** A line that differs from what was here last time, or came for the first time. */
  #readNewLine(bytes: Buffer, at: number, common: number): number {
    const lines = this.#lines;
    const hasSameName = common > 0 && common > lines.nameLength;
    const next = hasSameName
      ? scanFieldValue(bytes, at + lines.nameLength, at + Math.min(common, lines.lineLength - emptyLineBytes))
      : scanFieldLine(bytes, at);
    if (next === -1) return this.#refuse(refusals.badHeader);
    const { nameEnd, valueStart, valueEnd } = fieldLine;
    const name = hasSameName ? lines.name : lowerHeaderName(readLatin1(bytes, at, nameEnd));
    const value = readLatin1(bytes, valueStart, valueEnd);
    if (!lines.addHeader(name, value, next - at, nameEnd - at)) this.#checkDuplicate(name);
    return next;
  }

  /** The values of most headers are joined when they come twice; two that frame the message are an attack. */
  #checkDuplicate(name: string): void {
    if (name === 'host') this.#refuse(refusals.badHost);
    else if (name === 'content-length') this.#refuse(refusals.badContentLength);
    else if (name === 'transfer-encoding') this.#refuse(refusals.badTransferEncoding);
  }

  /** All headers are there: what frames the body, and what becomes of the connection. */
  #finish(): void {
    this.headers = this.#lines.takeHeaders();
    const isNew = this.httpVersion === '1.1';
    if (isNew && !this.headers.has('host')) {
      this.#refuse(refusals.badHost);
      return;
    }
    this.isKeptAlive = isNew && !hasToken(this.headers.get('connection'), 'close');
    this.#readLength(this.headers.get('content-length'), this.headers.get('transfer-encoding'));
    this.#readExpectation(this.headers.get('expect'), isNew);
    this.isComplete = this.refusal === undefined;
  }

  #readLength(length: string | undefined, encoding: string | undefined): void {
    if (encoding !== undefined) {
      const isPlain = encoding === 'chunked' || encoding.toLowerCase() === 'chunked';
      this.isChunked = isPlain && length === undefined && this.httpVersion === '1.1';
      if (!this.isChunked) this.#refuse(refusals.badTransferEncoding);
    } else if (length !== undefined) {
      this.contentLength = decimalOf(length);
      if (this.contentLength === -1) this.#refuse(refusals.badContentLength);
      else if (this.contentLength > this.#limits.bodyBytesMax) this.#refuse(refusals.bodyTooLarge);
    }
  }

  #readExpectation(expectation: string | undefined, isNew: boolean): void {
    if (expectation === undefined || !isNew || this.refusal !== undefined) return;
    if (expectation.toLowerCase() === '100-continue') this.isContinueExpected = true;
    else this.#refuse(refusals.badExpectation);
  }
}

/** The end of the head, or of what is there of it in whole lines. */
function linesEnd(bytes: Buffer, from: number): number {
  const found = bytes.indexOf(endOfHead, from);
  return found === -1 ? bytes.lastIndexOf(LF) + 1 : found + endOfHead.length;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 48 && byte <= 57;
}

/** Digits and nothing else, below 10^15; -1 otherwise. No sign, no list, no blank (RFC 9112 6.3). */
function decimalOf(text: string): number {
  if (text.length === 0 || text.length > 15) return -1;
  let value = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}
