// Reading 1 KB records, at the tail and cold: what the core delivers beside a sequential read of as many
// bytes of a plain file under the same cache condition, the delay of the event loop while one reader drains
// everything, and what GetRecords makes of it over HTTP.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import type { Experiment, ExperimentContext } from '../experiment.ts';
import { cacheStayed, dropPageCache, readFileWindow, readWindow } from '../page-cache.ts';
import type { PairsOutcome, Window } from '../pairs.ts';
import { runPairs } from '../pairs.ts';
import { finishResult } from '../report.ts';
import type { BenchResult } from '../report.ts';
import { CoreStream } from './core.ts';
import { fillDirectory } from './fill.ts';
import { measureWireReads } from './wire-reads.ts';

const shardCount = 4;
const recordBytes = 1024;
const fullRecords = 1 << 20;
/** Well within what the log keeps in memory of its newest commits. */
const tailRecords = 8000;
const mebi = 1 << 20;
const ratioMin = 0.5;
const delayMsMax = 20;
const streamName = 'bench';

async function fill(context: ExperimentContext, dataDirectory: string): Promise<void> {
  const recordCount = Math.ceil(fullRecords * context.scale);
  const stream = { streamName, shardCount, recordBytes, recordCount, ledger: 'kinesis-get' };
  const { rateHz } = await fillDirectory(context, dataDirectory, stream);
  context.progress(`filled at ${Math.round(rateHz)} records/s`);
}

/** A file with as many bytes as a window reads. */
function writeYardstick(directory: string, bytes: number): string {
  const path = join(directory, 'yardstick.bin');
  writeFileSync(path, Buffer.alloc(bytes, 'y'), { flush: true });
  return path;
}

async function measureTail(context: ExperimentContext, dataDirectory: string): Promise<BenchResult> {
  const core = await CoreStream.open(dataDirectory);
  try {
    await core.append(tailRecords, recordBytes);
    const shards = await core.shards();
    const perShard = tailRecords / shardCount;
    const pass = async (): Promise<number> => {
      let bytes = 0;
      for (const { index, nextSequence } of shards) bytes += await core.drain(index, nextSequence - perShard);
      return bytes;
    };
    const path = writeYardstick(context.directory, await pass());
    const windowMs = context.windowMs / 4;
    const outcome = await runPairs({
      pairCount: context.pairCount,
      yardstick: async () => readFileWindow(path, windowMs),
      subject: () => readPasses(windowMs, pass),
      onPair: (index, ratio) => context.progress(`tail: pair ${index + 1}: ${ratio.toFixed(2)} x file`),
    });
    return readResult('kinesis-get-tail', outcome, ['both from memory']);
  } finally {
    await core.close();
  }
}

async function readPasses(windowMs: number, pass: () => Promise<number>): Promise<Window> {
  const startMs = performance.now();
  let bytes = 0;
  do bytes += await pass();
  while (performance.now() - startMs < windowMs);
  return readWindow(bytes, performance.now() - startMs);
}

/** Each window reads one shard of a broker that was just opened: pages that are mapped cannot be dropped. */
async function measureCold(context: ExperimentContext, dataDirectory: string): Promise<BenchResult> {
  const bytes = Math.ceil((fullRecords * context.scale * recordBytes) / shardCount);
  const path = writeYardstick(context.directory, bytes);
  let isCold = dropPageCache();
  let turn = 0;
  const outcome = await runPairs({
    pairCount: context.pairCount,
    yardstick: async () => {
      isCold = dropPageCache() && isCold;
      return readFileWindow(path, 0);
    },
    subject: () => readCold(dataDirectory, [turn++ % shardCount]),
    onPair: (index, ratio) => context.progress(`cold: pair ${index + 1}: ${ratio.toFixed(2)} x file`),
  });
  return readResult('kinesis-get-cold', outcome, isCold ? [] : [cacheStayed]);
}

async function readCold(dataDirectory: string, shardIndexes: readonly number[]): Promise<Window> {
  const core = await CoreStream.open(dataDirectory);
  try {
    dropPageCache();
    const startMs = performance.now();
    let bytes = 0;
    for (const index of shardIndexes) bytes += await core.drain(index, 0);
    return readWindow(bytes, performance.now() - startMs);
  } finally {
    await core.close();
  }
}

async function measureLoopDelay(context: ExperimentContext, dataDirectory: string): Promise<BenchResult> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const core = await CoreStream.open(dataDirectory);
  const isCold = dropPageCache();
  const startMs = performance.now();
  delay.enable();
  let bytes = 0;
  for (let index = 0; index < shardCount; index++) bytes += await core.drain(index, 0);
  delay.disable();
  const elapsedMs = performance.now() - startMs;
  await core.close();
  context.progress(`loop delay: ${Math.round(bytes / mebi)} MiB drained`);
  const maxMs = (delay.max / 1e6).toFixed(1);
  const drained = `${Math.round(bytes / mebi)} MiB drained by one reader, the longest delay ${maxMs} ms`;
  return finishResult({
    name: 'kinesis-get-loop-delay',
    value: bytes / mebi / (elapsedMs / 1000),
    unit: 'MiB/s',
    p50Ms: delay.percentile(50) / 1e6,
    p99Ms: delay.percentile(99) / 1e6,
    bar: { measure: 'p99Ms', atMost: delayMsMax },
    flags: isCold ? [drained] : [drained, cacheStayed],
  });
}

function readResult(name: string, outcome: PairsOutcome, flags: readonly string[]): BenchResult {
  return finishResult({
    name,
    value: outcome.subjectRateHz / mebi,
    unit: 'MiB/s',
    yardstick: { name: 'sequential-read', value: outcome.yardstickRateHz / mebi },
    ratio: outcome.ratio,
    pairRatios: outcome.pairRatios,
    bar: { measure: 'ratio', atLeast: ratioMin },
    flags,
  });
}

async function run(context: ExperimentContext): Promise<BenchResult[]> {
  const dataDirectory = join(context.directory, 'data');
  await fill(context, dataDirectory);
  const cold = await measureCold(context, dataDirectory);
  const delay = await measureLoopDelay(context, dataDirectory);
  const wire = await measureWireReads(context, dataDirectory, { streamName, shardCount, recordBytes });
  return [await measureTail(context, dataDirectory), cold, delay, ...wire];
}

export const kinesisGet: Experiment = {
  name: 'kinesis-get',
  summary: '1 KB records read at the tail and cold, by the core and over HTTP, beside a sequential read',
  isDefault: false,
  run,
};
