// What a reader of cold data does to everybody else: 1 GB of sealed records is drained by one consumer with
// the page cache dropped (as root), by way of the reading worker and then, to compare, on the event loop.
// Goal: p99 of the event loop's delay below 20 ms. Run by hand: node bench/micro/cold-drain.ts [directory]
// [MB]
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import { openLmdbStorage } from '../../src/storage/index.ts';
import type { CellLog, ReclaimGuide } from '../../src/storage/index.ts';
import { rssAnonBytes } from '../proc.ts';

const [parent = tmpdir(), megabytes = '1024'] = process.argv.slice(2);
const recordBytes = 1_000;
const recordsPerBatch = 1_000;
const shardCount = 4;
const batchCount = Number(megabytes);
const readBytes = 1 << 20;

const directory = mkdtempSync(join(parent, 'caudal-cold-'));
const guide: ReclaimGuide = { live: () => 0, floor: () => 0, barrier: async () => true };

async function fill(): Promise<void> {
  const storage = await openLmdbStorage({ directory });
  const log = await storage.openCell('stream-0');
  const length = (recordsPerBatch / shardCount) * (4 + recordBytes);
  const bodies = Buffer.alloc(length * shardCount, 'b');
  for (let at = 0; at < bodies.length; at += 4 + recordBytes) bodies.writeUInt32LE(recordBytes, at);
  const count = recordsPerBatch / shardCount;
  for (let n = 0; n < batchCount; n++) {
    const runs = Array.from({ length: shardCount }, (_, shard) => {
      return { entity: shard + 1, firstSequence: 1 + n * count, count, offset: shard * length, length };
    });
    const journal = Buffer.alloc(0);
    await log.append({ epoch: 1, timeMs: 1, catalogPosition: 0, journal, runs, bodies }, n);
    if (log.checkpointWanted() > 0) await log.checkpoint(n + 1, []);
    while (await log.reclaim(guide)) if (log.checkpointWanted() === 0) break;
  }
  await log.checkpoint(batchCount, []);
  while (await log.reclaim(guide));
  await storage.close();
}

/** Answers the records that were found. */
async function drain(log: CellLog, entity: number, isAhead: boolean): Promise<number> {
  let found = 0;
  for (let next = 1; ;) {
    if (isAhead && !log.isWarm(entity, next, readBytes)) await log.warm(entity, next, 2 * readBytes);
    let left = readBytes;
    const from = next;
    log.scan(entity, next, (sequence, _source, start, end) => {
      next = sequence + 1;
      found++;
      left -= end - start;
      return left > 0;
    });
    if (next === from) return found;
    await turn();
  }
}

await fill();
console.log(`after filling: ${(rssAnonBytes(process.pid) / 1e6).toFixed(0)} MB of anonymous memory`);
for (const isAhead of [true, false]) {
  const storage = await openLmdbStorage({ directory });
  const log = await storage.openCell('stream-0');
  writeFileSync('/proc/sys/vm/drop_caches', '3');
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const startMs = performance.now();
  let found = 0;
  for (let entity = 1; entity <= shardCount; entity++) found += await drain(log, entity, isAhead);
  const seconds = (performance.now() - startMs) / 1000;
  delay.disable();
  const figures = [50, 99, 99.9, 100].map((p) => `${(delay.percentile(p) / 1e6).toFixed(1)}`).join(' / ');
  const rate = ((found * recordBytes) / seconds / 1e6).toFixed(0);
  console.log(`${isAhead ? 'by the worker' : 'on the loop'}: ${found} records, ${rate} MB/s,`);
  console.log(`  event loop delay p50 / p99 / p99.9 / max: ${figures} ms (goal: p99 below 20)`);
  console.log(`  ${(rssAnonBytes(process.pid) / 1e6).toFixed(0)} MB of anonymous memory`);
  await storage.close();
}
rmSync(directory, { recursive: true, force: true });
