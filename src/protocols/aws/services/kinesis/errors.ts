// Every error of Kinesis in its own words, and what each error of the core becomes: a Record over the core's
// codes, so that a new code does not compile until it has its form here. Texts are facts of the API, recorded
// from the service where it could be asked; the rest says the same in its style.
import type { BrokerError, BrokerErrorCode } from '../../../../broker/index.ts';
import { AwsError } from '../../engine/errors.ts';
import type { ServiceErrors } from '../../engine/service.ts';
import { validationMessage } from '../../engine/validation-message.ts';

/** The stream that an error is about; it need not exist. */
export interface StreamPlace {
  readonly name: string;
  readonly account: string;
}

const of =
  (type: string, status = 400) =>
  (message: string): AwsError =>
    new AwsError(message, { type, status });

export const invalidArgument = of('InvalidArgumentException');
export const resourceNotFound = of('ResourceNotFoundException');
export const resourceInUse = of('ResourceInUseException');
export const limitExceeded = of('LimitExceededException');
export const validationError = of('ValidationException');
const throughputExceeded = of('ProvisionedThroughputExceededException');
const internalFailure = of('InternalFailureException', 500);
const serviceUnavailable = of('ServiceUnavailable', 503);

/** `stream N under account A`, with which most texts begin or end. */
export const placeText = ({ name, account }: StreamPlace): string =>
  `stream ${name} under account ${account}`;
const upperPlace = (place: StreamPlace): string => `S${placeText(place).slice(1)}`;

// --- streams ---

export const streamNotFound = (place: StreamPlace): AwsError =>
  resourceNotFound(`${upperPlace(place)} not found.`);
export const streamExists = (place: StreamPlace): AwsError =>
  resourceInUse(`${upperPlace(place)} already exists.`);
export const notActive = (place: StreamPlace, status: string): AwsError =>
  resourceInUse(`${upperPlace(place)} not ACTIVE, instead in state ${status}`);
export const inOnDemandMode = (place: StreamPlace): AwsError =>
  validationError(`Request is invalid. ${upperPlace(place)} is in On-Demand mode.`);
export const notInOnDemandMode = (place: StreamPlace): AwsError =>
  invalidArgument(`${upperPlace(place)} is not in On-Demand mode.`);
export const beingChanged = (place: StreamPlace): AwsError =>
  limitExceeded(`${upperPlace(place)} is being changed by other requests. Try again.`);

export const noStreamGiven = (): AwsError =>
  invalidArgument('Either StreamName or StreamARN should be provided.');
export const idsDisagree = (name: string, arn: string): AwsError =>
  invalidArgument(`StreamName ${name} and StreamARN ${arn} do not refer to the same stream.`);
export const invalidArn = (arn: string): AwsError => invalidArgument(`${arn} is not a valid ARN.`);

// --- shards ---

/** SplitShard, MergeShards, and GetShardIterator for what is no shard id. */
export const shardNotFound = (shard: string, place: StreamPlace): AwsError =>
  resourceNotFound(`Could not find shard ${shard} in ${placeText(place)}.`);
/** GetShardIterator and GetRecords: the shard or its stream. */
export const shardDoesNotExist = (shard: string, place: StreamPlace): AwsError =>
  resourceNotFound(`Shard ${shard} in ${placeText(place)} does not exist`);
export const shardClosed = (shard: string, place: StreamPlace): AwsError =>
  invalidArgument(
    `Shard ${shard} in ${placeText(place)} has already been merged or split, and thus is not eligible for ` +
      'merging or splitting.',
  );
export const notAdjacent = (first: string, second: string, place: StreamPlace): AwsError =>
  invalidArgument(
    `Shards ${first} and ${second} in ${placeText(place)} are not an adjacent pair of shards eligible for ` +
      'merging',
  );

export interface ShardQuota {
  readonly account: string;
  readonly region: string;
  readonly current: number;
  readonly limit: number;
  readonly added: number;
}

export const shardLimit = ({ account, region, current, limit, added }: ShardQuota): AwsError =>
  limitExceeded(
    `This request would exceed the shard limit for the account ${account} in ${region}. Current shard ` +
      `count for the account: ${current}. Limit: ${limit}. Number of additional shards that would have ` +
      `resulted from this request: ${added}. Refer to the AWS Service Limits page ` +
      '(http://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) for current limits and how ' +
      'to request higher limits.',
  );

// --- records ---

export const invalidHashKey = (value: string): AwsError =>
  invalidArgument(
    `Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was ` +
      value,
  );
export const invalidOrdering = (value: string, place: StreamPlace): AwsError =>
  invalidArgument(
    `ExclusiveMinimumSequenceNumber ${value} used in PutRecord on ${placeText(place)} is invalid.`,
  );
export const rateExceeded = (shard: string, place: StreamPlace): AwsError =>
  throughputExceeded(rateExceededText(shard, place));
/** Also of one record in the answer of PutRecords. */
export const rateExceededText = (shard: string, place: StreamPlace): string =>
  `Rate exceeded for shard ${shard} in ${placeText(place)}.`;

// --- iterators ---

export const wrongStart = (type: string, hasSequence: boolean): AwsError =>
  invalidArgument(
    'Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or (2) ' +
      `TRIM_HORIZON or LATEST and no StartingSequenceNumber. Request specified ${type} and ` +
      `${hasSequence ? 'also a' : 'no'} StartingSequenceNumber.`,
  );
export const noTimestamp = (): AwsError =>
  invalidArgument(
    'Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. Current request has no ' +
      'timestamp parameter.',
  );
export const futureTimestamp = (timestampMs: number, nowMs: number): AwsError =>
  invalidArgument(
    'The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. ' +
      `timestampInMillis: ${timestampMs}, currentTimestampInMillis: ${nowMs}`,
  );
export const sequenceOfOtherShard = (encoded: string, used: string): AwsError =>
  invalidArgument(
    `Invalid StartingSequenceNumber. It encodes ${encoded}, while it was used in a call to a shard ` +
      `with ${used}`,
  );
/** Of a stream that was, or of another one; `isParsed` false: of none at all. */
export const foreignSequence = (
  value: string,
  shard: string,
  place: StreamPlace,
  isParsed: boolean,
): AwsError =>
  invalidArgument(
    `StartingSequenceNumber ${value} used in GetShardIterator on shard ${shard} in ${placeText(place)} is ` +
      `invalid${isParsed ? ' because it did not come from this stream' : ''}.`,
  );
export const invalidIterator = (): AwsError => invalidArgument('Invalid ShardIterator.');
export const expiredIterator = (issuedAtMs: number, nowMs: number): AwsError =>
  new AwsError(
    `Iterator expired. The iterator was created at time ${javaDate(issuedAtMs)} while right now it is ` +
      `${javaDate(nowMs)} which is further in the future than the tolerated delay of 300000 milliseconds.`,
    { type: 'ExpiredIteratorException' },
  );

/** `Thu Jan 22 01:22:02 UTC 2015`. */
function javaDate(ms: number): string {
  const [weekday, day, month, year, time] = new Date(ms).toUTCString().replace(',', '').split(' ');
  return `${weekday} ${month} ${day} ${time} UTC ${year}`;
}

// --- paging ---

export const invalidNextToken = (): AwsError => invalidArgument('The NextToken is invalid.');
export const expiredNextToken = (): AwsError =>
  new AwsError('The NextToken has expired: it is valid for 300 seconds.', {
    type: 'ExpiredNextTokenException',
  });

// --- consumers ---

export const consumerNotFound = (consumer: string, account: string): AwsError =>
  resourceNotFound(`Consumer ${consumer}, account ${account} not found.`);
export const consumerExists = (consumer: string, place: StreamPlace): AwsError =>
  resourceInUse(`Consumer ${consumer} under ${placeText(place)} already exists.`);

// --- the service itself ---

/** DryRun: everything was checked, and it would have been done. */
export const dryRunSucceeded = (): AwsError =>
  new AwsError('Request would have succeeded, but DryRun flag is set.', { type: 'DryRunOperationException' });

export const notImplemented = (operation: string): AwsError =>
  validationError(`${operation} is not implemented.`);

const unforeseen = (error: BrokerError): AwsError => internalFailure(error.message);
const nowhere: StreamPlace = { name: '-', account: '-' };

type Said = (error: BrokerError, place: StreamPlace) => AwsError;

/** What each error of the core is for a caller of Kinesis where the operation has no better words for it. */
const brokerErrors: Readonly<Record<BrokerErrorCode, Said>> = {
  stream_not_found: (_, place) => streamNotFound(place),
  shard_not_found: (error) => resourceNotFound(error.message),
  shard_closed: (error) => invalidArgument(error.message),
  split_outside_shard: (error) => invalidArgument(error.message),
  shards_not_adjacent: (error) => invalidArgument(error.message),
  shard_count_out_of_range: (error) => limitExceeded(error.message),
  revision_conflict: (_, place) => beingChanged(place),
  waiters_exhausted: () => limitExceeded('Too many subscriptions are open.'),
  throttled: (_, place) => throughputExceeded(`Rate exceeded for ${placeText(place)}.`),
  storage_full: (error) => throughputExceeded(error.message),
  unavailable: (error) => serviceUnavailable(error.message),
  shutting_down: () => serviceUnavailable('The service is shutting down.'),
  // Of queues and consumer groups alone: no command of this service is answered with them.
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
  group_not_found: unforeseen,
  member_not_found: unforeseen,
  assignment_lost: unforeseen,
  groups_exhausted: unforeseen,
  topic_not_found: unforeseen,
  binding_not_found: unforeseen,
  document_not_found: unforeseen,
};

export function brokerFailure(error: BrokerError, place: StreamPlace = nowhere): AwsError {
  return brokerErrors[error.code](error, place);
}

/** For the engine. */
export const kinesisErrors: ServiceErrors = {
  validation: (failures) => validationError(validationMessage(failures)),
  accessDenied: (action, resource, principal) =>
    new AwsError(
      `User: ${principal} is not authorized to perform: ${action} on resource: ${resource} because no ` +
        `policy allows the ${action} action`,
      { type: 'AccessDeniedException' },
    ),
  unknownOperation: () => new AwsError('', { type: 'UnknownOperationException' }),
  internal: () => internalFailure('Internal service failure.'),
};
