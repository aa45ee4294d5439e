// Run by strace.test.ts as a process of its own: appends a few batches, writes a line after each, idles,
// and ends.
import { writeSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { openLmdbStorage } from '../../src/storage/index.ts';
import { batchOf } from './storage-driver.ts';

const [directory = '', count = '3', idleMs = '0'] = process.argv.slice(2);
const storage = await openLmdbStorage({ directory });
const log = await storage.openCell('queue-0');
const body = 'b'.repeat(20_000);
for (let i = 0; i < Number(count); i++) {
  await log.append(batchOf([{ entity: 1, firstSequence: i, bodies: [body] }]), log.position());
  writeSync(1, `acked ${log.position()}\n`);
}
await setTimeout(Math.min(Number(idleMs), 500));
writeSync(1, 'idle begins\n');
await setTimeout(Number(idleMs));
writeSync(1, 'idle ends\n');
await storage.close();
