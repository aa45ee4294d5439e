// Reads one HTTP/1.1 reply at a time from the bytes of one connection. Only what a load generator needs: the
// status, and a body framed by Content-Length. Called for every chunk by Lanes; it never copies a reply that
// arrived whole.

/** A view of the connection's read buffer: valid until the next chunk. */
export interface Reply {
  readonly status: number;
  readonly buffer: Buffer;
  readonly bodyStart: number;
  readonly bodyEnd: number;
}

export type FeedResult = 'complete' | 'incomplete' | 'broken';

export class ReplyReader implements Reply {
  status = 0;
  buffer: Buffer = Buffer.alloc(0);
  bodyStart = 0;
  bodyEnd = 0;
  #held: Buffer | null = null;
  #heldBytes = 0;

  feed(chunk: Buffer, byteCount: number): FeedResult {
    if (this.#heldBytes === 0) {
      const result = this.#parse(chunk, byteCount);
      if (result === 'incomplete') this.#hold(chunk, byteCount);
      return result;
    }
    this.#hold(chunk, byteCount);
    const result = this.#parse(this.#held as Buffer, this.#heldBytes);
    if (result !== 'incomplete') this.#heldBytes = 0;
    return result;
  }

  #hold(chunk: Buffer, byteCount: number): void {
    const needed = this.#heldBytes + byteCount;
    if (this.#held === null || this.#held.length < needed) {
      const larger = Buffer.allocUnsafe(needed * 2);
      this.#held?.copy(larger, 0, 0, this.#heldBytes);
      this.#held = larger;
    }
    chunk.copy(this.#held, this.#heldBytes, 0, byteCount);
    this.#heldBytes = needed;
  }

  #parse(buffer: Buffer, end: number): FeedResult {
    let bodyBytes = -1;
    for (let index = 0; index + 2 < end; index++) {
      if (buffer[index] !== 10) continue;
      const first = buffer[index + 1] as number;
      if (first === 13) return this.#frame(buffer, index + 3, end, bodyBytes);
      if ((first | 32) === 99 && isContentLength(buffer, index + 1)) bodyBytes = digitsAt(buffer, index + 16);
    }
    return 'incomplete';
  }

  #frame(buffer: Buffer, bodyStart: number, end: number, bodyBytes: number): FeedResult {
    // Chunked replies and bytes beyond the reply (nothing was pipelined) are not understood, so they count as
    // broken.
    if (bodyBytes < 0 || bodyStart + bodyBytes < end) return 'broken';
    if (bodyStart + bodyBytes > end) return 'incomplete';
    this.status =
      ((buffer[9] as number) - 48) * 100 + ((buffer[10] as number) - 48) * 10 + (buffer[11] as number) - 48;
    this.buffer = buffer;
    this.bodyStart = bodyStart;
    this.bodyEnd = bodyStart + bodyBytes;
    return 'complete';
  }
}

/** `content-length:` in any case; the other names that start with c differ at one of these places. */
function isContentLength(buffer: Buffer, at: number): boolean {
  return (
    buffer[at + 7] === 45 &&
    ((buffer[at + 8] as number) | 32) === 108 &&
    ((buffer[at + 13] as number) | 32) === 104 &&
    buffer[at + 14] === 58
  );
}

function digitsAt(buffer: Buffer, start: number): number {
  let at = start;
  while (buffer[at] === 32) at += 1;
  let value = 0;
  for (let byte = buffer[at] as number; byte >= 48 && byte <= 57; byte = buffer[++at] as number) {
    value = value * 10 + byte - 48;
  }
  return value;
}
