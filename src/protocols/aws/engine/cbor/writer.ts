// Writes CBOR (RFC 8949) into one buffer that grows and is used again. Knows items, not shapes; encode.ts
// drives it, and one message is written at a time.

const firstBytes = 64 * 1024;
/** Up to here texts are copied character by character, which is cheaper than a call into the encoder. */
const shortTextChars = 48;
const twoTo32 = 2 ** 32;

export class CborWriter {
  #bytes: Buffer = Buffer.allocUnsafeSlow(firstBytes);
  #at = 0;

  /** The message so far, for the caller to keep; the writer begins anew. */
  finish(): Buffer {
    const length = this.#at;
    const bytes = this.#bytes;
    this.#at = 0;
    if (bytes.length === firstBytes) return Buffer.from(bytes.subarray(0, length));
    // One that grew is given away instead of copied, so that a large answer leaves nothing behind.
    this.#bytes = Buffer.allocUnsafeSlow(firstBytes);
    return bytes.subarray(0, length);
  }

  /** After an encoding that failed half way. */
  reset(): void {
    this.#at = 0;
  }

  startMap(): void {
    this.#byte(0xbf);
  }

  startArray(): void {
    this.#byte(0x9f);
  }

  /** Ends a map or array. */
  end(): void {
    this.#byte(0xff);
  }

  /** An item that was encoded before: a member's name. */
  encoded(item: Uint8Array): void {
    this.#reserve(item.length);
    this.#bytes.set(item, this.#at);
    this.#at += item.length;
  }

  boolean(value: boolean): void {
    this.#byte(value ? 0xf5 : 0xf4);
  }

  /** Whole numbers in the fewest bytes; anything else as a double. */
  number(value: number): void {
    if (!Number.isSafeInteger(value)) return this.double(value);
    if (value >= 0) this.#head(0x00, value);
    else this.#head(0x20, -1 - value);
  }

  double(value: number): void {
    this.#reserve(9);
    this.#bytes[this.#at] = 0xfb;
    this.#bytes.writeDoubleBE(value, this.#at + 1);
    this.#at += 9;
  }

  /** Tag 1 with integer milliseconds: what AWS's clients read, unlike the standard's seconds. */
  timestamp(ms: number): void {
    this.#byte(0xc1);
    this.number(Math.round(ms));
  }

  bytes(value: Uint8Array): void {
    this.#head(0x40, value.length);
    this.encoded(value);
  }

  text(value: string): void {
    if (value.length <= shortTextChars && this.#shortAscii(value)) return;
    const length = Buffer.byteLength(value, 'utf8');
    this.#head(0x60, length);
    this.#reserve(length);
    this.#bytes.write(value, this.#at, 'utf8');
    this.#at += length;
  }

  /** False, with nothing written, when the text is not ASCII. */
  #shortAscii(value: string): boolean {
    const { length } = value;
    const start = this.#at;
    this.#head(0x60, length);
    this.#reserve(length);
    for (let i = 0; i < length; i++) {
      const code = value.charCodeAt(i);
      if (code > 0x7f) {
        this.#at = start;
        return false;
      }
      this.#bytes[this.#at++] = code;
    }
    return true;
  }

  #head(kind: number, argument: number): void {
    this.#reserve(9);
    if (argument < 24) {
      this.#bytes[this.#at++] = kind | argument;
    } else if (argument < 0x100) {
      this.#bytes[this.#at++] = kind | 24;
      this.#bytes[this.#at++] = argument;
    } else if (argument < 0x10000) {
      this.#bytes[this.#at] = kind | 25;
      this.#at = this.#bytes.writeUInt16BE(argument, this.#at + 1);
    } else if (argument < twoTo32) {
      this.#bytes[this.#at] = kind | 26;
      this.#at = this.#bytes.writeUInt32BE(argument, this.#at + 1);
    } else {
      this.#bytes[this.#at] = kind | 27;
      this.#at = this.#bytes.writeUInt32BE(Math.floor(argument / twoTo32), this.#at + 1);
      this.#at = this.#bytes.writeUInt32BE(argument % twoTo32, this.#at);
    }
  }

  #byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#at++] = value;
  }

  #reserve(extra: number): void {
    const needed = this.#at + extra;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(grown, 0, 0, this.#at);
    this.#bytes = grown;
  }
}
