// One reply of the front. Replies of a connection leave in the order of their requests (RFC 9112 9.3.2):
// one whose turn has not come keeps its bytes in `held` until the connection gets to it.
//
//   waiting --send--> done     waiting --stream--> streaming --end--> done     any --client gone--> done
import { assert } from '../../base/assert.ts';
import type { HttpReply, HttpStream, ReplyHeaders } from '../http.ts';
import { isBodiless } from '../reply-headers.ts';
import type { Connection } from './connection.ts';

/** Longer texts go through a Buffer, so that they can leave in slices. */
const textBytesMax = 8 * 1024;

/** What a reply has to know of its request. */
interface Asked {
  readonly method: string;
  readonly httpVersion: '1.0' | '1.1';
  readonly memory: Buffer | undefined;
}

export class FrontReply implements HttpReply, HttpStream {
  readonly #connection: Connection;
  readonly #isHead: boolean;
  readonly #isHttp10: boolean;
  /** What the body of its request lies in. */
  readonly memory: Buffer | undefined;
  /** The connection ends after this reply. */
  isLast: boolean;
  next: FrontReply | undefined;
  held: (string | Buffer)[] | undefined;
  isDone = false;
  #drainListener: (() => void) | undefined;
  #isWaiting = false;
  #isStarted = false;
  #isChunked = false;
  #isBodySent = true;
  #closeListener: (() => void) | undefined;

  constructor(connection: Connection, asked: Asked, isLast: boolean) {
    this.#connection = connection;
    this.#isHead = asked.method === 'HEAD';
    this.#isHttp10 = asked.httpVersion === '1.0';
    this.memory = asked.memory;
    this.isLast = isLast;
  }

  get isOpen(): boolean {
    return !this.isDone;
  }

  get hasRoom(): boolean {
    return this.#connection.hasReplyRoom;
  }

  send(status: number, headers: ReplyHeaders, body: Buffer | string): void {
    if (this.#isOver()) return;
    const isText = typeof body === 'string' && body.length <= textBytesMax && isAscii(body);
    const content = isText || typeof body !== 'string' ? body : Buffer.from(body, 'utf8');
    this.#start(status, headers, content.length);
    if (content.length > 0 && this.#isBodySent) this.#emit(content);
    this.#finish();
  }

  stream(status: number, headers: ReplyHeaders): HttpStream {
    if (this.#isOver()) return this;
    this.#isChunked = !this.#isHttp10;
    if (this.#isHttp10) this.isLast = true;
    this.#start(status, headers, this.#isChunked ? -1 : -2);
    this.#connection.settleSoon();
    return this;
  }

  onClose(listener: () => void): void {
    this.#closeListener = listener;
  }

  write(chunk: Buffer): boolean {
    if (this.isDone || chunk.length === 0 || !this.#isBodySent) return true;
    if (this.#isChunked) this.#emit(`${chunk.length.toString(16)}\r\n`);
    this.#emit(chunk);
    if (this.#isChunked) this.#emit('\r\n');
    this.#connection.settleSoon();
    this.#isWaiting = !this.#connection.canTake(this);
    return !this.#isWaiting;
  }

  onDrain(listener: () => void): void {
    this.#drainListener = listener;
  }

  end(): void {
    if (this.isDone) return;
    if (this.#isChunked && this.#isBodySent) this.#emit('0\r\n\r\n');
    this.#finish();
  }

  /** The client went away. False when the handler had replied already. */
  abandon(): boolean {
    if (this.isDone) return false;
    this.isDone = true;
    return true;
  }

  /** Tells the handler of an abandoned reply; a finished one has no listener any more. */
  tellClosed(): void {
    const listener = this.#closeListener;
    this.#closeListener = undefined;
    listener?.();
  }

  /** Room again for a stream that was told to wait. */
  tellDrained(): void {
    if (!this.#isWaiting) return;
    this.#isWaiting = false;
    this.#drainListener?.();
  }

  /** Exactly one reply to a request; what comes after the client has gone is dropped. */
  #isOver(): boolean {
    assert(!this.#isStarted, 'a request was answered twice');
    this.#isStarted = true;
    return this.isDone;
  }

  #start(status: number, headers: ReplyHeaders, bodyBytes: number): void {
    this.#connection.markIfLast(this);
    this.#isBodySent = !this.#isHead && !isBodiless(status);
    this.#emit(this.#connection.encodeHead({ status, headers, bodyBytes, isLast: this.isLast }));
  }

  #emit(piece: string | Buffer): void {
    if (this.#connection.isTurnOf(this)) this.#connection.write(piece);
    else this.#connection.hold(this, piece);
  }

  #finish(): void {
    this.isDone = true;
    this.#closeListener = undefined;
    this.#connection.finish(this);
  }
}

function isAscii(text: string): boolean {
  return Buffer.byteLength(text, 'utf8') === text.length;
}
