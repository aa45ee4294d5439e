// Rows of event buses and their policies, and of the tags of buses and rules.
import { bool, int, list, str, struct, timestamp } from '../../../engine/shapes.ts';
import {
  action,
  anyArn,
  busName,
  busNameOrArn,
  deadLetterConfig,
  description,
  eventSourceName,
  includeDetail,
  keyIdentifier,
  level,
  nextToken,
  nothing,
  pageLimit,
  plainBusName,
  principal,
  statementId,
  tag,
  tagKey,
} from './shapes.ts';

const logConfig = { IncludeDetail: str(includeDetail), Level: str(level) } as const;
const condition = {
  Type: str({ isRequired: true }),
  Key: str({ isRequired: true }),
  Value: str({ isRequired: true }),
} as const;

export const busOperations = {
  CreateEventBus: {
    input: struct({
      Name: str({ ...busName, isRequired: true }),
      EventSourceName: str(eventSourceName),
      Description: str(description),
      KmsKeyIdentifier: str(keyIdentifier),
      DeadLetterConfig: struct(deadLetterConfig),
      LogConfig: struct(logConfig),
      Tags: list(struct(tag)),
    }),
    output: struct({
      EventBusArn: str(),
      Description: str(),
      KmsKeyIdentifier: str(),
      DeadLetterConfig: struct(deadLetterConfig),
      LogConfig: struct(logConfig),
    }),
    action: 'events:CreateEventBus',
    errors: [
      'ResourceAlreadyExistsException',
      'ResourceNotFoundException',
      'InvalidStateException',
      'InternalException',
      'ConcurrentModificationException',
      'LimitExceededException',
      'OperationDisabledException',
    ],
  },
  DeleteEventBus: {
    input: struct({ Name: str({ ...busName, isRequired: true }) }),
    output: nothing,
    action: 'events:DeleteEventBus',
    errors: ['InternalException', 'ConcurrentModificationException'],
  },
  DescribeEventBus: {
    input: struct({ Name: str(busNameOrArn) }),
    output: struct({
      Name: str(),
      Arn: str(),
      Description: str(),
      KmsKeyIdentifier: str(),
      DeadLetterConfig: struct(deadLetterConfig),
      Policy: str(),
      ManagedBy: str(),
      LogConfig: struct(logConfig),
      CreationTime: timestamp(),
      LastModifiedTime: timestamp(),
    }),
    action: 'events:DescribeEventBus',
    errors: ['ResourceNotFoundException', 'InternalException'],
  },
  ListEventBuses: {
    input: struct({ NamePrefix: str(busName), NextToken: str(nextToken), Limit: int(pageLimit) }),
    output: struct({
      EventBuses: list(
        struct({
          Name: str(),
          Arn: str(),
          Description: str(),
          Policy: str(),
          ManagedBy: str(),
          CreationTime: timestamp(),
          LastModifiedTime: timestamp(),
        }),
      ),
      NextToken: str(),
    }),
    action: 'events:ListEventBuses',
    errors: ['InternalException'],
  },
  UpdateEventBus: {
    input: struct({
      Name: str(busName),
      KmsKeyIdentifier: str(keyIdentifier),
      Description: str(description),
      DeadLetterConfig: struct(deadLetterConfig),
      LogConfig: struct(logConfig),
    }),
    output: struct({
      Arn: str(),
      Name: str(),
      KmsKeyIdentifier: str(),
      Description: str(),
      DeadLetterConfig: struct(deadLetterConfig),
      LogConfig: struct(logConfig),
    }),
    action: 'events:UpdateEventBus',
    errors: [
      'ResourceNotFoundException',
      'InternalException',
      'ConcurrentModificationException',
      'OperationDisabledException',
    ],
  },
  PutPermission: {
    input: struct({
      EventBusName: str(plainBusName),
      Action: str(action),
      Principal: str(principal),
      StatementId: str(statementId),
      Condition: struct(condition),
      Policy: str(),
    }),
    output: nothing,
    action: 'events:PutPermission',
    errors: [
      'ResourceNotFoundException',
      'PolicyLengthExceededException',
      'InternalException',
      'ConcurrentModificationException',
      'OperationDisabledException',
    ],
  },
  RemovePermission: {
    input: struct({
      StatementId: str(statementId),
      RemoveAllPermissions: bool(),
      EventBusName: str(plainBusName),
    }),
    output: nothing,
    action: 'events:RemovePermission',
    errors: [
      'ResourceNotFoundException',
      'InternalException',
      'ConcurrentModificationException',
      'OperationDisabledException',
    ],
  },
  TagResource: {
    input: struct({
      ResourceARN: str({ ...anyArn, isRequired: true }),
      Tags: list(struct(tag), { isRequired: true }),
    }),
    output: nothing,
    action: 'events:TagResource',
    errors: [
      'ResourceNotFoundException',
      'ConcurrentModificationException',
      'InternalException',
      'ManagedRuleException',
    ],
  },
  UntagResource: {
    input: struct({
      ResourceARN: str({ ...anyArn, isRequired: true }),
      TagKeys: list(str(tagKey), { isRequired: true }),
    }),
    output: nothing,
    action: 'events:UntagResource',
    errors: [
      'ResourceNotFoundException',
      'InternalException',
      'ConcurrentModificationException',
      'ManagedRuleException',
    ],
  },
  ListTagsForResource: {
    input: struct({ ResourceARN: str({ ...anyArn, isRequired: true }) }),
    output: struct({ Tags: list(struct(tag)) }),
    action: 'events:ListTagsForResource',
    errors: ['ResourceNotFoundException', 'InternalException'],
  },
} as const;
