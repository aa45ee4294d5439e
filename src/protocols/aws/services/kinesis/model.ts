// The public service model of Kinesis as rows: what each operation takes, answers and may fail with, with the
// bounds of its members. Read by the engine, which decodes, validates and encodes both wires from it. Source:
// the API's service model of 2013-12-02 as of 2026; what differs from it stands in model.patch.ts.
import { limits } from '../../../../base/limits.ts';
import { coralDialect } from '../../engine/dialect.ts';
import type { Service } from '../../engine/service.ts';
import type { Infer } from '../../engine/shapes.ts';
import { channelOperations } from './rows/channels.ts';
import { consumerOperations } from './rows/consumers.ts';
import { recordOperations } from './rows/records.ts';
import { accountOperations, resourceOperations } from './rows/resources.ts';
import { shardingOperations } from './rows/sharding.ts';
import { streamOperations } from './rows/streams.ts';

export const kinesisModel = {
  id: 'kinesis',
  apiVersion: '2013-12-02',
  targetPrefix: 'Kinesis_20131202',
  jsonVersion: '1.1',
  hasCbor: true,
  dialect: coralDialect,
  /** Its error types stand bare. */
  errorNamespace: '',
  bodyBytesMax: limits.kinesisBodyBytesMax,
  operations: {
    ...recordOperations,
    ...streamOperations,
    ...shardingOperations,
    ...consumerOperations,
    ...resourceOperations,
    ...accountOperations,
    ...channelOperations,
  },
} as const satisfies Service;

type Operations = (typeof kinesisModel)['operations'];
export type KinesisOperation = keyof Operations;
export type KinesisInput<K extends KinesisOperation> = Infer<Operations[K]['input']>;
export type KinesisOutput<K extends KinesisOperation> = Infer<Operations[K]['output']>;
