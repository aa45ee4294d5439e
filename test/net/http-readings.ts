// What two parsers make of the same bytes, in a form that can be compared. Used by the differential fuzz; no
// sockets: node:http reads from a stream in memory.
import { BodyPool } from '../../src/net/front/body-pool.ts';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Duplex } from 'node:stream';
import { ByteBudget } from '../../src/net/byte-budget.ts';
import { RequestParser } from '../../src/net/front/parser.ts';
import { ReceivedRequest } from '../../src/net/front/request.ts';
import { resolveHttpLimits } from '../../src/net/http-limits.ts';
import {
  addHeader,
  checkExpectation,
  checkFraming,
  hasToken,
  originForm,
} from '../../src/net/request-rules.ts';

export interface ReadRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Reading {
  readonly requests: readonly ReadRequest[];
  /** The bytes after these requests are no HTTP. False as well when more bytes would be needed to know. */
  readonly isRefused: boolean;
  /** Why, where that is known; not compared. */
  readonly reason: string;
}

const limits = resolveHttpLimits();
const peer = { remoteAddress: '127.0.0.1', isLoopback: true, isSecure: false };

export function readByOurs(pieces: readonly Buffer[]): Reading {
  const parser = new RequestParser(limits, new BodyPool(new ByteBudget(limits.bufferedBytesMax)), peer);
  const requests: ReadRequest[] = [];
  for (const piece of pieces) {
    parser.push(Buffer.from(piece));
    for (let next = parser.next(); next !== undefined; next = parser.next()) {
      if (!(next instanceof ReceivedRequest)) return { requests, isRefused: true, reason: next.reason };
      requests.push(plain(next.method, targetOf(next), new Map(next.headers), next.body));
      if (!next.isKeptAlive) return { requests, isRefused: false, reason: '' };
    }
  }
  return { requests, isRefused: false, reason: '' };
}

/** What follows the last request that ours accepts. */
export function restAfter(bytes: Buffer): string {
  const parser = new RequestParser(limits, new BodyPool(new ByteBudget(limits.bufferedBytesMax)), peer);
  let accepted = 0;
  for (let at = 0; at < bytes.length; at++) {
    parser.push(Buffer.from(bytes.subarray(at, at + 1)));
    const next = parser.next();
    if (next instanceof ReceivedRequest) accepted = at + 1;
  }
  return bytes.toString('latin1', accepted);
}

function targetOf(request: ReceivedRequest): string {
  return request.query === '' ? request.path : `${request.path}?${request.query}`;
}

function plain(
  method: string,
  target: string,
  headers: ReadonlyMap<string, string>,
  body: Buffer,
): ReadRequest {
  // A `?` with nothing behind it is the same to handlers as none.
  const trimmed =
    target.endsWith('?') && target.indexOf('?') === target.length - 1 ? target.slice(0, -1) : target;
  return { method, target: trimmed, headers: Object.fromEntries(headers), body: body.toString('latin1') };
}

/** node:http, held to the same rules as in its engine. */
export async function readByNode(pieces: readonly Buffer[]): Promise<Reading> {
  const reader = new NodeReader();
  for (const piece of pieces) {
    await reader.push(piece);
  }
  return reader.end();
}

interface Slot {
  readonly message: IncomingMessage;
  readonly headers: ReadonlyMap<string, string>;
  readonly pieces: Buffer[];
}

class NodeReader {
  readonly #server = createServer({ maxHeaderSize: limits.headerBytesMax, requireHostHeader: false });
  readonly #socket: Duplex;
  /** In the order of the bytes; the last one may be incomplete. */
  readonly #slots: Slot[] = [];
  #isRefused = false;
  /** The last slot is the last request of the connection. */
  #isLast = false;

  constructor() {
    this.#socket = new Duplex({
      read: () => {},
      write: (_chunk, _encoding, done) => done(),
    });
    this.#socket.on('error', () => {});
    this.#server.on('request', (message, response) => this.#take(message, response));
    this.#server.on('checkContinue', (message, response) => this.#take(message, response));
    this.#server.on('checkExpectation', () => this.#refuse());
    this.#server.on('connect', () => this.#refuse());
    this.#server.on('clientError', () => this.#refuse());
    this.#server.emit('connection', this.#socket);
  }

  async push(piece: Buffer): Promise<void> {
    this.#socket.push(Buffer.from(piece));
    // Two turns: one for the bytes to be read, one for the end of the body to be told.
    for (let turn = 0; turn < 2; turn++) await new Promise<void>((resolve) => void setImmediate(resolve));
  }

  end(): Reading {
    const requests = this.#slots
      .filter((slot) => slot.message.complete)
      .map(({ message, headers, pieces }) => {
        const method = message.method as string;
        const target = originForm(method, message.url as string) as string;
        return plain(method, target, headers, Buffer.concat(pieces));
      });
    this.#isLast = true;
    this.#socket.destroy();
    return { requests, isRefused: this.#isRefused, reason: '' };
  }

  #refuse(): void {
    if (this.#isLast && this.#slots.at(-1)?.message.complete === true) return;
    this.#isRefused = true;
  }

  #take(message: IncomingMessage, response: ServerResponse): void {
    if (this.#isRefused || this.#isLast) return;
    const headers = new Map<string, string>();
    if (!this.#isAllowed(message, headers)) {
      this.#refuse();
      return;
    }
    const slot: Slot = { message, headers, pieces: [] };
    this.#slots.push(slot);
    this.#isLast = message.httpVersion === '1.0' || hasToken(headers.get('connection'), 'close');
    message.on('data', (piece: Buffer) => slot.pieces.push(piece));
    message.on('end', () => response.end());
  }

  #isAllowed(message: IncomingMessage, headers: Map<string, string>): boolean {
    const raw = message.rawHeaders;
    for (let i = 0; i < raw.length; i += 2) {
      const name = (raw[i] as string).toLowerCase();
      if (addHeader(headers, name, raw[i + 1] as string) !== undefined) return false;
    }
    const isOld = message.httpVersion === '1.0';
    // node:http would check this as well, but tells of it only when earlier replies are out.
    if (!isOld && !headers.has('host')) return false;
    if (message.httpVersionMajor !== 1) return false;
    if (originForm(message.method as string, message.url as string) === undefined) return false;
    if (!isOld && checkExpectation(headers) !== undefined) return false;
    return checkFraming(headers, limits, isOld) === undefined;
  }
}
