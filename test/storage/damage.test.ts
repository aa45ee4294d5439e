// Damage on the disk: a torn last commit is cut at the next open, anything else is found and named by the
// check, and a directory written by a newer version is refused with both versions in the message.
import { open as openDatabase } from 'lmdb';
import { readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkDirectory, openLmdbStorage } from '../../src/storage/index.ts';
import type { CellLog, Storage } from '../../src/storage/index.ts';
import {
  batchOf,
  bodyText,
  guideOf,
  reclaimAll,
  removeTemporaryDirectories,
  temporaryDirectory,
} from './storage-driver.ts';

describe('damage', () => {
  let directory: string;
  let storage: Storage;
  let log: CellLog;
  const logged: { event: string; fields: unknown }[] = [];

  beforeEach(async () => {
    directory = temporaryDirectory();
    logged.length = 0;
    await open();
  });
  afterEach(async () => {
    await storage.close();
    removeTemporaryDirectories();
  });

  async function open(): Promise<void> {
    const note = (event: string, fields?: unknown): number => logged.push({ event, fields });
    const logger = { debug: () => {}, info: note, warn: note, error: note, child: () => logger };
    storage = await openLmdbStorage({ directory, logger, segmentBytes: 1024 * 1024 });
    log = await storage.openCell('queue-0');
  }

  async function fill(count: number, from = 0): Promise<void> {
    for (let n = from; n < from + count; n++) {
      const sent = [{ entity: 1, firstSequence: n, bodies: [`message <${n}> `.padEnd(100_000, '.')] }];
      await log.append(batchOf(sent), log.position());
    }
  }

  /** Changes one byte of the body of message `n`, wherever it is. */
  function damage(n: number): string {
    const cell = join(directory, 'cells/queue-0');
    for (const file of readdirSync(cell)) {
      if (!file.endsWith('.mdb')) continue;
      const bytes = readFileSync(join(cell, file));
      const at = bytes.indexOf(`message <${n}> `);
      if (at === -1) continue;
      bytes[at + 50_000] = 0x21;
      writeFileSync(join(cell, file), bytes);
      return file;
    }
    throw new Error(`message ${n} is in no file`);
  }

  it('cuts a torn last commit with a log line and goes on behind it', async () => {
    await fill(3);
    await storage.close();
    damage(2);
    expect((await checkDirectory(directory)).damages).toMatchObject([
      { key: '3', problem: 'checksum does not match' },
    ]);
    await open();
    expect(logged).toMatchObject([{ event: 'log tail cut', fields: { position: 3 } }]);
    expect(bodyText(log, 1, 1)).toMatch('message <1>');
    expect(bodyText(log, 1, 2)).toBeUndefined();
    await fill(1, 2);
    expect(bodyText(log, 1, 2)).toMatch('message <2>');
    expect([...log.batches(1)].map((batch) => [batch.position, batch.runs.length])).toEqual([
      [1, 1],
      [2, 1],
      [3, 0],
      [4, 1],
    ]);
    await storage.close();
    expect((await checkDirectory(directory)).damages).toEqual([]);
    await open();
  });

  it('names a damaged commit in the middle and refuses to replay it', async () => {
    await fill(3);
    await storage.close();
    const segment = damage(1);
    const { damages, commitCount } = await checkDirectory(directory);
    expect(damages).toEqual([{ cell: 'queue-0', segment, key: '2', problem: 'checksum does not match' }]);
    expect(commitCount).toBe(3);
    await open();
    expect(() => [...log.batches(1)]).toThrow('commit 2: checksum does not match');
  });

  it('names a damaged block, and compaction leaves it where it is', async () => {
    await fill(30);
    await log.checkpoint(30, []);
    await reclaimAll(
      log,
      guideOf(() => true),
    );
    await storage.close();
    const segment = damage(5);
    expect(segment).toMatch(/^body-/);
    const { damages, blockCount } = await checkDirectory(directory);
    expect(damages).toEqual([{ cell: 'queue-0', segment, key: '1/5', problem: 'checksum does not match' }]);
    expect(blockCount).toBeGreaterThan(10);
    await open();
    await log.append(batchOf([]), 30);
    const half = guideOf((_, sequence) => sequence === 5 || sequence > 25);
    for (let i = 0; i < 50; i++) await log.reclaim(half);
    expect(logged.map((line) => line.event)).toContain('reclaim stopped');
    expect(bodyText(log, 1, 26)).toMatch('message <26>');
    expect(readdirSync(join(directory, 'cells/queue-0'))).toContain(segment);
  });

  it('names a missing file and does not open without it', async () => {
    await fill(1);
    await storage.close();
    rmSync(join(directory, 'cells/queue-0/log-1.mdb'));
    expect((await checkDirectory(directory)).damages).toMatchObject([
      { segment: 'log-1.mdb', problem: 'missing' },
    ]);
    storage = await openLmdbStorage({ directory });
    await expect(storage.openCell('queue-0')).rejects.toMatchObject({ code: 'corrupt' });
  });

  it('changes nothing when it checks', async () => {
    await fill(5);
    await storage.close();
    const file = join(directory, 'cells/queue-0/log-1.mdb');
    const before = [statSync(file).mtimeMs, readFileSync(file)];
    await checkDirectory(directory);
    expect([statSync(file).mtimeMs, readFileSync(file)]).toEqual(before);
    await open();
  });

  it('refuses a newer format and names both versions', async () => {
    await storage.close();
    const meta = openDatabase<Buffer, Uint8Array>({
      path: join(directory, 'meta.mdb'),
      noSubdir: true,
      encoding: 'binary',
      keyEncoding: 'binary',
    });
    await meta.put(Buffer.from('format'), Buffer.from('{"version":7}'));
    await meta.close();
    const opening = openLmdbStorage({ directory });
    await expect(opening).rejects.toMatchObject({ code: 'format' });
    await expect(opening).rejects.toThrow(/format 7; this version of Caudal reads formats up to 1/);
    // The refusal has let go of the lock: the second attempt fails for the same reason.
    await expect(openLmdbStorage({ directory })).rejects.toMatchObject({ code: 'format' });
    directory = temporaryDirectory();
    await open();
  });

  it('unlinks files that the manifest does not name', async () => {
    await storage.close();
    const orphan = join(directory, 'cells/queue-0/body-99.mdb');
    writeFileSync(orphan, 'left over from a crash');
    await open();
    expect(readdirSync(join(directory, 'cells/queue-0'))).not.toContain('body-99.mdb');
  });
});
