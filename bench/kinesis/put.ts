// PutRecords of 500 records of 200 B over 4 shards, durable and signed, in JSON and in CBOR, beside the
// echo's requests in pairs; then an account of what was acknowledged.
import { join } from 'node:path';
import { startDaemon } from '../daemon.ts';
import type { Experiment, ExperimentContext } from '../experiment.ts';
import type { KinesisWire, KinesisWorkloadSpec } from '../generator/workload.ts';
import { pairResult } from '../pair-result.ts';
import { runPairs } from '../pairs.ts';
import type { BenchResult } from '../report.ts';
import { measureCeiling, openEcho, Side } from '../side.ts';
import { KinesisApi } from './api.ts';
import { accountForRecords } from './verify.ts';

const connectionCount = 16;
const shardCount = 4;
const batch = 500;
const recordBytes = 200;
const streamName = 'bench';

/** Records to the echo's requests, from the design. */
const bars: Readonly<Record<KinesisWire, number>> = { json: 8, cbor: 10 };

async function measureWire(context: ExperimentContext, echo: Side, wire: KinesisWire): Promise<BenchResult> {
  const name = `kinesis-put-${wire}`;
  const daemon = context.own(await startDaemon({ dataDirectory: join(context.directory, wire) }));
  await new KinesisApi(daemon.endpoint).createStream(streamName, shardCount);
  const load = { kind: 'put-records', wire, streamName, shardCount, batch, recordBytes } as const;
  const workload: KinesisWorkloadSpec = { ...load, ledger: name };
  context.progress(`${wire}: generator ceiling`);
  const reply = ['put-records', wire, String(batch)];
  const ceiling = await measureCeiling(context, { connectionCount, workload, reply });
  const subject = await Side.open(context, { name: 'caudal', program: daemon, connectionCount, workload });
  context.progress(`${wire}: warm-up`);
  await echo.warmUp();
  await subject.warmUp();
  const outcome = await runPairs({
    pairCount: context.pairCount,
    yardstick: () => echo.measure(),
    subject: () => subject.measure(),
    onPair: (index, ratio) => context.progress(`${wire}: pair ${index + 1}: ${ratio.toFixed(2)} x echo`),
  });
  context.progress(`${wire}: account of records`);
  const account = await accountForRecords(context, subject, workload);
  await subject.session.close();
  await daemon.stop();
  const bar = { measure: 'ratio', atLeast: bars[wire] } as const;
  return pairResult(
    { name, unit: 'records/s', bar },
    { outcome, ceiling, yardstickName: echo.name, account },
  );
}

async function run(context: ExperimentContext): Promise<BenchResult[]> {
  const echo = await openEcho(context);
  return [await measureWire(context, echo, 'json'), await measureWire(context, echo, 'cbor')];
}

export const kinesisPut: Experiment = {
  name: 'kinesis-put',
  summary: 'PutRecords of 500 x 200 B over 4 shards, 16 connections, JSON and CBOR',
  isDefault: false,
  run,
};
