// Every error of EventBridge in its own words, and what each error of the core becomes: a Record over the
// core's codes, so that a new code does not compile until it has its form here.
import type { BrokerError, BrokerErrorCode } from '../../../../broker/index.ts';
import { AwsError } from '../../engine/errors.ts';
import type { ServiceErrors } from '../../engine/service.ts';
import { validationMessage } from '../../engine/validation-message.ts';

const of =
  (type: string, status = 400) =>
  (message: string): AwsError =>
    new AwsError(message, { type, status });

export const resourceNotFound = of('ResourceNotFoundException');
export const resourceExists = of('ResourceAlreadyExistsException');
export const validationError = of('ValidationException');
export const limitExceeded = of('LimitExceededException');
export const illegalStatus = of('IllegalStatusException');
export const invalidPattern = of('InvalidEventPatternException');
export const policyTooLong = of('PolicyLengthExceededException');
const concurrentModification = of('ConcurrentModificationException');
const operationDisabled = of('OperationDisabledException');
const throttling = of('ThrottlingException');
const internalException = of('InternalException', 500);
const serviceUnavailable = of('ServiceUnavailable', 503);

// --- buses and rules ---

export const busNotFound = (bus: string): AwsError => resourceNotFound(`Event bus ${bus} does not exist.`);
export const busExists = (bus: string): AwsError => resourceExists(`Event bus ${bus} already exists.`);
export const ruleNotFound = (rule: string, bus: string): AwsError =>
  resourceNotFound(`Rule ${rule} does not exist on EventBus ${bus}.`);
export const beingChanged = (what: string): AwsError =>
  concurrentModification(`${what} is being modified by other requests. Try again.`);
export const tooMany = (): AwsError =>
  limitExceeded('The requested resource exceeds the maximum number allowed.');

// --- what is kept by name ---

export const notFound = (kind: string, name: string): AwsError =>
  resourceNotFound(`${kind} ${name} does not exist.`);
export const exists = (kind: string, name: string): AwsError =>
  resourceExists(`${kind} ${name} already exists.`);
export const invalidParameter = (parameter: string, reason?: string): AwsError =>
  validationError(`Parameter ${parameter} is not valid.${reason === undefined ? '' : ` Reason: ${reason}`}`);

export const notBuilt = (what: string): AwsError => operationDisabled(`${what} are not implemented.`);

// --- the core's ---

type Words = (error: BrokerError) => AwsError;
const unforeseen: Words = (error) => internalException(error.message);
const later: Words = (error) => throttling(error.message);
const gone: Words = (error) => resourceNotFound(error.message);

const brokerErrors: Readonly<Record<BrokerErrorCode, Words>> = {
  topic_not_found: () => resourceNotFound('The event bus does not exist.'),
  binding_not_found: () => resourceNotFound('The rule does not exist.'),
  document_not_found: gone,
  stream_not_found: gone,
  revision_conflict: () => beingChanged('The resource'),
  throttled: later,
  storage_full: later,
  waiters_exhausted: later,
  unavailable: (error) => serviceUnavailable(error.message),
  shutting_down: () => serviceUnavailable('The service is shutting down.'),
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

export function brokerFailure(error: BrokerError): AwsError {
  return brokerErrors[error.code](error);
}

/** For the engine. */
export const eventsErrors: ServiceErrors = {
  validation: (failures) => validationError(validationMessage(failures)),
  accessDenied: (action, resource, principal) =>
    new AwsError(
      `User: ${principal} is not authorized to perform: ${action} on resource: ${resource} because no ` +
        `policy allows the ${action} action`,
      { type: 'AccessDeniedException' },
    ),
  unknownOperation: () => new AwsError('', { type: 'UnknownOperationException' }),
  internal: () => internalException('Internal failure.'),
};
