// Sends push messages through Apple's provider API over HTTP/2
// (developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns). Called through
// drivers; fronts make the payload.
import { createHash } from 'node:crypto';
import type { ClientHttp2Stream } from 'node:http2';
import type { Clock } from '../../base/clock.ts';
import type { AccessToken, AccessTokens, TokenFailure } from '../access-tokens.ts';
import type { Outcome, Transport } from '../driver.ts';
import { delivered, failure } from '../driver.ts';
import type { GatewaySessions } from './gateway-sessions.ts';
import { signedToken } from './signed-token.ts';

export type ApnsCredential =
  | {
      readonly kind: 'token';
      readonly teamId: string;
      readonly keyId: string;
      /** PEM of the .p8 file. */
      readonly privateKey: string;
    }
  | { readonly kind: 'certificate'; readonly cert: string; readonly key: string };

export interface ApnsMessage {
  /** https://api.push.apple.com or https://api.sandbox.push.apple.com. */
  readonly endpoint: string;
  readonly credential: ApnsCredential;
  /** The device's token: hexadecimal digits. */
  readonly to: readonly [string];
  /** The app's bundle id; needed with a token. */
  readonly topic?: string | undefined;
  /** alert, background, voip ... */
  readonly pushType: string;
  readonly priority?: number | undefined;
  /** Seconds since the epoch after which it is not delivered; 0: now or never. */
  readonly expiresAtSeconds?: number | undefined;
  readonly collapseId?: string | undefined;
  /** JSON. */
  readonly payload: string;
  readonly timeoutMs: number;
}

export interface ApnsOptions {
  readonly sessions: GatewaySessions;
  readonly tokens: AccessTokens;
  readonly clock: Clock;
}

/** Apple takes a token for an hour and none that was made within 20 minutes of another. */
const TOKEN_LIFE_MS = 3_000_000;
const ANSWER_CHARS_MAX = 4_096;

export class ApnsTransport implements Transport<ApnsMessage> {
  readonly #options: ApnsOptions;

  constructor(options: ApnsOptions) {
    this.#options = options;
  }

  async send(sent: ApnsMessage, signal: AbortSignal): Promise<Outcome> {
    const { sessions, tokens } = this.#options;
    const { credential, endpoint } = sent;
    if (!/^[0-9a-fA-F]{2,400}$/.test(sent.to[0]))
      return failure('endpoint_gone', 'the device token is not hexadecimal', true);
    const credentialKey = keyOf(credential);
    const token = credential.kind === 'token' ? await this.#token(credentialKey, credential) : undefined;
    if (token?.kind === 'failed') return failure('not_authorized', token.message, token.isPermanent);
    const certificate =
      credential.kind === 'certificate' ? { cert: credential.cert, key: credential.key } : undefined;
    const session = sessions.get({ endpoint, credentialKey, certificate });
    if (session instanceof Error) return failure('gateway_refused', session.message, true);
    let stream: ClientHttp2Stream;
    try {
      stream = session.request(headersOf(sent, token));
    } catch (error) {
      return failure('reset', error instanceof Error ? error.message : String(error));
    }
    const answer = await exchange(stream, sent, signal);
    if (answer.kind === 'failed') return answer;
    if (answer.reason === 'ExpiredProviderToken' && token !== undefined) tokens.refused(credentialKey, token);
    return judge(answer);
  }

  #token(
    key: string,
    { teamId, keyId, privateKey }: Extract<ApnsCredential, { kind: 'token' }>,
  ): Promise<AccessToken | TokenFailure> {
    const nowMs = this.#options.clock.nowMs();
    return this.#options.tokens.get(key, () => {
      const claims = { iss: teamId, iat: Math.floor(nowMs / 1_000) };
      const value = signedToken({ algorithm: 'ES256', header: { kid: keyId }, claims, privateKey });
      const message = 'the signing key is no elliptic key';
      return Promise.resolve(
        value === undefined
          ? { kind: 'failed', message, isPermanent: true }
          : { kind: 'token', value, expiresAtMs: nowMs + TOKEN_LIFE_MS },
      );
    });
  }
}

interface ApnsAnswer {
  readonly kind: 'answered';
  readonly status: number;
  readonly reason: string;
}

function headersOf(sent: ApnsMessage, token: AccessToken | undefined): Record<string, string> {
  const headers: Record<string, string> = {
    ':method': 'POST',
    ':path': `/3/device/${sent.to[0]}`,
    'apns-push-type': sent.pushType,
  };
  if (token !== undefined) headers['authorization'] = `bearer ${token.value}`;
  if (sent.topic !== undefined) headers['apns-topic'] = sent.topic;
  if (sent.priority !== undefined) headers['apns-priority'] = String(sent.priority);
  if (sent.expiresAtSeconds !== undefined) headers['apns-expiration'] = String(sent.expiresAtSeconds);
  if (sent.collapseId !== undefined) headers['apns-collapse-id'] = sent.collapseId;
  return headers;
}

function exchange(
  stream: ClientHttp2Stream,
  { payload, timeoutMs }: ApnsMessage,
  signal: AbortSignal,
): Promise<ApnsAnswer | ReturnType<typeof failure>> {
  return new Promise((resolve) => {
    let status = 0;
    let text = '';
    const end = (answer: ApnsAnswer | ReturnType<typeof failure>): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      resolve(answer);
      stream.close();
    };
    const timer = setTimeout(() => end(failure('timeout', 'the gateway did not answer in time')), timeoutMs);
    const stop = (): void => end(failure('aborted', 'the request was given up'));
    signal.addEventListener('abort', stop, { once: true });
    stream.once('response', (headers) => {
      status = Number(headers[':status'] ?? 0);
    });
    stream.setEncoding('utf8').on('data', (more: string) => {
      text = (text + more).slice(0, ANSWER_CHARS_MAX);
    });
    stream.once('end', () => {
      if (status !== 0) end({ kind: 'answered', status, reason: reasonIn(text) });
    });
    stream.once('error', (error: Error) => end(failure('reset', error.message)));
    stream.once('close', () => end(failure('reset', 'the gateway closed the connection')));
    stream.end(payload);
  });
}

/** developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns */
function judge({ status, reason }: ApnsAnswer): Outcome {
  if (status === 200) return delivered;
  const message = `the gateway answered ${status} ${reason}`;
  const isGone = status === 410 || ['BadDeviceToken', 'DeviceTokenNotForTopic'].includes(reason);
  if (isGone) return failure('endpoint_gone', message, true);
  const isRetryable = status === 429 || status >= 500 || reason === 'ExpiredProviderToken';
  return failure(`apns_${reason === '' ? status : reason}`, message, !isRetryable);
}

function reasonIn(text: string): string {
  try {
    const { reason } = JSON.parse(text) as { reason?: unknown };
    return typeof reason === 'string' ? reason.slice(0, 100) : '';
  } catch {
    return '';
  }
}

function keyOf(credential: ApnsCredential): string {
  return `apns ${createHash('sha256').update(JSON.stringify(credential)).digest('base64')}`;
}
