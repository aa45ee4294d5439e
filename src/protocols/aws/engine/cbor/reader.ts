// Reads CBOR (RFC 8949) item by item from a request body, definite and indefinite lengths alike. The decoder
// drives it: `next` reads the head of an item, then one of the others takes its content. Whatever is
// malformed, nested too deeply or has too many items is a SerializationException.
import { isUtf8 } from 'node:buffer';
import { limits } from '../../../../base/limits.ts';
import { serializationError } from '../wire.ts';

/** Major types, RFC 8949 3.1. */
export const major = { uint: 0, nint: 1, bytes: 2, text: 3, array: 4, map: 5, tag: 6, simple: 7 } as const;

const indefinite = 31;
const twoTo32 = 2 ** 32;

export class CborReader {
  readonly #bytes: Buffer;
  #at = 0;
  #depth = 0;
  #itemsLeft: number = limits.awsCborItemsMax;
  /** Of the item whose head was read last. */
  major: number = major.simple;
  /** Length or count, infinite when a break ends it; the value of an integer or float. */
  argument = 0;
  isBreak = false;
  isNull = false;
  isFloat = false;
  #simple: boolean | undefined;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Nothing may follow the one item of a body. */
  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** Reads the head of the next item, and the tags before it, which mean nothing here. */
  next(): void {
    this.isBreak = false;
    this.isNull = false;
    this.isFloat = false;
    this.#simple = undefined;
    this.#readHead();
    if (this.major === major.tag) this.#readTagged();
    if (this.major === major.nint) this.argument = -1 - this.argument;
  }

  /** The head of an item that must be there. */
  nextValue(): void {
    this.next();
    if (this.isBreak) throw serializationError();
  }

  enter(): void {
    if (++this.#depth > limits.awsCborDepthMax) throw serializationError();
  }

  leave(): void {
    this.#depth--;
  }

  /** Takes the current item: text, number, boolean or bytes; an empty array or object for a container. */
  take(): unknown {
    switch (this.major) {
      case major.bytes:
        return this.#takeBytes();
      case major.text:
        return this.takeText();
      case major.array:
        this.skip();
        return [];
      case major.map:
        this.skip();
        return {};
      default:
        return this.#simple ?? this.argument;
    }
  }

  /** The current item is text. */
  takeText(): string {
    if (this.argument !== Number.POSITIVE_INFINITY) return this.#textOf(this.#span(this.argument));
    let text = '';
    while (this.#hasPiece(major.text)) text += this.#textOf(this.#span(this.argument));
    return text;
  }

  /** Passes over the current item, whatever it holds. */
  skip(): void {
    const { major: kind, argument: count } = this;
    if (kind === major.bytes || kind === major.text) {
      if (count !== Number.POSITIVE_INFINITY) this.#span(count);
      else while (this.#hasPiece(kind)) this.#span(this.argument);
      return;
    }
    if (kind !== major.array && kind !== major.map) return;
    this.enter();
    const isMap = kind === major.map;
    for (let i = 0; i < count; i++) {
      this.next();
      if (this.endsContainer(count)) break;
      this.skip();
      if (!isMap) continue;
      this.nextValue();
      this.skip();
    }
    this.leave();
  }

  /** Whether the head just read is the break of the container with this count. */
  endsContainer(count: number): boolean {
    if (this.isBreak && count !== Number.POSITIVE_INFINITY) throw serializationError();
    return this.isBreak;
  }

  #readHead(): void {
    if (--this.#itemsLeft < 0) throw serializationError();
    const initial = this.#byte();
    const info = initial & 31;
    this.major = initial >> 5;
    if (this.major === major.simple) this.#readSimple(info);
    else this.argument = this.#readArgument(info);
  }

  #readTagged(): void {
    while (this.major === major.tag) this.#readHead();
    if (this.isBreak) throw serializationError();
  }

  #takeBytes(): Buffer {
    if (this.argument !== Number.POSITIVE_INFINITY) {
      const start = this.#span(this.argument);
      return this.#bytes.subarray(start, this.#at);
    }
    const pieces: Buffer[] = [];
    while (this.#hasPiece(major.bytes)) {
      const start = this.#span(this.argument);
      pieces.push(this.#bytes.subarray(start, this.#at));
    }
    return Buffer.concat(pieces);
  }

  /** Pieces of an indefinite string are definite strings of its own type (RFC 8949 3.2.3). */
  #hasPiece(kind: number): boolean {
    const isPlain = this.#at < this.#bytes.length && this.#bytes[this.#at]! >> 5 !== major.tag;
    if (!isPlain) throw serializationError();
    this.next();
    if (this.isBreak) return false;
    if (this.major !== kind || this.argument === Number.POSITIVE_INFINITY) throw serializationError();
    return true;
  }

  #textOf(start: number): string {
    const text = this.#bytes.toString('utf8', start, this.#at);
    // The decoder writes U+FFFD for what is no UTF-8; only then the bytes are looked at again.
    if (text.includes('\ufffd') && !isUtf8(this.#bytes.subarray(start, this.#at))) throw serializationError();
    return text;
  }

  /** Advances over so many bytes; answers where they start. */
  #span(length: number): number {
    const start = this.#at;
    if (length > this.#bytes.length - start) throw serializationError();
    this.#at = start + length;
    return start;
  }

  #byte(): number {
    return this.#bytes[this.#span(1)]!;
  }

  #readArgument(info: number): number {
    if (info < 24) return info;
    switch (info) {
      case 24:
        return this.#byte();
      case 25:
        return this.#bytes.readUInt16BE(this.#span(2));
      case 26:
        return this.#bytes.readUInt32BE(this.#span(4));
      case 27: {
        const at = this.#span(8);
        return this.#bytes.readUInt32BE(at) * twoTo32 + this.#bytes.readUInt32BE(at + 4);
      }
      default:
        return this.#indefinite(info);
    }
  }

  #indefinite(info: number): number {
    const mayBe = this.major >= major.bytes && this.major <= major.map;
    if (info !== indefinite || !mayBe) throw serializationError();
    return Number.POSITIVE_INFINITY;
  }

  #readSimple(info: number): void {
    this.argument = 0;
    switch (info) {
      case 20:
      case 21:
        this.#simple = info === 21;
        return;
      case 22:
      case 23:
        this.isNull = true;
        return;
      case indefinite:
        this.isBreak = true;
        return;
      default:
        this.isFloat = true;
        this.argument = this.#readFloat(info);
    }
  }

  #readFloat(info: number): number {
    switch (info) {
      case 25:
        return halfFloat(this.#bytes.readUInt16BE(this.#span(2)));
      case 26:
        return this.#bytes.readFloatBE(this.#span(4));
      case 27:
        return this.#bytes.readDoubleBE(this.#span(8));
      default:
        throw serializationError();
    }
  }
}

/** RFC 8949 appendix D. */
function halfFloat(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  let magnitude = (1024 + fraction) * 2 ** (exponent - 25);
  if (exponent === 0) magnitude = fraction * 2 ** -24;
  if (exponent === 31) magnitude = fraction === 0 ? Number.POSITIVE_INFINITY : Number.NaN;
  return (bits & 0x8000) === 0 ? magnitude : -magnitude;
}
