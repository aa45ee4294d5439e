// Settings of accounts: the commitment to a minimum of throughput, which buys nothing here but more consumers
// per stream under `limits: aws`. Kept in memory: a restart forgets it, as no bill depends on it.
import { limits } from '../../../../base/limits.ts';

export interface Commitment {
  readonly Status: 'ENABLED' | 'DISABLED' | 'ENABLED_UNTIL_EARLIEST_ALLOWED_END';
  readonly StartedAt?: number;
  readonly EndedAt?: number;
  readonly EarliestAllowedEndAt?: number;
}

/** AWS binds for a day at least. */
const boundMs = 24 * 3_600_000;
const none: Commitment = { Status: 'DISABLED' };

export class AccountSettings {
  readonly #commitments = new Map<string, Commitment>();

  commitment(account: string, nowMs: number): Commitment {
    const known = this.#commitments.get(account) ?? none;
    const { Status: status, EarliestAllowedEndAt: endMs = 0 } = known;
    if (status !== 'ENABLED_UNTIL_EARLIEST_ALLOWED_END' || nowMs < endMs) return known;
    return { ...known, Status: 'DISABLED', EndedAt: endMs };
  }

  isCommitted(account: string, nowMs: number): boolean {
    return this.commitment(account, nowMs).Status !== 'DISABLED';
  }

  set(account: string, wanted: 'ENABLED' | 'DISABLED', nowMs: number): Commitment {
    const next = changed(this.commitment(account, nowMs), wanted, nowMs);
    if (this.#commitments.size >= limits.kinesisAccountsMax) this.#commitments.clear();
    this.#commitments.set(account, next);
    return next;
  }
}

function changed(current: Commitment, wanted: 'ENABLED' | 'DISABLED', nowMs: number): Commitment {
  if (wanted === 'ENABLED') {
    if (current.Status === 'ENABLED') return current;
    if (current.Status !== 'DISABLED') return { ...current, Status: 'ENABLED' };
    return { Status: 'ENABLED', StartedAt: nowMs, EarliestAllowedEndAt: nowMs + boundMs };
  }
  if (current.Status !== 'ENABLED') return current;
  if (nowMs < (current.EarliestAllowedEndAt ?? 0)) {
    return { ...current, Status: 'ENABLED_UNTIL_EARLIEST_ALLOWED_END' };
  }
  return { ...current, Status: 'DISABLED', EndedAt: nowMs };
}
