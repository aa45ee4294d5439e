// Enhanced fan-out end to end: 20,000 records a second are put by an open loop, and every record is pushed to
// two consumers, each with a subscription to every shard. Latency from the intended time of the put to the
// event.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startDaemon } from '../daemon.ts';
import type { Experiment, ExperimentContext } from '../experiment.ts';
import { windowFlags } from '../gate.ts';
import type { LoadSession } from '../generator/generator.ts';
import { createLatency, percentileMs } from '../generator/latency.ts';
import type { EventsResult, RunResult, SubscribeSpec } from '../generator/messages.ts';
import type { KinesisWorkloadSpec } from '../generator/workload.ts';
import { waitForQuiet } from '../proc.ts';
import { finishResult } from '../report.ts';
import type { BenchResult } from '../report.ts';
import { KinesisApi, shardIdOf } from './api.ts';

const shardCount = 4;
const consumerCount = 2;
const recordsPerSecond = 20_000;
const batch = 100;
const recordBytes = 200;
const connectionCount = 64;
const windowCount = 5;
const attemptsMax = 10;
const windowMs = 1500;
const p99MsMax = 10;
const arriveMs = 300;
const streamName = 'bench';

interface MeasuredWindow {
  readonly run: RunResult;
  readonly events: EventsResult;
  readonly flags: readonly string[];
}

async function subscribeAll(api: KinesisApi, arn: string, session: LoadSession): Promise<void> {
  const specs: SubscribeSpec[] = [];
  for (let consumer = 0; consumer < consumerCount; consumer++) {
    const ConsumerARN = await api.registerConsumer(arn, `consumer-${consumer}`);
    for (let shardIndex = 0; shardIndex < shardCount; shardIndex++) {
      const input = { ConsumerARN, ShardId: shardIdOf(shardIndex), StartingPosition: { Type: 'LATEST' } };
      specs.push({
        request: api.request('SubscribeToShard', input).toString('latin1'),
        consumer,
        shardIndex,
      });
    }
  }
  await session.subscribe(specs);
}

async function measureWindow(
  context: ExperimentContext,
  session: LoadSession,
  attempt: number,
): Promise<MeasuredWindow> {
  await waitForQuiet(context.settleMs);
  const schedule = {
    arrival: 'poisson',
    rateHz: recordsPerSecond / batch,
    durationMs: windowMs,
    seed: context.seed + attempt,
  } as const;
  const run = await session.run({ loop: 'open', schedule });
  await sleep(arriveMs);
  const events = await session.takeEvents();
  context.progress(`event p99 ${percentileMs(events.latency, 99).toFixed(1)} ms`);
  return { run, events, flags: windowFlags(run) };
}

async function run(context: ExperimentContext): Promise<BenchResult[]> {
  const daemon = context.own(await startDaemon({ dataDirectory: join(context.directory, 'data') }));
  const api = new KinesisApi(daemon.endpoint);
  const arn = await api.createStream(streamName, shardCount);
  const load = { kind: 'put-records', wire: 'json', streamName, shardCount, batch, recordBytes } as const;
  const workload: KinesisWorkloadSpec = { ...load, ledger: 'kinesis-efo' };
  const target = { endpoint: daemon.endpoint };
  const session = await context.generator.open({ target, connectionCount, workload, seed: context.seed });
  await subscribeAll(api, arn, session);
  context.progress('warm-up');
  await measureWindow(context, session, -1);
  const valid: MeasuredWindow[] = [];
  const rejected: MeasuredWindow[] = [];
  for (let attempt = 0; attempt < attemptsMax && valid.length < windowCount; attempt++) {
    const window = await measureWindow(context, session, attempt);
    (window.flags.some((flag) => flag.startsWith('void')) ? rejected : valid).push(window);
  }
  const last = await session.takeEvents();
  const isValid = valid.length > 0;
  const result = efoResult(isValid ? valid : rejected, last, isValid ? rejected.length : 0);
  await session.close();
  return [result];
}

function efoResult(
  windows: readonly MeasuredWindow[],
  last: EventsResult,
  rejectedCount: number,
): BenchResult {
  const latency = createLatency();
  const putLatency = createLatency();
  for (const { run: put, events } of windows) {
    latency.add(events.latency as typeof latency);
    putLatency.add(put.latency as typeof putLatency);
  }
  const { tally } = (windows.at(-1) as MeasuredWindow).run;
  const flags = new Set(windows.flatMap((window) => window.flags));
  if (last.problem !== '') flags.add(`void: ${last.problem}`);
  if (rejectedCount > 0) flags.add(`${rejectedCount} windows were void and measured again`);
  flags.add(
    `${consumerCount} consumers of ${shardCount} shards, ${last.receivedCount} records pushed; ` +
      `puts were answered within ${percentileMs(putLatency, 99).toFixed(2)} ms (p99)`,
  );
  const { verification } = tally;
  return finishResult({
    name: 'kinesis-efo',
    value: windows.reduce((sum, { run: put }) => sum + put.rateHz, 0) / windows.length,
    unit: 'records/s',
    p50Ms: percentileMs(latency, 50),
    p99Ms: percentileMs(latency, 99),
    bar: { measure: 'p99Ms', atMost: p99MsMax },
    verification: {
      ...verification,
      received: last.receivedCount,
      lost: last.lostCount,
      duplicated: verification.duplicated + last.duplicatedCount,
      unknown: last.unknownCount,
      reordered: verification.reordered + last.reorderedCount,
    },
    flags: [...flags],
  });
}

export const kinesisEfo: Experiment = {
  name: 'kinesis-efo',
  summary: 'SubscribeToShard from put to event at 20,000 records/s, two consumers of four shards',
  isDefault: false,
  run,
};
