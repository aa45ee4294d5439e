// Every error of SNS in its own words, and what each error of the core becomes. Clients read the short code
// of the Query wire (`InvalidParameter`), not the exception's name. Texts are recorded from the service
// where it could be asked (SNS API reference; public test recordings).
import type { BrokerError, BrokerErrorCode } from '../../../../broker/index.ts';
import { AwsError } from '../../engine/errors.ts';
import type { ServiceErrors } from '../../engine/service.ts';
import { validationMessage } from '../../engine/validation-message.ts';

const of =
  (code: string, status = 400, type = `${code}Exception`) =>
  (message: string): AwsError =>
    new AwsError(message, { type, code, status });

const invalidParameterBare = of('InvalidParameter');
export const invalidValue = of('ParameterValueInvalid', 400, 'InvalidParameterValueException');
const validationError = of('ValidationError', 400, 'ValidationException');
export const notFound = of('NotFound', 404);
export const resourceNotFound = of('ResourceNotFound', 404);
export const invalidState = of('InvalidState');
const authorizationError = of('AuthorizationError', 403);
const internalError = of('InternalError', 500);
const throttling = of('Throttling', 400, 'ThrottledException');
export const verificationFailed = of('VerificationException', 400, 'VerificationException');
const concurrentAccess = of('ConcurrentAccess');
export const tagLimitExceeded = of('TagLimitExceeded');
export const filterPolicyLimitExceeded = of('FilterPolicyLimitExceeded', 403);
export const subscriptionLimitExceeded = of('SubscriptionLimitExceeded', 403);

/** `Invalid parameter: ...`, which is what most texts begin with. */
export const invalidParameter = (detail: string): AwsError =>
  invalidParameterBare(`Invalid parameter: ${detail}`);
/** The few that do not. */
export const invalidSmsEndpoint = (endpoint: string): AwsError =>
  invalidParameterBare(`Invalid SMS endpoint: ${endpoint}`);
export const invalidSmsAttribute = (message: string): AwsError => invalidParameterBare(message);
export const invalidToken = (): AwsError => invalidParameterBare('Invalid token');

// --- names ---

export const malformedArn = (parameter: string, partCount: number): AwsError =>
  invalidParameter(`${parameter} Reason: An ARN must have at least 6 elements, not ${partCount}`);
export const missingValue = (parameter: string): AwsError =>
  invalidParameter(`${parameter} Reason: no value for required parameter`);
export const topicNotFound = (): AwsError => notFound('Topic does not exist');
export const subscriptionNotFound = (): AwsError => notFound('Subscription does not exist');
export const applicationNotFound = (): AwsError => notFound('PlatformApplication does not exist');
export const endpointNotFound = (): AwsError => notFound('Endpoint does not exist');
export const endpointDisabled = (): AwsError => of('EndpointDisabled')('Endpoint is disabled');
export const applicationDisabled = (): AwsError =>
  of('PlatformApplicationDisabled')('Platform application is disabled');
export const resourceMissing = (): AwsError => resourceNotFound('Resource does not exist');

// --- batches ---

export const tooManyEntries = (): AwsError =>
  of('TooManyEntriesInBatchRequest')('The batch request contains more entries than permissible.');
export const emptyBatch = (): AwsError =>
  of('EmptyBatchRequest')("The batch request doesn't contain any entries.");
export const idsNotDistinct = (): AwsError =>
  of('BatchEntryIdsNotDistinct')('Two or more batch entries in the request have the same Id.');
export const invalidEntryId = (fault: 'is too long' | 'contains an impermissible character', id: string) =>
  of('InvalidBatchEntryId')(`The Id of a batch entry in the batch request ${fault}: ${id}`);
export const batchTooLong = (): AwsError =>
  of('BatchRequestTooLong')('The length of all the messages put together is more than the limit.');

// --- the service itself ---

export const beingChanged = (): AwsError =>
  concurrentAccess('The resource is being changed by other requests. Try again.');

const unforeseen = (error: BrokerError): AwsError => internalError(error.message);
const later = (error: BrokerError): AwsError => throttling(error.message);

const brokerErrors: Readonly<Record<BrokerErrorCode, (error: BrokerError) => AwsError>> = {
  topic_not_found: topicNotFound,
  binding_not_found: subscriptionNotFound,
  document_not_found: resourceMissing,
  revision_conflict: beingChanged,
  throttled: later,
  storage_full: later,
  unavailable: (error) => internalError(error.message),
  shutting_down: () => internalError('The service is shutting down.'),
  // Of queues, streams and consumer groups alone: no command of this service is answered with them.
  queue_not_found: unforeseen,
  queue_exists: unforeseen,
  lease_invalid: unforeseen,
  lease_expired: unforeseen,
  message_gone: unforeseen,
  leases_exhausted: unforeseen,
  lease_too_long: unforeseen,
  waiters_exhausted: unforeseen,
  task_not_found: unforeseen,
  task_running: unforeseen,
  task_not_running: unforeseen,
  not_a_dead_letter_queue: unforeseen,
  stream_not_found: unforeseen,
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
export const snsErrors: ServiceErrors = {
  validation: (failures) => validationError(validationMessage(failures)),
  accessDenied: (action, resource, principal) =>
    authorizationError(
      `User: ${principal} is not authorized to perform: ${action.replace('sns:', 'SNS:')} on resource: ` +
        `${resource} because no resource-based policy allows the ${action.replace('sns:', 'SNS:')} action`,
    ),
  unknownOperation: (name) =>
    new AwsError(`The action ${name} is not valid for this web service.`, {
      type: 'UnknownOperationException',
      code: 'InvalidAction',
    }),
  internal: () => internalError('An internal error occurred.'),
};
