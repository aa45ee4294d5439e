// An event source mapping as rows of model.ts: what is set of it, and what is shown.
import { bool, int, list, map, str, struct, timestamp, whole } from '../../engine/shapes.ts';

const arn = {
  pattern: whole(
    String.raw`arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\-])+:([a-z]{2}(-gov)?-[a-z]+-\d{1})?:(\d{12})?:(.*)`,
  ),
} as const;
const uri = str({ min: 1, max: 200, pattern: whole(String.raw`[a-zA-Z0-9-\/*:_+=.@-]*`) });

export const functionName = {
  min: 1,
  max: 256,
  pattern: whole(
    String.raw`(arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?` +
      String.raw`(function:)?([a-zA-Z0-9-_\.]+)(:(\$LATEST(\.PUBLISHED)?|[a-zA-Z0-9-_]+))?`,
  ),
} as const;
export const eventSourceArn = arn;

const destination = struct({
  Destination: str({
    max: 350,
    pattern: whole(
      String.raw`$|kafka://([^.]([a-zA-Z0-9\-_.]{0,248}))|arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\-])+:` +
        String.raw`([a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1})?:(\d{12})?:(.*)`,
    ),
  }),
});

const kafka = {
  ConsumerGroupId: uri,
  SchemaRegistryConfig: struct({
    SchemaRegistryURI: str({ min: 1, max: 10_000, pattern: whole(String.raw`[a-zA-Z0-9-\/*:_+=.@-]*`) }),
    EventRecordFormat: str({ enum: ['JSON', 'SOURCE'] }),
    AccessConfigs: list(
      struct({
        Type: str({ enum: ['BASIC_AUTH', 'CLIENT_CERTIFICATE_TLS_AUTH', 'SERVER_ROOT_CA_CERTIFICATE'] }),
        URI: str(arn),
      }),
    ),
    SchemaValidationConfigs: list(struct({ Attribute: str({ enum: ['KEY', 'VALUE'] }) })),
  }),
} as const;

const accessTypes = [
  'BASIC_AUTH',
  'VPC_SUBNET',
  'VPC_SECURITY_GROUP',
  'SASL_SCRAM_512_AUTH',
  'SASL_SCRAM_256_AUTH',
  'VIRTUAL_HOST',
  'CLIENT_CERTIFICATE_TLS_AUTH',
  'SERVER_ROOT_CA_CERTIFICATE',
] as const;

/** What can be set at any time. */
export const changeable = {
  BatchSize: int({ min: 1, max: 10_000 }),
  FilterCriteria: struct({ Filters: list(struct({ Pattern: str({ max: 4096 }) })) }),
  MaximumBatchingWindowInSeconds: int({ min: 0, max: 300 }),
  ParallelizationFactor: int({ min: 1, max: 10 }),
  DestinationConfig: struct({ OnSuccess: destination, OnFailure: destination }),
  MaximumRecordAgeInSeconds: int({ min: -1, max: 604_800 }),
  BisectBatchOnFunctionError: bool(),
  MaximumRetryAttempts: int({ min: -1, max: 10_000 }),
  TumblingWindowInSeconds: int({ min: 0, max: 900 }),
  SourceAccessConfigurations: list(struct({ Type: str({ enum: accessTypes }), URI: uri }), { max: 22 }),
  FunctionResponseTypes: list(str({ enum: ['ReportBatchItemFailures'] }), { max: 1 }),
  AmazonManagedKafkaEventSourceConfig: struct(kafka),
  SelfManagedKafkaEventSourceConfig: struct({
    ...kafka,
    ConsumptionMode: str({ enum: ['Queue', 'Stream'] }),
  }),
  ScalingConfig: struct({ MaximumConcurrency: int({ min: 2, max: 1000 }) }),
  DocumentDBEventSourceConfig: struct({
    DatabaseName: str({ min: 1, max: 63, pattern: whole(String.raw`[^ /\.$\x22]*`) }),
    CollectionName: str({ min: 1, max: 57, pattern: /^(?!(system\x2e))([_a-zA-Z0-9])([^$]*)$/ }),
    FullDocument: str({ enum: ['UpdateLookup', 'Default'] }),
  }),
  KMSKeyArn: str({ pattern: whole(String.raw`(arn:(aws[a-zA-Z-]*)?:[a-z0-9-.]+:.*)|()`) }),
  MetricsConfig: struct({
    Metrics: list(str({ enum: ['EventCount', 'ErrorCount', 'KafkaMetrics'] }), { max: 3 }),
  }),
  LoggingConfig: struct({ SystemLogLevel: str({ enum: ['DEBUG', 'INFO', 'WARN'] }) }),
  ProvisionedPollerConfig: struct({
    MinimumPollers: int({ min: 1, max: 200 }),
    MaximumPollers: int({ min: 1, max: 2000 }),
    PollerGroupName: str({ max: 128, pattern: /^[a-zA-Z0-9-_]*$/ }),
  }),
} as const;

const kafkaTopic = { min: 1, max: 249, pattern: whole(String.raw`[^.]([a-zA-Z0-9\-_.]+)`) } as const;
const bootstrapServer = {
  min: 1,
  max: 300,
  pattern: whole(
    String.raw`(([a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9\-]*[a-zA-Z0-9])\.)*` +
      String.raw`([A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9\-]*[A-Za-z0-9]):[0-9]{1,5}`,
  ),
} as const;

/** What is set once, when the mapping is made. */
export const source = {
  EventSourceArn: str(arn),
  StartingPosition: str({ enum: ['TRIM_HORIZON', 'LATEST', 'AT_TIMESTAMP'] }),
  StartingPositionTimestamp: timestamp(),
  Topics: list(str(kafkaTopic), { min: 1, max: 1 }),
  Queues: list(str({ min: 1, max: 1000 }), { min: 1, max: 1 }),
  SelfManagedEventSource: struct({
    Endpoints: map(list(str(bootstrapServer), { min: 1, max: 10 }), {
      keys: str({ enum: ['KAFKA_BOOTSTRAP_SERVERS'] }),
      min: 1,
      max: 2,
    }),
  }),
} as const;

/** Answer of every operation on one mapping, and the entries of the list. */
export const mapping = struct({
  UUID: str(),
  ...source,
  ...changeable,
  FunctionArn: str(),
  LastModified: timestamp(),
  LastProcessingResult: str(),
  State: str(),
  StateTransitionReason: str(),
  FilterCriteriaError: struct({ ErrorCode: str(), Message: str() }),
  EventSourceMappingArn: str(),
});
