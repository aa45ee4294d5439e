// Every error that SQS answers with, as small constructors: shape name, Query code, status and words
// together, because clients read all of them. Codes of the core are mapped at the end; a new code there
// does not compile until it has its form here. Texts are facts of the API (Query and JSON), recorded from
// the service.
import type { BrokerError, BrokerErrorCode } from '../../../../broker/index.ts';
import type { Call, ServiceErrors, ValidationFailure } from '../../engine/service.ts';
import { AwsError } from '../../engine/errors.ts';

/** Namespace of `__type` for errors that the service model does not list. */
const coral = 'com.amazon.coral.service';
const queryPrefix = 'AWS.SimpleQueueService.';

function modelled(type: string, message: string, status = 400): AwsError {
  return new AwsError(message, { type, status });
}

function prefixed(type: string, message: string, status = 400): AwsError {
  return new AwsError(message, { type, code: queryPrefix + type, status });
}

// --- parameters ---

export function invalidParameter(message: string): AwsError {
  return new AwsError(message, {
    type: 'InvalidParameterValueException',
    code: 'InvalidParameterValue',
    namespace: coral,
  });
}

export function invalidValue(parameter: string, value: unknown, reason: string): AwsError {
  return invalidParameter(`Value ${String(value)} for parameter ${parameter} is invalid. Reason: ${reason}`);
}

export function missingParameter(parameter: string): AwsError {
  return new AwsError(missingParameterText(parameter), {
    type: 'MissingRequiredParameterException',
    code: 'MissingParameter',
    namespace: coral,
  });
}

export function missingParameterText(parameter: string): string {
  return `The request must contain the parameter ${parameter}.`;
}

export function invalidAction(action: string): AwsError {
  return new AwsError(`The action ${action} is not valid for this endpoint.`, {
    type: 'InvalidAction',
    namespace: coral,
  });
}

// --- queues and their attributes ---

/** The Query wire has words of its own for it. */
export function queueDoesNotExist(call: Pick<Call, 'isQuery'>): AwsError {
  const end = call.isQuery ? ' for this wsdl version.' : '.';
  return new AwsError(`The specified queue does not exist${end}`, {
    type: 'QueueDoesNotExist',
    code: `${queryPrefix}NonExistentQueue`,
  });
}

export function queueNameExists(attribute: string): AwsError {
  return new AwsError(
    `A queue already exists with the same name and a different value for attribute ${attribute}`,
    { type: 'QueueNameExists', code: 'QueueAlreadyExists' },
  );
}

export const queueDeletedRecently = (): AwsError =>
  prefixed(
    'QueueDeletedRecently',
    'You must wait 60 seconds after deleting a queue before you can create another with the same name.',
  );

export const purgeInProgress = (name: string): AwsError =>
  prefixed(
    'PurgeQueueInProgress',
    `Only one PurgeQueue operation on ${name} is allowed every 60 seconds.`,
    403,
  );

export const unknownAttribute = (name: string): AwsError => attributeName(`Unknown Attribute ${name}.`);
export const attributeName = (message: string): AwsError => modelled('InvalidAttributeName', message);

export function attributeValue(name: string, reason?: string): AwsError {
  const end = reason === undefined ? '' : ` Reason: ${reason}`;
  return modelled('InvalidAttributeValue', `Invalid value for the parameter ${name}.${end}`);
}

// --- messages ---

const charactersText =
  'Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | ' +
  '#xE000 to #xFFFD | #x10000 to #x10FFFF';

export const noDedupId = (): AwsError =>
  invalidParameter(
    'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId ' +
      'provided explicitly',
  );

export const invalidMessageContents = (): AwsError => modelled('InvalidMessageContents', charactersText);

export function receiptHandleInvalid(handle: string): AwsError {
  return modelled(
    'ReceiptHandleIsInvalid',
    `The input receipt handle "${handle}" is not a valid receipt handle.`,
    404,
  );
}

export const receiptHandleExpired = (handle: string): AwsError =>
  invalidValue('ReceiptHandle', handle, 'The receipt handle has expired.');

export const messageNotThere = (handle: string): AwsError =>
  invalidValue(
    'ReceiptHandle',
    handle,
    'Message does not exist or is not available for visibility timeout change.',
  );

export const overLimit = (message: string): AwsError => modelled('OverLimit', message, 403);

// --- batches ---

export const emptyBatch = (entryName: string): AwsError =>
  prefixed('EmptyBatchRequest', `There should be at least one ${entryName} in the request.`);

export const tooManyEntries = (count: number): AwsError =>
  prefixed(
    'TooManyEntriesInBatchRequest',
    `Maximum number of entries per request are 10. You have sent ${count}.`,
  );

export const entryIdsNotDistinct = (id: string): AwsError =>
  prefixed('BatchEntryIdsNotDistinct', `Id ${id} repeated.`);

export const invalidEntryId = (): AwsError =>
  prefixed(
    'InvalidBatchEntryId',
    'A batch entry id can only contain alphanumeric characters, hyphens and underscores. ' +
      'It can be at most 80 letters long.',
  );

export const batchTooLong = (bytes: number, bytesMax: number): AwsError =>
  prefixed(
    'BatchRequestTooLong',
    `Batch requests cannot be longer than ${bytesMax} bytes. You have sent ${bytes} bytes.`,
  );

// --- move tasks ---

const resourceNotFound = (message: string): AwsError => modelled('ResourceNotFoundException', message, 404);
export const moveResourceNotFound = (parameter: string): AwsError =>
  resourceNotFound(`The resource that you specified for the ${parameter} parameter doesn't exist.`);
const taskNotFound = (): AwsError => resourceNotFound('Task does not exist.');
export const taskHandleInvalid = (): AwsError =>
  invalidParameter('Value for parameter TaskHandle is invalid.');
export const notDeadLetterQueue = (): AwsError =>
  invalidParameter('Source queue must be configured as a Dead Letter Queue.');
const taskRunning = (): AwsError =>
  invalidParameter(
    'There is already a task running. Only one active task is allowed for a source queue arn at a ' +
      'given time.',
  );

// --- the service itself ---

export const requestThrottled = (message = 'Rate exceeded'): AwsError =>
  modelled('RequestThrottled', message, 403);

export function accessDenied(resource: string): AwsError {
  return new AwsError(`Access to the resource ${resource} is denied.`, {
    type: 'AccessDeniedException',
    code: 'AccessDenied',
    status: 403,
    namespace: coral,
  });
}

function serviceUnavailable(message: string): AwsError {
  return new AwsError(message, { type: 'ServiceUnavailable', status: 503, namespace: coral });
}

type Said = (error: BrokerError, call: Pick<Call, 'isQuery'>) => AwsError;

/** What each error of the core is for a caller of SQS where the action has no better words for it. */
const brokerErrors: Readonly<Record<BrokerErrorCode, Said>> = {
  queue_not_found: (_, call) => queueDoesNotExist(call),
  queue_exists: () => queueNameExists('QueueName'),
  revision_conflict: () => requestThrottled('The queue is being changed by another request. Try again.'),
  lease_invalid: () => receiptHandleInvalid(''),
  lease_expired: () => receiptHandleExpired(''),
  message_gone: () => messageNotThere(''),
  leases_exhausted: () => overLimit('Too many messages of this queue are in flight.'),
  lease_too_long: () => invalidParameter(leaseTooLongText('')),
  waiters_exhausted: () => requestThrottled('Too many receives are waiting for messages.'),
  task_not_found: () => taskNotFound(),
  task_running: () => taskRunning(),
  task_not_running: () => prefixed('UnsupportedOperation', 'Only active tasks can be cancelled.'),
  not_a_dead_letter_queue: () => notDeadLetterQueue(),
  stream_not_found: notAboutQueues,
  shard_not_found: notAboutQueues,
  shard_closed: notAboutQueues,
  split_outside_shard: notAboutQueues,
  shards_not_adjacent: notAboutQueues,
  topic_not_found: notAboutQueues,
  binding_not_found: notAboutQueues,
  document_not_found: notAboutQueues,
  shard_count_out_of_range: notAboutQueues,
  group_not_found: notAboutQueues,
  member_not_found: notAboutQueues,
  assignment_lost: notAboutQueues,
  groups_exhausted: notAboutQueues,
  throttled: () => requestThrottled(),
  storage_full: (error) => requestThrottled(error.message),
  unavailable: (error) => serviceUnavailable(error.message),
  shutting_down: () => serviceUnavailable('The service is shutting down.'),
};

/** No command of this front can end in it. */
function notAboutQueues(): AwsError {
  return sqsErrors.internal(undefined);
}

export function brokerFailure(error: BrokerError, call: Pick<Call, 'isQuery'>): AwsError {
  return brokerErrors[error.code](error, call);
}

export function leaseTooLongText(value: number | string): string {
  return (
    `Value ${value} for parameter VisibilityTimeout is invalid. Reason: Total VisibilityTimeout for the ` +
    'message is beyond the limit [43200 seconds]'
  );
}

/** The code of a core's error in FailureReason of a move task, as the Query wire has it. */
export function failureReason(error: BrokerError): string {
  return brokerErrors[error.code](error, { isQuery: true }).code;
}

function validationText(failure: ValidationFailure): string {
  return (
    `${asText(failure.value)} in ${failure.member} can not be converted to ` +
    `${article(failure.shape.type)}`
  );
}

/**
 * A value of any kind in a message. Never by its own `toString`: `{"toString": ""}` is a value like another.
 */
export function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function article(type: string): string {
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}

/** For the engine. Only wrong types reach `validation`: the rows carry no bounds. */
export const sqsErrors: ServiceErrors = {
  validation(failures) {
    const missing = failures.find((failure) => failure.constraint === 'required');
    if (missing !== undefined) return missingParameter(missing.member);
    return new AwsError(failures.map(validationText).join('; '), {
      type: 'SerializationException',
      code: 'MalformedInput',
      namespace: coral,
    });
  },
  accessDenied: (_action, resource) => accessDenied(resource),
  unknownOperation(name) {
    return new AwsError(`The action ${name} is not valid for this endpoint.`, {
      type: 'UnknownOperationException',
      code: 'InvalidAction',
      namespace: coral,
    });
  },
  internal() {
    return new AwsError('We encountered an internal error. Please try again.', {
      type: 'InternalFailure',
      status: 500,
      namespace: coral,
    });
  },
};
