// One reply of the uws engine. Touching a response after it ended or was aborted would throw, so both end
// this object's life at once.
import { assert } from '../base/assert.ts';
import type { HttpReply, HttpStream, ReplyHeaders } from './http.ts';
import type { Refusal } from './refusal.ts';
import { isBodiless, safeHeaderValue, statusText } from './reply-headers.ts';
import type { UwsResponse } from './uws-library.ts';

export class UwsReply implements HttpReply, HttpStream {
  readonly #response: UwsResponse;
  readonly #isHead: boolean;
  readonly #onFinish: () => void;
  #isLast = false;
  #isStarted = false;
  #isOver = false;
  #isBodySent = true;
  #closeListener: (() => void) | undefined;
  #drainListener: (() => void) | undefined;
  #overListener: (() => void) | undefined;

  constructor(response: UwsResponse, isHead: boolean, onFinish: () => void) {
    this.#response = response;
    this.#isHead = isHead;
    this.#onFinish = onFinish;
    response.onAborted(() => this.#abort());
  }

  get isOpen(): boolean {
    return !this.#isOver;
  }

  markLast(): void {
    this.#isLast = true;
  }

  /** Called once, when the reply is out or the client gone. */
  onOver(listener: () => void): void {
    this.#overListener = listener;
  }

  refuse(refusal: Refusal): void {
    if (this.#isOver || this.#isStarted) return;
    this.#isLast = true;
    this.send(refusal.status, ['Content-Type', 'text/plain'], `${refusal.reason}\n`);
  }

  send(status: number, headers: ReplyHeaders, body: Buffer | string): void {
    this.#start();
    if (this.#isOver) return;
    this.#response.cork(() => {
      this.#writeHead(status, headers);
      if (this.#isLast) this.#response.end(this.#isHead || isBodiless(status) ? '' : body, true);
      else if (isBodiless(status)) this.#response.endWithoutBody();
      else if (this.#isHead) this.#endHead(Buffer.byteLength(body));
      else this.#response.end(body);
    });
    this.#finish();
  }

  stream(status: number, headers: ReplyHeaders): HttpStream {
    this.#start();
    if (this.#isOver) return this;
    this.#isBodySent = !this.#isHead && !isBodiless(status);
    this.#response.onWritable(() => {
      this.#drainListener?.();
      return true;
    });
    this.#response.cork(() => this.#writeHead(status, headers));
    return this;
  }

  onClose(listener: () => void): void {
    this.#closeListener = listener;
  }

  write(chunk: Buffer): boolean {
    if (this.#isOver || !this.#isBodySent || chunk.length === 0) return true;
    let hasRoom = true;
    this.#response.cork(() => {
      hasRoom = this.#response.write(chunk);
    });
    return hasRoom;
  }

  onDrain(listener: () => void): void {
    this.#drainListener = listener;
  }

  end(): void {
    if (this.#isOver) return;
    this.#response.cork(() => {
      if (this.#isBodySent || this.#isLast) this.#response.end(undefined, this.#isLast);
      else this.#response.endWithoutBody();
    });
    this.#finish();
  }

  #start(): void {
    assert(!this.#isStarted, 'a request was answered twice');
    this.#isStarted = true;
  }

  #writeHead(status: number, headers: ReplyHeaders): void {
    this.#response.writeStatus(`${status} ${statusText(status)}`);
    for (let i = 0; i + 1 < headers.length; i += 2) {
      this.#response.writeHeader(headers[i] as string, safeHeaderValue(headers[i + 1] as string));
    }
  }

  /** Its own way to report a length writes one line end too many, on which the next request is lost. */
  #endHead(bodyBytes: number): void {
    this.#response.writeHeader('Content-Length', String(bodyBytes));
    this.#response.endWithoutBody();
  }

  #finish(): void {
    this.#isOver = true;
    this.#closeListener = undefined;
    this.#overListener?.();
    this.#onFinish();
  }

  #abort(): void {
    if (this.#isOver) return;
    const listener = this.#closeListener;
    this.#finish();
    listener?.();
  }
}
