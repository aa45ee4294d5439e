// The fallback HTTP engine: node:http for HTTP/1.1, node:http2 where a TLS client asks for it by ALPN. It
// exists so that there is always a second opinion on what our own parser does; it makes the same refusals.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { assert } from '../base/assert.ts';
import { collectBody } from './body-stream.ts';
import { ByteBudget } from './byte-budget.ts';
import { Http2Server } from './http2.ts';
import type { HttpListener, HttpRequest } from './http.ts';
import { sweepIntervalMs } from './http-limits.ts';
import type { HttpSetup } from './http-setup.ts';
import { NodeReply } from './node-reply.ts';
import type { Peer } from './peer.ts';
import { refusalReply, refusals, type Refusal } from './refusal.ts';
import { addHeader, checkExpectation, checkFraming, originForm } from './request-rules.ts';
import { listenTcp, type TcpListener } from './tcp.ts';
import { UnsentBytes } from './unsent-bytes.ts';

export async function listenNode(setup: HttpSetup): Promise<HttpListener> {
  const server = new NodeServer(setup);
  await server.open();
  return server;
}

interface Client {
  readonly peer: Peer;
  /** Requests that came in completely and have not been answered yet. */
  runningCount: number;
}

class NodeServer implements HttpListener {
  readonly engine = 'node';
  readonly #setup: HttpSetup;
  readonly #http: Server;
  readonly #http2: Http2Server;
  readonly #budget: ByteBudget;
  readonly #unsent: UnsentBytes;
  readonly #clients = new Map<Socket, Client>();
  #tcp: TcpListener | undefined;
  #isDraining = false;

  constructor(setup: HttpSetup) {
    const { limits } = setup;
    this.#setup = setup;
    this.#budget = new ByteBudget(limits.bufferedBytesMax);
    this.#unsent = new UnsentBytes(limits.unsentBytesMax);
    const shared = { budget: this.#budget, unsent: this.#unsent };
    this.#http2 = new Http2Server(setup.handler, limits, shared);
    this.#http = createServer({
      maxHeaderSize: limits.headerBytesMax,
      headersTimeout: limits.headerTimeoutMs,
      requestTimeout: limits.bodyTimeoutMs,
      keepAliveTimeout: limits.idleTimeoutMs,
      connectionsCheckingInterval: sweepIntervalMs(limits),
    });
    // Above its own count node:http drops headers silently; ours is checked below and refuses.
    this.#http.maxHeadersCount = 0;
    this.#http.on('request', (message, response) => this.#receive(message, response, false));
    this.#http.on('checkContinue', (message, response) => this.#receive(message, response, true));
    this.#http.on('checkExpectation', (message, response) => this.#refuse(message, response));
    this.#http.on('clientError', (error, socket) => this.#fail(error, socket as Socket));
    this.#http.on('connect', (_message, socket) => refuseSocket(socket as Socket, refusals.badTarget));
  }

  get host(): string {
    return this.#tcp?.host ?? this.#setup.host;
  }

  get port(): number {
    return this.#tcp?.port ?? this.#setup.port;
  }

  async open(): Promise<void> {
    const { limits } = this.#setup;
    this.#tcp = await listenTcp({
      ...this.#setup,
      alpnProtocols: ['h2', 'http/1.1'],
      tlsReloadMs: limits.tlsReloadMs,
      handshakeTimeoutMs: limits.headerTimeoutMs,
      connectionsMax: limits.connectionsMax,
      overLimitReply: refusalReply(refusals.tooManyConnections),
      onConnection: (socket, peer) => this.#welcome(socket, peer),
    });
    // The server does not listen itself; this starts its checks of header and request timeouts.
    this.#http.emit('listening');
  }

  connectionCount(): number {
    return this.#tcp?.connectionCount() ?? 0;
  }

  async close(drainMs: number): Promise<void> {
    this.#isDraining = true;
    this.#tcp?.stop();
    this.#http.closeIdleConnections();
    // To node:http a connection that has not sent anything yet is not idle.
    for (const socket of this.#clients.keys()) if (socket.bytesRead === 0) socket.destroy();
    this.#http2.drain();
    await this.#tcp?.close(drainMs);
    this.#http.close();
  }

  #welcome(socket: Socket, peer: Peer): void {
    if ((socket as TLSSocket).alpnProtocol === 'h2') {
      socket.on('error', () => {});
      this.#http2.accept(socket, peer);
      return;
    }
    this.#clients.set(socket, { peer, runningCount: 0 });
    socket.once('close', () => this.#clients.delete(socket));
    this.#http.emit('connection', socket);
    // A connection that never sends anything is idle, too; node:http counts only between requests.
    socket.setTimeout(this.#setup.limits.idleTimeoutMs);
    if (this.#isDraining) this.#http.closeIdleConnections();
  }

  #receive(message: IncomingMessage, response: ServerResponse, isContinueWanted: boolean): void {
    const { limits, handler } = this.#setup;
    // The pause between requests is timed by keepAliveTimeout; a long poll must not be.
    message.socket.setTimeout(0);
    const headers = new Map<string, string>();
    const refusal = this.#readHeaders(message, headers);
    const { reply, client } = this.#replyTo(message, response);
    if (refusal !== undefined) {
      reply.refuse(refusal);
      return;
    }
    if (isContinueWanted) response.writeContinue();
    collectBody(message, limits, this.#budget, (outcome) => {
      client.runningCount++;
      response.once('close', () => client.runningCount--);
      if (Buffer.isBuffer(outcome)) handler(requestOf(message, headers, client.peer, outcome), reply);
      else reply.refuse(outcome);
    });
  }

  #replyTo(message: IncomingMessage, response: ServerResponse): { reply: NodeReply; client: Client } {
    const client = this.#clients.get(message.socket);
    assert(client !== undefined, 'a request came on a socket that was never accepted');
    const isLast = (): boolean => this.#isDraining || message.httpVersion === '1.0';
    const setup = { isLast, writeTimeoutMs: this.#setup.limits.writeTimeoutMs, unsent: this.#unsent };
    return { reply: new NodeReply(response, setup), client };
  }

  #refuse(message: IncomingMessage, response: ServerResponse): void {
    this.#replyTo(message, response).reply.refuse(refusals.badExpectation);
  }

  /** Broken bytes. While earlier replies are due, an answer here would be taken for one of them. */
  #fail(error: NodeJS.ErrnoException, socket: Socket): void {
    if (error.code === 'HPE_CLOSED_CONNECTION') return;
    const isRunning = (this.#clients.get(socket)?.runningCount ?? 0) > 0;
    if (isRunning && error.code !== 'ERR_HTTP_REQUEST_TIMEOUT') socket.destroy();
    else refuseSocket(socket, refusalOf(error));
  }

  #readHeaders(message: IncomingMessage, headers: Map<string, string>): Refusal | undefined {
    const { limits } = this.#setup;
    const raw = message.rawHeaders;
    if (message.httpVersion === '0.9') return refusals.badRequestLine;
    if (message.httpVersionMajor !== 1) return refusals.badVersion;
    if (raw.length / 2 > limits.headerCountMax) return refusals.headersTooLarge;
    if ((message.url ?? '').length > limits.uriBytesMax) return refusals.uriTooLong;
    for (let i = 0; i + 1 < raw.length; i += 2) {
      const refusal = addHeader(headers, (raw[i] as string).toLowerCase(), raw[i + 1] as string);
      if (refusal !== undefined) return refusal;
    }
    if (originForm(message.method as string, message.url as string) === undefined) return refusals.badTarget;
    const isOld = message.httpVersion === '1.0';
    return checkFraming(headers, limits, isOld) ?? (isOld ? undefined : checkExpectation(headers));
  }
}

function requestOf(
  message: IncomingMessage,
  headers: Map<string, string>,
  peer: Peer,
  body: Buffer,
): HttpRequest {
  const target = originForm(message.method as string, message.url as string) as string;
  const question = target.indexOf('?');
  return {
    method: message.method as string,
    path: question === -1 ? target : target.slice(0, question),
    query: question === -1 ? '' : target.slice(question + 1),
    headers,
    body,
    remoteAddress: peer.remoteAddress,
    isLoopback: peer.isLoopback,
    isSecure: peer.isSecure,
    httpVersion: message.httpVersion as '1.0' | '1.1',
  };
}

function refusalOf(error: NodeJS.ErrnoException): Refusal {
  if (error.code === 'HPE_HEADER_OVERFLOW') return refusals.headersTooLarge;
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') return refusals.timedOut;
  return refusals.badRequestLine;
}

function refuseSocket(socket: Socket, refusal: Refusal): void {
  if (socket.writable) socket.end(refusalReply(refusal), () => socket.destroy());
  else socket.destroy();
}
