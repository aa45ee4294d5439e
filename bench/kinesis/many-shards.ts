// Bytes written to the device per record when 1,000 slow shards share one log: PutRecords of 500 records of
// 200 B, each for another shard, every second request for the other half. One connection, so that a commit
// holds one request, as it does at 10 records a second and shard; only the pauses between commits are left
// out. It runs over several log segments and waits until what can be sealed and merged is.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startDaemon } from '../daemon.ts';
import type { Experiment, ExperimentContext } from '../experiment.ts';
import { windowFlags } from '../gate.ts';
import { percentileMs } from '../generator/latency.ts';
import type { KinesisWorkloadSpec } from '../generator/workload.ts';
import { deviceWriteBytes } from '../proc.ts';
import { finishResult } from '../report.ts';
import type { BenchResult } from '../report.ts';
import { KinesisApi } from './api.ts';

const shardCount = 1000;
const batch = 500;
const recordBytes = 200;
/** Eight segments of the log: what is not sealed at the end is a small part. */
const fullRecords = 2_000_000;
const sealsMin = 2;
const bytesMax = 800;
const putMsMax = 300_000;
const quietMs = 3000;
const quietMsMax = 90_000;
const streamName = 'bench';

async function run(context: ExperimentContext): Promise<BenchResult[]> {
  const dataDirectory = join(context.directory, 'data');
  const daemon = context.own(await startDaemon({ dataDirectory }));
  await new KinesisApi(daemon.endpoint).createStream(streamName, shardCount);
  const messagesMax = Math.ceil((fullRecords * context.scale) / batch) * batch;
  const load = { kind: 'put-records', wire: 'cbor', streamName, shardCount, batch, recordBytes } as const;
  const name = 'kinesis-many-shards';
  const workload: KinesisWorkloadSpec = { ...load, isSpreadEvenly: true, ledger: name, messagesMax };
  const target = { endpoint: daemon.endpoint };
  const session = await context.generator.open({
    target,
    connectionCount: 1,
    workload,
    seed: context.seed,
  });
  context.progress(`putting ${messagesMax} records`);
  const bytesBefore = deviceWriteBytes(daemon.pid);
  const put = await session.run({ loop: 'closed', durationMs: putMsMax, prepareCount: 0 });
  context.progress('waiting for the last merge');
  const bytes = (await bytesWhenQuiet(daemon.pid)) - bytesBefore;
  await session.close();
  const { logCount, bodyCount } = segmentsIn(join(dataDirectory, 'cells', 'stream-0'));
  const perRecord = bytes / put.units;
  const flags = windowFlags(put);
  if (bodyCount < sealsMin) flags.push(`void: only ${bodyCount} segments were sealed`);
  flags.push(
    `${Math.round(put.rateHz)} records/s, one request a commit; ` +
      `${bodyCount} sealed segments and ${logCount} of the log at the end`,
  );
  return [
    finishResult({
      name,
      value: perRecord,
      unit: 'B/record',
      p50Ms: percentileMs(put.latency, 50),
      p99Ms: percentileMs(put.latency, 99),
      yardstick: { name: 'data', value: recordBytes },
      ratio: perRecord / recordBytes,
      bar: { measure: 'value', atMost: bytesMax },
      verification: { ...put.tally.verification, lost: 0 },
      flags,
    }),
  ];
}

/** Once nothing was written for a while: an idle daemon writes nothing. */
async function bytesWhenQuiet(pid: number): Promise<number> {
  let bytes = deviceWriteBytes(pid);
  for (let waitedMs = 0; waitedMs < quietMsMax; waitedMs += quietMs) {
    await sleep(quietMs);
    const next = deviceWriteBytes(pid);
    if (next === bytes) break;
    bytes = next;
  }
  return bytes;
}

function segmentsIn(directory: string): { logCount: number; bodyCount: number } {
  const files = readdirSync(directory);
  return {
    logCount: files.filter((file) => /^log-\d+\.mdb$/.test(file)).length,
    bodyCount: files.filter((file) => /^body-\d+\.mdb$/.test(file)).length,
  };
}

export const kinesisManyShards: Experiment = {
  name: 'kinesis-many-shards',
  summary: 'device bytes per record, PutRecords of 500 x 200 B over 1,000 shards, merges included',
  isDefault: false,
  run,
};
