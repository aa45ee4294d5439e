// Sends push messages through Firebase Cloud Messaging's HTTP v1 API
// (firebase.google.com/docs/reference/fcm/rest/v1/projects.messages/send). Called through drivers; fronts
// make the message.
import { createHash } from 'node:crypto';
import type { AccessToken, AccessTokens, TokenFailure } from '../access-tokens.ts';
import type { Clock } from '../../base/clock.ts';
import type { Outcome, Transport } from '../driver.ts';
import { failure } from '../driver.ts';
import type { HttpAnswer, HttpClient } from '../http-client.ts';
import { bodyJson, notificationRules, outcomeOf } from '../http-client.ts';
import { signedToken } from './signed-token.ts';

/** Of a service account's key file. */
export interface ServiceAccount {
  readonly projectId: string;
  readonly clientEmail: string;
  /** PEM. */
  readonly privateKey: string;
  readonly tokenUrl: string;
}

export interface FcmMessage {
  readonly account: ServiceAccount;
  /** The device's token. */
  readonly to: readonly [string];
  /** `message` of the API, without its target. */
  readonly message: Readonly<Record<string, unknown>>;
  readonly timeoutMs: number;
}

export interface FcmOptions {
  readonly client: HttpClient;
  readonly tokens: AccessTokens;
  readonly clock: Clock;
  /** Default https://fcm.googleapis.com. */
  readonly endpoint?: string;
}

const SCOPE = 'https://www.googleapis.com/auth/firebase.messaging';
const LIFE_SECONDS = 3_600;

export class FcmTransport implements Transport<FcmMessage> {
  readonly #options: FcmOptions;

  constructor(options: FcmOptions) {
    this.#options = options;
  }

  async send(sent: FcmMessage, signal: AbortSignal): Promise<Outcome> {
    const { client, tokens, clock, endpoint = 'https://fcm.googleapis.com' } = this.#options;
    const key = tokenKey(sent.account);
    const token = await tokens.get(key, () => this.#fetchToken(sent));
    if (token.kind === 'failed') return failure('not_authorized', token.message, token.isPermanent);
    const request = {
      method: 'POST',
      url: `${endpoint}/v1/projects/${encodeURIComponent(sent.account.projectId)}/messages:send`,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token.value}` },
      body: JSON.stringify({ message: { ...sent.message, token: sent.to[0] } }),
      timeoutMs: sent.timeoutMs,
    };
    const answer = await client.send(request, signal);
    const outcome = outcomeOf(answer, notificationRules, clock.nowMs());
    if (outcome.kind === 'delivered' || answer.kind === 'failed') return outcome;
    if (isGone(answer)) return { ...outcome, code: 'endpoint_gone', isPermanent: true };
    if (answer.status !== 401) return outcome;
    // The token was revoked: the next attempt gets another one.
    tokens.refused(key, token);
    return { ...outcome, isPermanent: false };
  }

  /** The JWT bearer grant (RFC 7523), as Google's service accounts do it. */
  async #fetchToken({ account, timeoutMs }: FcmMessage): Promise<AccessToken | TokenFailure> {
    const { client, clock } = this.#options;
    const nowMs = clock.nowMs();
    const iat = Math.floor(nowMs / 1_000);
    const { clientEmail, privateKey, tokenUrl } = account;
    const claims = { iss: clientEmail, scope: SCOPE, aud: tokenUrl, iat, exp: iat + LIFE_SECONDS };
    const assertion = signedToken({ algorithm: 'RS256', claims, privateKey });
    if (assertion === undefined) return refused('the private key of the service account is no RSA key', true);
    const form = new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion,
    });
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const body = form.toString();
    const answer = await client.send({ method: 'POST', url: tokenUrl, headers, body, timeoutMs });
    if (answer.kind === 'failed') return refused(answer.message, answer.isPermanent);
    const value = answer.status === 200 ? memberOf(bodyJson(answer), 'access_token') : undefined;
    if (typeof value !== 'string') return refused(`the token endpoint answered ${answer.status}`, false);
    return { kind: 'token', value, expiresAtMs: nowMs + LIFE_SECONDS * 1_000 };
  }
}

/** Another key of the same account has another token. */
function tokenKey({ clientEmail, privateKey, tokenUrl }: ServiceAccount): string {
  const digest = createHash('sha256').update(privateKey).digest('base64');
  return `fcm ${clientEmail} ${tokenUrl} ${digest}`;
}

/** UNREGISTERED: the app was removed; the token will never work again. */
function isGone(answer: HttpAnswer): boolean {
  if (answer.status !== 404 && answer.status !== 400) return false;
  const details = memberOf(memberOf(bodyJson(answer), 'error'), 'details');
  return Array.isArray(details) && details.some((each) => memberOf(each, 'errorCode') === 'UNREGISTERED');
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function refused(message: string, isPermanent: boolean): TokenFailure {
  return { kind: 'failed', message, isPermanent };
}
