// Fair delivery on unordered queues with tenants: a tenant that holds much of what is leased is noisy, and
// its backlog is served after everybody else's. (SQS fair queues: more than 10 % of what is in flight and at
// least 30 messages.)
import type { Queue } from './queue.ts';

const NOISY_LEASES_MIN = 30;
const NOISY_SHARE = 0.1;

/** Messages of quiet tenants that jump the backlog; beyond it they are found by the quiet cursor. */
export const QUIET_LANE_MAX = 8192;

export function isNoisy(queue: Queue, tenant: number): boolean {
  const leased = queue.tenants?.get(tenant) ?? 0;
  return leased >= NOISY_LEASES_MIN && leased > queue.counts.leased * NOISY_SHARE;
}

/** Some tenant may be noisy: worth looking further. */
export function mayHaveNoisyTenants(queue: Queue): boolean {
  return (
    queue.hasGroups &&
    !queue.isOrdered &&
    queue.counts.leased >= NOISY_LEASES_MIN &&
    (queue.tenants?.size ?? 0) > 0
  );
}
