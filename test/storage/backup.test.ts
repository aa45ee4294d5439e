// A backup is taken at one barrier while serving; restored, it is a data directory with everything as of
// then, which says once that it was restored.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { checkDirectory, openLmdbStorage, restoreDirectory } from '../../src/storage/index.ts';
import type { BackupBarrier, CellLog, Storage } from '../../src/storage/index.ts';
import {
  batchOf,
  bodyText,
  guideOf,
  reclaimAll,
  removeTemporaryDirectories,
  temporaryDirectory,
} from './storage-driver.ts';

const noBarrier: BackupBarrier = { hold: async () => {}, release: () => {} };

async function open(directory: string): Promise<{ storage: Storage; log: CellLog }> {
  const storage = await openLmdbStorage({ directory, segmentBytes: 1024 * 1024, liveCountIntervalMs: 0 });
  return { storage, log: await storage.openCell('queue-0') };
}

async function fill(log: CellLog, from: number, count: number): Promise<void> {
  for (let n = from; n < from + count; n++) {
    const bodies = [`message <${n}> `.padEnd(50_000, '.')];
    await log.append(batchOf([{ entity: 1, firstSequence: n, bodies }]), log.position());
  }
}

function numberAt(log: CellLog, sequence: number): string | undefined {
  return /<(\d+)>/.exec(bodyText(log, 1, sequence) ?? '')?.[1];
}

describe('backup and restore', () => {
  afterEach(removeTemporaryDirectories);

  it('copies sealed and unsealed bodies, pages and secret as of the barrier', async () => {
    const { storage, log } = await open(temporaryDirectory());
    const catalog = await storage.openCell('catalog');
    await catalog.append(batchOf([], 'definitions'), 0);
    await fill(log, 0, 60);
    await log.checkpoint(50, [{ kind: 1, entity: 1, index: 1, bytes: Buffer.from('row') }]);
    await reclaimAll(
      log,
      guideOf((_, sequence) => sequence % 2 === 0),
    );
    await fill(log, 60, 5);
    const copy = join(temporaryDirectory(), 'copy');
    const order: string[] = [];
    await storage.backup(copy, {
      hold: async () => void order.push('hold'),
      release: () => void order.push('release'),
    });
    expect(order).toEqual(['hold', 'release']);
    await fill(log, 65, 30);
    await log.checkpoint(95, [{ kind: 1, entity: 1, index: 1, bytes: Buffer.from('later') }]);
    await reclaimAll(
      log,
      guideOf(() => false),
    );
    const { secret } = storage;
    await storage.close();

    const target = join(temporaryDirectory(), 'restored');
    await restoreDirectory(copy, target);
    expect((await checkDirectory(target)).damages).toEqual([]);
    const restored = await open(target);
    expect(restored.storage.wasRestored).toBe(true);
    expect(restored.log.position()).toBe(65);
    expect(restored.log.checkpointPosition()).toBe(50);
    expect(Buffer.from(restored.log.page(1, 1, 1) ?? []).toString()).toBe('row');
    for (let n = 0; n < 60; n += 2) expect(numberAt(restored.log, n)).toBe(String(n));
    for (let n = 60; n < 65; n++) expect(numberAt(restored.log, n)).toBe(String(n));
    expect(numberAt(restored.log, 65)).toBeUndefined();
    expect((await restored.storage.openCell('catalog')).position()).toBe(1);
    expect(Buffer.compare(restored.storage.secret, secret)).toBe(0);
    await fill(restored.log, 200, 1);
    await restored.storage.acknowledgeRestore();
    expect(restored.storage.wasRestored).toBe(false);
    await restored.storage.close();
    const again = await open(target);
    expect(again.storage.wasRestored).toBe(false);
    expect(numberAt(again.log, 200)).toBe('200');
    await again.storage.close();
  });

  it('lets reclaiming rest while it copies, and releases the barrier when it fails', async () => {
    const { storage, log } = await open(temporaryDirectory());
    await fill(log, 0, 40);
    await log.checkpoint(40, []);
    let isReclaimed = true;
    let isReleased = false;
    const copy = join(temporaryDirectory(), 'copy');
    await storage.backup(copy, {
      hold: async () => {
        isReclaimed = await log.reclaim(guideOf(() => false));
      },
      release: () => (isReleased = true),
    });
    expect([isReclaimed, isReleased]).toEqual([false, true]);
    expect(await log.reclaim(guideOf(() => false))).toBe(true);
    await expect(storage.backup(copy, noBarrier)).rejects.toThrow('is not empty');
    await reclaimAll(
      log,
      guideOf(() => false),
    );
    await storage.close();
  });

  it('restores into an empty directory only, and only from a backup', async () => {
    const { storage } = await open(temporaryDirectory());
    const copy = join(temporaryDirectory(), 'copy');
    await storage.backup(copy, noBarrier);
    await storage.close();
    await expect(restoreDirectory(copy, copy)).rejects.toThrow('is not empty');
    const nothing = temporaryDirectory();
    await expect(restoreDirectory(nothing, join(temporaryDirectory(), 'x'))).rejects.toThrow('meta.mdb');
    expect(readdirSync(nothing)).toEqual([]);
  });
});
