// Gets an access token by the client credentials grant (RFC 6749, 4.4). Called by the authorized client when
// none is kept; it keeps nothing.
import type { AccessToken, TokenFailure } from '../access-tokens.ts';
import type { HttpAnswer, HttpClient, HttpRequest } from '../http-client.ts';
import { bodyJson } from '../http-client.ts';
import type { OauthClient } from './connection.ts';

/** For servers that do not say how long a token lives; the RFC recommends that they do (5.1). */
const LIFE_SECONDS_DEFAULT = 300;
const LIFE_SECONDS_MAX = 86_400;

export interface TokenContext {
  readonly client: HttpClient;
  readonly nowMs: number;
  readonly timeoutMs: number;
}

export async function fetchOauthToken(
  auth: OauthClient,
  { client, nowMs, timeoutMs }: TokenContext,
): Promise<AccessToken | TokenFailure> {
  const answer = await client.send(tokenRequest(auth, timeoutMs));
  if (answer.kind === 'failed') return { ...answer, message: `no access token: ${answer.message}` };
  if (answer.status !== 200)
    return refused(`the token endpoint answered ${answer.status}${errorCode(answer)}`);
  const { access_token: value, expires_in: life } = (bodyJson(answer) ?? {}) as Record<string, unknown>;
  if (typeof value !== 'string' || !/^[\x21-\x7e]+$/.test(value))
    return refused('the token endpoint answered without an access_token');
  const seconds = Math.min(Number(life ?? LIFE_SECONDS_DEFAULT) || LIFE_SECONDS_DEFAULT, LIFE_SECONDS_MAX);
  return { kind: 'token', value, expiresAtMs: nowMs + seconds * 1_000 };
}

/** Credentials as basic authorization, which every server has to take (2.3.1), unless the client says how. */
function tokenRequest(
  { tokenUrl, method, parameters, ...auth }: OauthClient,
  timeoutMs: number,
): HttpRequest {
  const form = new URLSearchParams([['grant_type', 'client_credentials']]);
  for (const [name, value] of parameters.body) form.set(name, value);
  const pair = `${encodeURIComponent(auth.clientId)}:${encodeURIComponent(auth.clientSecret)}`;
  const headers: Record<string, string> = {
    accept: 'application/json',
    authorization: `Basic ${Buffer.from(pair).toString('base64')}`,
  };
  for (const [name, value] of parameters.headers) headers[name.toLowerCase()] = value;
  const query = method === 'GET' ? [...parameters.query, ...form] : parameters.query;
  const request = { method, url: withQuery(tokenUrl, query), timeoutMs };
  if (method === 'GET') return { ...request, headers };
  headers['content-type'] ??= 'application/x-www-form-urlencoded';
  return { ...request, headers, body: form.toString() };
}

/** The URL with more parameters; as it is when it is none (the client says so then). */
export function withQuery(text: string, parameters: readonly (readonly [string, string])[]): string {
  const url = URL.parse(text);
  if (url === null || parameters.length === 0) return text;
  for (const [name, value] of parameters) url.searchParams.append(name, value);
  return url.toString();
}

function errorCode(answer: HttpAnswer): string {
  const code = ((bodyJson(answer) ?? {}) as Record<string, unknown>)['error'];
  return typeof code === 'string' ? `: ${code.slice(0, 100)}` : '';
}

function refused(message: string): TokenFailure {
  return { kind: 'failed', message, isPermanent: false };
}
