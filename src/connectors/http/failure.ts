// Node's errors of a request, named as our reasons. Called by the outbound client; what it does not know is a
// reset: worth another attempt.
import { AddressRefused } from '../address-guard.ts';
import type { HttpFailure, HttpFailureReason } from '../http-client.ts';

/** The reason with which a request's own timeout aborts it. */
export const timeoutReason: unique symbol = Symbol('timeout');

class ConnectTimeout extends Error {
  override name = 'ConnectTimeout';
}

export function connectTimeout(url: URL): Error {
  return new ConnectTimeout(`${url.host} did not accept the connection in time`);
}

const permanent: ReadonlySet<HttpFailureReason> = new Set(['request_invalid', 'address_refused']);

export function httpFailure(reason: HttpFailureReason, message: string): HttpFailure {
  return { kind: 'failed', reason, message, isPermanent: permanent.has(reason) };
}

/** `end`: what bounds the request; when it is over, that is the reason, whatever the error says. */
export function failureOf(error: NodeJS.ErrnoException, end?: AbortSignal): HttpFailure {
  if (end?.aborted === true) return end.reason === timeoutReason ? timedOut : aborted;
  if (error instanceof AddressRefused) return httpFailure('address_refused', error.message);
  if (error instanceof ConnectTimeout) return httpFailure('timeout', error.message);
  return httpFailure(reasonOf(error), textOf(error));
}

const timedOut = httpFailure('timeout', 'there was no complete answer in time');
const aborted = httpFailure('aborted', 'the request was given up');

function reasonOf(error: NodeJS.ErrnoException): HttpFailureReason {
  const code = error.code ?? '';
  if (/^(ENOTFOUND|EAI_)/.test(code)) return 'name_not_found';
  if (/^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|EACCES)$/.test(code)) return 'connect_failed';
  if (code === 'ETIMEDOUT') return 'timeout';
  if (/^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|HOSTNAME_MISMATCH)/.test(code))
    return 'tls_failed';
  if (code === 'EPROTO') return 'tls_failed';
  // Several addresses were tried: the first one's error says it.
  const inner = error instanceof AggregateError ? (error.errors[0] as unknown) : undefined;
  return inner instanceof Error && inner !== error ? reasonOf(inner) : 'reset';
}

function textOf(error: Error): string {
  if (error.message !== '' || !(error instanceof AggregateError)) return error.message;
  return error.errors.map((each) => (each instanceof Error ? each.message : String(each))).join('; ');
}
