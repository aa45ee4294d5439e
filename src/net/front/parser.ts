// Bytes of one connection in, complete requests or one refusal out. Pulled by the connection after each
// read; holds no socket and no timer, so that the same code is fuzzed against node:http without a network.
//
//   head --(no body)--> request          head --(length)--> fixed --> request
//   head --(chunked)--> chunked --> request          any --(malformed, too much)--> refusal, for good
import type { HttpLimits } from '../http.ts';
import type { Peer } from '../peer.ts';
import { refusals, type Refusal } from '../refusal.ts';
import { BodyBuffer } from './body-buffer.ts';
import type { BodyPool } from './body-pool.ts';
import { ChunkedBody } from './chunked-body.ts';
import { RequestHead } from './request-head.ts';
import { ReceivedRequest } from './request.ts';

const noBytes = Buffer.alloc(0);

export class RequestParser {
  readonly #limits: HttpLimits;
  readonly #peer: Peer;
  readonly #head: RequestHead;
  readonly #body: BodyBuffer;
  #chunked: ChunkedBody | undefined;
  #bytes: Buffer = noBytes;
  #at = 0;
  #refusal: Refusal | undefined;
  /** The client waits for `100 Continue` before it sends the body; whoever writes it clears this. */
  isContinueWanted = false;

  constructor(limits: HttpLimits, pool: BodyPool, peer: Peer) {
    this.#limits = limits;
    this.#peer = peer;
    this.#head = new RequestHead(limits);
    this.#body = new BodyBuffer(pool);
  }

  /** Nothing of a next request is here. */
  get isIdle(): boolean {
    return this.#at === this.#bytes.length && !this.#head.isBegun;
  }

  get isInBody(): boolean {
    return this.#head.isComplete;
  }

  /**
   * A body is being gathered that takes so many bytes more and is not complete before them: they are copied
   * when they are pushed, so the reader's buffer may be lent.
   */
  takesPieceOf(bytes: number): boolean {
    if (!this.#head.isComplete || this.#chunked !== undefined || this.#at < this.#bytes.length) return false;
    return this.#body.length > 0 && this.#body.length + bytes <= this.#head.contentLength;
  }

  push(chunk: Buffer): void {
    const isDrained = this.#at === this.#bytes.length;
    this.#bytes = isDrained ? chunk : Buffer.concat([this.#bytes.subarray(this.#at), chunk]);
    this.#at = 0;
  }

  /** The next request, undefined when bytes are missing, or why there will be none. */
  next(): ReceivedRequest | Refusal | undefined {
    if (this.#refusal !== undefined) return this.#refusal;
    if (!this.#head.isComplete) {
      if (this.#at === this.#bytes.length) return undefined;
      this.#at = this.#head.read(this.#bytes, this.#at);
      if (this.#head.refusal !== undefined) return this.#refuse(this.#head.refusal);
      if (!this.#head.isComplete) return undefined;
      if (this.#head.isChunked) this.#chunked = new ChunkedBody(this.#limits, this.#body);
    }
    return this.#chunked === undefined ? this.#readFixed() : this.#readChunked(this.#chunked);
  }

  /** Nothing comes for a while: what only saves time for the next request is given back. */
  rest(): void {
    this.#head.rest();
  }

  /** Forgets everything and gives buffers back; the connection is over. */
  drop(): void {
    this.#body.drop();
    this.#bytes = noBytes;
    this.#at = 0;
    this.#refusal ??= refusals.timedOut;
  }

  #refuse(refusal: Refusal): Refusal {
    this.drop();
    this.#refusal = refusal;
    return refusal;
  }

  #readFixed(): ReceivedRequest | Refusal | undefined {
    const expected = this.#head.contentLength;
    const there = this.#bytes.length - this.#at;
    if (this.#body.length === 0 && there >= expected) {
      const start = this.#at;
      this.#at += expected;
      return this.#complete(expected === 0 ? noBytes : this.#bytes.subarray(start, this.#at), undefined);
    }
    const end = this.#at + Math.min(there, expected - this.#body.length);
    if (end > this.#at && !this.#body.append(this.#bytes, this.#at, end, expected)) {
      return this.#refuse(refusals.tooMuchBuffered);
    }
    this.#at = end;
    if (this.#body.length < expected) return this.#wait();
    const { memory } = this.#body;
    return this.#complete(this.#body.take(), memory);
  }

  #readChunked(chunked: ChunkedBody): ReceivedRequest | Refusal | undefined {
    this.#at = chunked.read(this.#bytes, this.#at);
    if (chunked.refusal !== undefined) return this.#refuse(chunked.refusal);
    if (!chunked.isComplete) return this.#wait();
    this.#chunked = undefined;
    const { memory } = this.#body;
    return this.#complete(this.#body.take(), memory);
  }

  /** More of the body is to come. A client that has begun to send it does not wait (RFC 9110 10.1.1). */
  #wait(): undefined {
    if (this.#head.isContinueExpected) {
      this.#head.isContinueExpected = false;
      this.isContinueWanted = this.#body.length === 0 && this.#at === this.#bytes.length;
    }
    return undefined;
  }

  #complete(body: Buffer, memory: Buffer | undefined): ReceivedRequest {
    const request = new ReceivedRequest(this.#head, this.#peer, body, memory);
    this.isContinueWanted = false;
    this.#head.reset();
    if (this.#at === this.#bytes.length) {
      this.#bytes = noBytes;
      this.#at = 0;
    }
    return request;
  }
}
