// The list of experiments, in the order in which plain `bench` runs its default set.
import { eventbridgeRules } from './eventbridge/matching.ts';
import type { Experiment } from './experiment.ts';
import { kinesisAtTimestamp } from './kinesis/at-timestamp.ts';
import { kinesisEfo } from './kinesis/efo.ts';
import { kinesisGet } from './kinesis/get.ts';
import { kinesisManyShards } from './kinesis/many-shards.ts';
import { kinesisPeers } from './kinesis/peers.ts';
import { kinesisPut } from './kinesis/put.ts';
import { logAppend } from './log-append.ts';
import { snsFanouts } from './sns/fanout.ts';
import { sqsBacklog } from './sqs/backlog.ts';
import { manyQueues } from './sqs/many-queues.ts';
import { sqsPeers } from './sqs/peers.ts';
import { throughputExperiments } from './sqs/throughput.ts';

export const experiments: readonly Experiment[] = [
  logAppend,
  ...throughputExperiments,
  manyQueues,
  kinesisPut,
  kinesisEfo,
  kinesisGet,
  kinesisManyShards,
  kinesisAtTimestamp,
  ...snsFanouts,
  eventbridgeRules,
  sqsBacklog,
  sqsPeers,
  kinesisPeers,
];
