// Every error of EventBridge Scheduler in its own words, and what each error of the core becomes: a Record
// over the core's codes, so that a new code does not compile until it has its form here.
import type { BrokerError, BrokerErrorCode, Reply } from '../../../../broker/index.ts';
import { AwsError } from '../../engine/errors.ts';
import { type ReplyOf, replyOfKind } from '../../engine/expect-reply.ts';
import type { ServiceErrors } from '../../engine/service.ts';
import { validationMessage } from '../../engine/validation-message.ts';

const of =
  (type: string, status: number) =>
  (message: string): AwsError =>
    new AwsError(message, { type, status });

export const validationError = of('ValidationException', 400);
const conflict = of('ConflictException', 409);
const resourceNotFound = of('ResourceNotFoundException', 404);
const throttling = of('ThrottlingException', 429);
const internalServer = of('InternalServerException', 500);

export const scheduleNotFound = (name: string): AwsError =>
  resourceNotFound(`Schedule ${name} does not exist.`);
export const scheduleExists = (name: string): AwsError => conflict(`Schedule ${name} already exists.`);
export const groupNotFound = (name: string): AwsError =>
  resourceNotFound(`Schedule group ${name} does not exist.`);
export const groupExists = (name: string): AwsError => conflict(`Schedule group ${name} already exists.`);
export const beingChanged = (what: string): AwsError =>
  conflict(`${what} is being modified by other requests. Try again.`);

type Words = (error: BrokerError) => AwsError;
const unforeseen: Words = (error) => internalServer(error.message);
const later: Words = (error) => throttling(error.message);
const gone: Words = (error) => resourceNotFound(error.message);

const brokerErrors: Readonly<Record<BrokerErrorCode, Words>> = {
  topic_not_found: () => resourceNotFound('The schedule group does not exist.'),
  binding_not_found: () => resourceNotFound('The schedule does not exist.'),
  document_not_found: gone,
  stream_not_found: gone,
  revision_conflict: () => beingChanged('The resource'),
  throttled: later,
  storage_full: later,
  waiters_exhausted: later,
  unavailable: unforeseen,
  shutting_down: unforeseen,
  // Of queues, shards and consumer groups alone: no command of this service is answered with them.
  queue_not_found: unforeseen,
  queue_exists: unforeseen,
  lease_invalid: unforeseen,
  lease_expired: unforeseen,
  message_gone: unforeseen,
  leases_exhausted: unforeseen,
  lease_too_long: unforeseen,
  task_not_found: unforeseen,
  task_running: unforeseen,
  task_not_running: unforeseen,
  not_a_dead_letter_queue: unforeseen,
  shard_not_found: unforeseen,
  shard_closed: unforeseen,
  split_outside_shard: unforeseen,
  shards_not_adjacent: unforeseen,
  shard_count_out_of_range: unforeseen,
  group_not_found: unforeseen,
  member_not_found: unforeseen,
  assignment_lost: unforeseen,
  groups_exhausted: unforeseen,
};

/** The reply of the kind that belongs to the command; an error is thrown in the words of Scheduler. */
export function expectReply<K extends Exclude<Reply['kind'], 'error'>>(reply: Reply, kind: K): ReplyOf<K> {
  return replyOfKind(reply, kind, (error) => brokerErrors[error.code](error));
}

/** For the engine. */
export const schedulerErrors: ServiceErrors = {
  validation: (failures) => validationError(validationMessage(failures)),
  accessDenied: (action, resource, principal) =>
    new AwsError(
      `User: ${principal} is not authorized to perform: ${action} on resource: ${resource} because no ` +
        `policy allows the ${action} action`,
      { type: 'AccessDeniedException', status: 403 },
    ),
  unknownOperation: () => new AwsError('', { type: 'UnknownOperationException', status: 404 }),
  internal: () => internalServer('Internal failure.'),
};
