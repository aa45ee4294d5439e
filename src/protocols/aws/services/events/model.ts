// The public service model of EventBridge as rows: what each operation takes, answers and may fail with. Read
// by the engine. Source: the API's service model of 2015-10-07 as of 2026; what differs from it stands in
// model.patch.ts.
import { coralTypes } from '../../engine/coral-types.ts';
import type { Service } from '../../engine/service.ts';
import type { Infer } from '../../engine/shapes.ts';
import { archiveOperations } from './rows/archives.ts';
import { busOperations } from './rows/buses.ts';
import { connectionOperations } from './rows/connections.ts';
import { destinationOperations } from './rows/destinations.ts';
import { eventOperations } from './rows/events.ts';
import { replayOperations } from './rows/replays.ts';
import { ruleOperations } from './rows/rules.ts';
import { targetOperations } from './rows/targets.ts';
import { unbuiltOperations } from './rows/unbuilt.ts';

export const eventsModel = {
  id: 'events',
  apiVersion: '2015-10-07',
  targetPrefix: 'AWSEvents',
  jsonVersion: '1.1',
  dialect: { types: coralTypes, hasSecondId: false, edge: undefined },
  /** Its error types stand bare. */
  errorNamespace: '',
  operations: {
    ...eventOperations,
    ...busOperations,
    ...ruleOperations,
    ...targetOperations,
    ...connectionOperations,
    ...destinationOperations,
    ...archiveOperations,
    ...replayOperations,
    ...unbuiltOperations,
  },
} as const satisfies Service;

type Operations = (typeof eventsModel)['operations'];
export type EventsOperation = keyof Operations;
export type EventsInput<K extends EventsOperation> = Infer<Operations[K]['input']>;
export type EventsOutput<K extends EventsOperation> = Infer<Operations[K]['output']>;
export type UnbuiltOperation = keyof typeof unbuiltOperations;
