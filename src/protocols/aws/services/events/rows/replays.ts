// Rows of replays of archives: started, cancelled, shown. Put together with the others in ../model.ts.
import { int, list, str, struct, structMember, timestamp } from '../../../engine/shapes.ts';
import { anyArn, description, nextToken, pageLimit, replayState, shortName, slashedArn } from './shapes.ts';

const replayDestination = {
  Arn: str({ ...anyArn, isRequired: true }),
  FilterArns: list(str(anyArn)),
} as const;

export const replayOperations = {
  StartReplay: {
    input: struct({
      ReplayName: str({ ...shortName, isRequired: true }),
      Description: str(description),
      EventSourceArn: str({ ...slashedArn, isRequired: true }),
      EventStartTime: timestamp({ isRequired: true }),
      EventEndTime: timestamp({ isRequired: true }),
      Destination: structMember(replayDestination, { isRequired: true }),
    }),
    output: struct({ ReplayArn: str(), State: str(), StateReason: str(), ReplayStartTime: timestamp() }),
    action: 'events:StartReplay',
    errors: [
      'ResourceNotFoundException',
      'ResourceAlreadyExistsException',
      'InvalidEventPatternException',
      'LimitExceededException',
      'InternalException',
    ],
  },
  CancelReplay: {
    input: struct({ ReplayName: str({ ...shortName, isRequired: true }) }),
    output: struct({ ReplayArn: str(), State: str(), StateReason: str() }),
    action: 'events:CancelReplay',
    errors: [
      'ResourceNotFoundException',
      'ConcurrentModificationException',
      'IllegalStatusException',
      'InternalException',
    ],
  },
  DescribeReplay: {
    input: struct({ ReplayName: str({ ...shortName, isRequired: true }) }),
    output: struct({
      ReplayName: str(),
      ReplayArn: str(),
      Description: str(),
      State: str(),
      StateReason: str(),
      EventSourceArn: str(),
      Destination: struct(replayDestination),
      EventStartTime: timestamp(),
      EventEndTime: timestamp(),
      EventLastReplayedTime: timestamp(),
      ReplayStartTime: timestamp(),
      ReplayEndTime: timestamp(),
    }),
    action: 'events:DescribeReplay',
    errors: ['ResourceNotFoundException', 'InternalException'],
  },
  ListReplays: {
    input: struct({
      NamePrefix: str(shortName),
      State: str(replayState),
      EventSourceArn: str(slashedArn),
      NextToken: str(nextToken),
      Limit: int(pageLimit),
    }),
    output: struct({
      Replays: list(
        struct({
          ReplayName: str(),
          EventSourceArn: str(),
          State: str(),
          StateReason: str(),
          EventStartTime: timestamp(),
          EventEndTime: timestamp(),
          EventLastReplayedTime: timestamp(),
          ReplayStartTime: timestamp(),
          ReplayEndTime: timestamp(),
        }),
      ),
      NextToken: str(),
    }),
    action: 'events:ListReplays',
    errors: ['InternalException'],
  },
} as const;
