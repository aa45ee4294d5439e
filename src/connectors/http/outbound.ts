// The daemon's HTTP client for places that its clients name: pooled connections, bounded in time, bytes and
// number, to addresses that the guard allows, with certificates checked. Called by every driver through the
// HttpClient interface. It never follows a redirect, never rejects, and repeats nothing except on a pooled
// connection that its server had closed already.
import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { rootCertificates } from 'node:tls';
import { limits } from '../../base/limits.ts';
import type { AddressGuard } from '../address-guard.ts';
import type { HttpAnswer, HttpClient, HttpFailure, HttpRequest } from '../http-client.ts';
import { connectTimeout, failureOf, httpFailure, timeoutReason } from './failure.ts';
import type { IdleBudget } from './idle-sockets.ts';
import { boundIdle } from './idle-sockets.ts';

export interface OutboundOptions {
  readonly guard: AddressGuard;
  /** Certificates in PEM that are trusted beside the public ones. */
  readonly extraCa?: readonly string[] | undefined;
}

export class OutboundClient implements HttpClient {
  readonly #guard: AddressGuard;
  readonly #http: HttpAgent;
  readonly #https: HttpsAgent;
  readonly #tls: { readonly rejectUnauthorized: true; readonly ca?: string[] };
  readonly #ends = new Set<AbortController>();
  readonly #idle: IdleBudget = { socketsMax: limits.outboundIdleSocketsMax, count: 0 };
  #isClosed = false;

  constructor({ guard, extraCa = [] }: OutboundOptions) {
    this.#guard = guard;
    const pool = {
      keepAlive: true,
      maxSockets: limits.outboundSocketsPerHostMax,
      maxFreeSockets: limits.outboundIdlePerHostMax,
      timeout: limits.outboundIdleMs,
    };
    this.#http = new HttpAgent(pool);
    const ca = extraCa.length === 0 ? {} : { ca: [...rootCertificates, ...extraCa] };
    this.#tls = { rejectUnauthorized: true, ...ca };
    this.#https = new HttpsAgent({ ...pool, ...this.#tls });
    boundIdle(this.#http, this.#idle);
    boundIdle(this.#https, this.#idle);
  }

  get runningCount(): number {
    return this.#ends.size;
  }
  get idleSocketCount(): number {
    return this.#idle.count;
  }

  async send(request: HttpRequest, signal?: AbortSignal): Promise<HttpAnswer | HttpFailure> {
    if (this.#ends.size >= limits.outboundRequestsMax)
      return httpFailure('busy', `${limits.outboundRequestsMax} requests to other hosts are running`);
    const url = parseTarget(request.url);
    if (url === undefined) return httpFailure('request_invalid', 'the URL is not one of http or https');
    const refusal = this.#guard.refusalOf(url);
    if (refusal !== undefined) return failureOf(refusal);
    if (signal?.aborted === true || this.#isClosed) return httpFailure('aborted', 'the client is closed');
    const end = new AbortController();
    const timer = setTimeout(() => end.abort(timeoutReason), request.timeoutMs);
    const stop = (): void => end.abort();
    signal?.addEventListener('abort', stop, { once: true });
    this.#ends.add(end);
    try {
      const first = await this.#once(url, request, end.signal);
      return first === 'stale' ? await this.#fresh(url, request, end.signal) : first;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
      this.#ends.delete(end);
    }
  }

  /** Ends what runs and closes every connection. */
  close(): void {
    this.#isClosed = true;
    for (const end of this.#ends) end.abort();
    this.#http.destroy();
    this.#https.destroy();
  }

  /** The pooled ones may all be stale, so a connection of its own. */
  async #fresh(url: URL, request: HttpRequest, end: AbortSignal): Promise<HttpAnswer | HttpFailure> {
    const answer = await this.#once(
      url,
      { ...request, headers: { ...request.headers, connection: 'close' } },
      end,
    );
    return answer === 'stale' ? httpFailure('reset', `${url.host} closed the connection`) : answer;
  }

  #once(url: URL, request: HttpRequest, end: AbortSignal): Promise<HttpAnswer | HttpFailure | 'stale'> {
    return new Promise((resolve) => {
      let outgoing: ClientRequest;
      try {
        outgoing = this.#open(url, request, end);
      } catch (error) {
        // Node refuses header names and values that are none (RFC 9110, 5.5), and methods.
        return resolve(
          httpFailure('request_invalid', error instanceof Error ? error.message : String(error)),
        );
      }
      boundConnecting(outgoing, url);
      outgoing.once('response', (incoming) => {
        readAnswer(incoming, request.answerBytesMax ?? limits.outboundAnswerBytesMax, (ended) =>
          resolve(ended instanceof Error ? failureOf(ended, end) : ended),
        );
      });
      outgoing.on('error', (error: NodeJS.ErrnoException) => {
        const isStale = outgoing.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
        resolve(isStale && !end.aborted ? 'stale' : failureOf(error, end));
      });
      outgoing.end(request.body);
    });
  }

  #open(url: URL, request: HttpRequest, end: AbortSignal): ClientRequest {
    const isTls = url.protocol === 'https:';
    const isAlone = request.headers['connection'] === 'close';
    const options: RequestOptions = {
      method: request.method,
      headers: headersOf(url, request),
      signal: end,
      lookup: this.#guard.lookupFor(url),
      agent: isAlone ? false : isTls ? this.#https : this.#http,
      // User and password have become a header.
      auth: null,
    };
    if (!isTls) return httpRequest(url, options);
    return httpsRequest(url, { ...this.#tls, ...options });
  }
}

function parseTarget(text: string): URL | undefined {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) return undefined;
  return url;
}

/** With a length, so that no body is chunked: simple servers and serverless gateways refuse those. */
function headersOf(url: URL, { headers, body }: HttpRequest): Record<string, string> {
  const all: Record<string, string> = { ...headers };
  if (body !== undefined) all['content-length'] = String(Buffer.byteLength(body));
  const isAuthorized = Object.keys(headers).some((name) => name.toLowerCase() === 'authorization');
  if (!isAuthorized && (url.username !== '' || url.password !== '')) {
    const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    all['authorization'] = `Basic ${Buffer.from(pair).toString('base64')}`;
  }
  return all;
}

/** A host that swallows packets must not hold its slot for the whole timeout. */
function boundConnecting(outgoing: ClientRequest, url: URL): void {
  outgoing.once('socket', (socket) => {
    if (!socket.connecting) return;
    const timer = setTimeout(() => outgoing.destroy(connectTimeout(url)), limits.outboundConnectMs);
    const done = (): void => clearTimeout(timer);
    socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', done);
    socket.once('close', done);
  });
}

function readAnswer(
  incoming: IncomingMessage,
  bytesMax: number,
  done: (ended: HttpAnswer | Error) => void,
): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const answer = (isTruncated: boolean): HttpAnswer => ({
    kind: 'answered',
    status: incoming.statusCode ?? 0,
    headers: headersIn(incoming),
    body: Buffer.concat(chunks, Math.min(bytes, bytesMax)),
    isTruncated,
  });
  incoming.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    bytes += chunk.byteLength;
    if (bytes <= bytesMax) return;
    done(answer(true));
    incoming.destroy();
  });
  incoming.once('end', () => done(answer(false)));
  incoming.once('error', done);
}

function headersIn(incoming: IncomingMessage): Record<string, string> {
  const all: Record<string, string> = {};
  for (const [name, values] of Object.entries(incoming.headersDistinct))
    all[name] = (values ?? []).join(', ');
  return all;
}
