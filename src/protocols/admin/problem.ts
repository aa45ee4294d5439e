// Why the admin API refuses a request: a status, a stable code and a sentence. Thrown by routes, written by
// index.ts. Every code of the core has its status here.
import type { BrokerError, BrokerErrorCode } from '../../broker/index.ts';

export class AdminProblem extends Error {
  override name = 'AdminProblem';
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

const statuses: Readonly<Record<BrokerErrorCode, number>> = {
  queue_not_found: 404,
  stream_not_found: 404,
  topic_not_found: 404,
  binding_not_found: 404,
  document_not_found: 404,
  shard_not_found: 404,
  shard_closed: 409,
  split_outside_shard: 400,
  shards_not_adjacent: 400,
  shard_count_out_of_range: 400,
  group_not_found: 404,
  member_not_found: 404,
  assignment_lost: 409,
  groups_exhausted: 429,
  queue_exists: 409,
  revision_conflict: 409,
  lease_invalid: 400,
  lease_expired: 409,
  message_gone: 404,
  leases_exhausted: 429,
  lease_too_long: 400,
  waiters_exhausted: 429,
  task_not_found: 404,
  task_running: 409,
  task_not_running: 409,
  not_a_dead_letter_queue: 409,
  throttled: 429,
  storage_full: 507,
  unavailable: 503,
  shutting_down: 503,
};

export function brokerProblem(error: BrokerError): AdminProblem {
  return new AdminProblem(statuses[error.code], error.code, error.message);
}

export function badRequest(message: string): AdminProblem {
  return new AdminProblem(400, 'bad_request', message);
}
