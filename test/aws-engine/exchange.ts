// Sends one request to a handler without a socket and keeps what it answers.
import type { HttpReply, HttpRequest, RequestHandler } from '../../src/net/http.ts';

export class KeptReply implements HttpReply {
  isOpen = true;
  status = 0;
  body = '';
  bytes = Buffer.alloc(0);
  sendCount = 0;
  readonly headers = new Map<string, string>();
  #onClose: (() => void) | undefined;

  send(status: number, headers: readonly string[], body: Buffer | string): void {
    this.sendCount++;
    this.status = status;
    this.body = body.toString();
    this.bytes = Buffer.from(body as string);
    for (let i = 0; i < headers.length; i += 2) this.headers.set(headers[i]!.toLowerCase(), headers[i + 1]!);
  }
  stream(): never {
    throw new Error('no streams here');
  }
  onClose(listener: () => void): void {
    this.#onClose = listener;
  }
  /** The client goes away. */
  close(): void {
    this.isOpen = false;
    this.#onClose?.();
  }
  json(): Record<string, unknown> {
    return JSON.parse(this.body) as Record<string, unknown>;
  }
}

export function ask(handler: RequestHandler, request: HttpRequest): KeptReply {
  const reply = new KeptReply();
  handler(request, reply);
  return reply;
}
