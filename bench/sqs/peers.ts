// Caudal (durable, signatures checked) beside fauxqs (in memory, unsigned), the same signed requests by the
// same generator to both, in pairs: sends, cycles on an empty queue and behind a backlog, batches.
import { join } from 'node:path';
import { startDaemon } from '../daemon.ts';
import { dependencyVersion } from '../environment.ts';
import type { Experiment, ExperimentContext } from '../experiment.ts';
import type { WorkloadSpec } from '../generator/workload.ts';
import { pairResult } from '../pair-result.ts';
import { runPairs } from '../pairs.ts';
import type { Program } from '../program.ts';
import { benchScript, startProgram } from '../program.ts';
import type { Bar, BenchResult } from '../report.ts';
import { SqsApi } from './api.ts';
import { measureCeiling, Side } from '../side.ts';
import { accountForMessages } from './verify.ts';

interface PeerPlan {
  readonly name: string;
  readonly unit: string;
  readonly workload: Omit<WorkloadSpec, 'queueUrl' | 'ledger'>;
  readonly backlogMessages?: number;
  readonly bar: Bar;
}

const connectionCount = 64;
const fillMsMax = 120_000;

const plans: readonly PeerPlan[] = [
  { name: 'send', unit: 'msg/s', workload: { kind: 'send' }, bar: { measure: 'ratio', atLeast: 2 } },
  { name: 'cycle', unit: 'cycles/s', workload: { kind: 'cycle' }, bar: { measure: 'ratio', atLeast: 1.5 } },
  {
    name: 'cycle-backlog',
    unit: 'cycles/s',
    workload: { kind: 'cycle' },
    backlogMessages: 200_000,
    bar: { measure: 'ratio', atLeast: 2.5 },
  },
  {
    name: 'send-batch',
    unit: 'msg/s',
    workload: { kind: 'send', batch: 10 },
    bar: { measure: 'ratio', atLeast: 1.8 },
  },
];

/** One side of a plan on a fresh program: its queue, and the backlog that the plan wants in it. */
async function openSide(
  context: ExperimentContext,
  plan: PeerPlan,
  program: Program,
  name: string,
): Promise<Opened> {
  const api = new SqsApi(program.endpoint);
  const queueUrl = await api.createQueue('bench');
  const ledger = `peers-${plan.name}-${name}`;
  const workload: WorkloadSpec = { ...plan.workload, queueUrl, ledger };
  if (plan.backlogMessages !== undefined) {
    const messagesMax = Math.ceil(plan.backlogMessages * context.scale);
    context.progress(`${plan.name}: filling ${name} with ${messagesMax} messages`);
    const session = await context.generator.open({
      target: { endpoint: program.endpoint },
      connectionCount,
      workload: { kind: 'send', batch: 10, queueUrl, ledger, messagesMax },
      seed: context.seed,
    });
    const filled = await session.run({ loop: 'closed', durationMs: fillMsMax, prepareCount: 0 });
    await session.close();
    if (filled.units < messagesMax)
      throw new Error(`${name} took only ${filled.units} of ${messagesMax} messages`);
  }
  const side = await Side.open(context, { name, program, connectionCount, workload });
  return { api, side, workload };
}

interface Opened {
  readonly api: SqsApi;
  readonly side: Side;
  readonly workload: WorkloadSpec;
}

async function comparePeer(context: ExperimentContext, plan: PeerPlan): Promise<BenchResult> {
  const peerName = `fauxqs ${dependencyVersion('fauxqs')}`;
  const dataDirectory = join(context.directory, plan.name);
  const daemon = context.own(await startDaemon({ dataDirectory }));
  const peer = context.own(await startProgram({ name: 'fauxqs', nodeArguments: [benchScript('fauxqs')] }));
  const subject = await openSide(context, plan, daemon, 'caudal');
  const yardstick = await openSide(context, plan, peer, 'fauxqs');
  const reply = ['sqs', String(plan.workload.batch ?? 1)];
  const ceiling = await measureCeiling(context, { connectionCount, workload: subject.workload, reply });
  context.progress(`${plan.name}: warm-up`);
  await yardstick.side.warmUp();
  await subject.side.warmUp();
  const outcome = await runPairs({
    pairCount: context.pairCount,
    yardstick: () => yardstick.side.measure(),
    subject: () => subject.side.measure(),
    onPair: (index, ratio) =>
      context.progress(`${plan.name}: pair ${index + 1}: ${ratio.toFixed(2)} x fauxqs`),
  });
  context.progress(`${plan.name}: account of messages`);
  const account = await accountForMessages(context, subject);
  await yardstick.side.session.close();
  await subject.side.session.close();
  await peer.stop();
  await daemon.stop();
  return pairResult(
    { ...plan, name: `peers-sqs-${plan.name}` },
    { outcome, ceiling, yardstickName: peerName, account },
  );
}

async function run(context: ExperimentContext): Promise<BenchResult[]> {
  const results: BenchResult[] = [];
  for (const plan of plans) results.push(await comparePeer(context, plan));
  return results;
}

export const sqsPeers: Experiment = {
  name: 'peers-sqs',
  summary: 'sends, cycles and batches beside fauxqs',
  isDefault: false,
  run,
};
