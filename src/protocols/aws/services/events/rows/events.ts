// Rows of events themselves: put, and held against a pattern.
import { bool, int, list, str, struct, timestamp } from '../../../engine/shapes.ts';
import { endpointId, eventPattern, eventResource, plainBusNameOrArn, traceHeader } from './shapes.ts';

const putEventsRequestEntry = {
  Time: timestamp(),
  Source: str(),
  Resources: list(str(eventResource)),
  DetailType: str(),
  Detail: str(),
  EventBusName: str(plainBusNameOrArn),
  TraceHeader: str(traceHeader),
} as const;

export const eventOperations = {
  PutEvents: {
    input: struct({
      Entries: list(struct(putEventsRequestEntry), { min: 1, max: 10, isRequired: true }),
      EndpointId: str(endpointId),
    }),
    output: struct({
      FailedEntryCount: int(),
      Entries: list(struct({ EventId: str(), ErrorCode: str(), ErrorMessage: str() })),
    }),
    action: 'events:PutEvents',
    errors: ['InternalException'],
  },
  TestEventPattern: {
    input: struct({
      EventPattern: str({ ...eventPattern, isRequired: true }),
      Event: str({ isRequired: true }),
    }),
    output: struct({ Result: bool() }),
    action: 'events:TestEventPattern',
    errors: ['InvalidEventPatternException', 'InternalException'],
  },
} as const;
