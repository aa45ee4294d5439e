// The log by itself: 1 KB records appended in groups through the storage seam, beside a plain file that gets
// the same bytes and one fdatasync per group; then the log read back in order, beside a sequential read of a
// file.
import { closeSync, fdatasync, openSync, readSync, write } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { createLogger } from '../src/base/log.ts';
import { openLmdbStorage } from '../src/storage/index.ts';
import type { Batch, CellLog } from '../src/storage/index.ts';
import type { Experiment, ExperimentContext } from './experiment.ts';
import { createLatency, percentileMs, recordMs } from './generator/latency.ts';
import { waitForQuiet } from './proc.ts';
import { runPairs } from './pairs.ts';
import type { PairsOutcome, Window } from './pairs.ts';
import { finishResult } from './report.ts';
import type { BenchResult } from './report.ts';

const recordBytes = 1024;
const recordsPerGroup = 256;
/** The group's records belong to this many queues. */
const entityCount = 4;
/** State records that a send leaves in the journal, about. */
const journalBytesPerRecord = 16;
const readChunkBytes = 1 << 20;

const writeAsync = promisify(write);
const fdatasyncAsync = promisify(fdatasync);

/** One group's bytes, framed as the seam wants them, and the same bytes for the file. */
class Group {
  readonly journal = Buffer.alloc(recordsPerGroup * journalBytesPerRecord, 'j');
  readonly bodies = Buffer.alloc(recordsPerGroup * (4 + recordBytes), 'b');
  readonly both: Buffer;
  #sequence = 1;

  constructor() {
    for (let at = 0; at < this.bodies.length; at += 4 + recordBytes)
      this.bodies.writeUInt32LE(recordBytes, at);
    this.both = Buffer.concat([this.journal, this.bodies]);
  }

  next(): Batch {
    const count = recordsPerGroup / entityCount;
    const length = this.bodies.length / entityCount;
    const firstSequence = this.#sequence;
    this.#sequence += count;
    const runs = Array.from({ length: entityCount }, (_, index) => {
      return { entity: index + 1, firstSequence, count, offset: index * length, length };
    });
    const { journal, bodies } = this;
    return { epoch: 1, timeMs: Date.now(), catalogPosition: 0, journal, runs, bodies };
  }
}

/** Repeats `appendGroup`, one at a time, for the window. */
async function appendWindow(
  context: ExperimentContext,
  appendGroup: () => Promise<unknown>,
): Promise<Window> {
  await waitForQuiet(context.settleMs);
  const latency = createLatency();
  const cpu = process.cpuUsage();
  const startMs = performance.now();
  let nowMs = startMs;
  let groups = 0;
  while (nowMs - startMs < context.windowMs) {
    await appendGroup();
    const endMs = performance.now();
    recordMs(latency, endMs - nowMs);
    nowMs = endMs;
    groups += 1;
  }
  const used = process.cpuUsage(cpu);
  const units = groups * recordsPerGroup;
  const rateHz = (units * 1000) / (nowMs - startMs);
  return { rateHz, units, latency, cpuMs: (used.user + used.system) / 1000, flags: [] };
}

/** Reads whole passes until the window is over; the rate is in bytes. */
function readWindow(windowMs: number, readAll: () => number): Window {
  const startMs = performance.now();
  let bytes = 0;
  do {
    bytes += readAll();
  } while (performance.now() - startMs < windowMs);
  const rateHz = (bytes * 1000) / (performance.now() - startMs);
  return { rateHz, units: bytes, latency: null, cpuMs: null, flags: [] };
}

function readLog(log: CellLog): number {
  let bytes = 0;
  for (const batch of log.batches(1)) bytes += batch.bodies.length + batch.journal.length;
  return bytes;
}

function readFile(path: string, chunk: Buffer): number {
  const file = openSync(path, 'r');
  let bytes = 0;
  for (let count = 1; count > 0; bytes += count) count = readSync(file, chunk, 0, chunk.length, null);
  closeSync(file);
  return bytes;
}

async function run(context: ExperimentContext): Promise<BenchResult[]> {
  const logger = createLogger({ level: 'error', write: (line) => process.stderr.write(line), now: Date.now });
  const storage = await openLmdbStorage({
    directory: join(context.directory, 'log'),
    durability: 'disk',
    logger,
  });
  const log = await storage.openCell('queue-0');
  const path = join(context.directory, 'append.bin');
  const file = openSync(path, 'a');
  const group = new Group();
  const appendLog = (): Promise<unknown> => log.append(group.next(), log.position());
  const appendFile = async (): Promise<unknown> => {
    await writeAsync(file, group.both);
    return fdatasyncAsync(file);
  };
  context.progress('warm-up');
  await appendWindow(context, appendFile);
  await appendWindow(context, appendLog);
  const appended = await runPairs({
    pairCount: context.pairCount,
    yardstick: () => appendWindow(context, appendFile),
    subject: () => appendWindow(context, appendLog),
    onPair: (index, ratio) => context.progress(`append pair ${index + 1}: ${ratio.toFixed(2)} x file`),
  });
  closeSync(file);
  const chunk = Buffer.alloc(readChunkBytes);
  const read = await runPairs({
    pairCount: context.pairCount,
    yardstick: async () => readWindow(context.windowMs / 4, () => readFile(path, chunk)),
    subject: async () => readWindow(context.windowMs / 4, () => readLog(log)),
    onPair: (index, ratio) => context.progress(`read pair ${index + 1}: ${ratio.toFixed(2)} x file`),
  });
  await storage.close();
  return [appendResult(appended), readResult(read)];
}

function appendResult(outcome: PairsOutcome): BenchResult {
  return finishResult({
    name: 'log-append',
    value: outcome.subjectRateHz,
    unit: 'records/s',
    p50Ms: percentileMs(outcome.latency, 50),
    p99Ms: percentileMs(outcome.latency, 99),
    yardstick: { name: 'file-append', value: outcome.yardstickRateHz },
    ratio: outcome.ratio,
    pairRatios: outcome.pairRatios,
    cpuMicros: outcome.cpuMicros,
    bar: { measure: 'ratio', atLeast: 0.4 },
  });
}

function readResult(outcome: PairsOutcome): BenchResult {
  const mebi = 1 << 20;
  return finishResult({
    name: 'log-read',
    value: outcome.subjectRateHz / mebi,
    unit: 'MiB/s',
    yardstick: { name: 'sequential-read', value: outcome.yardstickRateHz / mebi },
    ratio: outcome.ratio,
    pairRatios: outcome.pairRatios,
    flags: ['both from the page cache'],
  });
}

export const logAppend: Experiment = {
  name: 'log-append',
  summary: '1 KB records in groups of 256 through the storage seam, and the same log read back',
  isDefault: true,
  run,
};
