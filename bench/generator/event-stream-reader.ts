// Reads an endless HTTP/1.1 reply: its head, its chunks, and the frames of an AWS event stream inside them.
// Hands out the payload of each event. Called for every piece of one connection; it knows no service.
import { crc32 } from 'node:zlib';

/** The payload lies in `bytes` and is valid until the call returns. */
export type OnEvent = (bytes: Buffer, start: number, end: number) => void;

const headEnd = Buffer.from('\r\n\r\n');
const preludeBytes = 12;
const crcBytes = 4;
const initialBytes = 256 * 1024;

export class EventStreamReader {
  readonly #onEvent: OnEvent;
  /** Bytes of the body that no frame was cut from yet. */
  #body = Buffer.allocUnsafe(initialBytes);
  #bodyLength = 0;
  /** What a head or a chunk size is still incomplete of. */
  #line = Buffer.alloc(0);
  #isInBody = false;
  #chunkLeft = 0;
  /** Of the line end behind each chunk. */
  #skip = 0;
  frameCount = 0;

  constructor(onEvent: OnEvent) {
    this.#onEvent = onEvent;
  }

  /** Answers what is wrong, or undefined. */
  feed(piece: Buffer): string | undefined {
    let rest = piece;
    if (!this.#isInBody) {
      const head = this.#line.length === 0 ? piece : Buffer.concat([this.#line, piece]);
      const at = head.indexOf(headEnd);
      this.#line = Buffer.from(at < 0 ? head : '');
      if (at < 0) return undefined;
      const text = head.toString('latin1', 0, at);
      if (!text.startsWith('HTTP/1.1 200 ') || !/transfer-encoding: chunked/i.test(text)) {
        return head.toString('latin1', 0, 500);
      }
      this.#isInBody = true;
      rest = head.subarray(at + headEnd.length);
    }
    this.#takeChunks(rest);
    return this.#takeFrames();
  }

  #takeChunks(piece: Buffer): void {
    let at = 0;
    while (at < piece.length) {
      if (this.#skip > 0) {
        const skipped = Math.min(this.#skip, piece.length - at);
        this.#skip -= skipped;
        at += skipped;
      } else if (this.#chunkLeft > 0) {
        const taken = Math.min(this.#chunkLeft, piece.length - at);
        this.#keep(piece, at, at + taken);
        this.#chunkLeft -= taken;
        if (this.#chunkLeft === 0) this.#skip = 2;
        at += taken;
      } else {
        at = this.#takeSize(piece, at);
      }
    }
  }

  #takeSize(piece: Buffer, at: number): number {
    const lineEnd = piece.indexOf(10, at);
    const end = lineEnd < 0 ? piece.length : lineEnd + 1;
    this.#line = Buffer.concat([this.#line, piece.subarray(at, end)]);
    if (lineEnd < 0) return end;
    this.#chunkLeft = Number.parseInt(this.#line.toString('latin1'), 16);
    this.#line = Buffer.alloc(0);
    return end;
  }

  #keep(piece: Buffer, start: number, end: number): void {
    const needed = this.#bodyLength + end - start;
    if (needed > this.#body.length) {
      const larger = Buffer.allocUnsafe(needed * 2);
      this.#body.copy(larger, 0, 0, this.#bodyLength);
      this.#body = larger;
    }
    piece.copy(this.#body, this.#bodyLength, start, end);
    this.#bodyLength = needed;
  }

  #takeFrames(): string | undefined {
    let at = 0;
    while (this.#bodyLength - at >= preludeBytes) {
      const end = at + this.#body.readUInt32BE(at);
      if (end > this.#bodyLength) break;
      const problem = this.#takeFrame(at, end);
      if (problem !== undefined) return problem;
      at = end;
    }
    this.#body.copyWithin(0, at, this.#bodyLength);
    this.#bodyLength -= at;
    return undefined;
  }

  #takeFrame(start: number, end: number): string | undefined {
    const body = this.#body;
    const crcAt = end - crcBytes;
    if (body.readUInt32BE(crcAt) !== crc32(body.subarray(start, crcAt)))
      return 'a frame with a wrong checksum';
    const headersEnd = start + preludeBytes + body.readUInt32BE(start + 4);
    const headers = body.toString('latin1', start + preludeBytes, headersEnd);
    this.frameCount += 1;
    if (headers.includes('exception')) return body.toString('latin1', start + preludeBytes, crcAt);
    if (!headers.includes('initial-response')) this.#onEvent(body, headersEnd, crcAt);
    return undefined;
  }
}
