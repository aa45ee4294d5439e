// Where a pipe reads from: parameters of each kind of source, as CreatePipe takes and DescribePipe shows
// them, and the fewer ones that UpdatePipe may change. Rows of model.ts.
import { int, list, str, struct, structMember, timestamp } from '../../engine/shapes.ts';
import { arn, endpoint, kafkaTopic, secretArn, uri } from './values.ts';

const required = { isRequired: true } as const;

const batch = {
  BatchSize: int({ min: 1, max: 10_000 }),
  MaximumBatchingWindowInSeconds: int({ min: 0, max: 300 }),
} as const;

/** Of Kinesis and DynamoDB streams. */
const reading = {
  ...batch,
  DeadLetterConfig: struct({ Arn: str(arn) }),
  OnPartialBatchItemFailure: str({ enum: ['AUTOMATIC_BISECT'] }),
  MaximumRecordAgeInSeconds: int({ min: -1, max: 604_800 }),
  MaximumRetryAttempts: int({ min: -1, max: 10_000 }),
  ParallelizationFactor: int({ min: 1, max: 10 }),
} as const;

const start = { enum: ['TRIM_HORIZON', 'LATEST'] } as const;
const startAnywhere = { enum: [...start.enum, 'AT_TIMESTAMP'] } as const;
const brokerCredentials = { BasicAuth: str(secretArn) } as const;
const broker = { Credentials: structMember(brokerCredentials, required), ...batch } as const;
const brokerQueue = { QueueName: str({ ...required, min: 1, max: 1000 }) } as const;

const managedKafka = {
  ...batch,
  Credentials: struct({ SaslScram512Auth: str(secretArn), ClientCertificateTlsAuth: str(secretArn) }),
} as const;

const ownKafka = {
  ...batch,
  Credentials: struct({
    BasicAuth: str(secretArn),
    SaslScram512Auth: str(secretArn),
    SaslScram256Auth: str(secretArn),
    ClientCertificateTlsAuth: str(secretArn),
  }),
  ServerRootCaCertificate: str(secretArn),
  Vpc: struct({
    Subnets: list(str({ min: 1, max: 1024, pattern: /^subnet-[0-9a-z]*$/ }), { min: 1, max: 16 }),
    SecurityGroup: list(str({ min: 1, max: 1024, pattern: /^sg-[0-9a-zA-Z]*$/ }), { min: 1, max: 5 }),
  }),
} as const;

const kafkaSource = {
  TopicName: str({ ...required, ...kafkaTopic }),
  StartingPosition: str(start),
  ConsumerGroupID: str(uri),
} as const;

const filterCriteria = struct({
  Filters: list(struct({ Pattern: str({ max: 4096 }) }), { max: 5 }),
});

export const sourceParameters = struct({
  FilterCriteria: filterCriteria,
  KinesisStreamParameters: struct({
    ...reading,
    StartingPosition: str({ ...required, ...startAnywhere }),
    StartingPositionTimestamp: timestamp(),
  }),
  DynamoDBStreamParameters: struct({ ...reading, StartingPosition: str({ ...required, ...start }) }),
  SqsQueueParameters: struct(batch),
  ActiveMQBrokerParameters: struct({ ...broker, ...brokerQueue }),
  RabbitMQBrokerParameters: struct({ ...broker, ...brokerQueue, VirtualHost: str(uri) }),
  ManagedStreamingKafkaParameters: struct({ ...managedKafka, ...kafkaSource }),
  SelfManagedKafkaParameters: struct({
    ...ownKafka,
    ...kafkaSource,
    AdditionalBootstrapServers: list(str(endpoint), { max: 2 }),
  }),
});

export const sourceChanges = struct({
  FilterCriteria: filterCriteria,
  KinesisStreamParameters: struct(reading),
  DynamoDBStreamParameters: struct(reading),
  SqsQueueParameters: struct(batch),
  ActiveMQBrokerParameters: struct(broker),
  RabbitMQBrokerParameters: struct(broker),
  ManagedStreamingKafkaParameters: struct(managedKafka),
  SelfManagedKafkaParameters: struct(ownKafka),
});
