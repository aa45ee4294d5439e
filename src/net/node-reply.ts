// One reply of the node engine: the shape that handlers know, over node:http's ServerResponse.
import type { ServerResponse } from 'node:http';
import { assert } from '../base/assert.ts';
import type { HttpReply, HttpStream, ReplyHeaders } from './http.ts';
import type { Refusal } from './refusal.ts';
import { isBodiless, safeHeaderValue } from './reply-headers.ts';
import type { UnsentBytes } from './unsent-bytes.ts';

export interface NodeReplySetup {
  readonly isLast: () => boolean;
  readonly writeTimeoutMs: number;
  readonly unsent: UnsentBytes;
}

export class NodeReply implements HttpReply, HttpStream {
  readonly #response: ServerResponse;
  readonly #setup: NodeReplySetup;
  #unsentBytes = 0;
  #isRefused = false;
  #isStarted = false;
  #closeListener: (() => void) | undefined;
  #drainListener: (() => void) | undefined;

  constructor(response: ServerResponse, setup: NodeReplySetup) {
    this.#response = response;
    this.#setup = setup;
    response.on('close', () => this.#closed());
  }

  get isOpen(): boolean {
    return !this.#response.destroyed && !this.#response.writableEnded;
  }

  get hasRoom(): boolean {
    return this.#setup.unsent.hasRoom;
  }

  refuse(refusal: Refusal): void {
    this.#isRefused = true;
    if (!this.isOpen || this.#isStarted) return;
    this.send(refusal.status, ['Content-Type', 'text/plain'], `${refusal.reason}\n`);
    this.#response.req.resume();
  }

  send(status: number, headers: ReplyHeaders, body: Buffer | string): void {
    this.#start();
    if (!this.isOpen) return;
    const flat = this.#headersOf(headers);
    if (!isBodiless(status)) flat.push('Content-Length', String(Buffer.byteLength(body)));
    this.#response.writeHead(status, flat);
    this.#unsentBytes = body.length;
    this.#setup.unsent.add(this.#unsentBytes);
    this.#response.end(isBodiless(status) ? undefined : body);
    this.#watch();
  }

  stream(status: number, headers: ReplyHeaders): HttpStream {
    this.#start();
    if (!this.isOpen) return this;
    this.#response.writeHead(status, this.#headersOf(headers));
    this.#response.flushHeaders();
    this.#response.on('drain', () => {
      this.#response.socket?.setTimeout(0);
      this.#drainListener?.();
    });
    return this;
  }

  onClose(listener: () => void): void {
    this.#closeListener = listener;
  }

  write(chunk: Buffer): boolean {
    if (!this.isOpen || chunk.length === 0 || this.#response.write(chunk)) return true;
    this.#watch();
    return false;
  }

  onDrain(listener: () => void): void {
    this.#drainListener = listener;
  }

  end(): void {
    if (!this.isOpen) return;
    this.#response.end();
    this.#watch();
  }

  /** A client that takes nothing is cut off; once all is out, node:http sets the timeout between requests. */
  #watch(): void {
    if (!this.#response.writableFinished) this.#response.socket?.setTimeout(this.#setup.writeTimeoutMs);
  }

  #start(): void {
    assert(!this.#isStarted, 'a request was answered twice');
    this.#isStarted = true;
  }

  #headersOf(headers: ReplyHeaders): string[] {
    const flat = headers.map(safeHeaderValue);
    if (this.#isRefused || this.#setup.isLast()) flat.push('Connection', 'close');
    return flat;
  }

  #closed(): void {
    this.#setup.unsent.remove(this.#unsentBytes);
    this.#unsentBytes = 0;
    const listener = this.#closeListener;
    this.#closeListener = undefined;
    if (!this.#response.writableEnded) listener?.();
  }
}
