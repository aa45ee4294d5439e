// Run by crash.test.ts as a process of its own until it is killed: appends numbered messages, settles all
// but every tenth of the older ones, checkpoints and reclaims in between, and writes each acknowledged
// position.
import { writeSync } from 'node:fs';
import { openLmdbStorage } from '../../src/storage/index.ts';
import { batchOf, guideOf } from './storage-driver.ts';

const [directory = ''] = process.argv.slice(2);
const options = { directory, segmentBytes: 1024 * 1024, liveCountIntervalMs: 0 };
const storage = await openLmdbStorage(options);
const log = await storage.openCell('queue-0');
for (;;) {
  const n = log.position();
  const guide = guideOf((_, sequence) => sequence % 10 === 0 || sequence >= n - 100);
  const bodies = [`${n}-`.padEnd(30_000, '.')];
  const appended = log.append(batchOf([{ entity: 1, firstSequence: n, bodies }]), n);
  const reclaimed = log.reclaim(guide);
  writeSync(1, `${await appended}\n`);
  await reclaimed;
  if (n % 20 === 0) await log.checkpoint(log.position(), []);
}
