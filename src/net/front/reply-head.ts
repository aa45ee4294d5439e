// Encodes the head of HTTP/1.1 replies. Status line, Date and Keep-Alive are the same for every reply of a
// second, so they are made once and reused until the listener's sweep says that time has passed.
import type { ReplyHeaders } from '../http.ts';
import { isBodiless, safeHeaderValue, statusText } from '../reply-headers.ts';

export interface ReplyHead {
  readonly status: number;
  readonly headers: ReplyHeaders;
  /** -1: unknown, the body is chunked. -2: unknown, the body ends with the connection (HTTP/1.0). */
  readonly bodyBytes: number;
  readonly isLast: boolean;
}

/** Names and values of the last reply that are kept. */
const latestMax = 16;

export class ReplyHeadEncoder {
  readonly #keepAlive: string;
  readonly #latest: string[] = [];
  #kept: (string | undefined)[] = [];
  #last: (string | undefined)[] = [];

  constructor(idleTimeoutMs: number) {
    // Clients that know the timeout stop reusing a connection in time, instead of racing the close.
    this.#keepAlive = `Keep-Alive: timeout=${Math.max(1, Math.floor(idleTimeoutMs / 1000))}\r\n`;
  }

  /** The clock has moved on: dates are made anew when they are next needed. */
  expire(): void {
    this.#kept = [];
    this.#last = [];
  }

  encode(head: ReplyHead): string {
    const { status, headers, bodyBytes } = head;
    let text = this.#start(status, head.isLast);
    for (let i = 0; i + 1 < headers.length; i += 2) {
      text += `${this.#safe(headers, i)}: ${this.#safe(headers, i + 1)}\r\n`;
    }
    if (bodyBytes === -1) return `${text}Transfer-Encoding: chunked\r\n\r\n`;
    if (bodyBytes < 0 || isBodiless(status)) return `${text}\r\n`;
    return `${text}Content-Length: ${bodyBytes}\r\n\r\n`;
  }

  /** Most replies say the same as the one before in the same place: that was looked at already. */
  #safe(headers: ReplyHeaders, index: number): string {
    const text = headers[index] as string;
    if (text === this.#latest[index]) return text;
    const safe = safeHeaderValue(text);
    if (index < latestMax) this.#latest[index] = safe;
    return safe;
  }

  #start(status: number, isLast: boolean): string {
    const made = isLast ? this.#last : this.#kept;
    let start = made[status];
    if (start === undefined) {
      const line = `HTTP/1.1 ${status} ${statusText(status)}\r\nDate: ${new Date().toUTCString()}\r\n`;
      start = line + (isLast ? 'Connection: close\r\n' : this.#keepAlive);
      made[status] = start;
    }
    return start;
  }
}
