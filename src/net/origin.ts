// Browsers are not clients of these ports unless somebody says so: a request that a foreign web page makes is
// refused before any protocol sees it. Wraps the handler of every HTTP listener; answers CORS preflights.
import { isIP } from 'node:net';
import type {
  HttpHeaders,
  HttpReply,
  HttpRequest,
  HttpStream,
  ReplyHeaders,
  RequestHandler,
} from './http.ts';

/** What browsers may keep a preflight's answer for: the figure that AWS endpoints give. */
const preflightMaxAgeSeconds = '172800';
const exposedHeaders =
  'x-amzn-RequestId,x-amzn-ErrorType,x-amz-request-id,x-amz-id-2,x-amzn-ErrorMessage,Date';
const refusalBody = 'Requests from web pages of this origin are not allowed. Configure CORS to allow them.\n';

export type OriginVerdict = 'no-browser' | 'same' | 'allowed' | 'foreign';

export function guardOrigin(handler: RequestHandler, allowed: readonly string[]): RequestHandler {
  const origins = new Set(allowed.map((origin) => origin.toLowerCase()));
  return (request, reply) => {
    const verdict = judgeOrigin(request, origins);
    if (verdict === 'no-browser' || verdict === 'same') {
      handler(request, reply);
    } else if (verdict === 'foreign') {
      reply.send(403, ['Content-Type', 'text/plain'], refusalBody);
    } else if (isPreflight(request)) {
      // 200 with an empty body, as AWS answers.
      reply.send(200, preflightHeaders(request.headers), '');
    } else {
      handler(request, new CorsReply(reply, corsHeaders(request.headers.get('origin') as string)));
    }
  };
}

export function judgeOrigin(request: HttpRequest, allowed: ReadonlySet<string>): OriginVerdict {
  const origin = request.headers.get('origin');
  const site = request.headers.get('sec-fetch-site');
  if (origin === undefined && site === undefined) return 'no-browser';
  if (origin !== undefined) {
    if (allowed.has('*') || allowed.has(origin.toLowerCase())) return 'allowed';
    return isSameHost(request, hostOf(origin)) ? 'same' : 'foreign';
  }
  if (allowed.has('*')) return 'no-browser';
  // Images and scripts of a foreign page carry no Origin, but they say where they come from (Fetch
  // Metadata). Following a link is fine: the console is opened that way.
  const isForeign = site === 'cross-site' || site === 'same-site';
  if (isForeign && request.headers.get('sec-fetch-mode') !== 'navigate') return 'foreign';
  return isSameHost(request, request.headers.get('host'), allowed) ? 'same' : 'foreign';
}

/**
 * The page comes from the host it calls. On loopback a name proves nothing: a stranger's name can be made to
 * resolve to 127.0.0.1 (DNS rebinding), so there only addresses and localhost count, or a configured origin.
 */
function isSameHost(request: HttpRequest, host: string | undefined, allowed?: ReadonlySet<string>): boolean {
  if (host === undefined || host.toLowerCase() !== request.headers.get('host')?.toLowerCase()) return false;
  if (!request.isLoopback || isLocalName(host)) return true;
  const isListed = (scheme: string): boolean => allowed?.has(`${scheme}://${host.toLowerCase()}`) === true;
  return isListed('http') || isListed('https');
}

function isLocalName(host: string): boolean {
  const name = host
    .replace(/:\d*$/, '')
    .replace(/^\[|\]$/g, '')
    .toLowerCase();
  return name === 'localhost' || name.endsWith('.localhost') || isIP(name) !== 0;
}

/** `http://127.0.0.1:4566` names the host `127.0.0.1:4566`; `null` and other schemes name none. */
function hostOf(origin: string): string | undefined {
  return /^https?:\/\/([^/]+)$/i.exec(origin)?.[1];
}

function isPreflight(request: HttpRequest): boolean {
  return request.method === 'OPTIONS' && request.headers.has('origin');
}

function corsHeaders(origin: string): ReplyHeaders {
  return [
    'Access-Control-Allow-Origin',
    origin,
    'Access-Control-Expose-Headers',
    exposedHeaders,
    'Vary',
    'Origin',
  ];
}

function preflightHeaders(headers: HttpHeaders): ReplyHeaders {
  const names = headers.get('access-control-request-headers');
  const method = headers.get('access-control-request-method');
  return [
    ...corsHeaders(headers.get('origin') as string),
    ...(method === undefined ? [] : ['Access-Control-Allow-Methods', method]),
    'Access-Control-Max-Age',
    preflightMaxAgeSeconds,
    ...(names === undefined ? [] : ['Access-Control-Allow-Headers', names]),
  ];
}

/** A reply that also tells the browser that its page may read it. */
class CorsReply implements HttpReply {
  readonly #reply: HttpReply;
  readonly #extra: ReplyHeaders;

  constructor(reply: HttpReply, extra: ReplyHeaders) {
    this.#reply = reply;
    this.#extra = extra;
  }

  get isOpen(): boolean {
    return this.#reply.isOpen;
  }

  get hasRoom(): boolean {
    return this.#reply.hasRoom ?? true;
  }

  send(status: number, headers: ReplyHeaders, body: Buffer | string): void {
    this.#reply.send(status, [...headers, ...this.#extra], body);
  }

  stream(status: number, headers: ReplyHeaders): HttpStream {
    return this.#reply.stream(status, [...headers, ...this.#extra]);
  }

  onClose(listener: () => void): void {
    this.#reply.onClose(listener);
  }
}
