// The largest records there are, 10 MiB with their key, and batches of 10 MiB in all: they are stored,
// sealed, compacted, read ahead and found whole, beside small ones of other streams.
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../../src/base/limits.ts';
import { checkDirectory, openLmdbStorage } from '../../src/storage/index.ts';
import type { CellLog, ReclaimGuide, Storage } from '../../src/storage/index.ts';
import { batchOf, reclaimAll, removeTemporaryDirectories, temporaryDirectory } from './storage-driver.ts';

const MiB = 1024 * 1024;
const keyBytes = 1024;
const largest = 10 * MiB + keyBytes;

const hashOf = (bytes: Uint8Array): string => createHash('sha1').update(bytes).digest('hex');

/** A body of this length that no other number has. */
function bodyOf(number: number, bytes: number): string {
  return `${number}:`.padEnd(bytes, String.fromCharCode(97 + (number % 26)));
}

describe('records of 10 MiB', () => {
  let directory: string;
  let storage: Storage;
  let log: CellLog;
  const hashes = new Map<string, string>();
  let floor = 1;

  beforeEach(async () => {
    directory = temporaryDirectory();
    hashes.clear();
    floor = 1;
    await open();
  });
  afterEach(async () => {
    await storage.close();
    removeTemporaryDirectories();
  });

  async function open(): Promise<void> {
    storage = await openLmdbStorage({ directory, segmentBytes: 16 * MiB, liveCountIntervalMs: 0 });
    log = await storage.openCell('stream-0');
  }

  const guide: ReclaimGuide = {
    live: () => 0,
    floor: (entity) => (entity === 1 ? floor : 1),
    barrier: async () => true,
  };

  async function put(entity: number, firstSequence: number, sizes: readonly number[]): Promise<void> {
    const bodies = sizes.map((bytes, i) => bodyOf(firstSequence + i, bytes));
    bodies.forEach((body, i) => hashes.set(`${entity}/${firstSequence + i}`, hashOf(Buffer.from(body))));
    const small = { entity: 9, firstSequence: log.position() + 1, bodies: ['small'] };
    hashes.set(`9/${log.position() + 1}`, hashOf(Buffer.from('small')));
    await log.append(batchOf([{ entity, firstSequence, bodies }, small]), log.position());
  }

  function verify(): void {
    const found = new Map<string, string>();
    for (const entity of [1, 2, 9]) {
      log.scan(entity, entity === 1 ? floor : 1, (sequence, source, start, end) => {
        found.set(`${entity}/${sequence}`, hashOf(source.subarray(start, end)));
        return true;
      });
    }
    const wanted = [...hashes].filter(([key]) => !key.startsWith('1/') || Number(key.slice(2)) >= floor);
    expect(found).toEqual(new Map(wanted));
    for (const [key, hash] of wanted) {
      const [entity, sequence] = key.split('/').map(Number) as [number, number];
      expect(hashOf(log.body(entity, sequence) as Uint8Array)).toBe(hash);
    }
  }

  it('are kept whole through sealing, compaction and cold reads', async () => {
    expect(largest).toBeLessThan(limits.batchBytesMax);
    const forty = Array.from({ length: 40 }, () => (10 * MiB) / 40);
    for (let n = 0; n < 3; n++) {
      await put(1, 1 + n * 2, [largest]);
      await put(1, 2 + n * 2, [100]);
      await put(2, 1 + n * 40, forty);
    }
    verify();
    await log.checkpoint(log.position(), []);
    await reclaimAll(log, guide);
    verify();
    await storage.close();
    expect((await checkDirectory(directory)).damages).toEqual([]);
    await open();
    await log.warm(1, 1, MiB);
    expect(log.isWarm(1, 1)).toBe(true);
    await log.warm(2, 1, MiB);
    expect(log.isWarm(2, 1, MiB)).toBe(true);
    verify();
    floor = 4;
    await log.append(batchOf([]), log.position());
    await log.checkpoint(log.position(), []);
    await reclaimAll(log, guide);
    verify();
  });
});
