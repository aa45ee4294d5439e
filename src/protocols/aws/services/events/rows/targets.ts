// Rows of the targets of rules. Parameters of targets outside of this daemon are left out (model.patch.ts).
import { bool, int, list, map, str, struct } from '../../../engine/shapes.ts';
import {
  anyArn,
  busNameOrArn,
  deadLetterConfig,
  headerKey,
  headerValue,
  inputPath,
  keyPath,
  maximumEventAgeInSeconds,
  maximumRetryAttempts,
  messageGroupId,
  nextToken,
  pageLimit,
  pathParameter,
  pathsKey,
  queryKey,
  queryValue,
  shortName,
  targetInput,
  templateText,
} from './shapes.ts';

const inputTransformer = {
  InputPathsMap: map(str(inputPath), { keys: str(pathsKey), max: 100 }),
  InputTemplate: str({ ...templateText, isRequired: true }),
} as const;
const kinesisParameters = { PartitionKeyPath: str({ ...keyPath, isRequired: true }) } as const;
const sqsParameters = { MessageGroupId: str(messageGroupId) } as const;
const httpParameters = {
  PathParameterValues: list(str(pathParameter)),
  HeaderParameters: map(str(headerValue), { keys: str(headerKey) }),
  QueryStringParameters: map(str(queryValue), { keys: str(queryKey) }),
} as const;
const retryPolicy = {
  MaximumRetryAttempts: int(maximumRetryAttempts),
  MaximumEventAgeInSeconds: int(maximumEventAgeInSeconds),
} as const;
const target = {
  Id: str({ ...shortName, isRequired: true }),
  Arn: str({ ...anyArn, isRequired: true }),
  RoleArn: str(anyArn),
  Input: str(targetInput),
  InputPath: str(inputPath),
  InputTransformer: struct(inputTransformer),
  KinesisParameters: struct(kinesisParameters),
  SqsParameters: struct(sqsParameters),
  HttpParameters: struct(httpParameters),
  DeadLetterConfig: struct(deadLetterConfig),
  RetryPolicy: struct(retryPolicy),
} as const;

export const targetOperations = {
  PutTargets: {
    input: struct({
      Rule: str({ ...shortName, isRequired: true }),
      EventBusName: str(busNameOrArn),
      Targets: list(struct(target), { min: 1, max: 100, isRequired: true }),
    }),
    output: struct({
      FailedEntryCount: int(),
      FailedEntries: list(struct({ TargetId: str(), ErrorCode: str(), ErrorMessage: str() })),
    }),
    action: 'events:PutTargets',
    errors: [
      'ResourceNotFoundException',
      'ConcurrentModificationException',
      'LimitExceededException',
      'ManagedRuleException',
      'InternalException',
    ],
  },
  RemoveTargets: {
    input: struct({
      Rule: str({ ...shortName, isRequired: true }),
      EventBusName: str(busNameOrArn),
      Ids: list(str(shortName), { min: 1, max: 100, isRequired: true }),
      Force: bool(),
    }),
    output: struct({
      FailedEntryCount: int(),
      FailedEntries: list(struct({ TargetId: str(), ErrorCode: str(), ErrorMessage: str() })),
    }),
    action: 'events:RemoveTargets',
    errors: [
      'ResourceNotFoundException',
      'ConcurrentModificationException',
      'ManagedRuleException',
      'InternalException',
    ],
  },
  ListTargetsByRule: {
    input: struct({
      Rule: str({ ...shortName, isRequired: true }),
      EventBusName: str(busNameOrArn),
      NextToken: str(nextToken),
      Limit: int(pageLimit),
    }),
    output: struct({ Targets: list(struct(target)), NextToken: str() }),
    action: 'events:ListTargetsByRule',
    errors: ['ResourceNotFoundException', 'InternalException'],
  },
} as const;
