// Rows of Publish and PublishBatch; what a message may hold, message.ts says in the words of SNS.
import { list, struct } from '../../../engine/shapes.ts';
import { failedEntries, messageMembers, required, requiredText, text } from './shapes.ts';

const publishing = [
  'InvalidParameterException',
  'InvalidParameterValueException',
  'InternalErrorException',
  'NotFoundException',
  'EndpointDisabledException',
  'PlatformApplicationDisabledException',
  'AuthorizationErrorException',
  'KMSDisabledException',
  'KMSInvalidStateException',
  'KMSNotFoundException',
  'KMSOptInRequired',
  'KMSThrottlingException',
  'KMSAccessDeniedException',
  'InvalidSecurityException',
  'ValidationException',
];

export const publishOperations = {
  Publish: {
    input: struct({ TopicArn: text, TargetArn: text, PhoneNumber: text, ...messageMembers }),
    output: struct({ MessageId: text, SequenceNumber: text }),
    action: 'sns:Publish',
    errors: publishing,
  },
  PublishBatch: {
    input: struct({
      TopicArn: requiredText,
      PublishBatchRequestEntries: list(struct({ Id: requiredText, ...messageMembers }), required),
    }),
    output: struct({
      Successful: list(struct({ Id: text, MessageId: text, SequenceNumber: text })),
      Failed: failedEntries,
    }),
    action: 'sns:Publish',
    errors: [
      ...publishing,
      'BatchEntryIdsNotDistinctException',
      'BatchRequestTooLongException',
      'EmptyBatchRequestException',
      'InvalidBatchEntryIdException',
      'TooManyEntriesInBatchRequestException',
    ],
  },
} as const;
