// The throughput experiments: one load on a fresh daemon, beside the echo, in pairs; then an account of every
// message. The table at the end names them; bars are those of the design.
import { join } from 'node:path';
import { queueUrl, startDaemon } from '../daemon.ts';
import type { Experiment, ExperimentContext } from '../experiment.ts';
import type { WorkloadSpec } from '../generator/workload.ts';
import { runPairs } from '../pairs.ts';
import { pairResult } from '../pair-result.ts';
import type { Bar, BenchResult } from '../report.ts';
import { SqsApi } from './api.ts';
import type { Attributes } from './api.ts';
import { measureHalfLoad } from './half-load.ts';
import { measureCeiling, openEcho, Side } from '../side.ts';
import { accountForMessages } from './verify.ts';

export interface ThroughputPlan {
  readonly name: string;
  readonly summary: string;
  readonly unit: string;
  readonly connectionCount: number;
  readonly workload: Omit<WorkloadSpec, 'queueUrl' | 'ledger'>;
  readonly queueName?: string;
  readonly attributes?: Attributes;
  readonly bar?: Bar;
  /** Also measures latency at half of the rate that was found, by open loop. */
  readonly measuresHalfLoad?: boolean;
}

export const highThroughputFifo: Attributes = {
  FifoQueue: 'true',
  DeduplicationScope: 'messageGroup',
  FifoThroughputLimit: 'perMessageGroupId',
};

function throughputExperiment(plan: ThroughputPlan): Experiment {
  return { name: plan.name, summary: plan.summary, isDefault: true, run: (context) => run(context, plan) };
}

async function run(context: ExperimentContext, plan: ThroughputPlan): Promise<BenchResult[]> {
  const { connectionCount } = plan;
  const daemon = context.own(await startDaemon({ dataDirectory: join(context.directory, 'data') }));
  const api = new SqsApi(daemon.endpoint);
  const queueName = plan.queueName ?? 'bench';
  await api.createQueue(queueName, plan.attributes);
  const url = queueUrl(daemon.endpoint, queueName);
  const workload: WorkloadSpec = { ...plan.workload, queueUrl: url, ledger: plan.name };
  context.progress('generator ceiling');
  const reply = ['sqs', String(workload.batch ?? 1)];
  const ceiling = await measureCeiling(context, { connectionCount, workload, reply });
  const echo = await openEcho(context);
  const subject = await Side.open(context, { name: 'caudal', program: daemon, connectionCount, workload });
  context.progress('warm-up');
  await echo.warmUp();
  await subject.warmUp();
  const outcome = await runPairs({
    pairCount: context.pairCount,
    yardstick: () => echo.measure(),
    subject: () => subject.measure(),
    onPair: (index, ratio) => context.progress(`pair ${index + 1}: ${ratio.toFixed(2)} x echo`),
  });
  const results: BenchResult[] = [];
  if (plan.measuresHalfLoad) results.push(await measureHalfLoad(context, subject, outcome.subjectRateHz / 2));
  context.progress('account of messages');
  const account = await accountForMessages(context, { api, side: subject, workload });
  return [pairResult(plan, { outcome, ceiling, yardstickName: echo.name, account }), ...results];
}

export const throughputExperiments: readonly Experiment[] = [
  throughputExperiment({
    name: 'sqs-send',
    summary: 'SendMessage, 200 B, 64 connections',
    unit: 'msg/s',
    connectionCount: 64,
    workload: { kind: 'send' },
    bar: { measure: 'ratio', atLeast: 0.6 },
  }),
  throughputExperiment({
    name: 'sqs-send-256',
    summary: 'SendMessage, 200 B, 256 connections, and its latency at half of that rate',
    unit: 'msg/s',
    connectionCount: 256,
    workload: { kind: 'send' },
    bar: { measure: 'ratio', atLeast: 0.9 },
    measuresHalfLoad: true,
  }),
  throughputExperiment({
    name: 'sqs-send-batch',
    summary: 'SendMessageBatch of 10 x 200 B, 64 connections',
    unit: 'msg/s',
    connectionCount: 64,
    workload: { kind: 'send', batch: 10 },
    bar: { measure: 'ratio', atLeast: 3.5 },
  }),
  throughputExperiment({
    name: 'sqs-cycle',
    summary: 'send, receive, delete one by one, 64 connections',
    unit: 'cycles/s',
    connectionCount: 64,
    workload: { kind: 'cycle' },
  }),
  throughputExperiment({
    name: 'sqs-cycle-batch',
    summary: 'send, receive, delete in batches of 10, 64 connections',
    unit: 'msg/s',
    connectionCount: 64,
    workload: { kind: 'cycle', batch: 10 },
  }),
  throughputExperiment({
    name: 'sqs-fifo-cycle',
    summary: 'send, receive, delete on a FIFO queue with 1,000 groups, 64 connections',
    unit: 'cycles/s',
    connectionCount: 64,
    workload: { kind: 'cycle', groupCount: 1000 },
    queueName: 'bench.fifo',
    attributes: highThroughputFifo,
  }),
];
