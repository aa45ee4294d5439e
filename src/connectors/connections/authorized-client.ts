// An HTTP client that adds a connection's authorization and parameters to every request. Made by the daemon
// for API destinations; it sees secrets only as long as a request takes.
import type { Clock } from '../../base/clock.ts';
import type { AccessToken, AccessTokens } from '../access-tokens.ts';
import type { HttpAnswer, HttpClient, HttpFailure, HttpRequest } from '../http-client.ts';
import type { AddedParameters, Connection, OauthClient } from './connection.ts';
import { fetchOauthToken, withQuery } from './oauth-token.ts';

export interface AuthorizedOptions {
  readonly client: HttpClient;
  readonly tokens: AccessTokens;
  readonly clock: Clock;
  /** Opens the connection's secrets now; undefined when it is gone or deauthorized. */
  readonly connection: () => Connection | undefined;
}

export class AuthorizedClient implements HttpClient {
  readonly #options: AuthorizedOptions;

  constructor(options: AuthorizedOptions) {
    this.#options = options;
  }

  async send(request: HttpRequest, signal?: AbortSignal): Promise<HttpAnswer | HttpFailure> {
    const connection = this.#options.connection();
    if (connection === undefined) return notAuthorized('the connection is not authorized');
    const { auth } = connection;
    const prepared = addParameters(request, connection.parameters);
    const { client } = this.#options;
    if (auth.kind === 'oauth') return this.#withToken(connection.key, auth, prepared, signal);
    return client.send(withHeader(prepared, ...staticHeader(auth)), signal);
  }

  /** A refused token may have been revoked before its time: one more try with a new one. */
  async #withToken(
    key: string,
    auth: OauthClient,
    request: HttpRequest,
    signal: AbortSignal | undefined,
  ): Promise<HttpAnswer | HttpFailure> {
    const { client, tokens } = this.#options;
    const token = await this.#token(key, auth, request.timeoutMs);
    if (token.kind === 'failed') return token;
    const answer = await client.send(bearing(request, token), signal);
    if (answer.kind === 'failed' || (answer.status !== 401 && answer.status !== 407)) return answer;
    tokens.refused(key, token);
    const next = await this.#token(key, auth, request.timeoutMs);
    return next.kind === 'failed' ? next : client.send(bearing(request, next), signal);
  }

  async #token(key: string, auth: OauthClient, timeoutMs: number): Promise<AccessToken | HttpFailure> {
    const { client, tokens, clock } = this.#options;
    const token = await tokens.get(key, () =>
      fetchOauthToken(auth, { client, nowMs: clock.nowMs(), timeoutMs }),
    );
    return token.kind === 'token' ? token : { ...token, reason: 'not_authorized' };
  }
}

function staticHeader(auth: Exclude<Connection['auth'], OauthClient>): [name: string, value: string] {
  if (auth.kind === 'apiKey') return [auth.name, auth.value];
  return ['Authorization', `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}`];
}

function bearing(request: HttpRequest, token: AccessToken): HttpRequest {
  return withHeader(request, 'Authorization', `Bearer ${token.value}`);
}

/** In place of one of the same name, however that is written. */
function withHeader(request: HttpRequest, name: string, value: string): HttpRequest {
  const kept = Object.entries(request.headers).filter(([each]) => each.toLowerCase() !== name.toLowerCase());
  return { ...request, headers: { ...Object.fromEntries(kept), [name]: value } };
}

function addParameters(request: HttpRequest, added: AddedParameters): HttpRequest {
  let changed: HttpRequest = { ...request, url: withQuery(request.url, added.query) };
  for (const [name, value] of added.headers) changed = withHeader(changed, name, value);
  if (added.body.length === 0 || request.body === undefined) return changed;
  return { ...changed, body: withMembers(request.body, added.body) };
}

function withMembers(body: string | Uint8Array, members: AddedParameters['body']): string | Uint8Array {
  let parsed: unknown;
  try {
    parsed = JSON.parse(typeof body === 'string' ? body : Buffer.from(body).toString('utf8'));
  } catch {
    return body;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return body;
  return JSON.stringify({ ...parsed, ...Object.fromEntries(members) });
}

function notAuthorized(message: string): HttpFailure {
  return { kind: 'failed', reason: 'not_authorized', message, isPermanent: false };
}
