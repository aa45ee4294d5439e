// Access tokens, kept until shortly before they expire and fetched once however many wait for one. Shared by
// connections (OAuth) and push gateways (service accounts); it knows neither how a token is got nor what for.
import type { Clock } from '../base/clock.ts';
import { limits } from '../base/limits.ts';

export interface AccessToken {
  readonly kind: 'token';
  readonly value: string;
  readonly expiresAtMs: number;
}

export interface TokenFailure {
  readonly kind: 'failed';
  readonly message: string;
  /** The credentials themselves are unusable. */
  readonly isPermanent: boolean;
}

/** A token is not used in its last minute, or its last tenth where it lives shorter. */
const EARLY_MS = 60_000;

export class AccessTokens {
  readonly #clock: Clock;
  readonly #tokens = new Map<string, { readonly token: AccessToken; readonly usableUntilMs: number }>();
  readonly #fetching = new Map<string, Promise<AccessToken | TokenFailure>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `fetch` is called when there is none; it must not reject. */
  async get(
    key: string,
    fetch: () => Promise<AccessToken | TokenFailure>,
  ): Promise<AccessToken | TokenFailure> {
    const kept = this.#tokens.get(key);
    if (kept !== undefined && this.#clock.nowMs() < kept.usableUntilMs) return kept.token;
    const running = this.#fetching.get(key);
    if (running !== undefined) return running;
    const fetching = fetch();
    this.#fetching.set(key, fetching);
    try {
      const token = await fetching;
      if (token.kind === 'token') this.#keep(key, token);
      return token;
    } finally {
      this.#fetching.delete(key);
    }
  }

  /** The token was refused; a newer one stays. */
  refused(key: string, token: AccessToken): void {
    if (this.#tokens.get(key)?.token === token) this.#tokens.delete(key);
  }

  #keep(key: string, token: AccessToken): void {
    const nowMs = this.#clock.nowMs();
    const lifeMs = token.expiresAtMs - nowMs;
    const usableUntilMs = token.expiresAtMs - Math.min(EARLY_MS, lifeMs / 10);
    if (this.#tokens.size >= limits.outboundTokensMax) this.#tokens.clear();
    this.#tokens.set(key, { token, usableUntilMs });
  }
}
