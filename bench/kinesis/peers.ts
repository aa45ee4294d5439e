// Caudal (durable, signatures checked) beside kinesalite (in memory, unsigned), the same signed requests by
// the same generator to both, in pairs: puts in batches and one by one, reads; and Caudal's CBOR beside its
// JSON.
import { join } from 'node:path';
import { startDaemon } from '../daemon.ts';
import { dependencyVersion } from '../environment.ts';
import type { Experiment, ExperimentContext } from '../experiment.ts';
import type { KinesisWorkloadSpec } from '../generator/workload.ts';
import type { Account } from '../pair-result.ts';
import { pairResult } from '../pair-result.ts';
import { runPairs } from '../pairs.ts';
import type { Program } from '../program.ts';
import { benchScript, startProgram } from '../program.ts';
import type { Bar, BenchResult } from '../report.ts';
import { measureCeiling, Side } from '../side.ts';
import { KinesisApi } from './api.ts';
import { fillStream } from './fill.ts';
import { accountForRecords } from './verify.ts';

type Load = Omit<KinesisWorkloadSpec, 'streamName' | 'ledger' | 'shardCount'>;

interface PeerPlan {
  readonly name: string;
  readonly connectionCount: number;
  readonly load: Load;
  /** The same load that the yardstick gets instead, on Caudal too; absent: kinesalite gets this one. */
  readonly ownYardstick?: Load;
  readonly bar: Bar;
}

const shardCount = 4;
/**
 * A request of 500 records takes kinesalite 40 ms and more: few connections and long windows, or what is
 * under way when a window ends would be a large part of it.
 */
const windowMsMin = 3000;
/** What reads find. */
const backlogRecords = 40_000;
const recordsPerFill = 500;

const batch = { kind: 'put-records', batch: 500 } as const;
const small = { ...batch, wire: 'json', recordBytes: 200 } as const;
const large = { ...batch, wire: 'json', recordBytes: 1024 } as const;

const plans: readonly PeerPlan[] = [
  { name: 'put-records-200', connectionCount: 8, load: small, bar: { measure: 'ratio', atLeast: 15 } },
  { name: 'put-records-1k', connectionCount: 8, load: large, bar: { measure: 'ratio', atLeast: 10 } },
  {
    name: 'put-record-1k',
    connectionCount: 64,
    load: { kind: 'put-record', batch: 1, wire: 'json', recordBytes: 1024 },
    bar: { measure: 'ratio', atLeast: 5 },
  },
  {
    name: 'get-records-1k',
    connectionCount: 8,
    load: { kind: 'get-records', batch: 500, wire: 'json', recordBytes: 1024 },
    bar: { measure: 'ratio', atLeast: 10 },
  },
  {
    name: 'cbor-200',
    connectionCount: 8,
    load: { ...small, wire: 'cbor' },
    ownYardstick: small,
    bar: { measure: 'ratio', atLeast: 1 },
  },
  {
    name: 'cbor-1k',
    connectionCount: 8,
    load: { ...large, wire: 'cbor' },
    ownYardstick: large,
    bar: { measure: 'ratio', atLeast: 1 },
  },
];

interface Opened {
  readonly side: Side;
  readonly workload: KinesisWorkloadSpec;
}

async function openSide(
  context: ExperimentContext,
  plan: PeerPlan,
  program: Program,
  load: Load & { readonly name: string },
): Promise<Opened> {
  const { name, ...rest } = load;
  const { connectionCount } = plan;
  const streamName = `bench-${name}`;
  await new KinesisApi(program.endpoint).createStream(streamName, shardCount);
  const ledger = `peers-${plan.name}-${name}`;
  const workload: KinesisWorkloadSpec = { ...rest, streamName, shardCount, ledger };
  if (load.kind === 'get-records') {
    context.progress(`${plan.name}: filling ${name} with ${backlogRecords} records`);
    const messagesMax = Math.ceil(backlogRecords * context.scale);
    await fillStream(context, program, {
      ...workload,
      kind: 'put-records',
      batch: recordsPerFill,
      messagesMax,
    });
  }
  const side = await Side.open(context, { name, program, connectionCount, workload });
  return { side, workload };
}

async function comparePeer(context: ExperimentContext, plan: PeerPlan): Promise<BenchResult> {
  const { load, ownYardstick, connectionCount } = plan;
  const daemon = context.own(await startDaemon({ dataDirectory: join(context.directory, plan.name) }));
  const peer = ownYardstick === undefined ? context.own(await startPeer()) : daemon;
  const subject = await openSide(context, plan, daemon, { ...load, name: 'caudal' });
  const yardstick = await openSide(context, plan, peer, { ...(ownYardstick ?? load), name: 'yardstick' });
  const reply = [load.kind, load.wire, String(load.batch), String(load.recordBytes)];
  const ceiling = await measureCeiling(context, { connectionCount, workload: subject.workload, reply });
  context.progress(`${plan.name}: warm-up`);
  await yardstick.side.warmUp();
  await subject.side.warmUp();
  const yardstickName = ownYardstick === undefined ? `kinesalite ${dependencyVersion('kinesalite')}` : 'json';
  const outcome = await runPairs({
    pairCount: context.pairCount,
    yardstick: () => yardstick.side.measure(),
    subject: () => subject.side.measure(),
    onPair: (index, ratio) =>
      context.progress(`${plan.name}: pair ${index + 1}: ${ratio.toFixed(2)} x ${yardstickName}`),
  });
  const account: Account =
    load.kind === 'get-records'
      ? { verification: null, flags: [] }
      : await accountForRecords(context, subject.side, subject.workload);
  await yardstick.side.session.close();
  await subject.side.session.close();
  await peer.stop();
  await daemon.stop();
  const { bar } = plan;
  return pairResult(
    { name: `peers-kinesis-${plan.name}`, unit: 'records/s', bar },
    { outcome, ceiling, yardstickName, account },
  );
}

function startPeer(): Promise<Program> {
  return startProgram({ name: 'kinesalite', nodeArguments: [benchScript('kinesalite')] });
}

async function run(given: ExperimentContext): Promise<BenchResult[]> {
  const context = { ...given, windowMs: Math.max(given.windowMs, windowMsMin) };
  const results: BenchResult[] = [];
  for (const plan of plans) {
    if (context.shapes.length > 0 && !context.shapes.includes(plan.name)) continue;
    results.push(await comparePeer(context, plan));
  }
  return results;
}

export const kinesisPeers: Experiment = {
  name: 'peers-kinesis',
  summary: 'puts and reads beside kinesalite, and CBOR beside JSON (--shape NAME for one of them)',
  isDefault: false,
  run,
};
