// More body segments than may be open at once: any body is still found, in any order, and files are closed
// and opened behind the reader's back.
import { readdirSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { limits } from '../../src/base/limits.ts';
import { BodySegment } from '../../src/storage/body-segment.ts';
import { openLmdbStorage } from '../../src/storage/index.ts';
import {
  batchOf,
  bodyText,
  guideOf,
  reclaimAll,
  removeTemporaryDirectories,
  temporaryDirectory,
} from './storage-driver.ts';

describe('many body segments', () => {
  afterEach(removeTemporaryDirectories);

  it('are read in any order with few of them open', async () => {
    const options = { directory: temporaryDirectory(), segmentBytes: 256 * 1024 };
    const storage = await openLmdbStorage(options);
    const log = await storage.openCell('queue-0');
    const filler = '.'.repeat(100_000);
    for (let n = 0; n < 240; n++) {
      const bodies = [`${n}-${filler}`];
      await log.append(batchOf([{ entity: 1 + (n % 2), firstSequence: n, bodies }]), n);
    }
    await log.checkpoint(240, []);
    await reclaimAll(
      log,
      guideOf(() => true),
    );
    expect(log.stats().segmentCount).toBeGreaterThan(limits.openBodySegmentsMax * 1.5);
    for (let i = 0; i < 600; i++) {
      const n = (i * 7919) % 240;
      expect(bodyText(log, 1 + (n % 2), n)?.split('-')[0]).toBe(String(n));
    }
    for (const entity of [1, 2]) expect(log.bodies(entity, 0, 1000).length).toBe(120);
    await new Promise((resolve) => setImmediate(resolve));
    const open = readdirSync('/proc/self/fd').length;
    expect(open).toBeLessThan(4 * limits.openBodySegmentsMax + 100);
    await storage.close();
    await expectFewReads(options);
  });

  /** The first look into an opened directory: a search through the fences, then one block. */
  async function expectFewReads(options: { readonly directory: string; readonly segmentBytes: number }) {
    for (const n of [0, 1, 60, 239]) {
      const storage = await openLmdbStorage(options);
      const log = await storage.openCell('queue-0');
      const fences = vi.spyOn(BodySegment.prototype, 'loadFence');
      const blocks = vi.spyOn(BodySegment.prototype, 'valueAtOrAfter');
      expect(bodyText(log, 1 + (n % 2), n)?.split('-')[0]).toBe(String(n));
      expect(fences.mock.calls.length).toBeLessThan(16);
      expect(blocks.mock.calls.length).toBeLessThan(2);
      vi.restoreAllMocks();
      await storage.close();
    }
  }
});
