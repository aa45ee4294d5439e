// The optional HTTP engine on uWebSockets.js, by explicit choice: HTTP/1.1 only, plain TCP only. Loaded at
// run time, because its binaries exist for some platforms and Node versions and need a recent glibc.
import { createRequire } from 'node:module';
import { limits } from '../base/limits.ts';
import { ByteBudget } from './byte-budget.ts';
import type { HttpListener, HttpLimits, HttpRequest, RequestHandler } from './http.ts';
import type { HttpSetup } from './http-setup.ts';
import { refusals, type Refusal } from './refusal.ts';
import { statusText } from './reply-headers.ts';
import { hasToken } from './request-rules.ts';
import type { UwsApp, UwsLibrary, UwsListenSocket, UwsRequest, UwsResponse } from './uws-library.ts';
import { readUwsRequest } from './uws-request.ts';
import { UwsReply } from './uws-reply.ts';

/** Undefined, and a warning in the log, when it cannot be used here: the caller then opens the front. */
export async function listenUws(setup: HttpSetup): Promise<HttpListener | undefined> {
  const { logger, tls } = setup;
  if (tls !== undefined) {
    logger.warn('uws engine skipped', { reason: 'it cannot reload certificates', instead: 'front' });
    return undefined;
  }
  const library = loadUws((error) => logger.warn('uws engine not loaded', { error, instead: 'front' }));
  if (library === undefined) return undefined;
  const server = new UwsServer(setup, library);
  await server.open();
  return server;
}

/** The platform's package itself: the umbrella package breaks lock files where some platforms are missing. */
function loadUws(onFailure: (error: unknown) => void): UwsLibrary | undefined {
  const nodeMajor = process.versions.node.split('.')[0];
  const name = `@uwsjs/${process.platform}-${process.arch}-${nodeMajor}`;
  // Read when the library loads, and 4 KiB without it.
  process.env['UWS_HTTP_MAX_HEADERS_SIZE'] ??= String(limits.httpHeaderBytesMax);
  try {
    return createRequire(import.meta.url)(name) as UwsLibrary;
  } catch (error) {
    onFailure(error);
    return undefined;
  }
}

class UwsServer implements HttpListener {
  readonly engine = 'uws';
  readonly host: string;
  readonly #setup: HttpSetup;
  readonly #library: UwsLibrary;
  readonly #app: UwsApp;
  readonly #budget: ByteBudget;
  readonly #running = new Set<UwsReply>();
  #listenSocket: UwsListenSocket | undefined;
  #connectionCount = 0;
  #isDraining = false;
  #whenIdle: (() => void) | undefined;
  port = 0;

  constructor(setup: HttpSetup, library: UwsLibrary) {
    this.#setup = setup;
    this.#library = library;
    this.host = setup.host;
    this.#budget = new ByteBudget(setup.limits.bufferedBytesMax);
    this.#app = library.App();
    this.#app.filter((response, change) => this.#count(response, change));
    this.#app.any('/*', (response, request) => this.#receive(response, request));
  }

  async open(): Promise<void> {
    const { host, port } = this.#setup;
    // Without this flag a second daemon on the same port would silently share it (SO_REUSEPORT).
    const flags = this.#library.LIBUS_LISTEN_EXCLUSIVE_PORT;
    await new Promise<void>((resolve, reject) => {
      this.#app.listen(host, port, flags, (token) => {
        if (token === false) reject(new Error(`cannot listen on ${host}:${port}`));
        else this.#listenSocket = token;
        resolve();
      });
    });
    this.port = this.#library.us_socket_local_port(this.#listenSocket as UwsListenSocket);
  }

  connectionCount(): number {
    return this.#connectionCount;
  }

  async close(drainMs: number): Promise<void> {
    if (this.#isDraining) return;
    this.#isDraining = true;
    this.#library.us_listen_socket_close(this.#listenSocket as UwsListenSocket);
    for (const reply of this.#running) reply.markLast();
    if (this.#running.size > 0) {
      await new Promise<void>((resolve) => {
        this.#whenIdle = resolve;
        setTimeout(resolve, drainMs).unref();
      });
    }
    this.#app.close();
  }

  #count(response: UwsResponse, change: number): void {
    this.#connectionCount += change;
    if (this.#connectionCount <= this.#setup.limits.connectionsMax || change < 0) return;
    response.writeStatus(`503 ${statusText(503)}`).end(refusals.tooManyConnections.reason, true);
  }

  #receive(response: UwsResponse, request: UwsRequest): void {
    const reply = new UwsReply(response, request.getMethod() === 'head', () => this.#finish(reply));
    this.#running.add(reply);
    if (this.#isDraining) reply.markLast();
    const parts = readUwsRequest(response, request, this.#setup);
    if ('status' in parts) {
      reply.refuse(parts);
      return;
    }
    if (hasToken(parts.headers.get('connection'), 'close')) reply.markLast();
    new UwsBody(parts, reply, this.#setup, this.#budget).collect(response);
  }

  #finish(reply: UwsReply): void {
    this.#running.delete(reply);
    if (this.#running.size === 0) this.#whenIdle?.();
  }
}

/** Gathers one body; the memory that uWS hands over is only valid during the call, so it is copied. */
class UwsBody {
  readonly #request: HttpRequest;
  readonly #reply: UwsReply;
  readonly #handler: RequestHandler;
  readonly #limits: HttpLimits;
  readonly #budget: ByteBudget;
  #pieces: Buffer[] = [];
  #length = 0;
  #isRefused = false;

  constructor(request: HttpRequest, reply: UwsReply, setup: HttpSetup, budget: ByteBudget) {
    this.#request = request;
    this.#reply = reply;
    this.#handler = setup.handler;
    this.#limits = setup.limits;
    this.#budget = budget;
  }

  collect(response: UwsResponse): void {
    this.#reply.onOver(() => this.#budget.give(this.#length));
    response.onData((piece, isLast) => this.#take(piece, isLast));
  }

  #take(piece: ArrayBuffer, isLast: boolean): void {
    if (this.#isRefused) return;
    if (this.#length + piece.byteLength > this.#limits.bodyBytesMax) {
      this.#refuse(refusals.bodyTooLarge);
    } else if (!this.#budget.take(piece.byteLength)) {
      this.#refuse(refusals.tooMuchBuffered);
    } else {
      this.#length += piece.byteLength;
      this.#pieces.push(Buffer.from(new Uint8Array(piece)));
      if (isLast) this.#run();
    }
  }

  #refuse(refusal: Refusal): void {
    this.#isRefused = true;
    this.#pieces = [];
    this.#reply.refuse(refusal);
  }

  #run(): void {
    const body = this.#pieces.length === 1 ? (this.#pieces[0] as Buffer) : Buffer.concat(this.#pieces);
    this.#handler({ ...this.#request, body }, this.#reply);
  }
}
