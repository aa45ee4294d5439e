// Carries the backlogs of the design through one daemon each: memory against the same daemon when it was
// merely warm, rates against an empty queue, restarts after kill -9 under load and idle, and an exact count
// afterwards.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Experiment, ExperimentContext } from '../experiment.ts';
import { percentileMs } from '../generator/latency.ts';
import type { WorkloadKind } from '../generator/workload.ts';
import { runPairs } from '../pairs.ts';
import { finishResult } from '../report.ts';
import type { BenchResult } from '../report.ts';
import { BacklogDaemon, countAll, queueUrlAt } from './backlog-daemon.ts';
import { backlogShapes, scaled, shapeLoad } from './backlog-shapes.ts';
import type { BacklogShape } from './backlog-shapes.ts';
import { measureDeadLetters } from './dead-letters.ts';
import { Side } from '../side.ts';

const warmCycles = 100_000;
const mebi = 1 << 20;
const warmMiBMax = 250;
const growthMiBMax = 50;
const busyRestartMsMax = 1000;
const idleRestartMsMax = 500;
const rateRatioMin = 0.8;
const phaseMsMax = 1_800_000;
const leaseSeconds = 30;
const emptyQueue = 'empty';

async function measureShape(context: ExperimentContext, full: BacklogShape): Promise<BenchResult[]> {
  const shape = scaled(full, context.scale);
  const say = (text: string): void => context.progress(`${shape.name}: ${text}`);
  const daemon = await BacklogDaemon.start(context, join(context.directory, shape.name));
  try {
    say(`warming with ${warmCycles} cycles`);
    const warmBytes = await warm(daemon);
    say(`warm at ${Math.round(warmBytes / mebi)} MiB; sending ${shape.messageCount} messages`);
    daemon.forgetPeak();
    await fill(daemon, shape);
    if (shape.isReceivedOnce) {
      say('receiving every message once');
      await receiveOnce(daemon, shape);
    }
    const filledPeak = daemon.peakBytes;
    say(`peak ${Math.round(filledPeak / mebi)} MiB; rates`);
    const rates = await measureRates(context, daemon, shape);
    say('kill -9 under load');
    const restarts = await measureRestarts(daemon, shape);
    const counts = shape.isReceivedOnce
      ? await measureDeadLetters(context, shape, daemon)
      : await countMessages(daemon, shape);
    const growth = (Math.max(filledPeak, daemon.peakBytes) - warmBytes) / mebi;
    return [...memoryResults(shape, warmBytes, growth), ...rates, ...restarts, counts];
  } finally {
    await daemon.stop();
  }
}

/** The state that memory is compared with: a daemon that has worked, with nothing left in it. */
async function warm(daemon: BacklogDaemon): Promise<number> {
  await daemon.api.createQueue(emptyQueue);
  const workload = {
    kind: 'cycle',
    queueUrl: daemon.url(emptyQueue),
    ledger: 'warm',
    messagesMax: warmCycles,
  } as const;
  const session = await daemon.openLoad({ ...workload, ledger: `warm-${daemon.program.pid}` });
  daemon.forgetPeak();
  await session.run({ loop: 'closed', durationMs: phaseMsMax, prepareCount: 0 });
  await session.close();
  return daemon.peakBytes;
}

async function fill(daemon: BacklogDaemon, shape: BacklogShape): Promise<void> {
  const load = shapeLoad(shape, daemon.url(shape.queueName));
  if (shape.queueCount === 1) {
    await daemon.api.createQueue(shape.queueName, shape.attributes);
  } else {
    const creator = await daemon.openLoad({ ...load, kind: 'create' });
    await creator.run({ loop: 'closed', durationMs: phaseMsMax, prepareCount: 0 });
    await creator.close();
  }
  const session = await daemon.openLoad({
    ...load,
    kind: 'send',
    batch: 10,
    messagesMax: shape.messageCount,
  });
  const sent = await session.run({ loop: 'closed', durationMs: phaseMsMax, prepareCount: 0 });
  await session.close();
  if (sent.units < shape.messageCount) {
    throw new Error(`took ${sent.units} of ${shape.messageCount} messages: ${sent.tally.firstFailure}`);
  }
}

/**
 * Leases every message of every queue once, queue by queue, and lets all leases expire. Each queue is smaller
 * than what it may lease at a time, and is through before its first lease ends: what returns is served first.
 */
async function receiveOnce(daemon: BacklogDaemon, shape: BacklogShape): Promise<void> {
  const load = shapeLoad(shape, '');
  const perQueue = shape.messageCount / shape.queueCount;
  for (let index = 0; index < shape.queueCount; index++) {
    const session = await daemon.openLoad({
      ...load,
      kind: 'receive',
      queueUrl: queueUrlAt(daemon, shape, index),
      queueCount: 1,
      visibilitySeconds: leaseSeconds,
      allowsRedelivery: true,
      messagesMax: perQueue,
    });
    await session.run({ loop: 'closed', durationMs: phaseMsMax, prepareCount: 0 });
    await session.close();
  }
  await sleep((leaseSeconds + 1) * 1000);
}

async function measureRates(
  context: ExperimentContext,
  daemon: BacklogDaemon,
  shape: BacklogShape,
): Promise<BenchResult[]> {
  const results: BenchResult[] = [];
  // Cycles would settle messages whose receive counts are checked later.
  const kinds: readonly WorkloadKind[] = shape.isReceivedOnce ? ['send'] : ['send', 'cycle'];
  for (const kind of kinds) results.push(await measureRate(context, { daemon, shape, kind }));
  return results;
}

interface RatePlan {
  readonly daemon: BacklogDaemon;
  readonly shape: BacklogShape;
  readonly kind: WorkloadKind;
}

async function measureRate(context: ExperimentContext, plan: RatePlan): Promise<BenchResult> {
  const { daemon, shape, kind } = plan;
  const { program } = daemon;
  const connectionCount = 64;
  const yardstickName = `empty-${shape.name}-${kind}`;
  const isFifo = shape.groupCount > 0;
  const yardstickQueue = isFifo ? `${yardstickName}.fifo` : yardstickName;
  await daemon.api.createQueue(yardstickQueue, shape.attributes);
  const { groupCount } = shape;
  const yardstickLoad = { kind, queueUrl: daemon.url(yardstickQueue), groupCount, ledger: yardstickName };
  const subjectLoad = { ...shapeLoad(shape, daemon.url(shape.queueName)), kind };
  const base = { program, connectionCount };
  const yardstick = await Side.open(context, { ...base, name: 'empty', workload: yardstickLoad });
  const subject = await Side.open(context, { ...base, name: 'backlog', workload: subjectLoad });
  await yardstick.warmUp();
  await subject.warmUp();
  const outcome = await runPairs({
    pairCount: context.pairCount,
    yardstick: () => yardstick.measure(),
    subject: () => subject.measure(),
    onPair: (index, ratio) =>
      context.progress(`${shape.name}: ${kind} ${index + 1}: ${ratio.toFixed(2)} x empty`),
  });
  await yardstick.session.close();
  await subject.session.close();
  return finishResult({
    name: `backlog-${shape.name}-${kind}`,
    value: outcome.subjectRateHz,
    unit: kind === 'send' ? 'msg/s' : 'cycles/s',
    p50Ms: percentileMs(outcome.latency, 50),
    p99Ms: percentileMs(outcome.latency, 99),
    yardstick: { name: 'empty queue', value: outcome.yardstickRateHz },
    ratio: outcome.ratio,
    pairRatios: outcome.pairRatios,
    bar: { measure: 'ratio', atLeast: rateRatioMin },
    flags: outcome.flags,
  });
}

async function measureRestarts(daemon: BacklogDaemon, shape: BacklogShape): Promise<BenchResult[]> {
  const load = shapeLoad(shape, daemon.url(shape.queueName));
  const session = await daemon.openLoad({ ...load, kind: 'send' });
  const running = session.run({ loop: 'closed', durationMs: 60_000, prepareCount: 0 });
  await sleep(2000);
  const busyMs = await daemon.killAndRestart();
  await running;
  await session.close();
  // Long enough for a checkpoint and for the work that a restart left behind.
  await sleep(5000);
  const idleMs = await daemon.killAndRestart();
  const restart = (name: string, value: number, atMost: number): BenchResult => {
    return finishResult({
      name: `backlog-${shape.name}-${name}`,
      value,
      unit: 'ms',
      bar: { measure: 'value', atMost },
    });
  };
  return [
    restart('restart-busy', busyMs, busyRestartMsMax),
    restart('restart-idle', idleMs, idleRestartMsMax),
  ];
}

/**
 * What is stored must lie between what was confirmed and what was sent: the kill left requests without an
 * answer.
 */
async function countMessages(daemon: BacklogDaemon, shape: BacklogShape): Promise<BenchResult> {
  const load = shapeLoad(shape, daemon.url(shape.queueName));
  const session = await daemon.openLoad({ ...load, kind: 'send', messagesMax: 1 }, 1);
  const probe = await session.run({ loop: 'closed', durationMs: 10_000, prepareCount: 0 });
  await session.close();
  const { verification } = probe.tally;
  const total = await countAll(daemon, shape);
  const least = verification.confirmed - verification.deleted;
  const most = verification.issued - verification.deleted;
  const lost = Math.max(0, least - total);
  return finishResult({
    name: `backlog-${shape.name}-count`,
    value: total,
    unit: 'messages',
    yardstick: { name: 'confirmed', value: least },
    ratio: total / least,
    verification: { ...verification, lost, duplicated: Math.max(0, total - most) },
  });
}

function memoryResults(shape: BacklogShape, warmBytes: number, growthMiB: number): BenchResult[] {
  const result = (name: string, value: number, atMost: number): BenchResult => {
    return finishResult({
      name: `backlog-${shape.name}-${name}`,
      value,
      unit: 'MiB',
      bar: { measure: 'value', atMost },
    });
  };
  return [result('warm', warmBytes / mebi, warmMiBMax), result('growth', growthMiB, growthMiBMax)];
}

async function run(context: ExperimentContext): Promise<BenchResult[]> {
  const results: BenchResult[] = [];
  for (const shape of backlogShapes) {
    if (context.shapes.length > 0 && !context.shapes.includes(shape.name)) continue;
    results.push(...(await measureShape(context, shape)));
  }
  return results;
}

export const sqsBacklog: Experiment = {
  name: 'sqs-backlog',
  summary: 'four deep backlogs: memory, rates, restarts, exact counts (--shape NAME for one of them)',
  isDefault: false,
  run,
};
