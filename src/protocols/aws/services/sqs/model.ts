// The public service model of SQS as rows: what each action takes, answers and may fail with. Read by the
// engine, which decodes and encodes both wires from it. Bounds are left out on purpose: SQS checks in its
// own order (a missing queue comes before anything else) and in its own words, so the handlers do it.
// Source: the API's service model of 2012-11-05; what differs from it stands in model.patch.ts.
import type { Service } from '../../engine/service.ts';
import type { Infer } from '../../engine/shapes.ts';
import { blob, bool, int, list, long, map, str, struct } from '../../engine/shapes.ts';

const flat = { isFlat: true } as const;
const strings = (queryName: string) => list(str(), { ...flat, queryName } as const);

const attributes = map(str(), { ...flat, queryName: 'Attribute', keyName: 'Name', valueName: 'Value' });
const tagMap = map(str(), { ...flat, queryName: 'Tag', keyName: 'Key', valueName: 'Value' });

const attributeValue = struct({
  DataType: str(),
  StringValue: str(),
  BinaryValue: blob(),
  StringListValues: list(str(), { ...flat, queryName: 'StringListValue' }),
  BinaryListValues: list(blob(), { ...flat, queryName: 'BinaryListValue' }),
});
const attributeMap = <const Q extends string>(queryName: Q) =>
  map(attributeValue, { isFlat: true, queryName, keyName: 'Name', valueName: 'Value' });

const messageMembers = {
  MessageBody: str(),
  DelaySeconds: int(),
  MessageAttributes: attributeMap('MessageAttribute'),
  MessageSystemAttributes: attributeMap('MessageSystemAttribute'),
  MessageDeduplicationId: str(),
  MessageGroupId: str(),
} as const;

const sentMembers = {
  MessageId: str(),
  MD5OfMessageBody: str(),
  MD5OfMessageAttributes: str(),
  MD5OfMessageSystemAttributes: str(),
  SequenceNumber: str(),
} as const;

const failed = list(struct({ Id: str(), SenderFault: bool(), Code: str(), Message: str() }), {
  ...flat,
  queryName: 'BatchResultErrorEntry',
});

const message = struct({
  MessageId: str(),
  ReceiptHandle: str(),
  MD5OfBody: str(),
  Body: str(),
  Attributes: attributes,
  MD5OfMessageAttributes: str(),
  MessageAttributes: attributeMap('MessageAttribute'),
});

const moveTask = struct({
  TaskHandle: str(),
  Status: str(),
  SourceArn: str(),
  DestinationArn: str(),
  MaxNumberOfMessagesPerSecond: int(),
  ApproximateNumberOfMessagesMoved: long(),
  ApproximateNumberOfMessagesToMove: long(),
  FailureReason: str(),
  StartedTimestamp: long(),
});

const nothing = struct({});
const queueUrl = { QueueUrl: str() } as const;

/** Errors that every action on a queue may answer with. */
const onQueue = [
  'QueueDoesNotExist',
  'InvalidAddress',
  'InvalidSecurity',
  'RequestThrottled',
  'UnsupportedOperation',
];
const onBatch = [
  'BatchEntryIdsNotDistinct',
  'EmptyBatchRequest',
  'InvalidBatchEntryId',
  'TooManyEntriesInBatchRequest',
  ...onQueue,
];
const onKey = [
  'KmsAccessDenied',
  'KmsDisabled',
  'KmsInvalidKeyUsage',
  'KmsInvalidState',
  'KmsNotFound',
  'KmsOptInRequired',
  'KmsThrottled',
];
const onMove = ['InvalidAddress', 'InvalidSecurity', 'RequestThrottled', 'ResourceNotFoundException'];

const messageOperations = {
  SendMessage: {
    input: struct({ ...queueUrl, ...messageMembers }),
    output: struct(sentMembers),
    action: 'sqs:SendMessage',
    errors: ['InvalidMessageContents', ...onKey, ...onQueue],
  },
  SendMessageBatch: {
    input: struct({
      ...queueUrl,
      Entries: list(struct({ Id: str(), ...messageMembers }), {
        ...flat,
        queryName: 'SendMessageBatchRequestEntry',
      }),
    }),
    output: struct({
      Successful: list(struct({ Id: str(), ...sentMembers }), {
        ...flat,
        queryName: 'SendMessageBatchResultEntry',
      }),
      Failed: failed,
    }),
    action: 'sqs:SendMessage',
    errors: ['BatchRequestTooLong', ...onKey, ...onBatch],
  },
  ReceiveMessage: {
    input: struct({
      ...queueUrl,
      AttributeNames: strings('AttributeName'),
      MessageSystemAttributeNames: strings('MessageSystemAttributeName'),
      MessageAttributeNames: strings('MessageAttributeName'),
      MaxNumberOfMessages: int(),
      VisibilityTimeout: int(),
      WaitTimeSeconds: int(),
      ReceiveRequestAttemptId: str(),
    }),
    output: struct({ Messages: list(message, { ...flat, queryName: 'Message' }) }),
    action: 'sqs:ReceiveMessage',
    errors: ['OverLimit', ...onKey, ...onQueue],
  },
  DeleteMessage: {
    input: struct({ ...queueUrl, ReceiptHandle: str() }),
    output: nothing,
    action: 'sqs:DeleteMessage',
    errors: ['InvalidIdFormat', 'ReceiptHandleIsInvalid', ...onQueue],
  },
  DeleteMessageBatch: {
    input: struct({
      ...queueUrl,
      Entries: list(struct({ Id: str(), ReceiptHandle: str() }), {
        ...flat,
        queryName: 'DeleteMessageBatchRequestEntry',
      }),
    }),
    output: struct({
      Successful: list(struct({ Id: str() }), { ...flat, queryName: 'DeleteMessageBatchResultEntry' }),
      Failed: failed,
    }),
    action: 'sqs:DeleteMessage',
    errors: onBatch,
  },
  ChangeMessageVisibility: {
    input: struct({ ...queueUrl, ReceiptHandle: str(), VisibilityTimeout: int() }),
    output: nothing,
    action: 'sqs:ChangeMessageVisibility',
    errors: ['MessageNotInflight', 'ReceiptHandleIsInvalid', ...onQueue],
  },
  ChangeMessageVisibilityBatch: {
    input: struct({
      ...queueUrl,
      Entries: list(struct({ Id: str(), ReceiptHandle: str(), VisibilityTimeout: int() }), {
        ...flat,
        queryName: 'ChangeMessageVisibilityBatchRequestEntry',
      }),
    }),
    output: struct({
      Successful: list(struct({ Id: str() }), {
        ...flat,
        queryName: 'ChangeMessageVisibilityBatchResultEntry',
      }),
      Failed: failed,
    }),
    action: 'sqs:ChangeMessageVisibility',
    errors: onBatch,
  },
} as const;

const queueOperations = {
  CreateQueue: {
    input: struct({ QueueName: str(), Attributes: attributes, tags: tagMap }),
    output: struct({ QueueUrl: str() }),
    action: 'sqs:CreateQueue',
    errors: [
      'InvalidAddress',
      'InvalidAttributeName',
      'InvalidAttributeValue',
      'InvalidSecurity',
      'QueueDeletedRecently',
      'QueueNameExists',
      'RequestThrottled',
      'UnsupportedOperation',
    ],
  },
  DeleteQueue: { input: struct(queueUrl), output: nothing, action: 'sqs:DeleteQueue', errors: onQueue },
  GetQueueUrl: {
    input: struct({ QueueName: str(), QueueOwnerAWSAccountId: str() }),
    output: struct({ QueueUrl: str() }),
    action: 'sqs:GetQueueUrl',
    errors: onQueue,
  },
  ListQueues: {
    input: struct({ QueueNamePrefix: str(), NextToken: str(), MaxResults: int() }),
    output: struct({ QueueUrls: strings('QueueUrl'), NextToken: str() }),
    action: 'sqs:ListQueues',
    errors: ['InvalidAddress', 'InvalidSecurity', 'RequestThrottled', 'UnsupportedOperation'],
  },
  GetQueueAttributes: {
    input: struct({ ...queueUrl, AttributeNames: strings('AttributeName') }),
    output: struct({ Attributes: attributes }),
    action: 'sqs:GetQueueAttributes',
    errors: ['InvalidAttributeName', ...onQueue],
  },
  SetQueueAttributes: {
    input: struct({ ...queueUrl, Attributes: attributes }),
    output: nothing,
    action: 'sqs:SetQueueAttributes',
    errors: ['InvalidAttributeName', 'InvalidAttributeValue', 'OverLimit', ...onQueue],
  },
  PurgeQueue: {
    input: struct(queueUrl),
    output: nothing,
    action: 'sqs:PurgeQueue',
    errors: ['PurgeQueueInProgress', ...onQueue],
  },
  ListDeadLetterSourceQueues: {
    input: struct({ ...queueUrl, NextToken: str(), MaxResults: int() }),
    output: struct({ queueUrls: strings('QueueUrl'), NextToken: str() }),
    action: 'sqs:ListDeadLetterSourceQueues',
    errors: onQueue,
  },
  TagQueue: {
    input: struct({ ...queueUrl, Tags: tagMap }),
    output: nothing,
    action: 'sqs:TagQueue',
    errors: onQueue,
  },
  UntagQueue: {
    input: struct({ ...queueUrl, TagKeys: strings('TagKey') }),
    output: nothing,
    action: 'sqs:UntagQueue',
    errors: onQueue,
  },
  ListQueueTags: {
    input: struct(queueUrl),
    output: struct({ Tags: tagMap }),
    action: 'sqs:ListQueueTags',
    errors: onQueue,
  },
  AddPermission: {
    input: struct({
      ...queueUrl,
      Label: str(),
      AWSAccountIds: strings('AWSAccountId'),
      Actions: strings('ActionName'),
    }),
    output: nothing,
    action: 'sqs:AddPermission',
    errors: ['OverLimit', ...onQueue],
  },
  RemovePermission: {
    input: struct({ ...queueUrl, Label: str() }),
    output: nothing,
    action: 'sqs:RemovePermission',
    errors: onQueue,
  },
} as const;

const moveOperations = {
  StartMessageMoveTask: {
    input: struct({ SourceArn: str(), DestinationArn: str(), MaxNumberOfMessagesPerSecond: int() }),
    output: struct({ TaskHandle: str() }),
    action: 'sqs:StartMessageMoveTask',
    errors: [...onMove, 'UnsupportedOperation'],
  },
  ListMessageMoveTasks: {
    input: struct({ SourceArn: str(), MaxResults: int() }),
    output: struct({ Results: list(moveTask, { ...flat, queryName: 'ListMessageMoveTasksResultEntry' }) }),
    action: 'sqs:ListMessageMoveTasks',
    errors: [...onMove, 'UnsupportedOperation'],
  },
  CancelMessageMoveTask: {
    input: struct({ TaskHandle: str() }),
    output: struct({ ApproximateNumberOfMessagesMoved: long() }),
    action: 'sqs:CancelMessageMoveTask',
    errors: [...onMove, 'UnsupportedOperation'],
  },
} as const;

export const sqsModel = {
  id: 'sqs',
  apiVersion: '2012-11-05',
  targetPrefix: 'AmazonSQS',
  jsonVersion: '1.0',
  queryNamespace: 'http://queue.amazonaws.com/doc/2012-11-05/',
  errorNamespace: 'com.amazonaws.sqs',
  operations: { ...messageOperations, ...queueOperations, ...moveOperations },
} as const satisfies Service;

type Operations = (typeof sqsModel)['operations'];
export type SqsInput<K extends keyof Operations> = Infer<Operations[K]['input']>;
export type SqsOutput<K extends keyof Operations> = Infer<Operations[K]['output']>;
export type AttributeValue = Infer<typeof attributeValue>;
