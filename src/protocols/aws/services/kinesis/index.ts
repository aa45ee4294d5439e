// The Kinesis service: its rows, one handler per operation, its words for errors. services/index.ts makes it
// with the daemon's settings; `declareStreams` makes the streams of its configuration.
import type { Handlers, ServiceFactory } from '../../engine/service.ts';
import { kinesisErrors } from './errors.ts';
import {
  describeAccountSettings,
  describeLimits,
  refuseChannels,
  updateAccountSettings,
} from './handlers/account.ts';
import {
  updateDistribution,
  updateMaxRecordSize,
  updateStreamMode,
  updateWarmThroughput,
} from './handlers/capacity.ts';
import {
  deregisterConsumer,
  describeConsumer,
  listConsumers,
  registerConsumer,
} from './handlers/consumers.ts';
import { describeStream, describeStreamSummary } from './handlers/describe.ts';
import { startEncryption, stopEncryption } from './handlers/encryption.ts';
import { getRecords } from './handlers/get-records.ts';
import { disableMonitoring, enableMonitoring } from './handlers/monitoring.ts';
import { deleteResourcePolicy, getResourcePolicy, putResourcePolicy } from './handlers/policies.ts';
import { putRecord, putRecords } from './handlers/put.ts';
import { mergeShards, splitShard, updateShardCount } from './handlers/reshard.ts';
import { decreaseRetention, increaseRetention } from './handlers/retention.ts';
import { getShardIterator } from './handlers/shard-iterator.ts';
import { listShards } from './handlers/shards.ts';
import { createStream, deleteStream, listStreams } from './handlers/streams.ts';
import { subscribeToShard } from './handlers/subscribe.ts';
import {
  addTagsToStream,
  listTagsForResource,
  listTagsForStream,
  removeTagsFromStream,
  tagResource,
  untagResource,
} from './handlers/tags.ts';
import { createKinesis } from './kinesis.ts';
import { kinesisModel } from './model.ts';
import { kinesisLimits } from './quotas.ts';
import { createReading } from './reading.ts';
import { recordLimits } from './record-rates.ts';
import type { KinesisSettings } from './settings.ts';

export const kinesisService =
  (settings: KinesisSettings): ServiceFactory =>
  (deps) => {
    const kinesis = createKinesis(deps, settings);
    const reading = createReading(kinesis);
    const handlers: Handlers<typeof kinesisModel> = {
      PutRecord: (input, call) => putRecord(kinesis, input, call),
      PutRecords: (input, call) => putRecords(kinesis, input, call),
      GetShardIterator: (input, call) => getShardIterator(reading, input, call),
      GetRecords: (input, call) => getRecords(reading, input, call),
      SubscribeToShard: (input, call) => subscribeToShard(reading, input, call),
      CreateStream: (input, call) => createStream(kinesis, input, call),
      DeleteStream: (input, call) => deleteStream(kinesis, input, call),
      DescribeStream: (input, call) => describeStream(kinesis, input, call),
      DescribeStreamSummary: (input, call) => describeStreamSummary(kinesis, input, call),
      ListStreams: (input, call) => listStreams(kinesis, input, call),
      IncreaseStreamRetentionPeriod: (input, call) => increaseRetention(kinesis, input, call),
      DecreaseStreamRetentionPeriod: (input, call) => decreaseRetention(kinesis, input, call),
      StartStreamEncryption: (input, call) => startEncryption(kinesis, input, call),
      StopStreamEncryption: (input, call) => stopEncryption(kinesis, input, call),
      EnableEnhancedMonitoring: (input, call) => enableMonitoring(kinesis, input, call),
      DisableEnhancedMonitoring: (input, call) => disableMonitoring(kinesis, input, call),
      UpdateStreamMode: (input, call) => updateStreamMode(kinesis, input, call),
      UpdateMaxRecordSize: (input, call) => updateMaxRecordSize(kinesis, input, call),
      UpdateStreamWarmThroughput: (input, call) => updateWarmThroughput(kinesis, input, call),
      UpdateStreamRecordDistributionStrategy: (input, call) => updateDistribution(kinesis, input, call),
      ListShards: (input, call) => listShards(kinesis, input, call),
      SplitShard: (input, call) => splitShard(kinesis, input, call),
      MergeShards: (input, call) => mergeShards(kinesis, input, call),
      UpdateShardCount: (input, call) => updateShardCount(kinesis, input, call),
      RegisterStreamConsumer: (input, call) => registerConsumer(kinesis, input, call),
      DeregisterStreamConsumer: (input, call) => deregisterConsumer(kinesis, input, call),
      DescribeStreamConsumer: (input, call) => describeConsumer(kinesis, input, call),
      ListStreamConsumers: (input, call) => listConsumers(kinesis, input, call),
      AddTagsToStream: (input, call) => addTagsToStream(kinesis, input, call),
      RemoveTagsFromStream: (input, call) => removeTagsFromStream(kinesis, input, call),
      ListTagsForStream: (input, call) => listTagsForStream(kinesis, input, call),
      TagResource: (input, call) => tagResource(kinesis, input, call),
      UntagResource: (input, call) => untagResource(kinesis, input, call),
      ListTagsForResource: (input, call) => listTagsForResource(kinesis, input, call),
      PutResourcePolicy: (input, call) => putResourcePolicy(kinesis, input, call),
      GetResourcePolicy: (input, call) => getResourcePolicy(kinesis, input, call),
      DeleteResourcePolicy: (input, call) => deleteResourcePolicy(kinesis, input, call),
      DescribeLimits: (_, call) => describeLimits(kinesis, call),
      DescribeAccountSettings: (_, call) => describeAccountSettings(kinesis, call),
      UpdateAccountSettings: (input, call) => updateAccountSettings(kinesis, input, call),
      CreateChannel: (_, call) => refuseChannels(call),
      DescribeChannel: (_, call) => refuseChannels(call),
      ListChannels: (_, call) => refuseChannels(call),
      UpdateChannel: (_, call) => refuseChannels(call),
      DeleteChannel: (_, call) => refuseChannels(call),
    };
    return {
      service: kinesisModel,
      handlers,
      errors: kinesisErrors,
      limits: [...kinesisLimits, ...recordLimits],
    };
  };

export { declareStreams, type StreamDeclaration } from './declare.ts';
export type { KinesisSettings } from './settings.ts';
