// Cold readers: what they need is read by the worker, not on the event loop; and whatever becomes of the
// worker or of the files in between, they find everything.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { limits } from '../../src/base/limits.ts';
import { silentLogger } from '../../src/base/log.ts';
import { BodySegment } from '../../src/storage/body-segment.ts';
import { openLmdbStorage } from '../../src/storage/index.ts';
import type { CellLog, LmdbStorageOptions, Storage } from '../../src/storage/index.ts';
import { SealedReader } from '../../src/storage/sealed-reader.ts';
import type { SealedAnswer, SealedQuestion, SealedReading } from '../../src/storage/sealed-reader.ts';
import { Streams } from './retention-driver.ts';
import {
  reclaimAll,
  removeTemporaryDirectories,
  scannedSequences,
  temporaryDirectory,
} from './storage-driver.ts';

const MiB = 1024 * 1024;
const entities = [1, 2, 3];

describe('reading ahead', () => {
  let directory: string;
  let storage: Storage;
  let log: CellLog;
  let streams: Streams;
  let reader: SealedReader;
  const events: string[] = [];

  beforeEach(() => {
    directory = temporaryDirectory();
    events.length = 0;
    streams = new Streams(entities);
    reader = new SealedReader(silentLogger);
  });
  afterEach(async () => {
    await storage.close();
    await reader.close();
    removeTemporaryDirectories();
  });

  async function open(options: Partial<LmdbStorageOptions> = {}): Promise<void> {
    const note = (event: string): number => events.push(event);
    const logger = { debug: () => {}, info: note, warn: note, error: note, child: () => logger };
    const fixed = { directory, segmentBytes: MiB, liveCountIntervalMs: 0, logger };
    storage = await openLmdbStorage({ ...fixed, ...options });
    log = await storage.openCell('stream-0');
  }

  /** Some segments of three streams, sealed but for the newest, and opened again: nothing is in memory. */
  async function sealAndReopen(options: Partial<LmdbStorageOptions> = {}, bodyBytes = 2000): Promise<void> {
    await open();
    for (let round = 0; round < 60; round++) {
      await streams.put(log, entities, Array(Math.ceil(60_000 / bodyBytes)).fill(bodyBytes));
    }
    await log.checkpoint(log.position(), []);
    await reclaimAll(log, streams.guide());
    expect(log.stats().segmentCount).toBeGreaterThan(5);
    await storage.close();
    await open(options);
  }

  /** As a consumer does: asks whether it is warm, waits if not, then takes `bytes` of bodies. */
  async function drain(entity: number, bytes: number): Promise<number[]> {
    const found: number[] = [];
    for (let next = 1; ;) {
      if (!log.isWarm(entity, next, bytes)) await log.warm(entity, next, bytes);
      let left = bytes;
      const before = found.length;
      log.scan(entity, next, (sequence, _source, start, end) => {
        found.push(sequence);
        left -= end - start;
        return left > 0;
      });
      if (found.length === before) return found;
      next = (found.at(-1) as number) + 1;
    }
  }

  const all = (entity: number): number[] =>
    Array.from({ length: streams.lastSequence(entity) }, (_, i) => i + 1);

  for (const bodyBytes of [200, 2000, 30_000]) {
    it(`lets a cold reader of ${bodyBytes} B records read nothing on the loop`, async () => {
      await sealAndReopen({}, bodyBytes);
      const reads = [
        vi.spyOn(BodySegment.prototype, 'valueAtOrAfter'),
        vi.spyOn(BodySegment.prototype, 'loadFenceTable'),
      ];
      for (const entity of entities) expect(await drain(entity, 300_000)).toEqual(all(entity));
      for (const read of reads) expect(read).not.toHaveBeenCalled();
      expect(events).toEqual([]);
    });
  }

  it('serves many readers at once', async () => {
    await sealAndReopen();
    const read = vi.spyOn(BodySegment.prototype, 'valueAtOrAfter');
    const readers = Array.from({ length: 30 }, (_, i) => drain(1 + (i % 3), 20_000 + i * 9_000));
    const found = await Promise.all(readers);
    found.forEach((sequences, i) => expect(sequences).toEqual(all(1 + (i % 3))));
    expect(read).not.toHaveBeenCalled();
  });

  it('is not asked for what is in memory already', async () => {
    const asked: SealedQuestion[] = [];
    const counting: SealedReading = {
      ask: (question, isNext) => {
        asked.push(question);
        return reader.ask(question, isNext);
      },
      release: (path) => reader.release(path),
      recycle: (memory) => reader.recycle(memory),
    };
    await sealAndReopen({ sealedReader: counting });
    await log.warm(1, 1, MiB);
    const askedBefore = asked.length;
    expect(askedBefore).toBeGreaterThan(0);
    await log.warm(1, 1, MiB);
    await log.warm(1, 10, 1000);
    expect(asked.length).toBe(askedBefore);
    expect(log.isWarm(1, 1, MiB)).toBe(true);
    expect(log.isWarm(1, 1, limits.readAheadBytesMax)).toBe(false);
  });

  it('reads on the loop when there is no answer', async () => {
    await sealAndReopen({
      sealedReader: { ask: async () => undefined, release: () => {}, recycle: () => {} },
    });
    expect(await drain(2, 300_000)).toEqual(all(2));
  });

  it('reads on the loop when the worker cannot start or ends, and says so once', async () => {
    const script = join(directory, 'broken.mjs');
    writeFileSync(script, 'throw new Error("broken");');
    const note = vi.fn<(event: string) => void>();
    const logger = { ...silentLogger, warn: note };
    const broken = new SealedReader(logger, pathToFileURL(script));
    await sealAndReopen({ sealedReader: broken });
    expect(await drain(3, 300_000)).toEqual(all(3));
    expect(note.mock.calls.map(([event]) => event)).toEqual([
      'reading worker lost, sealed bodies are read on the event loop',
    ]);
    await broken.close();
  });

  it('drops an answer about a segment that is gone, which stays on disk until then', async () => {
    let release: () => void = () => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    const answers: (SealedAnswer | undefined)[] = [];
    const late: SealedReading = {
      ask: async (question) => {
        const answer = await reader.ask(question);
        if (question.kind === 'blocks') await gate;
        answers.push(answer);
        return answer;
      },
      release: (path) => reader.release(path),
      recycle: (memory) => reader.recycle(memory),
    };
    await sealAndReopen({ sealedReader: late });
    const cell = join(directory, 'cells/stream-0');
    const files = (): string[] => readdirSync(cell).filter((file) => /^body-\d+\.mdb$/.test(file));
    const before = files().length;
    const warming = log.warm(1, 1, MiB);
    for (const entity of entities) streams.trim(entity, streams.lastSequence(entity) + 1);
    await log.checkpoint(log.position(), []);
    await streams.put(log, [], []);
    await reclaimAll(log, streams.guide());
    await vi.waitFor(() => expect(files().length).toBe(1));
    expect(before).toBeGreaterThan(1);
    release();
    await warming;
    expect(answers.at(-1)?.ends.length).toBeGreaterThan(0);
    await vi.waitFor(() => expect(files()).toEqual([]));
    expect(scannedSequences(log, 1)[0]).toBeGreaterThan(1);
  });

  it('reports what the worker found damaged, and passes it over', async () => {
    await sealAndReopen({}, 30_000);
    await storage.close();
    damage('1/20.');
    await open();
    const found = await drain(1, 300_000);
    expect(all(1).filter((sequence) => !found.includes(sequence))).toContain(20);
    expect(found.length).toBeGreaterThan(streams.lastSequence(1) - 5);
    expect(events).toEqual(['bodies found damaged']);
  });

  function damage(text: string): void {
    const cell = join(directory, 'cells/stream-0');
    for (const file of readdirSync(cell).filter(
      (name) => name.startsWith('body-') && name.endsWith('.mdb'),
    )) {
      const bytes = readFileSync(join(cell, file));
      const at = bytes.indexOf(text);
      if (at === -1) continue;
      bytes[at + 100] = 0x21;
      writeFileSync(join(cell, file), bytes);
    }
  }
});
