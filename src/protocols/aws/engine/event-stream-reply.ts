// One answer that goes on as an event stream, over chunked HTTP/1.1 or HTTP/2 DATA. Made by a call when its
// handler asks for it; the head and the initial response leave at once, before there is any event.
import type { HttpReply, HttpStream } from '../../../net/http.ts';
import type { AwsError } from './errors.ts';
import { eventStreamContentType, exceptionFrame, initialResponseFrame } from './event-stream.ts';
import type { EventStreamReply, Pending } from './service.ts';
import { answerHeaders, type Exchange } from './wire.ts';

/** The brand of Pending is a type's alone. */
type Own = Omit<EventStreamReply, keyof Pending>;

class OpenEventStream implements Own {
  readonly #reply: HttpReply;
  readonly #stream: HttpStream;
  #isEnded = false;

  constructor(exchange: Exchange) {
    this.#reply = exchange.reply;
    this.#stream = exchange.reply.stream(200, answerHeaders(exchange, eventStreamContentType));
    this.#stream.write(initialResponseFrame);
  }

  get isOpen(): boolean {
    return !this.#isEnded && this.#reply.isOpen;
  }

  write(frame: Uint8Array): boolean {
    if (!this.isOpen) return true;
    return this.#stream.write(asBuffer(frame));
  }

  onDrain(listener: () => void): void {
    this.#stream.onDrain(listener);
  }

  onClose(listener: () => void): void {
    this.#reply.onClose(listener);
  }

  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#stream.end();
  }

  fail(error: AwsError): void {
    this.write(exceptionFrame(error.type, error.message));
    this.end();
  }
}

export function openEventStream(exchange: Exchange): EventStreamReply {
  return new OpenEventStream(exchange) as unknown as EventStreamReply;
}

function asBuffer(frame: Uint8Array): Buffer {
  return Buffer.isBuffer(frame) ? frame : Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
}
