// HTTP/2 for every engine that has it: node:http2 on sockets that somebody else accepted. The JavaScript
// Kinesis client speaks nothing else, even without TLS. Called by the front and the node engine.
import * as http2 from 'node:http2';
import type { Socket } from 'node:net';
import { assert } from '../base/assert.ts';
import { collectBody } from './body-stream.ts';
import type { ByteBudget } from './byte-budget.ts';
import { Http2Reply, type ReplySession } from './http2-reply.ts';
import type { HttpHeaders, HttpLimits, HttpRequest, RequestHandler } from './http.ts';
import type { Peer } from './peer.ts';
import type { UnsentBytes } from './unsent-bytes.ts';
import { refusals, type Refusal } from './refusal.ts';

/** What one session is doing; decides what a silence on its socket means. */
interface SessionState extends ReplySession {
  readonly peer: Peer;
  /** All streams that are open. */
  openCount: number;
  silentMs: number;
}

/** What the connections of a listener share. */
export interface SharedBytes {
  readonly budget: ByteBudget;
  readonly unsent: UnsentBytes;
}

export class Http2Server {
  readonly #handler: RequestHandler;
  readonly #limits: HttpLimits;
  readonly #shared: SharedBytes;
  readonly #server: http2.Http2Server;
  readonly #sessions = new Map<http2.Http2Session, SessionState>();
  #accepting: Peer | undefined;
  #isDraining = false;

  constructor(handler: RequestHandler, limits: HttpLimits, shared: SharedBytes) {
    this.#handler = handler;
    this.#limits = limits;
    this.#shared = shared;
    this.#server = http2.createServer({
      maxHeaderListPairs: limits.headerCountMax,
      settings: {
        maxConcurrentStreams: limits.pipelinedMax,
        maxHeaderListSize: limits.headerBytesMax,
        enablePush: false,
      },
    });
    this.#server.on('session', (session) => this.#begin(session));
    this.#server.on('stream', (stream, headers, flags) => this.#receive(stream, headers, flags));
    this.#server.on('sessionError', () => {});
  }

  /** Takes over a socket that is paused or was never read. It must not be resumed: the session reads it. */
  accept(socket: Socket, peer: Peer): void {
    // A FIN is the end of the session; left half open, its streams would never hear of it.
    socket.allowHalfOpen = false;
    // After our own FIN node:http2 waits for the client's, without end.
    socket.once('finish', () => setTimeout(() => socket.destroy(), this.#limits.lingerMs).unref());
    this.#accepting = peer;
    this.#server.emit('connection', socket);
    this.#accepting = undefined;
  }

  /** GOAWAY on every session; running streams finish (RFC 9113 6.8). */
  drain(): void {
    this.#isDraining = true;
    for (const session of this.#sessions.keys()) session.close();
  }

  #begin(session: http2.Http2Session): void {
    const peer = this.#accepting;
    assert(peer !== undefined, 'an HTTP/2 session began outside accept()');
    const state: SessionState = {
      peer,
      unsent: this.#shared.unsent,
      runningCount: 0,
      openCount: 0,
      silentMs: 0,
    };
    this.#sessions.set(session, state);
    session.on('close', () => this.#sessions.delete(session));
    session.on('error', () => {});
    const everyMs = Math.min(this.#limits.writeTimeoutMs, this.#limits.idleTimeoutMs);
    session.setTimeout(everyMs);
    session.on('timeout', () => this.#judgeSilence(session, state, everyMs));
    if (this.#isDraining) session.close();
  }

  /** No byte in either direction for a while: fine between requests and in a long poll, nowhere else. */
  #judgeSilence(session: http2.Http2Session, state: SessionState, everyMs: number): void {
    if (state.openCount > state.runningCount) {
      session.destroy();
      return;
    }
    state.silentMs = state.openCount > 0 ? 0 : state.silentMs + everyMs;
    if (state.silentMs >= this.#limits.idleTimeoutMs) session.close();
    else session.setTimeout(everyMs);
  }

  #receive(stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders, flags: number): void {
    stream.on('error', () => {});
    const state = stream.session === undefined ? undefined : this.#sessions.get(stream.session);
    if (state === undefined) {
      stream.destroy();
      return;
    }
    state.silentMs = 0;
    state.openCount++;
    stream.once('close', () => state.openCount--);
    const reply = new Http2Reply(stream, state, headers[':method'] === 'HEAD');
    const refusal = checkHeaders(headers, this.#limits);
    if (refusal !== undefined) {
      reply.refuse(refusal);
    } else if ((flags & http2.constants.NGHTTP2_FLAG_END_STREAM) !== 0) {
      this.#run(headers, state, reply, Buffer.alloc(0));
    } else {
      this.#collect(stream, headers, state, reply);
    }
  }

  #collect(
    stream: http2.ServerHttp2Stream,
    headers: http2.IncomingHttpHeaders,
    state: SessionState,
    reply: Http2Reply,
  ): void {
    if (headers['expect'] !== undefined) stream.additionalHeaders({ ':status': 100 });
    collectBody(stream, this.#limits, this.#shared.budget, (outcome) => {
      if (Buffer.isBuffer(outcome)) this.#run(headers, state, reply, outcome);
      else reply.refuse(outcome);
    });
  }

  #run(headers: http2.IncomingHttpHeaders, state: SessionState, reply: Http2Reply, body: Buffer): void {
    const target = headers[':path'] ?? '/';
    const question = target.indexOf('?');
    const request: HttpRequest = {
      method: headers[':method'] ?? '',
      path: question === -1 ? target : target.slice(0, question),
      query: question === -1 ? '' : target.slice(question + 1),
      headers: plainHeaders(headers),
      body,
      remoteAddress: state.peer.remoteAddress,
      isLoopback: state.peer.isLoopback,
      isSecure: state.peer.isSecure,
      httpVersion: '2.0',
    };
    reply.begin();
    this.#handler(request, reply);
  }
}

function checkHeaders(headers: http2.IncomingHttpHeaders, limits: HttpLimits): Refusal | undefined {
  const target = headers[':path'];
  if (headers[':method'] === 'CONNECT' || target === undefined) return refusals.badTarget;
  if (!target.startsWith('/') && target !== '*') return refusals.badTarget;
  if (target.length > limits.uriBytesMax) return refusals.uriTooLong;
  if (headers[':authority'] === undefined && headers['host'] === undefined) return refusals.badHost;
  if (Number(headers['content-length'] ?? 0) > limits.bodyBytesMax) return refusals.bodyTooLarge;
  return undefined;
}

/** `:authority` is what HTTP/1.1 calls Host, and what clients sign as `host` (RFC 9113 8.3.1). */
function plainHeaders(headers: http2.IncomingHttpHeaders): HttpHeaders {
  const plain = new Map<string, string>();
  const authority = headers[':authority'];
  if (authority !== undefined) plain.set('host', authority);
  for (const name in headers) {
    const value = headers[name];
    if (name.startsWith(':') || value === undefined || plain.has(name)) continue;
    plain.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return plain;
}
