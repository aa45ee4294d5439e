// A request to another host, its answer, and how answers are judged as deliveries: what drivers share. The
// client itself is http/outbound.ts; everybody else sees only this interface.
import type { FailedDelivery, Outcome } from './driver.ts';
import { delivered, failure } from './driver.ts';

export interface HttpRequest {
  readonly method: string;
  /** http or https; user and password in it become basic authorization. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | undefined;
  /** From the call to the last byte of the answer. */
  readonly timeoutMs: number;
  /** Default limits.outboundAnswerBytesMax. */
  readonly answerBytesMax?: number | undefined;
}

export interface HttpAnswer {
  readonly kind: 'answered';
  readonly status: number;
  /** Names in lower case; several of one name are joined by commas. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** The answer was longer than the request allowed; `body` is its beginning. */
  readonly isTruncated: boolean;
}

export type HttpFailureReason =
  | 'request_invalid' // a URL or header that cannot be sent
  | 'address_refused' // a private, loopback or link-local address that the configuration does not allow
  | 'name_not_found' // the host has no address (now)
  | 'connect_failed' // refused, unreachable
  | 'tls_failed' // the certificate is not trusted, or there is no common TLS
  | 'timeout'
  | 'reset' // the connection ended within the answer
  | 'busy' // limits.outboundRequestsMax
  | 'not_authorized' // no access token could be had
  | 'aborted'; // by the caller's signal, or because the client was closed

export interface HttpFailure {
  readonly kind: 'failed';
  readonly reason: HttpFailureReason;
  readonly message: string;
  /** Trying again cannot help. */
  readonly isPermanent: boolean;
}

export interface HttpClient {
  /** Never rejects. Redirects are answers like others. */
  send(request: HttpRequest, signal?: AbortSignal): Promise<HttpAnswer | HttpFailure>;
}

/** Which statuses outside of 2xx are worth another attempt; everything else of 3xx and 4xx is permanent. */
export interface StatusRules {
  readonly retryable: (status: number) => boolean;
}

/** SNS: docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html (5xx, 429). */
export const notificationRules: StatusRules = { retryable: (status) => status >= 500 || status === 429 };

/** EventBridge API destinations: 401, 407, 409, 429, 5xx (eb-api-destinations.html); 408 is a timeout. */
export const destinationRules: StatusRules = {
  retryable: (status) => status >= 500 || [401, 407, 408, 409, 429].includes(status),
};

export function outcomeOf(answer: HttpAnswer | HttpFailure, rules: StatusRules, nowMs: number): Outcome {
  if (answer.kind === 'failed') return failure(answer.reason, answer.message, answer.isPermanent);
  if (answer.status >= 200 && answer.status < 300) return delivered;
  const failed = statusFailure(answer, !rules.retryable(answer.status));
  const retryAfterMs = retryAfter(answer.headers['retry-after'], nowMs);
  // A negative delay asks not to come again (eb-api-destinations.html).
  if (retryAfterMs !== undefined && retryAfterMs < 0) return { ...failed, isPermanent: true };
  return { ...failed, retryAfterMs };
}

function statusFailure({ status, body }: HttpAnswer, isPermanent: boolean): FailedDelivery {
  const text = body.toString('utf8', 0, 200).trim();
  const message = `the endpoint answered ${status}${text === '' ? '' : `: ${text}`}`;
  return failure(`http_${status}`, message, isPermanent);
}

/** Seconds or a date (RFC 9110, 10.2.3); a date that has passed is no delay. Undefined when it is neither. */
export function retryAfter(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined;
  if (/^-?\d{1,9}$/.test(value)) return Number(value) * 1_000;
  const atMs = Date.parse(value);
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs);
}

/** Undefined when the body is no JSON, or not all of it is there. */
export function bodyJson(answer: HttpAnswer): unknown {
  if (answer.isTruncated) return undefined;
  try {
    return JSON.parse(answer.body.toString('utf8'));
  } catch {
    return undefined;
  }
}
