// One reply over HTTP/2: the shape that handlers know, over a stream of node:http2.
import * as http2 from 'node:http2';
import { assert } from '../base/assert.ts';
import type { HttpReply, HttpStream, ReplyHeaders } from './http.ts';
import type { Refusal } from './refusal.ts';
import { isBodiless, safeHeaderValue } from './reply-headers.ts';
import type { UnsentBytes } from './unsent-bytes.ts';

export interface ReplySession {
  readonly unsent: UnsentBytes;
  /** Requests of a session that have come in completely and wait for their handler. */
  runningCount: number;
}

export class Http2Reply implements HttpReply, HttpStream {
  readonly #stream: http2.ServerHttp2Stream;
  readonly #session: ReplySession;
  readonly #isHead: boolean;
  #isRunning = false;
  #isStarted = false;
  #isDone = false;
  #closeListener: (() => void) | undefined;
  #drainListener: (() => void) | undefined;

  constructor(stream: http2.ServerHttp2Stream, session: ReplySession, isHead: boolean) {
    this.#stream = stream;
    this.#session = session;
    this.#isHead = isHead;
  }

  get isOpen(): boolean {
    return !this.#isDone && !this.#stream.closed && !this.#stream.destroyed;
  }

  get hasRoom(): boolean {
    return this.#session.unsent.hasRoom;
  }

  /** The handler has the request from here on. */
  begin(): void {
    this.#isRunning = true;
    this.#session.runningCount++;
    this.#stream.once('close', () => this.#abandon());
  }

  /** Answered by this layer; the client is told not to send the rest (RFC 9113 8.1). */
  refuse(refusal: Refusal): void {
    if (this.#stream.destroyed || this.#stream.headersSent) return;
    this.send(refusal.status, ['content-type', 'text/plain'], `${refusal.reason}\n`);
    this.#stream.once('finish', () => this.#stream.close(http2.constants.NGHTTP2_NO_ERROR));
    this.#stream.resume();
  }

  send(status: number, headers: ReplyHeaders, body: Buffer | string): void {
    if (!this.#begun()) return;
    const length = Buffer.byteLength(body);
    const hasBody = length > 0 && !this.#isHead && !isBodiless(status);
    const block = headerBlock(status, headers);
    if (!isBodiless(status)) block['content-length'] = length;
    this.#finish();
    this.#stream.respond(block, { endStream: !hasBody });
    if (!hasBody) return;
    const { unsent } = this.#session;
    unsent.add(length);
    this.#stream.once('close', () => unsent.remove(length));
    this.#stream.end(body);
  }

  stream(status: number, headers: ReplyHeaders): HttpStream {
    if (!this.#begun()) return this;
    const endStream = this.#isHead || isBodiless(status);
    this.#stream.respond(headerBlock(status, headers), { endStream });
    this.#stream.on('drain', () => this.#drainListener?.());
    return this;
  }

  onClose(listener: () => void): void {
    this.#closeListener = listener;
  }

  write(chunk: Buffer): boolean {
    if (!this.isOpen || !this.#stream.writable || chunk.length === 0) return true;
    return this.#stream.write(chunk);
  }

  onDrain(listener: () => void): void {
    this.#drainListener = listener;
  }

  end(): void {
    if (this.#isDone) return;
    this.#finish();
    if (this.#stream.writable) this.#stream.end();
  }

  #begun(): boolean {
    assert(!this.#isStarted, 'a request was answered twice');
    this.#isStarted = true;
    return this.isOpen;
  }

  #finish(): void {
    this.#isDone = true;
    this.#closeListener = undefined;
    this.#stopRunning();
  }

  #abandon(): void {
    if (this.#isDone) return;
    const listener = this.#closeListener;
    this.#finish();
    listener?.();
  }

  #stopRunning(): void {
    if (this.#isRunning) this.#session.runningCount--;
    this.#isRunning = false;
  }
}

function headerBlock(status: number, headers: ReplyHeaders): http2.OutgoingHttpHeaders {
  const block: http2.OutgoingHttpHeaders = { ':status': status };
  for (let i = 0; i + 1 < headers.length; i += 2) {
    block[(headers[i] as string).toLowerCase()] = safeHeaderValue(headers[i + 1] as string);
  }
  return block;
}
