// One TCP or TLS listener: accepts, counts, refuses above its limit, reloads certificates, stops. Used by
// the front and the node engine, and by whatever protocol speaks plain TCP. Reads and writes no payload.
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type Server as TlsServer, type TLSSocket } from 'node:tls';
import type { Logger } from '../base/log.ts';
import type { TlsFiles } from './http.ts';
import { peerOf, type Peer } from './peer.ts';
import { loadTlsFiles, watchTlsFiles } from './tls-files.ts';

export interface TcpListenOptions {
  readonly host: string;
  /** 0 is ephemeral. */
  readonly port: number;
  readonly tls?: TlsFiles | undefined;
  readonly alpnProtocols?: readonly string[];
  readonly tlsReloadMs: number;
  readonly handshakeTimeoutMs: number;
  readonly connectionsMax: number;
  /** What a plain client hears above the limit; a TLS client is just cut off. */
  readonly overLimitReply: string;
  readonly treatAsRemote?: string | undefined;
  readonly logger: Logger;
  readonly onConnection: (socket: Socket, peer: Peer) => void;
}

export interface TcpListener {
  readonly host: string;
  readonly port: number;
  connectionCount(): number;
  /** Counts the second socket of a connection in place of the first. */
  replace(socket: Socket, by: Socket): void;
  /** Accepts nobody any more; connections go on. */
  stop(): void;
  /** Resolves when the last connection is gone, or after `waitMs` having cut off the rest. */
  close(waitMs: number): Promise<void>;
}

/** Connections that the kernel may hold ready while the loop is busy. */
const backlog = 4096;
/** Finds clients whose machine vanished without a word. */
const keepAliveMs = 60_000;
const overLimitLingerMs = 1_000;

export async function listenTcp(options: TcpListenOptions): Promise<TcpListener> {
  const socketOptions = {
    allowHalfOpen: true,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: keepAliveMs,
  };
  if (options.tls === undefined) {
    const server = createTcpServer(socketOptions);
    const listener = new Listener(server, options);
    server.on('connection', (socket) => listener.admit(socket));
    await listener.open();
    return listener;
  }
  const server = createTlsServer({
    ...socketOptions,
    ...(await loadTlsFiles(options.tls)),
    ALPNProtocols: [...(options.alpnProtocols ?? [])],
    handshakeTimeout: options.handshakeTimeoutMs,
  });
  const listener = new Listener(server, options);
  listenTls(server, listener, options, options.tls);
  await listener.open();
  return listener;
}

function listenTls(server: TlsServer, listener: Listener, options: TcpListenOptions, files: TlsFiles): void {
  server.on('connection', (socket: Socket) => listener.countRaw(socket));
  server.on('secureConnection', (socket: TLSSocket) => listener.greet(socket, true));
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  const watch = watchTlsFiles(files, options.tlsReloadMs, options.logger, (pair) =>
    server.setSecureContext(pair),
  );
  server.on('close', () => watch.stop());
}

class Listener implements TcpListener {
  readonly #server: Server;
  readonly #options: TcpListenOptions;
  readonly #sockets = new Set<Socket>();
  #whenEmpty: (() => void) | undefined;
  host = '';
  port = 0;

  constructor(server: Server, options: TcpListenOptions) {
    this.#server = server;
    this.#options = options;
  }

  async open(): Promise<void> {
    const { host, port, logger } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host, port, backlog }, () => {
        this.#server.removeListener('error', reject);
        resolve();
      });
    });
    this.#server.on('error', (error) => logger.error('listener failed', { host, port, error }));
    const address = this.#server.address() as AddressInfo;
    this.host = address.address;
    this.port = address.port;
  }

  admit(socket: Socket): void {
    if (this.countRaw(socket)) this.greet(socket, false);
  }

  /** Counts a connection, or turns it away when there are too many. */
  countRaw(socket: Socket): boolean {
    if (this.#sockets.size >= this.#options.connectionsMax) {
      this.#turnAway(socket);
      return false;
    }
    this.#count(socket);
    return true;
  }

  replace(socket: Socket, by: Socket): void {
    this.#count(by);
    this.#sockets.delete(socket);
  }

  greet(socket: Socket, isSecure: boolean): void {
    this.#options.onConnection(socket, peerOf(socket.remoteAddress, isSecure, this.#options.treatAsRemote));
  }

  connectionCount(): number {
    return this.#sockets.size;
  }

  stop(): void {
    this.#server.close();
  }

  async close(waitMs: number): Promise<void> {
    this.stop();
    if (this.#sockets.size === 0) return;
    const cutOff = setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy();
    }, waitMs);
    await new Promise<void>((resolve) => {
      this.#whenEmpty = resolve;
    });
    clearTimeout(cutOff);
  }

  #count(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#forget(socket));
  }

  #forget(socket: Socket): void {
    this.#sockets.delete(socket);
    if (this.#sockets.size === 0) this.#whenEmpty?.();
  }

  /** The answer may meet bytes that were never read, which would reset it away: read on for a moment. */
  #turnAway(socket: Socket): void {
    socket.on('error', () => socket.destroy());
    if (this.#options.tls !== undefined) {
      socket.destroy();
      return;
    }
    socket.resume();
    socket.end(this.#options.overLimitReply);
    setTimeout(() => socket.destroy(), overLimitLingerMs).unref();
  }
}
