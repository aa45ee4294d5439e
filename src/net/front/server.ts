// The default HTTP engine: one port that speaks HTTP/1.1 by our own parser and HTTP/2 by node:http2, told
// apart by ALPN or by their first bytes. Owns the connections, the clock of their timeouts and the drain.
import { type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { ByteBudget } from '../byte-budget.ts';
import { Http2Server } from '../http2.ts';
import type { HttpLimits, HttpListener, RequestHandler } from '../http.ts';
import { sweepIntervalMs } from '../http-limits.ts';
import type { HttpSetup } from '../http-setup.ts';
import type { Peer } from '../peer.ts';
import { refusalReply, refusals } from '../refusal.ts';
import { listenTcp, type TcpListener } from '../tcp.ts';
import { UnsentBytes } from '../unsent-bytes.ts';
import { BodyPool } from './body-pool.ts';
import { Connection } from './connection.ts';
import { ReplyHeadEncoder } from './reply-head.ts';
import { sharedReads } from './shared-reads.ts';

interface FrontSocket extends Socket {
  caudalConnection?: Connection;
}

export async function listenFront(setup: HttpSetup): Promise<HttpListener> {
  const server = new FrontServer(setup);
  await server.open();
  return server;
}

export class FrontServer implements HttpListener {
  readonly engine = 'front';
  readonly limits: HttpLimits;
  readonly handler: RequestHandler;
  readonly budget: ByteBudget;
  readonly bodies: BodyPool;
  readonly unsent: UnsentBytes;
  readonly heads: ReplyHeadEncoder;
  readonly #setup: HttpSetup;
  readonly #http2: Http2Server;
  readonly #connections = new Set<Connection>();
  readonly #shareReads = sharedReads(onLent);
  #tcp: TcpListener | undefined;
  #sweepTimer: NodeJS.Timeout | undefined;
  #sweptAtMs = performance.now();
  #unsettled: Connection[] = [];
  /** Counts time in steps of the sweep, and leaves out stalls of this process: those are not the client's. */
  nowMs = 0;
  isDraining = false;

  constructor(setup: HttpSetup) {
    this.#setup = setup;
    this.limits = setup.limits;
    this.handler = setup.handler;
    this.budget = new ByteBudget(setup.limits.bufferedBytesMax);
    this.bodies = new BodyPool(this.budget);
    this.unsent = new UnsentBytes(setup.limits.unsentBytesMax);
    this.heads = new ReplyHeadEncoder(setup.limits.idleTimeoutMs);
    this.#http2 = new Http2Server(setup.handler, setup.limits, this);
  }

  get host(): string {
    return this.#tcp?.host ?? this.#setup.host;
  }

  get port(): number {
    return this.#tcp?.port ?? this.#setup.port;
  }

  async open(): Promise<void> {
    const { setup, limits } = { setup: this.#setup, limits: this.limits };
    this.#tcp = await listenTcp({
      ...setup,
      alpnProtocols: ['h2', 'http/1.1'],
      tlsReloadMs: limits.tlsReloadMs,
      handshakeTimeoutMs: limits.headerTimeoutMs,
      connectionsMax: limits.connectionsMax,
      overLimitReply: refusalReply(refusals.tooManyConnections),
      onConnection: (socket, peer) => this.#welcome(socket, peer),
    });
    const everyMs = sweepIntervalMs(limits);
    this.#sweepTimer = setInterval(() => this.#sweep(everyMs), everyMs).unref();
  }

  connectionCount(): number {
    return this.#tcp?.connectionCount() ?? 0;
  }

  async close(drainMs: number): Promise<void> {
    this.isDraining = true;
    this.#tcp?.stop();
    for (const connection of this.#connections) connection.drain();
    this.#http2.drain();
    await this.#tcp?.close(drainMs);
    clearInterval(this.#sweepTimer);
  }

  // --- called by connections ---

  /** Connections that replied in this loop turn write once, when the turn's callbacks have run. */
  settleLater(connection: Connection): void {
    this.#unsettled.push(connection);
    if (this.#unsettled.length === 1) process.nextTick(() => this.#settleAll());
  }

  /** HTTP/2 with prior knowledge: the bytes go back, and the session reads on from the paused socket. */
  handOver(connection: Connection, socket: Socket, peer: Peer, bytes: Buffer): void {
    this.#connections.delete(connection);
    delete (socket as FrontSocket).caudalConnection;
    socket.removeListener('data', onData);
    socket.removeListener('end', onEnd);
    socket.removeListener('drain', onDrain);
    socket.removeListener('close', onClose);
    socket.pause();
    socket.unshift(bytes);
    this.#http2.accept(socket, peer);
  }

  /** HTTP/1.1: answers the socket to go on with, in whose place the first one is gone. */
  shareReads(connection: Connection, socket: Socket): Socket {
    const next = this.#shareReads(socket);
    if (next === socket) return socket;
    delete (socket as FrontSocket).caudalConnection;
    this.#tcp?.replace(socket, next);
    this.#watch(next, connection);
    return next;
  }

  #welcome(socket: Socket, peer: Peer): void {
    if ((socket as TLSSocket).alpnProtocol === 'h2') {
      socket.on('error', onError);
      this.#http2.accept(socket, peer);
      return;
    }
    const connection = new Connection(this, socket, peer);
    this.#connections.add(connection);
    this.#watch(socket, connection);
    if (this.isDraining) connection.drain();
  }

  #watch(socket: Socket, connection: Connection): void {
    (socket as FrontSocket).caudalConnection = connection;
    socket.on('error', onError);
    socket.on('data', onData);
    socket.on('end', onEnd);
    socket.on('drain', onDrain);
    socket.on('close', onClose);
  }

  /** Called by a connection that is over. */
  forget(connection: Connection): void {
    this.#connections.delete(connection);
  }

  #settleAll(): void {
    const unsettled = this.#unsettled;
    this.#unsettled = [];
    for (const connection of unsettled) connection.settleNow();
  }

  #sweep(everyMs: number): void {
    const sweptAtMs = performance.now();
    this.nowMs += Math.min(sweptAtMs - this.#sweptAtMs, 2 * everyMs);
    this.#sweptAtMs = sweptAtMs;
    this.heads.expire();
    for (const connection of this.#connections) connection.sweep(this.nowMs);
    this.#shed();
    if (this.isDraining) for (const connection of this.#connections) connection.drain();
  }

  /** Beyond the limit of unsent bytes, those who do not read go, so that those who do are served. */
  #shed(): void {
    let excessBytes = this.unsent.excessBytes;
    if (excessBytes === 0) return;
    for (const connection of this.#connections) {
      const stuckBytes = connection.stuckBytes(this.nowMs, this.limits.crowdedStallMs);
      if (stuckBytes === 0) continue;
      connection.destroy();
      excessBytes -= stuckBytes;
      if (excessBytes <= 0) return;
    }
  }
}

// Shared by all sockets, so that an idle connection holds no closures.

function onLent(this: FrontSocket, lent: Buffer): void {
  this.caudalConnection?.receiveLent(lent);
}

function onData(this: FrontSocket, chunk: Buffer): void {
  this.caudalConnection?.receive(chunk);
}

function onEnd(this: FrontSocket): void {
  this.caudalConnection?.peerEnded();
}

function onDrain(this: FrontSocket): void {
  this.caudalConnection?.drained();
}

function onClose(this: FrontSocket): void {
  this.caudalConnection?.closed();
}

/** A reset or a broken pipe; `close` follows and does the work. */
function onError(): void {}
