// The chunked transfer coding (RFC 9112 7.1), read strictly from any cut of the bytes. Extensions and
// trailers are checked for form, bounded and dropped: nothing in this product reads them.
import type { HttpLimits } from '../http.ts';
import { refusals, type Refusal } from '../refusal.ts';
import type { BodyBuffer } from './body-buffer.ts';
import { CR, fieldLine, isTokenByte, isValueByte, LF, scanFieldLine } from './bytes.ts';
import { lowerHeaderName } from './header-names.ts';

/** `size[;name[=value]] CR LF data CR LF ... 0 CR LF trailers CR LF`; a value is a token or `"text"`. */
const states = {
  size: 0,
  extensionName: 1,
  extensionValue: 2,
  extensionText: 3,
  extensionEscape: 4,
  extensionEnd: 5,
  sizeEnd: 6,
  data: 7,
  dataCr: 8,
  dataLf: 9,
  trailers: 10,
} as const;
type State = (typeof states)[keyof typeof states];

/** 16^8 is far above every body limit; more digits are somebody counting on an overflow. */
const sizeDigitsMax = 8;
const semicolon = 59;
const equals = 61;
const quote = 34;
const backslash = 92;

export class ChunkedBody {
  readonly #limits: HttpLimits;
  readonly #body: BodyBuffer;
  #state: State = states.size;
  #chunkBytes = 0;
  #sizeDigits = 0;
  #extensionBytes = 0;
  /** Bytes of the name or value that is being read; a name is never empty. */
  #partBytes = 0;
  #trailerBytes = 0;

  isComplete = false;
  refusal: Refusal | undefined;

  constructor(limits: HttpLimits, body: BodyBuffer) {
    this.#limits = limits;
    this.#body = body;
  }

  /** Takes what is there; answers the position after what was used. */
  read(bytes: Buffer, from: number): number {
    let at = from;
    while (at < bytes.length && !this.isComplete && this.refusal === undefined) {
      if (this.#state === states.data) {
        at = this.#readData(bytes, at);
      } else if (this.#state === states.trailers) {
        const next = this.#readTrailer(bytes, at);
        if (next === at) break;
        at = next;
      } else {
        this.#step(bytes[at++] as number);
      }
    }
    return at;
  }

  #step(byte: number): void {
    switch (this.#state) {
      case states.size:
        this.#readSizeByte(byte);
        break;
      case states.sizeEnd:
        if (byte !== LF) this.refusal = refusals.badChunk;
        this.#startChunk();
        break;
      case states.dataCr:
        if (byte !== CR) this.refusal = refusals.badChunk;
        this.#state = states.dataLf;
        break;
      case states.dataLf:
        if (byte !== LF) this.refusal = refusals.badChunk;
        this.#state = states.size;
        break;
      default:
        this.#readExtensionByte(byte);
    }
  }

  #readSizeByte(byte: number): void {
    const digit = hexDigit(byte);
    if (digit !== -1 && this.#sizeDigits < sizeDigitsMax) {
      this.#sizeDigits++;
      this.#chunkBytes = this.#chunkBytes * 16 + digit;
    } else if (this.#sizeDigits > 0 && byte === CR) {
      this.#state = states.sizeEnd;
    } else if (this.#sizeDigits > 0 && byte === semicolon) {
      this.#startExtension();
    } else {
      this.refusal = refusals.badChunk;
    }
  }

  #startExtension(): void {
    this.#partBytes = 0;
    this.#state = states.extensionName;
  }

  /** RFC 9112 7.1.1. Nobody reads extensions, but to guess where one ends is to guess the framing. */
  #readExtensionByte(byte: number): void {
    const state = this.#state;
    if (++this.#extensionBytes > this.#limits.chunkExtensionBytesMax) this.refusal = refusals.badChunk;
    else if (state === states.extensionText) this.#readTextByte(byte);
    else if (state === states.extensionEscape && isValueByte[byte] === 1) this.#state = states.extensionText;
    else if (state === states.extensionEscape) this.refusal = refusals.badChunk;
    else if (state !== states.extensionEnd && isTokenByte[byte] === 1) this.#partBytes++;
    else this.#endPart(byte);
  }

  #readTextByte(byte: number): void {
    this.#partBytes++;
    if (byte === quote) this.#state = states.extensionEnd;
    else if (byte === backslash) this.#state = states.extensionEscape;
    else if (isValueByte[byte] !== 1) this.refusal = refusals.badChunk;
  }

  #endPart(byte: number): void {
    const isEmpty = this.#partBytes === 0;
    if (this.#state === states.extensionValue && isEmpty && byte === quote)
      this.#state = states.extensionText;
    else if (isEmpty && this.#state === states.extensionName) this.refusal = refusals.badChunk;
    else if (byte === CR) this.#state = states.sizeEnd;
    else if (byte === semicolon) this.#startExtension();
    else if (this.#state === states.extensionName && byte === equals) this.#startValue();
    else this.refusal = refusals.badChunk;
  }

  #startValue(): void {
    this.#partBytes = 0;
    this.#state = states.extensionValue;
  }

  #startChunk(): void {
    this.#sizeDigits = 0;
    this.#state = this.#chunkBytes === 0 ? states.trailers : states.data;
    if (this.#body.length + this.#chunkBytes > this.#limits.bodyBytesMax)
      this.refusal ??= refusals.bodyTooLarge;
  }

  #readData(bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + this.#chunkBytes);
    if (!this.#body.append(bytes, at, end, 0)) this.refusal = refusals.tooMuchBuffered;
    this.#chunkBytes -= end - at;
    if (this.#chunkBytes === 0) this.#state = states.dataCr;
    return end;
  }

  /** One line of the trailer section; the position stays when it has not ended yet. */
  #readTrailer(bytes: Buffer, at: number): number {
    const lineEnd = bytes.indexOf(LF, at);
    const seenBytes = (lineEnd === -1 ? bytes.length : lineEnd + 1) - at;
    if (this.#trailerBytes + seenBytes > this.#limits.headerBytesMax) this.refusal = refusals.headersTooLarge;
    if (lineEnd === -1) return at;
    this.#trailerBytes += seenBytes;
    if (bytes[at] === CR && bytes[at + 1] === LF) this.isComplete = true;
    else if (scanFieldLine(bytes, at) !== lineEnd + 1) this.refusal = refusals.badChunk;
    else if (isFraming(bytes.toString('latin1', at, fieldLine.nameEnd))) this.refusal = refusals.badChunk;
    return lineEnd + 1;
  }
}

/** RFC 9110 6.5.1: a trailer that would change how the message is read is an attack on somebody. */
function isFraming(spelling: string): boolean {
  const name = lowerHeaderName(spelling);
  return name === 'content-length' || name === 'transfer-encoding';
}

function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const letter = byte | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}
