// Where a pipe writes to, and what it asks on the way: parameters of targets and of the enrichment. Rows of
// model.ts; which kinds are really called is for the handlers to say.
import { bool, list, map, str, struct, whole } from '../../engine/shapes.ts';
import { batchJob, ecsTask, timestream } from './task-shapes.ts';
import { arnOrPath, jsonPath, path, secretArnOrPath } from './values.ts';

const required = { isRequired: true } as const;
const template = str({ max: 8192 });

const http = struct({
  PathParameterValues: list(str({ pattern: whole(String.raw`(?!\s*$).+|${path}`) })),
  HeaderParameters: map(
    // The model's own pattern tries every way to cut a run of spaces; this one takes the same texts.
    str({ max: 512, pattern: whole(String.raw`\t*[\x20-\x7E][\t\x20-\x7E]*|${path}`) }),
    { keys: str({ max: 512, pattern: whole(`[!#$%&'*+-.^_\`|~0-9a-zA-Z]+|${path}`) }) },
  ),
  QueryStringParameters: map(
    str({ max: 512, pattern: whole(String.raw`[^\x00-\x09\x0B\x0C\x0E-\x1F\x7F]+|${path}`) }),
    { keys: str({ max: 512, pattern: whole(String.raw`[^\x00-\x1F\x7F]+|${path}`) }) },
  ),
});

const invocation = struct({ InvocationType: str({ enum: ['REQUEST_RESPONSE', 'FIRE_AND_FORGET'] }) });

const eventBus = struct({
  EndpointId: str({ min: 1, max: 50, pattern: whole(String.raw`[A-Za-z0-9\-]+[\.][A-Za-z0-9\-]+`) }),
  DetailType: str({ min: 1, max: 128 }),
  Source: str({
    min: 1,
    max: 256,
    pattern: whole(String.raw`.*(?=[/\.\-_A-Za-z0-9]+)((?!aws\.).*)|${path}.*`),
  }),
  Resources: list(str(arnOrPath), { max: 10 }),
  Time: str(jsonPath),
});

const redshift = struct({
  SecretManagerArn: str(secretArnOrPath),
  Database: str({ ...required, min: 1, max: 64 }),
  DbUser: str({ min: 1, max: 128 }),
  StatementName: str({ min: 1, max: 500 }),
  WithEvent: bool(),
  Sqls: list(str({ min: 1, max: 100_000 }), { min: 1, max: 40, isRequired: true }),
});

const sageMaker = struct({
  PipelineParameterList: list(
    struct({
      Name: str({ ...required, min: 1, max: 256, pattern: whole(`[a-zA-Z0-9](-*[a-zA-Z0-9])*|${path}`) }),
      Value: str({ ...required, max: 1024 }),
    }),
    { max: 200 },
  ),
});

export const enrichmentParameters = struct({ InputTemplate: template, HttpParameters: http });

export const targetParameters = struct({
  InputTemplate: template,
  LambdaFunctionParameters: invocation,
  StepFunctionStateMachineParameters: invocation,
  KinesisStreamParameters: struct({ PartitionKey: str({ ...required, max: 256 }) }),
  EcsTaskParameters: ecsTask,
  BatchJobParameters: batchJob,
  SqsQueueParameters: struct({
    MessageGroupId: str({ max: 100 }),
    MessageDeduplicationId: str({ max: 100 }),
  }),
  HttpParameters: http,
  RedshiftDataParameters: redshift,
  SageMakerPipelineParameters: sageMaker,
  EventBridgeEventBusParameters: eventBus,
  CloudWatchLogsParameters: struct({ LogStreamName: str({ min: 1, max: 256 }), Timestamp: str(jsonPath) }),
  TimestreamParameters: timestream,
});
