// The HTTP server interface that every engine (own front, node:http, uWebSockets.js) implements.
// Protocols see only this: bytes and headers in, one reply out. It knows no protocol above HTTP.
import type { Logger } from '../base/log.ts';

/** Header names are lower case. A name that came several times is joined with `, `. */
export interface HttpHeaders {
  get(name: string): string | undefined;
  has(name: string): boolean;
  [Symbol.iterator](): Iterator<[string, string]>;
}

export interface HttpRequest {
  readonly method: string;
  /** As sent, undecoded: `/000000000000/orders`. Never empty; absolute-form targets are reduced to it. */
  readonly path: string;
  /** Without the `?`, undecoded; empty when there is none. */
  readonly query: string;
  readonly headers: HttpHeaders;
  /** The whole body, de-chunked. Owned by the handler until it has replied. */
  readonly body: Buffer;
  readonly remoteAddress: string;
  readonly isLoopback: boolean;
  readonly isSecure: boolean;
  readonly httpVersion: '1.0' | '1.1' | '2.0';
}

/** Flat list: name, value, name, value ... Content-Length, Date and Connection are added by the engine. */
export type ReplyHeaders = readonly string[];

export interface HttpReply {
  /** False once the client is gone: nothing that is sent reaches anybody. */
  readonly isOpen: boolean;
  /**
   * False while too much waits for clients that do not read: a large reply should be refused with a small
   * one. Absent when the engine cannot tell.
   */
  readonly hasRoom?: boolean;
  /** Sends the whole reply; exactly once. Ignored when the client is gone. */
  send(status: number, headers: ReplyHeaders, body: Buffer | string): void;
  /** Starts a reply of unknown length (chunked, or DATA frames). */
  stream(status: number, headers: ReplyHeaders): HttpStream;
  /** Called at most once, when the client goes away before the reply was sent. */
  onClose(listener: () => void): void;
}

export interface HttpStream {
  /** False: the client does not keep up; wait for onDrain. */
  write(chunk: Buffer): boolean;
  /** Called each time the client has caught up; a second registration replaces the first. */
  onDrain(listener: () => void): void;
  end(): void;
}

export type RequestHandler = (request: HttpRequest, reply: HttpReply) => void;

export type HttpEngine = 'auto' | 'front' | 'uws' | 'node';

export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

export interface HttpListenOptions {
  readonly host: string;
  /** 0 is ephemeral. */
  readonly port: number;
  readonly engine: HttpEngine;
  readonly handler: RequestHandler;
  readonly tls?: TlsFiles;
  /** Origins that browsers may call from; `*` for all. Anything else with an Origin header is refused. */
  readonly corsOrigins?: readonly string[];
  /** A source address that counts as remote although it is loopback: lets tests play the stranger. */
  readonly treatAsRemote?: string;
  /** Overrides of named limits, for tests. */
  readonly limits?: Partial<HttpLimits>;
  /** Where fallbacks, refused reloads and listener errors are told; silent when left out. */
  readonly logger?: Logger;
}

/** Defaults and reasons: base/limits.ts, `http*`. */
export interface HttpLimits {
  readonly bodyBytesMax: number;
  readonly uriBytesMax: number;
  readonly headerBytesMax: number;
  readonly headerCountMax: number;
  readonly chunkExtensionBytesMax: number;
  readonly connectionsMax: number;
  readonly pipelinedMax: number;
  readonly bufferedBytesMax: number;
  readonly outputBytesMax: number;
  readonly unsentBytesMax: number;
  readonly connectionUnsentBytesMax: number;
  readonly crowdedStallMs: number;
  readonly headerTimeoutMs: number;
  readonly bodyTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly writeTimeoutMs: number;
  readonly lingerMs: number;
  readonly tlsReloadMs: number;
}

export interface HttpListener {
  readonly host: string;
  readonly port: number;
  /** The engine that really runs. */
  readonly engine: 'front' | 'uws' | 'node';
  connectionCount(): number;
  /** Stops accepting, lets running requests finish within `drainMs`, then closes what is left. */
  close(drainMs: number): Promise<void>;
}
