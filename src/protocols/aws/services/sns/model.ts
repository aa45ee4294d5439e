// The public service model of SNS as rows: what each of its 42 actions takes, answers and may fail with.
// Read by the engine, which decodes and encodes the Query wire from it; SNS has no other. Bounds that SNS
// words by itself are left to the handlers. What differs from the public model stands in model.patch.ts.
import type { Service } from '../../engine/service.ts';
import type { Infer } from '../../engine/shapes.ts';
import { publishOperations } from './rows/publish.ts';
import { pushOperations } from './rows/push.ts';
import { smsOperations } from './rows/sms.ts';
import { subscriptionOperations } from './rows/subscriptions.ts';
import { topicOperations } from './rows/topics.ts';

export const snsModel = {
  id: 'sns',
  apiVersion: '2010-03-31',
  queryNamespace: 'http://sns.amazonaws.com/doc/2010-03-31/',
  isQueryErrorPlain: true,
  operations: {
    ...topicOperations,
    ...subscriptionOperations,
    ...publishOperations,
    ...pushOperations,
    ...smsOperations,
  },
} as const satisfies Service;

type Operations = (typeof snsModel)['operations'];
export type SnsOperation = keyof Operations;
export type SnsInput<K extends SnsOperation> = Infer<Operations[K]['input']>;
export type SnsOutput<K extends SnsOperation> = Infer<Operations[K]['output']>;
