// Disk use under a steady workload: a queue's worth of messages comes and goes, some stay behind for
// ever, and what is on the disk stays within twice what is live and two segments. (The long version is a
// soak.)
import { statSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openLmdbStorage } from '../../src/storage/index.ts';
import { batchOf, guideOf, removeTemporaryDirectories, temporaryDirectory } from './storage-driver.ts';

const MiB = 1024 * 1024;
const segmentBytes = MiB;
const perCommit = 40;
const bodyBytes = 1000;
const commits = Number(process.env['CAUDAL_DISK_BOUND_COMMITS'] ?? 400);

describe('disk use with stragglers', () => {
  afterEach(removeTemporaryDirectories);

  for (const percent of [0, 1, 20, 50]) {
    it(`stays within 2 x live + 2 segments when ${percent} % of the messages stay`, async () => {
      const directory = temporaryDirectory();
      const storage = await openLmdbStorage({ directory, segmentBytes, liveCountIntervalMs: 0 });
      const log = await storage.openCell('queue-0');
      const body = 'm'.repeat(bodyBytes);
      let sent = 0;
      let settledThrough = 0;
      // Stragglers stay for 5,000 messages more, so that old segments empty slowly and everywhere.
      const isLive = (_: number, sequence: number): boolean => {
        if (sequence >= settledThrough) return sequence < sent;
        return (sequence * 37) % 100 < percent && sequence > settledThrough - 5_000;
      };
      let worstExcess = 0;
      for (let commit = 0; commit < commits; commit++) {
        const bodies = Array.from({ length: perCommit }, () => body);
        await log.append(batchOf([{ entity: 1, firstSequence: sent, bodies }]), log.position());
        sent += perCommit;
        settledThrough = Math.max(0, sent - 500);
        if (commit % 10 === 0) await log.checkpoint(log.position(), []);
        for (let slice = 0; slice < 6; slice++) if (!(await log.reclaim(guideOf(isLive)))) break;
        if (commit < 100 || commit % 20 !== 0) continue;
        let live = 0;
        for (let sequence = 0; sequence < sent; sequence++) if (isLive(1, sequence)) live++;
        worstExcess = Math.max(worstExcess, segmentFileBytes(directory) - 2 * live * (bodyBytes + 4));
      }
      // The spare and what is being written by a merge at that moment are files too: a quarter of a segment.
      expect(worstExcess).toBeLessThan(2.25 * segmentBytes);
      await storage.close();
    });
  }
});

function segmentFileBytes(directory: string): number {
  const cell = join(directory, 'cells/queue-0');
  return readdirSync(cell)
    .filter((file) => /^(log|body)-\d+\.mdb$/.test(file))
    .reduce((bytes, file) => bytes + (statSync(join(cell, file), { throwIfNoEntry: false })?.size ?? 0), 0);
}
