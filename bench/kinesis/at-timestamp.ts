// GetShardIterator AT_TIMESTAMP among a large log: random times of the fill, warm and from a cold disk. It is
// a binary search over the records of one shard, one block read a step, so its cost grows with the logarithm
// of their number: the reads per lookup are counted, and what 50 GB would take follows from them.
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { SeededRng } from '../../src/base/rng.ts';
import { startDaemon } from '../daemon.ts';
import type { Experiment, ExperimentContext } from '../experiment.ts';
import { createLatency, percentileMs, recordMs } from '../generator/latency.ts';
import { deviceReadBytes } from '../proc.ts';
import { cacheStayed, dropPageCache } from '../page-cache.ts';
import type { Program } from '../program.ts';
import { finishResult } from '../report.ts';
import type { Bar, BenchResult } from '../report.ts';
import { KinesisApi, shardIdOf } from './api.ts';
import { fillDirectory } from './fill.ts';

const shardCount = 4;
const recordBytes = 1024;
/** 2 GB. */
const fullRecords = 2 * (1 << 20);
const targetRecords = 50 * (1 << 20);
const warmLookups = 1000;
/** The page cache is dropped before each; what the daemon has mapped of files that it keeps open stays. */
const coldLookups = 50;
/** From the reference of the service (section 18). */
const p99MsMax = 5;
const streamName = 'bench';

interface Filled {
  readonly startMs: number;
  readonly endMs: number;
  readonly recordCount: number;
}

async function fill(context: ExperimentContext, dataDirectory: string): Promise<Filled> {
  const recordCount = Math.ceil(fullRecords * context.scale);
  const stream = { streamName, shardCount, recordBytes, recordCount, ledger: 'at-timestamp' };
  const { startMs, endMs } = await fillDirectory(context, dataDirectory, stream);
  return { startMs, endMs, recordCount };
}

/** Looks for random times of the fill, one after the other; the records found are not older. */
class Lookups {
  readonly #filled: Filled;
  readonly #rng: SeededRng;
  readonly latency = createLatency();
  wrongCount = 0;

  constructor(filled: Filled, seed: number) {
    this.#filled = filled;
    this.#rng = new SeededRng(seed);
  }

  async run(daemon: Program, count: number): Promise<void> {
    const connection = await new KinesisApi(daemon.endpoint).connect();
    for (let done = 0; done < count; done++) {
      const ShardId = shardIdOf(this.#rng.nextU32() % shardCount);
      const Timestamp = this.#anyTimeMs() / 1000;
      const place = { StreamName: streamName, ShardId, ShardIteratorType: 'AT_TIMESTAMP', Timestamp };
      const sentMs = performance.now();
      const { ShardIterator } = await connection.call('GetShardIterator', place);
      recordMs(this.latency, performance.now() - sentMs);
      const { Records } = await connection.call('GetRecords', { ShardIterator, Limit: 1 });
      const [first] = Records as readonly { readonly ApproximateArrivalTimestamp: number }[];
      if (first === undefined || first.ApproximateArrivalTimestamp < Timestamp) this.wrongCount += 1;
    }
    connection.close();
  }

  /** Not the very end: the last record of a shard may be older than that of another. */
  #anyTimeMs(): number {
    const { startMs, endMs } = this.#filled;
    return startMs + Math.floor((endMs - startMs) * 0.99 * (this.#rng.nextU32() / 2 ** 32));
  }
}

async function measureWarm(
  context: ExperimentContext,
  dataDirectory: string,
  filled: Filled,
): Promise<BenchResult> {
  const daemon = context.own(await startDaemon({ dataDirectory }));
  const warmUp = new Lookups(filled, context.seed);
  await warmUp.run(daemon, warmLookups);
  const lookups = new Lookups(filled, context.seed + 1);
  await lookups.run(daemon, warmLookups);
  await daemon.stop();
  const flags = [`among ${filled.recordCount} records of 1 KB, the page cache warm`];
  const bar = { measure: 'p99Ms', atMost: p99MsMax } as const;
  return lookupResult('kinesis-at-timestamp', lookups, { flags, bar });
}

async function measureCold(
  context: ExperimentContext,
  dataDirectory: string,
  filled: Filled,
): Promise<BenchResult> {
  const lookups = new Lookups(filled, context.seed + 2);
  const daemon = context.own(await startDaemon({ dataDirectory }));
  // Code that is loaded with the first lookup is no part of the next ones.
  await new Lookups(filled, context.seed).run(daemon, 1);
  const bytesBefore = deviceReadBytes(daemon.pid);
  let isCold = true;
  for (let done = 0; done < coldLookups; done++) {
    isCold = dropPageCache() && isCold;
    await lookups.run(daemon, 1);
  }
  const kibi = (deviceReadBytes(daemon.pid) - bytesBefore) / coldLookups / 1024;
  await daemon.stop();
  const flags = [
    `${Math.round(kibi)} KiB read from the disk for a lookup and the record that it finds`,
    scaling(filled.recordCount),
  ];
  if (!isCold) flags.push(cacheStayed);
  return lookupResult('kinesis-at-timestamp-cold', lookups, { flags });
}

/** Steps of the search now, and among 50 GB in one shard. */
function scaling(recordCount: number): string {
  const steps = Math.ceil(Math.log2(recordCount / shardCount));
  const targetSteps = Math.ceil(Math.log2(targetRecords));
  return `${steps} steps of the search, a block each; ${targetSteps} for 50 GB in one shard`;
}

function lookupResult(
  name: string,
  { latency, wrongCount }: Lookups,
  { flags, bar }: { readonly flags: readonly string[]; readonly bar?: Bar },
): BenchResult {
  const wrong = wrongCount > 0 ? [`void: ${wrongCount} lookups found an older record, or none`] : [];
  return finishResult({
    name,
    value: percentileMs(latency, 50),
    unit: 'ms',
    p50Ms: percentileMs(latency, 50),
    p99Ms: percentileMs(latency, 99),
    bar: bar ?? null,
    flags: [...wrong, ...flags],
  });
}

async function run(context: ExperimentContext): Promise<BenchResult[]> {
  const dataDirectory = join(context.directory, 'data');
  const filled = await fill(context, dataDirectory);
  const warm = await measureWarm(context, dataDirectory, filled);
  return [warm, await measureCold(context, dataDirectory, filled)];
}

export const kinesisAtTimestamp: Experiment = {
  name: 'kinesis-at-timestamp',
  summary: 'GetShardIterator AT_TIMESTAMP among 2 GB, warm and cold',
  isDefault: false,
  run,
};
