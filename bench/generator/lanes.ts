// The connections of a load run: raw node:net sockets, one request outstanding each, replies read into one
// static buffer a socket. Called by the worker; it knows neither workloads nor time.
import net from 'node:net';
import { ReplyReader } from './reply-reader.ts';
import type { Reply } from './reply-reader.ts';

const readBufferBytes = 64 * 1024;
const connectTimeoutMs = 10_000;

/** What a loop needs of its connections; tests play it with a scripted server on virtual time. */
export interface LanePort {
  readonly count: number;
  write(lane: number, request: Buffer): void;
}

export interface LaneListener {
  onReply(lane: number, reply: Reply): void;
  /** The connection is gone; a request that was outstanding has no reply. */
  onBroken(lane: number): void;
}

interface Connection {
  readonly socket: net.Socket;
  isOpen: boolean;
}

export class Lanes implements LanePort {
  readonly count: number;
  readonly #host: string;
  readonly #port: number;
  readonly #connections: Connection[] = [];
  listener: LaneListener | null = null;

  constructor(options: { host: string; port: number; count: number }) {
    this.#host = options.host;
    this.#port = options.port;
    this.count = options.count;
  }

  /** Opens every connection that is not open (any more). */
  async connect(): Promise<void> {
    const opening: Promise<void>[] = [];
    for (let lane = 0; lane < this.count; lane++) {
      if (this.#connections[lane]?.isOpen !== true) opening.push(this.#open(lane));
    }
    await Promise.all(opening);
  }

  write(lane: number, request: Buffer): void {
    this.#connections[lane]?.socket.write(request);
  }

  close(): void {
    this.listener = null;
    for (const connection of this.#connections) connection.socket.destroy();
  }

  #open(lane: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const reader = new ReplyReader();
      const onRead = (byteCount: number, chunk: Uint8Array): boolean => {
        const result = reader.feed(chunk as Buffer, byteCount);
        if (result === 'complete') this.listener?.onReply(lane, reader);
        if (result === 'broken') socket.destroy();
        return true;
      };
      const socket = net.connect({
        host: this.#host,
        port: this.#port,
        noDelay: true,
        onread: { buffer: Buffer.alloc(readBufferBytes), callback: onRead },
      });
      const connection: Connection = { socket, isOpen: false };
      this.#connections[lane] = connection;
      const timeout = setTimeout(() => socket.destroy(new Error('connect timed out')), connectTimeoutMs);
      socket.once('connect', () => {
        clearTimeout(timeout);
        connection.isOpen = true;
        resolve();
      });
      socket.on('error', reject);
      socket.on('close', () => {
        clearTimeout(timeout);
        const wasOpen = connection.isOpen;
        connection.isOpen = false;
        if (wasOpen) this.listener?.onBroken(lane);
        else reject(new Error(`no connection to ${this.#host}:${this.#port}`));
      });
    });
  }
}
