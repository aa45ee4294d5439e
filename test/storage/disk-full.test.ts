// A full disk, on a real 64 MB tmpfs: 30 MB of messages go in first, then sends are refused while
// settles, reads and reclaiming go on, and sends go on once there is room again. The process lives
// through failed commits.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLmdbStorage, StorageError } from '../../src/storage/index.ts';
import type { CellLog, Storage } from '../../src/storage/index.ts';
import {
  batchOf,
  bodyText,
  guideOf,
  reclaimAll,
  removeTemporaryDirectories,
  temporaryDirectory,
} from './storage-driver.ts';

const MiB = 1024 * 1024;
const isRoot = process.getuid?.() === 0;
const body = 'm'.repeat(16 * 1024);

function canMount(): boolean {
  if (!isRoot) return false;
  const probe = temporaryDirectory();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', probe], { stdio: 'ignore' });
    execFileSync('umount', [probe]);
    return true;
  } catch {
    return false;
  }
}

const isMountable = canMount();
if (!isMountable && process.env['CI'] !== undefined)
  throw new Error('disk-full tests need root to mount a tmpfs');

describe.skipIf(!isMountable)('a full disk (skipped, needs root, when it cannot mount a tmpfs)', () => {
  let mount: string;
  let storage: Storage;
  let log: CellLog;
  let sent: number;
  const warnings: string[] = [];

  beforeEach(async () => {
    mount = temporaryDirectory();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', mount]);
    warnings.length = 0;
    sent = 0;
    await open();
  });
  afterEach(async () => {
    await storage.close();
    execFileSync('umount', [mount]);
    removeTemporaryDirectories();
  });

  async function open(): Promise<void> {
    const note = (event: string): number => warnings.push(event);
    const logger = { debug: () => {}, info: note, warn: note, error: note, child: () => logger };
    storage = await openLmdbStorage({ directory: join(mount, 'data'), logger, liveCountIntervalMs: 0 });
    log = await storage.openCell('queue-0');
  }

  async function send(): Promise<void> {
    const bodies = [body, body, body, body];
    await log.append(batchOf([{ entity: 1, firstSequence: sent, bodies }]), log.position());
    sent += bodies.length;
  }

  async function sendUntilRefused(): Promise<void> {
    for (let i = 0; i < 2000; i++) {
      try {
        await send();
      } catch (error) {
        if (codeOf(error) === 'disk_full') return;
        throw error;
      }
    }
    throw new Error('the disk never filled');
  }

  const settle = (): Promise<number> => log.append(batchOf([], 's'.repeat(200)), log.position());

  it('takes 30 MB of messages, then refuses sends only', async () => {
    await sendUntilRefused();
    expect(sent * body.length).toBeGreaterThan(30 * MiB);
    expect(log.stats().isWritable).toBe(false);
    for (let i = 0; i < 200; i++) await settle();
    await expect(send()).rejects.toMatchObject({ code: 'disk_full' });
    for (const sequence of [0, sent >> 1, sent - 1]) expect(bodyText(log, 1, sequence)).toBe(body);
    await log.checkpoint(log.position(), [{ kind: 1, entity: 1, index: 1, bytes: Buffer.from('row') }]);
    expect(warnings).toContain('disk ran full');
  });

  it('goes on after what is dead was reclaimed, with everything that is live', async () => {
    await sendUntilRefused();
    const kept = sent;
    await settle();
    await log.checkpoint(log.position(), []);
    await reclaimAll(
      log,
      guideOf((_, sequence) => sequence % 10 === 0),
    );
    await send();
    expect(warnings).toContain('disk had room again');
    for (let sequence = 0; sequence < kept; sequence += 10) expect(bodyText(log, 1, sequence)).toBe(body);
    await storage.close();
    await open();
    expect(bodyText(log, 1, kept)).toBe(body);
  });

  it('seals everything that is live although the disk is full', async () => {
    await sendUntilRefused();
    await log.checkpoint(log.position(), []);
    await reclaimAll(
      log,
      guideOf(() => true),
    );
    for (const sequence of [0, sent >> 1, sent - 1]) expect(bodyText(log, 1, sequence)).toBe(body);
    expect(readdirSync(join(mount, 'data/cells/queue-0')).some((file) => file.startsWith('body-'))).toBe(
      true,
    );
  });

  it('lives through commits that fail, gives up the ballast for settles, and recovers', async () => {
    for (let i = 0; i < 50; i++) await send();
    const free = statfsSync(mount).bavail * statfsSync(mount).bsize;
    const filler = join(mount, 'filler');
    expect(existsSync(join(mount, 'data/ballast'))).toBe(true);
    fillUp(filler, free);
    const before = log.position();
    await expect(send()).rejects.toMatchObject({ code: 'disk_full' });
    let settled = 0;
    for (let i = 0; i < 3000 && existsSync(join(mount, 'data/ballast')); i++) {
      await settle();
      settled++;
    }
    expect(warnings).toContain('ballast released');
    expect(log.position()).toBe(before + settled);
    fillUp(join(mount, 'filler-2'), statfsSync(mount).bavail * statfsSync(mount).bsize);
    const codes = new Set<string>();
    for (let i = 0; i < 200; i++) await settle().catch((error: unknown) => codes.add(codeOf(error)));
    expect([...codes]).toEqual(['disk_full']);
    await expect(log.checkpoint(log.position(), bigRows())).rejects.toMatchObject({ code: 'disk_full' });
    expect(bodyText(log, 1, 0)).toBe(body);
    rmSync(filler);
    rmSync(join(mount, 'filler-2'));
    await settle();
    await send();
    await log.checkpoint(log.position(), bigRows());
    await storage.close();
    await open();
    expect(bodyText(log, 1, sent - 1)).toBe(body);
  });
});

function codeOf(error: unknown): string {
  return error instanceof StorageError ? error.code : String(error);
}

/** Writes zeros until the file system has not one page left. */
function fillUp(path: string, bytes: number): void {
  writeFileSync(path, Buffer.alloc(bytes - (bytes % 4096)));
}

function bigRows(): { kind: number; entity: number; index: number; bytes: Buffer }[] {
  return [{ kind: 1, entity: 1, index: 1, bytes: Buffer.alloc(4 * MiB, 1) }];
}
