// What is asked of a mapping, checked: its source and its settings, with Lambda's defaults
// (docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html). Throws in its words.
import type { Catalog, GroupStart, QueueDefinition } from '../../../../broker/index.ts';
import type { Call } from '../../engine/service.ts';
import { compileFilters, PatternError } from '../../patterns/event-pattern.ts';
import { parseArn as parseStreamArn } from '../kinesis/names.ts';
import { parseArn } from '../sqs/names.ts';
import { queueOf } from '../sqs/queue.ts';
import { invalidParameter, notBuilt } from './errors.ts';
import { filterPatterns, type MappingFields, type MappingSource } from './mapping.ts';
import type { LambdaInput } from './model.ts';

type Changeable = Omit<LambdaInput<'UpdateEventSourceMapping'>, 'UUID' | 'FunctionName' | 'Enabled'>;

const batchSizeDefaults = { queue: 10, stream: 100 } as const;
const batchSizeMax = 10_000;
/** More needs a window to collect it. */
const batchSizeMaxAtOnce = 10;
const filtersMax = 5;

/** The caller must be allowed to receive from it, since functions have no role of their own here. */
export function openSource(
  catalog: Catalog,
  input: LambdaInput<'CreateEventSourceMapping'>,
  call: Call,
): MappingSource {
  const arn = input.EventSourceArn;
  if (arn === undefined) {
    if (input.SelfManagedEventSource !== undefined) throw notBuilt('A self-managed event source');
    throw invalidParameter('Unrecognized event source.');
  }
  const name = parseArn(arn);
  if (name === undefined) return openStreamSource(input);
  const queue = catalog.find(name);
  if (queue === undefined)
    throw invalidParameter(
      'Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. ' +
        'SQS Error Message: The specified queue does not exist for this wsdl version.',
    );
  call.authorize('sqs:ReceiveMessage', queueOf(queue).resource);
  if (input.StartingPosition !== undefined)
    throw invalidParameter('StartingPosition is not valid for SQS event sources.');
  return { kind: 'queue', name };
}

function openStreamSource(input: LambdaInput<'CreateEventSourceMapping'>): never {
  const arn = input.EventSourceArn ?? '';
  throw parseStreamArn(arn) === undefined ? otherSource(arn) : notBuilt('A stream as event source');
}

/** Undefined for queues. */
export function startOf(
  { kind }: MappingSource,
  input: LambdaInput<'CreateEventSourceMapping'>,
): GroupStart | undefined {
  if (kind === 'queue') return undefined;
  const { StartingPosition: position, StartingPositionTimestamp: timeMs } = input;
  if (position === undefined)
    throw invalidParameter(
      "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: " +
        'Member must not be null.',
    );
  if (position !== 'AT_TIMESTAMP') return { at: position === 'LATEST' ? 'latest' : 'horizon' };
  if (timeMs === undefined)
    throw invalidParameter('StartingPositionTimestamp is required with AT_TIMESTAMP.');
  return { at: 'time', timeMs };
}

function otherSource(arn: string): Error {
  const service = arn.split(':')[2] ?? '';
  if (service === '') return invalidParameter('Unrecognized event source.');
  return notBuilt(`An event source of the service ${service}`);
}

function refuseForeign(kind: MappingSource['kind'], input: Changeable): void {
  const others = kind === 'queue' ? notOfQueues : notOfStreams;
  const foreign = others.find((field) => input[field] !== undefined);
  if (foreign !== undefined)
    throw invalidParameter(`Unsupported ${foreign} parameter for given event source mapping type.`);
}

/** Settings as they will be kept; what is not given stays, or is the default. */
export function fieldsOf(
  catalog: Catalog,
  { kind, name }: MappingSource,
  input: Changeable,
  before?: MappingFields,
): MappingFields {
  refuseForeign(kind, input);
  const fields: MappingFields = {
    BatchSize: input.BatchSize ?? before?.BatchSize ?? batchSizeDefaults[kind],
    MaximumBatchingWindowInSeconds:
      input.MaximumBatchingWindowInSeconds ?? before?.MaximumBatchingWindowInSeconds ?? 0,
    FunctionResponseTypes: input.FunctionResponseTypes ?? before?.FunctionResponseTypes ?? [],
    FilterCriteria: nonEmpty(input.FilterCriteria ?? before?.FilterCriteria, 'Filters'),
    ScalingConfig: nonEmpty(input.ScalingConfig ?? before?.ScalingConfig, 'MaximumConcurrency'),
  };
  checkFilters(fields);
  if (kind === 'queue') checkBatching(fields, catalog.find(name));
  return fields;
}

/** An empty one takes the setting away. */
function nonEmpty<T extends object, K extends keyof T>(given: T | undefined, member: K): T | undefined {
  const value = given?.[member];
  return value === undefined || (Array.isArray(value) && value.length === 0) ? undefined : given;
}

const notOfStreams = [
  'ScalingConfig',
  'SourceAccessConfigurations',
  'AmazonManagedKafkaEventSourceConfig',
  'SelfManagedKafkaEventSourceConfig',
  'DocumentDBEventSourceConfig',
] as const satisfies readonly (keyof Changeable)[];

const notOfQueues = [
  'ParallelizationFactor',
  'DestinationConfig',
  'MaximumRecordAgeInSeconds',
  'BisectBatchOnFunctionError',
  'MaximumRetryAttempts',
  'TumblingWindowInSeconds',
  'SourceAccessConfigurations',
  'AmazonManagedKafkaEventSourceConfig',
  'SelfManagedKafkaEventSourceConfig',
  'DocumentDBEventSourceConfig',
] as const satisfies readonly (keyof Changeable)[];

function checkBatching(fields: MappingFields, queue: QueueDefinition | undefined): void {
  const { BatchSize: size, MaximumBatchingWindowInSeconds: window } = fields;
  if (size > batchSizeMax) throw invalidParameter(`BatchSize must be at most ${batchSizeMax}.`);
  if (queue?.settings.ordering === 'group') {
    if (window > 0) throw invalidParameter('Batching window is not supported for FIFO queues.');
    if (size > batchSizeMaxAtOnce)
      throw invalidParameter(`The maximum batch size for FIFO queues is ${batchSizeMaxAtOnce}.`);
  }
  if (size > batchSizeMaxAtOnce && window === 0)
    throw invalidParameter(
      'Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10',
    );
}

function checkFilters(fields: MappingFields): void {
  const patterns = filterPatterns(fields);
  if (patterns.length > filtersMax)
    throw invalidParameter(`Filters: at most ${filtersMax} filters are allowed.`);
  try {
    compileFilters(patterns);
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    throw invalidParameter(`Invalid filter pattern definition. ${error.message}`);
  }
}
