// The traps of lmdb-js that were found by measuring, one test each where one is possible. The others have
// files of their own: full disks (1, 2, 12) in disk-full.test.ts, durability and idleness (5, 11) in
// strace.test.ts.
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as lmdb from 'lmdb';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ManualClock } from '../../src/base/clock.ts';
import { openLmdbStorage } from '../../src/storage/index.ts';
import {
  batchOf,
  bodyText,
  guideOf,
  reclaimAll,
  removeTemporaryDirectories,
  temporaryDirectory,
} from './storage-driver.ts';

const sourceDirectory = join(import.meta.dirname, '../../src/storage');
const isRoot = process.getuid?.() === 0;

function sources(): { file: string; text: string }[] {
  return readdirSync(sourceDirectory)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => ({ file, text: readFileSync(join(sourceDirectory, file), 'utf8') }));
}

/** Files whose code (not comments) matches. */
function filesWith(pattern: RegExp): string[] {
  const code = (text: string): string => text.replace(/\/\/.*|\/\*[^]*?\*\//g, '');
  return sources()
    .filter(({ text }) => pattern.test(code(text)))
    .map(({ file }) => file);
}

describe('traps of lmdb-js', () => {
  afterEach(removeTemporaryDirectories);

  it.skipIf(!isRoot)('1: a failed commit is a rejection that carries its code, and the process lives', () => {
    const mount = temporaryDirectory();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', mount]);
    try {
      const script = join(import.meta.dirname, 'failed-commit-script.ts');
      const command = ['--no-warnings', script, mount];
      const run = spawnSync(process.execPath, command, { encoding: 'utf8', timeout: 30_000 });
      expect(run.stdout).toBe('put failed with 5\ncommit failed with 5\nsmall put worked\nread back 100\n');
      expect(run.status).toBe(0);
    } finally {
      execFileSync('umount', [mount]);
    }
  });

  it('3, 4, 5: one file opens environments, without writable maps, unsynced or synchronous writes', () => {
    expect(filesWith(/from 'lmdb'/)).toEqual(['lmdb-env.ts']);
    expect(filesWith(/useWritemap|noSync|noMetaSync|mapAsync|transactionSync|transaction\(/)).toEqual([]);
    // Without zeroed pages, what the heap held before lies in the files and in backups.
    expect(filesWith(/noMemInit/)).toEqual([]);
    expect(filesWith(/overlappingSync: false/)).toEqual(['lmdb-env.ts']);
  });

  it('6: an iteration that is left in the middle pins nothing', async () => {
    const directory = temporaryDirectory();
    const storage = await openLmdbStorage({ directory });
    const log = await storage.openCell('queue-0');
    const rows = Array.from({ length: 600 }, (_, index) => ({
      kind: 1,
      entity: 1,
      index,
      bytes: Buffer.alloc(3000),
    }));
    await log.checkpoint(0, rows);
    const iterators = Array.from({ length: 20 }, () => log.pagesOfKind(1)[Symbol.iterator]());
    for (const iterator of iterators) iterator.next();
    const pages = join(directory, 'cells/queue-0/pages.mdb');
    for (let round = 0; round < 4; round++) await log.checkpoint(0, rows);
    const bytes = statSync(pages).size;
    for (let round = 0; round < 20; round++) await log.checkpoint(0, rows);
    // With a pinned snapshot no page could be used again: 20 rounds would add 20 times the rows.
    expect(statSync(pages).size).toBeLessThan(bytes * 1.5);
    for (const iterator of iterators) expect(iterator.next().done).toBe(false);
    await storage.close();
  });

  it('7: space comes back by unlinking files, never by range deletes or drops', async () => {
    expect(filesWith(/database\.drop|clearAsync|clearSync|dropSync/)).toEqual([]);
    const directory = temporaryDirectory();
    const storage = await openLmdbStorage({ directory, segmentBytes: 1024 * 1024 });
    const log = await storage.openCell('queue-0');
    for (let n = 0; n < 40; n++) {
      const bodies = ['x'.repeat(200_000)];
      await log.append(batchOf([{ entity: 1, firstSequence: n, bodies }]), n);
    }
    await log.checkpoint(40, []);
    await reclaimAll(
      log,
      guideOf(() => false),
    );
    await storage.close();
    const cell = join(directory, 'cells/queue-0');
    const bytes = readdirSync(cell).reduce((sum, file) => sum + statSync(join(cell, file)).size, 0);
    expect(bytes).toBeLessThan(2.5 * 1024 * 1024);
  });

  it('14: a file that was closed is not kept in memory', async () => {
    const { allDbs } = lmdb as unknown as { readonly allDbs: ReadonlyMap<string, unknown> };
    const storage = await openLmdbStorage({ directory: temporaryDirectory(), segmentBytes: 1024 * 1024 });
    const log = await storage.openCell('queue-0');
    for (let n = 0; n < 60; n++) {
      await log.append(batchOf([{ entity: 1, firstSequence: n, bodies: [''.padEnd(100_000, '.')] }]), n);
    }
    await log.checkpoint(60, []);
    expect(allDbs.size).toBeGreaterThan(6);
    await reclaimAll(
      log,
      guideOf(() => false),
    );
    await vi.waitFor(() => expect(allDbs.size).toBeLessThan(6));
    await storage.close();
    expect(allDbs.size).toBe(0);
  });

  it('10: a body that was read stays what it was while others are read', async () => {
    const storage = await openLmdbStorage({ directory: temporaryDirectory(), segmentBytes: 1024 * 1024 });
    const log = await storage.openCell('queue-0');
    for (let n = 0; n < 30; n++) {
      const bodies = [`${n}`.padEnd(100_000, '.')];
      await log.append(batchOf([{ entity: n % 3, firstSequence: n, bodies }]), n);
    }
    await log.checkpoint(30, []);
    await reclaimAll(
      log,
      guideOf(() => true),
    );
    const first = log.bodies(0, 0, 3).map((record) => ({ ...record }));
    for (let n = 0; n < 30; n++) expect(bodyText(log, n % 3, n)?.startsWith(`${n}.`)).toBe(true);
    expect(first.map(({ bytes }) => Buffer.from(bytes).toString().split('.')[0])).toEqual(['0', '3', '6']);
    await storage.close();
  });

  it('10: survivors are what they were although asking what is live reads pages', async () => {
    const storage = await openLmdbStorage({
      directory: temporaryDirectory(),
      segmentBytes: 1024 * 1024,
      liveCountIntervalMs: 0,
      clock: new ManualClock(),
    });
    const log = await storage.openCell('queue-0');
    const text = (n: number) => `${n}`.padEnd(9_000, '.');
    for (let n = 0; n < 300; n++) {
      await log.append(batchOf([{ entity: n % 3, firstSequence: n, bodies: [text(n)] }]), n);
    }
    const rows = Array.from({ length: 300 }, (_, index) => {
      return { kind: 3, entity: 1, index, bytes: Buffer.alloc(9_000, 0xff) };
    });
    await log.checkpoint(300, rows);
    let isLive = (_: number): boolean => true;
    const reading = guideOf((entity, sequence) => {
      expect(log.page(3, 1, sequence % 300)?.length).toBe(9_000);
      return sequence % 3 === entity && isLive(sequence);
    });
    await reclaimAll(log, reading);
    for (let n = 0; n < 300; n++) expect(bodyText(log, n % 3, n)).toBe(text(n));
    // Two thirds die: the segments are compacted.
    isLive = (sequence) => sequence % 9 < 3;
    await log.append(batchOf([]), 300);
    const { diskBytes } = log.stats();
    await reclaimAll(log, reading);
    expect(log.stats().diskBytes).toBeLessThan(diskBytes - 500_000);
    const living = Array.from({ length: 300 }, (_, n) => n).filter((n) => isLive(n));
    for (const n of living) expect(bodyText(log, n % 3, n)).toBe(text(n));
    await storage.close();
  });
});
