// What many slow shards cost the disk: 1,000 shards of 10 records of 200 B a second each, 500 of them in a
// batch, through three seals with their merges. Goal: 800 B written to the device per record. Also prints
// how long the loop stood still, and what a commit took. Run by hand: node bench/micro/many-shards-write.ts
// [directory]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { openLmdbStorage } from '../../src/storage/index.ts';
import type { Batch, ReclaimGuide } from '../../src/storage/index.ts';
import { deviceWriteBytes } from '../proc.ts';

const shardCount = 1_000;
const recordsPerBatch = 500;
const recordBytes = 200;
const journalBytesPerRun = 20;
const sealsMeasured = 3;
/** Half of limits.journalTailBytesMax, as the broker does it; with a row of state a shard. */
const batchesPerCheckpoint = 800;
const pageBytes = 64;

const bodies = Buffer.alloc(recordsPerBatch * (4 + recordBytes), 'b');
for (let at = 0; at < bodies.length; at += 4 + recordBytes) bodies.writeUInt32LE(recordBytes, at);
const journal = Buffer.alloc(recordsPerBatch * journalBytesPerRun, 'j');

/** The n-th batch: every second one goes to the same half of the shards. */
function batchOf(n: number): Batch {
  const runs = Array.from({ length: recordsPerBatch }, (_, i) => ({
    entity: 1 + (n % 2) * recordsPerBatch + i,
    firstSequence: 1 + (n >> 1),
    count: 1,
    offset: i * (4 + recordBytes),
    length: 4 + recordBytes,
  }));
  return { epoch: 1, timeMs: Date.now(), catalogPosition: 0, journal, runs, bodies };
}

const guide: ReclaimGuide = { live: () => 0, floor: () => 0, barrier: async () => true };
const page = Buffer.alloc(pageBytes, 'p');
const rows = Array.from({ length: shardCount }, (_, index) => ({
  kind: 9,
  entity: index,
  index: 0,
  bytes: page,
}));

const directory = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'caudal-shards-'));
const storage = await openLmdbStorage({ directory });
const log = await storage.openCell('stream-0');
const delay = monitorEventLoopDelay({ resolution: 1 });

let batchCount = 0;
let sealCount = 0;
let oldestPosition = 1;
let reclaiming: Promise<unknown> | undefined;

/** As the broker does: a slice at a time between commits. A log that begins later than before was sealed. */
async function reclaimSlice(): Promise<void> {
  await log.reclaim(guide);
  for (const { position } of log.batches(1)) {
    if (position > oldestPosition) sealCount++;
    oldestPosition = position;
    return;
  }
}

async function runUntilSealed(seals: number): Promise<void> {
  while (sealCount < seals) {
    const appended = log.append(batchOf(batchCount), batchCount);
    reclaiming ??= reclaimSlice().finally(() => (reclaiming = undefined));
    await appended;
    batchCount++;
    const isCheckpointDue = batchCount % batchesPerCheckpoint === 0 || log.checkpointWanted() > 0;
    if (isCheckpointDue) await log.checkpoint(batchCount, rows);
  }
  await reclaiming;
}

await runUntilSealed(1);
delay.enable();
const start = { batchCount, bytes: deviceWriteBytes(process.pid), atMs: performance.now() };
await runUntilSealed(1 + sealsMeasured);
const records = (batchCount - start.batchCount) * recordsPerBatch;
const bytes = deviceWriteBytes(process.pid) - start.bytes;
const seconds = (performance.now() - start.atMs) / 1000;
console.log(`${records} records of ${recordBytes} B over ${sealsMeasured} seals`);
console.log(`${(bytes / records).toFixed(0)} B written per record (goal: 800)`);
console.log(`${(records / seconds / 1000).toFixed(0)} thousand records/s`);
const [p99, max] = [delay.percentile(99) / 1e6, delay.max / 1e6];
console.log(`event loop delay p99 ${p99.toFixed(1)} ms, max ${max.toFixed(1)} ms`);
await storage.close();
rmSync(directory, { recursive: true, force: true });
