// HTTP/2 connections to push gateways, one per gateway and credential, opened when needed and replaced when
// they end. Called by the APNs transport; the addresses are judged as those of other requests are.
import type { ClientHttp2Session } from 'node:http2';
import { connect } from 'node:http2';
import { rootCertificates } from 'node:tls';
import { limits } from '../../base/limits.ts';
import type { AddressGuard } from '../address-guard.ts';

export interface GatewayAccess {
  /** Origin, such as https://api.push.apple.com. */
  readonly endpoint: string;
  /** PEM; where the gateway knows its clients by certificate. */
  readonly certificate?: { readonly cert: string; readonly key: string } | undefined;
  /** Names the credential. */
  readonly credentialKey: string;
}

export interface GatewayOptions {
  readonly guard: AddressGuard;
  readonly extraCa?: readonly string[] | undefined;
}

const IDLE_MS = 300_000;

export class GatewaySessions {
  readonly #options: GatewayOptions;
  /** In the order of their last use. */
  readonly #sessions = new Map<string, ClientHttp2Session>();

  constructor(options: GatewayOptions) {
    this.#options = options;
  }

  /** An error when address or credential cannot be used; whether it connects, its requests say. */
  get(access: GatewayAccess): ClientHttp2Session | Error {
    const key = `${access.endpoint} ${access.credentialKey}`;
    const kept = this.#sessions.get(key);
    this.#sessions.delete(key);
    if (kept !== undefined && !kept.closed && !kept.destroyed) {
      this.#sessions.set(key, kept);
      return kept;
    }
    const session = this.#open(access);
    if (session instanceof Error) return session;
    this.#sessions.set(key, session);
    const forget = (): void => {
      if (this.#sessions.get(key) === session) this.#sessions.delete(key);
    };
    session.once('goaway', forget).once('close', forget);
    this.#evict();
    return session;
  }

  close(): void {
    for (const session of this.#sessions.values()) session.destroy();
    this.#sessions.clear();
  }

  #open({ endpoint, certificate }: GatewayAccess): ClientHttp2Session | Error {
    const { guard, extraCa = [] } = this.#options;
    const url = URL.parse(endpoint);
    if (url === null) return new Error('the endpoint of the gateway is no URL');
    const refusal = guard.refusalOf(url);
    if (refusal !== undefined) return refusal;
    const ca = extraCa.length === 0 ? {} : { ca: [...rootCertificates, ...extraCa] };
    try {
      const session = connect(url, {
        lookup: guard.lookupFor(url),
        rejectUnauthorized: true,
        ...ca,
        ...certificate,
      });
      // Requests on it see the error as their own.
      session.on('error', () => {});
      session.setTimeout(IDLE_MS, () => session.close());
      return session;
    } catch (error) {
      // A certificate or key that is none.
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  /** The one that was not used for longest ends when its requests have. */
  #evict(): void {
    const [oldest] = this.#sessions.keys();
    if (oldest === undefined || this.#sessions.size <= limits.pushGatewaySessionsMax) return;
    this.#sessions.get(oldest)?.close();
    this.#sessions.delete(oldest);
  }
}
