// Messages that a topic places in its queues, beside the echo's requests, in pairs; what a further delivery
// costs in bytes written; then an account of every copy. A variant has a daemon of its own.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { queueUrl, startDaemon } from '../daemon.ts';
import type { Experiment, ExperimentContext } from '../experiment.ts';
import type { PublishWorkloadSpec } from '../generator/workload.ts';
import { pairResult } from '../pair-result.ts';
import type { Account } from '../pair-result.ts';
import { runPairs } from '../pairs.ts';
import { deviceWriteBytes } from '../proc.ts';
import type { Program } from '../program.ts';
import { finishResult } from '../report.ts';
import type { BenchResult } from '../report.ts';
import { measureCeiling, openEcho, Side } from '../side.ts';
import { SqsApi } from '../sqs/api.ts';
import { SnsApi } from './api.ts';

interface Variant {
  readonly name: string;
  readonly queueCount: number;
  readonly batch: number;
  readonly isRaw: boolean;
  /** Of copies to the echo's requests, from the design. */
  readonly atLeast?: number;
}

const connectionCount = 64;
const bodyBytes = 200;
const placeMsMax = 30_000;
const createMsMax = 60_000;
/** Device bytes of a delivery beyond the message itself, from the design. */
const deliveryBytesMax = 64;

interface Stage {
  readonly daemon: Program;
  readonly side: Side;
  readonly workload: PublishWorkloadSpec;
}

/** A daemon with a topic and its queues, under load. */
async function openStage(context: ExperimentContext, variant: Variant): Promise<Stage> {
  const { name, queueCount, batch } = variant;
  const daemon = context.own(await startDaemon({ dataDirectory: join(context.directory, name) }));
  context.progress(`${name}: creating ${queueCount} queues`);
  await createQueues(context, daemon, queueCount);
  const sns = new SnsApi(daemon.endpoint);
  await sns.connect();
  const topicArn = await sns.createTopic('bench');
  for (let queue = 0; queue < queueCount; queue++)
    await sns.subscribeQueue(topicArn, `q-${queue}`, variant.isRaw);
  sns.close();
  const workload = { kind: 'publish', topicArn, queueCount, batch, bodyBytes, ledger: name } as const;
  const side = await Side.open(context, { name: 'caudal', program: daemon, connectionCount, workload });
  return { daemon, side, workload };
}

async function createQueues(context: ExperimentContext, daemon: Program, queueCount: number): Promise<void> {
  const creator = await context.generator.open({
    target: { endpoint: daemon.endpoint },
    connectionCount: 8,
    seed: context.seed,
    workload: { kind: 'create', queueUrl: queueUrl(daemon.endpoint, 'q-'), queueCount, ledger: 'create' },
  });
  const created = await creator.run({ loop: 'closed', durationMs: createMsMax, prepareCount: 0 });
  await creator.close();
  if (created.units < queueCount)
    throw new Error(`only ${created.units} queues: ${created.tally.firstFailure}`);
}

async function measure(context: ExperimentContext, echo: Side, variant: Variant): Promise<BenchResult[]> {
  const { name, queueCount, batch, atLeast } = variant;
  const bytesOnce = await bytesOfOne(context, variant);
  const stage = await openStage(context, variant);
  const { daemon, side, workload } = stage;
  context.progress(`${name}: generator ceiling`);
  const ceiling = await measureCeiling(context, { connectionCount, workload, reply: ['sqs', String(batch)] });
  context.progress(`${name}: warm-up`);
  await echo.warmUp();
  await side.warmUp();
  let bytes = 0;
  let copies = 0;
  const outcome = await runPairs({
    pairCount: context.pairCount,
    yardstick: () => echo.measure(),
    subject: async () => {
      const before = deviceWriteBytes(daemon.pid);
      const window = await side.measure();
      bytes += deviceWriteBytes(daemon.pid) - before;
      copies += window.units;
      return window;
    },
    onPair: (index, ratio) => context.progress(`${name}: pair ${index + 1}: ${ratio.toFixed(2)} x echo`),
  });
  context.progress(`${name}: account of copies`);
  const account = await accountForCopies(stage);
  await side.session.close();
  await daemon.stop();
  const plan = { name, unit: 'copies/s', ...(atLeast === undefined ? {} : { bar: barOf(atLeast) }) };
  return [
    pairResult(plan, { outcome, ceiling, yardstickName: echo.name, account }),
    deliveryBytes(variant, (bytes * queueCount) / copies, bytesOnce),
  ];
}

function barOf(atLeast: number): { readonly measure: 'ratio'; readonly atLeast: number } {
  return { measure: 'ratio', atLeast };
}

/**
 * What a message with 1 delivery makes the device write: it is stored once, whatever the number of queues.
 */
async function bytesOfOne(context: ExperimentContext, many: Variant): Promise<number> {
  const variant = { ...many, name: `${many.name}-one`, queueCount: 1 };
  const { daemon, side } = await openStage(context, variant);
  await side.warmUp();
  const before = deviceWriteBytes(daemon.pid);
  let messages = 0;
  for (let left = context.pairCount; left > 0; left--) messages += (await side.measure()).units;
  const bytes = deviceWriteBytes(daemon.pid) - before;
  await side.session.close();
  await daemon.stop();
  return bytes / messages;
}

/** Of all that is written for a message, the share of each delivery but the first. */
function deliveryBytes({ name, queueCount }: Variant, bytes: number, bytesOnce: number): BenchResult {
  const many = `${Math.round(bytes)} device bytes a message of ${bodyBytes} B to ${queueCount} queues`;
  return finishResult({
    name: `${name}-bytes`,
    value: (bytes - bytesOnce) / (queueCount - 1),
    unit: 'B/delivery',
    bar: { measure: 'value', atMost: deliveryBytesMax },
    flags: [`${many}, ${Math.round(bytesOnce)} to one`],
  });
}

/** Each queue has to hold what was confirmed, soon: an acknowledged publish may still be on its way. */
async function accountForCopies({ daemon, side, workload }: Stage): Promise<Account> {
  const verification = side.lastRun?.tally.verification;
  if (verification === undefined) return { verification: null, flags: [] };
  const api = new SqsApi(daemon.endpoint);
  const startedMs = performance.now();
  let lost = 0;
  let duplicated = 0;
  for (let queue = 0; queue < workload.queueCount; queue++) {
    const url = queueUrl(daemon.endpoint, `q-${queue}`);
    let { total } = await api.messageCounts(url);
    while (total < verification.confirmed && performance.now() - startedMs < placeMsMax) {
      await sleep(50);
      ({ total } = await api.messageCounts(url));
    }
    lost += Math.max(0, verification.confirmed - total);
    duplicated += Math.max(0, total - verification.issued);
  }
  const flags = [`all copies seen ${Math.round(performance.now() - startedMs)} ms after the last window`];
  if (lost + duplicated > 0) flags.push(`wrong: ${lost} copies missing, ${duplicated} too many`);
  return { verification: { ...verification, duplicated, lost }, flags };
}

function fanout(name: string, summary: string, variants: readonly Variant[]): Experiment {
  return {
    name,
    summary,
    isDefault: false,
    run: async (context) => {
      const echo = await openEcho(context);
      const results: BenchResult[] = [];
      for (const variant of variants) results.push(...(await measure(context, echo, variant)));
      return results;
    },
  };
}

export const snsFanouts: readonly Experiment[] = [
  fanout(
    'sns-fanout-10',
    'Publish and PublishBatch of 200 B to 10 queues, raw and enveloped, 64 connections',
    [
      { name: 'sns-fanout-10', queueCount: 10, batch: 1, isRaw: true, atLeast: 3 },
      { name: 'sns-fanout-10-batch', queueCount: 10, batch: 10, isRaw: true, atLeast: 6 },
      { name: 'sns-fanout-10-enveloped', queueCount: 10, batch: 1, isRaw: false },
    ],
  ),
  fanout('sns-fanout-1000', 'Publish of 200 B to 1,000 queues, raw and enveloped, 64 connections', [
    { name: 'sns-fanout-1000', queueCount: 1000, batch: 1, isRaw: true, atLeast: 10 },
    { name: 'sns-fanout-1000-enveloped', queueCount: 1000, batch: 1, isRaw: false },
  ]),
];
