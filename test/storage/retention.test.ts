// What becomes of sealed segments when time passes: they die whole and unread, bands do not share them, and a
// stream whose retention is raised keeps what it has while its neighbours' go.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BodySegment } from '../../src/storage/body-segment.ts';
import { openLmdbStorage } from '../../src/storage/index.ts';
import type { CellLog, Storage } from '../../src/storage/index.ts';
import { Streams, sealedFiles } from './retention-driver.ts';
import {
  reclaimAll,
  removeTemporaryDirectories,
  scannedSequences,
  temporaryDirectory,
} from './storage-driver.ts';

const MiB = 1024 * 1024;
const entities = [1, 2, 3, 4];

describe('retention by time', () => {
  let directory: string;
  let storage: Storage;
  let log: CellLog;
  let streams: Streams;

  beforeEach(async () => {
    directory = temporaryDirectory();
    streams = new Streams(entities);
    await open();
  });
  afterEach(async () => {
    await storage.close();
    removeTemporaryDirectories();
  });

  async function open(): Promise<void> {
    storage = await openLmdbStorage({ directory, segmentBytes: MiB, liveCountIntervalMs: 0 });
    log = await storage.openCell('stream-0');
  }

  /** About a segment and a half of all four; then everything that is full is sealed. */
  async function putAndSeal(rounds = 10): Promise<void> {
    for (let round = 0; round < rounds; round++) await streams.put(log, entities, Array(20).fill(2000));
    await log.checkpoint(log.position(), []);
    await reclaimAll(log, streams.guide());
  }

  function bodyFiles(): string[] {
    return readdirSync(join(directory, 'cells/stream-0')).filter((file) => /^body-\d+\.mdb$/.test(file));
  }

  /** Fence rows of each sealed file, as they are on disk. */
  async function sealed(): Promise<Awaited<ReturnType<typeof sealedFiles>>> {
    await storage.close();
    const files = await sealedFiles(directory, 'stream-0');
    await open();
    return files;
  }

  it('unlinks segments that are dead as a whole, oldest first, without reading a block', async () => {
    await putAndSeal(30);
    const before = bodyFiles().length;
    expect(before).toBeGreaterThan(2);
    const files = await sealed();
    const oldest = files[0]?.rows ?? [];
    for (const [entity, , last] of oldest) streams.trim(entity, last + 1);
    await streams.put(log, [], []);
    const reads = [
      vi.spyOn(BodySegment.prototype, 'copyOfNext'),
      vi.spyOn(BodySegment.prototype, 'valueAtOrAfter'),
    ];
    await reclaimAll(log, streams.guide());
    for (const read of reads) expect(read).not.toHaveBeenCalled();
    expect((await sealed()).map(({ rows }) => rows)).toEqual(files.slice(1).map(({ rows }) => rows));
    streams.verify(log);
  });

  it('drops a log segment of which everything is dead without writing anything', async () => {
    for (let round = 0; round < 20; round++) await streams.put(log, entities, Array(20).fill(2000));
    for (const entity of entities) streams.trim(entity, streams.lastSequence(entity) + 1);
    await log.checkpoint(log.position(), []);
    await reclaimAll(log, streams.guide());
    expect(bodyFiles()).toEqual([]);
    expect(scannedSequences(log, 1)[0]).toBeGreaterThan(100);
  });

  it('seals streams of different bands into different segments', async () => {
    streams.move(2, 1);
    streams.move(4, 3);
    await putAndSeal(30);
    const files = await sealed();
    const entitiesOf = (band: number): number[][] => {
      return files.filter((file) => file.band === band).map(({ rows }) => rows.map(([entity]) => entity));
    };
    expect(new Set(entitiesOf(0).flat())).toEqual(new Set([1, 3]));
    expect(new Set(entitiesOf(1).flat())).toEqual(new Set([2]));
    expect(new Set(entitiesOf(3).flat())).toEqual(new Set([4]));
    streams.verify(log);
  });

  it('keeps what a raised stream has, in the longer band, when its neighbours fall due', async () => {
    await putAndSeal(30);
    streams.move(2, 1);
    await putAndSeal(30);
    const raisedAt = streams.lastSequence(2);
    for (const entity of [1, 3, 4]) streams.trim(entity, raisedAt / 2);
    await putAndSeal(30);
    streams.verify(log);
    const files = await sealed();
    // What fell due is gone from every file but the one in which the trim ends; what was raised is all there.
    for (const { band, rows } of files.filter((file) => file.rows.some(([entity]) => entity === 2))) {
      const others = rows.filter(([entity]) => entity !== 2);
      for (const [, , last] of others) expect(last).toBeGreaterThanOrEqual(raisedAt / 2);
      expect(band === 1 ? others : []).toEqual([]);
    }
    expect(files.some(({ band, rows }) => band === 1 && rows[0]?.[1] === 1)).toBe(true);
    expect(scannedSequences(log, 2)).toEqual(
      Array.from({ length: streams.lastSequence(2) }, (_, i) => i + 1),
    );
    for (const entity of [1, 3, 4]) streams.trim(entity, streams.lastSequence(entity) + 1);
    await putAndSeal(10);
    const left = (await sealed()).filter(({ band }) => band === 0);
    expect(left.filter(({ rows }) => rows.some(([entity]) => entity === 2))).toEqual([]);
    streams.verify(log);
  });

  /** Seals a segment of which next to nothing but two messages of stream 1 and one of stream 2 is live. */
  async function sealLittle(): Promise<void> {
    await streams.put(log, [1, 2], [1000, 1000]);
    for (let round = 0; round < 12; round++) await streams.put(log, [4], Array(50).fill(2000));
    streams.trim(4, streams.lastSequence(4) + 1);
    await log.checkpoint(log.position(), []);
    await reclaimAll(log, streams.guide());
  }

  it('joins small segments of a band over those of others', async () => {
    streams.move(2, 1);
    for (let n = 0; n < 20; n++) await sealLittle();
    const files = await sealed();
    for (const entity of [1, 2]) {
      const holding = files.filter(({ rows }) => rows.some(([found]) => found === entity));
      expect(holding.length).toBeLessThan(12);
      expect(holding.map(({ rows }) => rows.length)).toEqual(holding.map(() => 1));
    }
    streams.verify(log);
  });

  it('never joins over a segment that holds the same stream', async () => {
    for (let n = 0; n < 20; n++) {
      // In another band for one segment of seven: before it and behind it are sequences of the same stream.
      streams.move(1, n % 7 === 5 ? 1 : 0);
      await sealLittle();
      streams.verify(log);
    }
    const rows = (await sealed()).flatMap((file) => file.rows.filter(([entity]) => entity === 1));
    expect(rows.length).toBeGreaterThan(3);
    rows.forEach(([, first], i) => expect(first).toBeGreaterThan(rows[i - 1]?.[2] ?? 0));
    streams.verify(log);
  });

  it('forgets a stream that is gone', async () => {
    await putAndSeal(20);
    streams.floors.set(1, Number.POSITIVE_INFINITY);
    for (const entity of [2, 3, 4]) streams.trim(entity, streams.lastSequence(entity) + 1);
    await log.checkpoint(log.position(), []);
    await streams.put(log, [], []);
    await reclaimAll(log, streams.guide());
    expect(await sealed()).toEqual([]);
  });
});
