// Run by traps.test.ts as a process of its own on a tiny tmpfs: commits that fail with a short write,
// without the guard that normally keeps LMDB away from a full disk.
import { statfsSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { CommitError, Env } from '../../src/storage/lmdb-env.ts';

const [mount = ''] = process.argv.slice(2);
const noGuard = { take: () => {}, give: () => {} };
const env = new Env(join(mount, 'env.mdb'), { mapBytes: 16 * 1024 * 1024, room: noGuard });
await env.put(Buffer.from([1]), Buffer.alloc(100));
const free = statfsSync(mount).bavail * statfsSync(mount).bsize;
// Some pages stay free, so that every failure here is a short write.
writeFileSync(join(mount, 'filler'), Buffer.alloc(free - 40 * 4096));

const say = (text: string): number => writeSync(1, `${text}\n`);
const codeOf = (error: unknown): string =>
  error instanceof CommitError ? String(error.code) : String(error);
await env.put(Buffer.from([2]), Buffer.alloc(1024 * 1024)).catch((error: unknown) => {
  say(`put failed with ${codeOf(error)}`);
});
await env
  .commit(0, (rows) => {
    void rows.put(Buffer.from([3]), Buffer.alloc(1024 * 1024));
    void rows.put(Buffer.from([4]), Buffer.alloc(100));
  })
  .catch((error: unknown) => say(`commit failed with ${codeOf(error)}`));
await env.put(Buffer.from([5]), Buffer.alloc(100));
say('small put worked');
say(`read back ${env.read(Buffer.from([1]))?.length}`);
await env.close();
