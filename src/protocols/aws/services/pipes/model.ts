// The public service model of EventBridge Pipes as rows, spoken as REST-JSON. Read by the engine; handlers
// take their types from it. Source: the API's service model of 2015-10-07 as of 2026; only `resourceArn`
// differs, which also takes an ARN whose slashes came unescaped.
import type { Service } from '../../engine/service.ts';
import { type Infer, int, list, map, str, struct, timestamp, whole } from '../../engine/shapes.ts';
import { sourceChanges, sourceParameters } from './source-shapes.ts';
import { enrichmentParameters, targetParameters } from './target-shapes.ts';
import { arn, arnOrUrl, firehoseArn, logGroupArn, optionalArn, pipeArn, roleArn } from './values.ts';

const required = { isRequired: true } as const;

// --- values ---

const name = { min: 1, max: 64, pattern: whole(String.raw`[\.\-_A-Za-z0-9]+`) } as const;
const nameLabel = str({ ...required, ...name, location: 'label' });
const desiredState = { enum: ['RUNNING', 'STOPPED'] } as const;
const desiredStateShown = { enum: [...desiredState.enum, 'DELETED'] } as const;
const currentState = {
  enum: [
    ...desiredState.enum,
    'CREATING',
    'UPDATING',
    'DELETING',
    'STARTING',
    'STOPPING',
    'CREATE_FAILED',
    'UPDATE_FAILED',
    'START_FAILED',
    'STOP_FAILED',
    'DELETE_FAILED',
    'CREATE_ROLLBACK_FAILED',
    'DELETE_ROLLBACK_FAILED',
    'UPDATE_ROLLBACK_FAILED',
  ],
} as const;
const tagKey = { min: 1, max: 128 } as const;
const tagBounds = { keys: str(tagKey), min: 1, max: 50 } as const;
const tags = map(str({ max: 256 }), tagBounds);
const tagged = str({ ...required, ...pipeArn, location: 'label' });
const prefix = str({ min: 1, max: 1600, location: 'query' });

const logLevel = { enum: ['OFF', 'ERROR', 'INFO', 'TRACE'] } as const;
const logFormat = str({ enum: ['json', 'plain', 'w3c'] });
const executionData = list(str({ enum: ['ALL'] }));

const logGiven = struct({
  S3LogDestination: struct({
    BucketName: str({ ...required, min: 3, max: 63 }),
    BucketOwner: str({ ...required, pattern: /^\d{12}$/ }),
    OutputFormat: logFormat,
    Prefix: str({ max: 256 }),
  }),
  FirehoseLogDestination: struct({ DeliveryStreamArn: str({ ...required, ...firehoseArn }) }),
  CloudwatchLogsLogDestination: struct({ LogGroupArn: str({ ...required, ...logGroupArn }) }),
  Level: str({ ...required, ...logLevel }),
  IncludeExecutionData: executionData,
});

const logShown = struct({
  S3LogDestination: struct({
    BucketName: str(),
    Prefix: str(),
    BucketOwner: str(),
    OutputFormat: logFormat,
  }),
  FirehoseLogDestination: struct({ DeliveryStreamArn: str() }),
  CloudwatchLogsLogDestination: struct({ LogGroupArn: str() }),
  Level: str(logLevel),
  IncludeExecutionData: executionData,
});

/** What CreatePipe and UpdatePipe both set. */
const settings = {
  Name: nameLabel,
  Description: str({ max: 512, pattern: /^.*$/ }),
  DesiredState: str(desiredState),
  Enrichment: str(optionalArn),
  EnrichmentParameters: enrichmentParameters,
  TargetParameters: targetParameters,
  RoleArn: str({ ...required, ...roleArn }),
  LogConfiguration: logGiven,
  KmsKeyIdentifier: str({ max: 2048, pattern: /^[a-zA-Z0-9_\-/:]*$/ }),
} as const;

// --- what is shown ---

const times = { CreationTime: timestamp(), LastModifiedTime: timestamp() } as const;
const identity = { Arn: str(), Name: str() } as const;
const changed = struct({
  ...identity,
  DesiredState: str(desiredState),
  CurrentState: str(currentState),
  ...times,
});

const deleted = struct({
  ...identity,
  DesiredState: str(desiredStateShown),
  CurrentState: str(currentState),
  ...times,
});

const described = struct({
  ...identity,
  Description: str(),
  DesiredState: str(desiredStateShown),
  CurrentState: str(currentState),
  StateReason: str(),
  Source: str(),
  SourceParameters: sourceParameters,
  Enrichment: str(),
  EnrichmentParameters: enrichmentParameters,
  Target: str(),
  TargetParameters: targetParameters,
  RoleArn: str(),
  Tags: map(str()),
  ...times,
  LogConfiguration: logShown,
  KmsKeyIdentifier: str(),
});

const listed = struct({
  ...identity,
  DesiredState: str(desiredState),
  CurrentState: str(currentState),
  StateReason: str(),
  ...times,
  Source: str(),
  Target: str(),
  Enrichment: str(),
});

// --- errors ---

const onTags = ['InternalException', 'ValidationException', 'NotFoundException'] as const;
const onList = ['InternalException', 'ValidationException', 'ThrottlingException'] as const;
const onGet = [...onList, 'NotFoundException'] as const;
const onChange = [...onGet, 'ConflictException'] as const;
const onCreate = [...onChange, 'ServiceQuotaExceededException'] as const;

// --- operations ---

const pipes = {
  CreatePipe: {
    http: { method: 'POST', uri: '/v1/pipes/{Name}' },
    input: struct({
      ...settings,
      Source: str({ ...required, ...arnOrUrl }),
      SourceParameters: sourceParameters,
      Target: str({ ...required, ...arn }),
      Tags: tags,
    }),
    output: changed,
    action: 'pipes:CreatePipe',
    errors: onCreate,
  },
  DeletePipe: {
    http: { method: 'DELETE', uri: '/v1/pipes/{Name}' },
    input: struct({ Name: nameLabel }),
    output: deleted,
    action: 'pipes:DeletePipe',
    errors: onChange,
  },
  DescribePipe: {
    http: { method: 'GET', uri: '/v1/pipes/{Name}' },
    input: struct({ Name: nameLabel }),
    output: described,
    action: 'pipes:DescribePipe',
    errors: onGet,
  },
  ListPipes: {
    http: { method: 'GET', uri: '/v1/pipes' },
    input: struct({
      NamePrefix: str({ ...name, location: 'query' }),
      DesiredState: str({ ...desiredState, location: 'query' }),
      CurrentState: str({ ...currentState, location: 'query' }),
      SourcePrefix: prefix,
      TargetPrefix: prefix,
      NextToken: str({ min: 1, max: 2048, location: 'query' }),
      Limit: int({ min: 1, max: 100, location: 'query' }),
    }),
    output: struct({ Pipes: list(listed), NextToken: str() }),
    action: 'pipes:ListPipes',
    errors: onList,
  },
  StartPipe: {
    http: { method: 'POST', uri: '/v1/pipes/{Name}/start' },
    input: struct({ Name: nameLabel }),
    output: changed,
    action: 'pipes:StartPipe',
    errors: onChange,
  },
  StopPipe: {
    http: { method: 'POST', uri: '/v1/pipes/{Name}/stop' },
    input: struct({ Name: nameLabel }),
    output: changed,
    action: 'pipes:StopPipe',
    errors: onChange,
  },
  UpdatePipe: {
    http: { method: 'PUT', uri: '/v1/pipes/{Name}' },
    input: struct({ ...settings, SourceParameters: sourceChanges, Target: str(arn) }),
    output: changed,
    action: 'pipes:UpdatePipe',
    errors: onChange,
  },
} as const;

const tagging = {
  ListTagsForResource: {
    http: { method: 'GET', uri: '/tags/{resourceArn+}' },
    input: struct({ resourceArn: tagged }),
    output: struct({ tags: map(str()) }),
    action: 'pipes:ListTagsForResource',
    errors: onTags,
  },
  TagResource: {
    http: { method: 'POST', uri: '/tags/{resourceArn+}' },
    input: struct({ resourceArn: tagged, tags: map(str({ max: 256 }), { ...tagBounds, isRequired: true }) }),
    output: struct({}),
    action: 'pipes:TagResource',
    errors: onTags,
  },
  UntagResource: {
    http: { method: 'DELETE', uri: '/tags/{resourceArn+}' },
    input: struct({
      resourceArn: tagged,
      tagKeys: list(str(tagKey), { max: 50, isRequired: true, location: 'query' }),
    }),
    output: struct({}),
    action: 'pipes:UntagResource',
    errors: onTags,
  },
} as const;

export const pipesModel = {
  id: 'pipes',
  apiVersion: '2015-10-07',
  rest: { messageKey: 'message' },
  operations: { ...pipes, ...tagging },
} as const satisfies Service;

type Operations = (typeof pipesModel)['operations'];
export type PipesOperation = keyof Operations;
export type PipesInput<K extends PipesOperation> = Infer<Operations[K]['input']>;
export type PipesOutput<K extends PipesOperation> = Infer<Operations[K]['output']>;
