// Rows of archives: made, changed, shown, deleted. Put together with the others in ../model.ts.
import { int, list, long, str, struct, timestamp } from '../../../engine/shapes.ts';
import {
  archiveName,
  archiveState,
  description,
  eventPattern,
  keyIdentifier,
  nextToken,
  nothing,
  pageLimit,
  retentionDays,
  slashedArn,
} from './shapes.ts';

export const archiveOperations = {
  CreateArchive: {
    input: struct({
      ArchiveName: str({ ...archiveName, isRequired: true }),
      EventSourceArn: str({ ...slashedArn, isRequired: true }),
      Description: str(description),
      EventPattern: str(eventPattern),
      RetentionDays: int(retentionDays),
      KmsKeyIdentifier: str(keyIdentifier),
    }),
    output: struct({ ArchiveArn: str(), State: str(), StateReason: str(), CreationTime: timestamp() }),
    action: 'events:CreateArchive',
    errors: [
      'ConcurrentModificationException',
      'ResourceAlreadyExistsException',
      'ResourceNotFoundException',
      'InternalException',
      'LimitExceededException',
      'InvalidEventPatternException',
    ],
  },
  UpdateArchive: {
    input: struct({
      ArchiveName: str({ ...archiveName, isRequired: true }),
      Description: str(description),
      EventPattern: str(eventPattern),
      RetentionDays: int(retentionDays),
      KmsKeyIdentifier: str(keyIdentifier),
    }),
    output: struct({ ArchiveArn: str(), State: str(), StateReason: str(), CreationTime: timestamp() }),
    action: 'events:UpdateArchive',
    errors: [
      'ConcurrentModificationException',
      'ResourceNotFoundException',
      'InternalException',
      'LimitExceededException',
      'InvalidEventPatternException',
    ],
  },
  DeleteArchive: {
    input: struct({ ArchiveName: str({ ...archiveName, isRequired: true }) }),
    output: nothing,
    action: 'events:DeleteArchive',
    errors: ['ConcurrentModificationException', 'ResourceNotFoundException', 'InternalException'],
  },
  DescribeArchive: {
    input: struct({ ArchiveName: str({ ...archiveName, isRequired: true }) }),
    output: struct({
      ArchiveArn: str(),
      ArchiveName: str(),
      EventSourceArn: str(),
      Description: str(),
      EventPattern: str(),
      State: str(),
      StateReason: str(),
      KmsKeyIdentifier: str(),
      RetentionDays: int(),
      SizeBytes: long(),
      EventCount: long(),
      CreationTime: timestamp(),
    }),
    action: 'events:DescribeArchive',
    errors: ['ResourceAlreadyExistsException', 'ResourceNotFoundException', 'InternalException'],
  },
  ListArchives: {
    input: struct({
      NamePrefix: str(archiveName),
      EventSourceArn: str(slashedArn),
      State: str(archiveState),
      NextToken: str(nextToken),
      Limit: int(pageLimit),
    }),
    output: struct({
      Archives: list(
        struct({
          ArchiveName: str(),
          EventSourceArn: str(),
          State: str(),
          StateReason: str(),
          RetentionDays: int(),
          SizeBytes: long(),
          EventCount: long(),
          CreationTime: timestamp(),
        }),
      ),
      NextToken: str(),
    }),
    action: 'events:ListArchives',
    errors: ['ResourceNotFoundException', 'InternalException'],
  },
} as const;
