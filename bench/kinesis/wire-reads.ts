// GetRecords over HTTP on the data of `kinesis-get`, in JSON and CBOR: everything once from a cold disk, and
// a small stream that is in memory again and again. Figures beside those of the core, without a bar of their
// own.
import { startDaemon } from '../daemon.ts';
import type { ExperimentContext } from '../experiment.ts';
import { windowFlags } from '../gate.ts';
import { percentileMs } from '../generator/latency.ts';
import type { RunResult } from '../generator/messages.ts';
import type { KinesisWire, KinesisWorkloadSpec } from '../generator/workload.ts';
import { cacheStayed, dropPageCache } from '../page-cache.ts';
import type { Program } from '../program.ts';
import { finishResult } from '../report.ts';
import type { BenchResult } from '../report.ts';
import { KinesisApi } from './api.ts';
import { fillStream } from './fill.ts';

export interface ReadStream {
  readonly streamName: string;
  readonly shardCount: number;
  readonly recordBytes: number;
}

const wires: readonly KinesisWire[] = ['json', 'cbor'];
const recordsPerRead = 2000;
const tailName = 'tail';
const tailRecords = 8000;
const mebi = 1 << 20;

export async function measureWireReads(
  context: ExperimentContext,
  dataDirectory: string,
  stream: ReadStream,
): Promise<BenchResult[]> {
  const results: BenchResult[] = [];
  for (const wire of wires) {
    const daemon = context.own(await startDaemon({ dataDirectory }));
    const isCold = dropPageCache();
    const run = await read(context, daemon, { ...stream, wire });
    results.push(wireResult(`kinesis-get-cold-${wire}`, run, stream, isCold ? [] : [cacheStayed]));
    await daemon.stop();
  }
  const daemon = context.own(await startDaemon({ dataDirectory }));
  const tail = { ...stream, streamName: tailName };
  await new KinesisApi(daemon.endpoint).createStream(tailName, stream.shardCount);
  const put = { kind: 'put-records', wire: 'json', batch: 500, ledger: tailName } as const;
  await fillStream(context, daemon, { ...tail, ...put, messagesMax: tailRecords });
  for (const wire of wires) {
    await read(context, daemon, { ...tail, wire });
    results.push(
      wireResult(`kinesis-get-tail-${wire}`, await read(context, daemon, { ...tail, wire }), tail),
    );
  }
  await daemon.stop();
  return results;
}

/** One lane a shard. A cold pass that ends within the window begins again, warm: windows are short. */
async function read(
  context: ExperimentContext,
  daemon: Program,
  stream: ReadStream & { readonly wire: KinesisWire },
): Promise<RunResult> {
  const ledger = `${stream.streamName}-${stream.wire}`;
  const workload: KinesisWorkloadSpec = { ...stream, kind: 'get-records', batch: recordsPerRead, ledger };
  const session = await context.generator.open({
    target: { endpoint: daemon.endpoint },
    connectionCount: stream.shardCount,
    workload,
    seed: context.seed,
  });
  const run = await session.run({ loop: 'closed', durationMs: context.windowMs, prepareCount: 0 });
  await session.close();
  context.progress(`${ledger}: ${Math.round(run.rateHz)} records/s over HTTP`);
  return run;
}

function wireResult(
  name: string,
  run: RunResult,
  { recordBytes }: ReadStream,
  flags: readonly string[] = [],
): BenchResult {
  return finishResult({
    name,
    value: (run.rateHz * recordBytes) / mebi,
    unit: 'MiB/s',
    p50Ms: percentileMs(run.latency, 50),
    p99Ms: percentileMs(run.latency, 99),
    flags: [...windowFlags(run), `${Math.round(run.rateHz)} records/s`, ...flags],
  });
}
