// Every error of Lambda in its own words, and what each error of the core becomes: a Record over the core's
// codes, so that a new code does not compile until it has its form here.
import type { BrokerError, BrokerErrorCode, Reply } from '../../../../broker/index.ts';
import { AwsError } from '../../engine/errors.ts';
import { type ReplyOf, replyOfKind } from '../../engine/expect-reply.ts';
import type { ServiceErrors } from '../../engine/service.ts';
import { validationMessage } from '../../engine/validation-message.ts';

const of =
  (type: string, status = 400) =>
  (message: string): AwsError =>
    new AwsError(message, { type, status });

export const invalidParameter = of('InvalidParameterValueException');
export const invalidContent = of('InvalidRequestContentException');
const resourceNotFound = of('ResourceNotFoundException', 404);
export const resourceConflict = of('ResourceConflictException', 409);
const resourceInUse = of('ResourceInUseException');
export const requestTooLarge = of('RequestTooLargeException', 413);
export const tooManyRequests = of('TooManyRequestsException', 429);
export const serviceError = of('ServiceException', 500);
const validationError = of('ValidationException');

export const functionNotFound = (arn: string): AwsError => resourceNotFound(`Function not found: ${arn}`);
export const mappingNotFound = (): AwsError => resourceNotFound('The resource you requested does not exist.');
export const notBuilt = (what: string): AwsError => invalidParameter(`${what} is not implemented.`);

const unforeseen = (error: BrokerError): AwsError => serviceError(error.message);
const later = (error: BrokerError): AwsError => tooManyRequests(error.message);

const brokerErrors: Readonly<Record<BrokerErrorCode, (error: BrokerError) => AwsError>> = {
  document_not_found: mappingNotFound,
  revision_conflict: () => resourceInUse('The mapping is being changed by another request.'),
  throttled: later,
  storage_full: later,
  waiters_exhausted: later,
  unavailable: unforeseen,
  shutting_down: () => serviceError('The service is shutting down.'),
  // Of queues, streams and topics alone: no command of this service is answered with them.
  topic_not_found: unforeseen,
  binding_not_found: unforeseen,
  stream_not_found: unforeseen,
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

/** The reply of the kind that belongs to the command; an error is thrown in the words of Lambda. */
export function expectReply<K extends Exclude<Reply['kind'], 'error'>>(reply: Reply, kind: K): ReplyOf<K> {
  return replyOfKind(reply, kind, (error) => brokerErrors[error.code](error));
}

/** For the engine. */
export const lambdaErrors: ServiceErrors = {
  validation: (failures) => validationError(validationMessage(failures)),
  accessDenied: (action, resource, principal) =>
    new AwsError(
      `User: ${principal} is not authorized to perform: ${action} on resource: ${resource} because no ` +
        `policy allows the ${action} action`,
      { type: 'AccessDeniedException', status: 403 },
    ),
  unknownOperation: () => new AwsError('', { type: 'UnknownOperationException', status: 404 }),
  internal: () => serviceError('Internal failure.'),
};
