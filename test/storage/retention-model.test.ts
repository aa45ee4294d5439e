// Streams in bands against a model: random puts, trims, moves between bands, checkpoints, slices of
// reclaiming (some undone), reads ahead, reopening and crashes. After every step all that is not trimmed
// must be there in order; after the last one no file may hold a stream that never was in its band, and the
// directory must be small.
import fc from 'fast-check';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { checkDirectory, openLmdbStorage } from '../../src/storage/index.ts';
import type { CellLog, Storage } from '../../src/storage/index.ts';
import { Streams, sealedFiles } from './retention-driver.ts';
import { reclaimAll, removeTemporaryDirectories, temporaryDirectory } from './storage-driver.ts';

const MiB = 1024 * 1024;
const entities = [1, 2, 3, 4, 5];
const entity = fc.constantFrom(...entities);
const size = fc.oneof(fc.integer({ min: 10, max: 300 }), fc.integer({ min: 4000, max: 60_000 }));

const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('put' as const),
      entities: fc.uniqueArray(entity, { minLength: 1 }),
      sizes: fc.array(size, { minLength: 1, maxLength: 12 }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('trim' as const),
      entity,
      share: fc.constantFrom(0.1, 0.5, 0.9, 1),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('move' as const), entity, band: fc.nat(2) }),
  },
  { weight: 4, arbitrary: fc.constant({ kind: 'checkpoint' as const }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('reclaim' as const),
      slices: fc.integer({ min: 1, max: 40 }),
      isCommitted: fc.oneof(
        { weight: 4, arbitrary: fc.constant(true) },
        { weight: 1, arbitrary: fc.constant(false) },
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('warm' as const), entity, from: fc.nat(100) }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'reopen' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'crash' as const }) },
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

class World {
  directory = temporaryDirectory();
  storage!: Storage;
  log!: CellLog;
  readonly streams = new Streams(entities);

  async open(): Promise<void> {
    const { directory } = this;
    this.storage = await openLmdbStorage({ directory, segmentBytes: MiB, liveCountIntervalMs: 0 });
    this.log = await this.storage.openCell('stream-0');
  }

  async run(next: Step): Promise<void> {
    const { log, streams } = this;
    if (next.kind === 'put') return streams.put(log, next.entities, next.sizes);
    if (next.kind === 'move') return this.#changed(() => streams.move(next.entity, next.band));
    if (next.kind === 'trim') return this.#trim(next.entity, next.share);
    if (next.kind === 'checkpoint') return log.checkpoint(log.position(), []);
    if (next.kind === 'reclaim') return this.#reclaim(next.slices, next.isCommitted);
    if (next.kind === 'warm') return log.warm(next.entity, next.from, MiB);
    if (next.kind === 'reopen') {
      await this.storage.close();
      return this.open();
    }
    return this.#crash();
  }

  async #changed(change: () => void): Promise<void> {
    change();
    await this.streams.put(this.log, [], []);
  }

  async #trim(trimmed: number, share: number): Promise<void> {
    const { streams } = this;
    const floor = streams.floors.get(trimmed) as number;
    const left = streams.lastSequence(trimmed) + 1 - floor;
    await this.#changed(() => streams.trim(trimmed, floor + Math.floor(left * share)));
  }

  async #reclaim(slices: number, isCommitted: boolean): Promise<void> {
    const guide = this.streams.guide(isCommitted);
    for (let i = 0; i < slices; i++) if (!(await this.log.reclaim(guide))) return;
  }

  async #crash(): Promise<void> {
    const image = temporaryDirectory();
    cpSync(this.directory, image, { recursive: true });
    rmSync(join(image, 'lock'));
    await this.storage.close();
    this.directory = image;
    await this.open();
  }
}

describe('retention by bands against a model', () => {
  afterEach(removeTemporaryDirectories);

  it('never loses what is not trimmed, and keeps bands apart', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 80 }), async (steps) => {
        const world = new World();
        await world.open();
        for (const next of steps) {
          await world.run(next);
          world.streams.verify(world.log);
        }
        await world.run({ kind: 'put', entities: [1], sizes: [10] });
        await world.log.checkpoint(world.log.position(), []);
        await reclaimAll(world.log, world.streams.guide());
        world.streams.verify(world.log);
        const { diskBytes } = world.log.stats();
        await world.storage.close();
        // Two segments may be full of the past; small blocks and trees take pages of their own, in each file.
        const files = await sealedFiles(world.directory, 'stream-0');
        expect(diskBytes).toBeLessThan(
          2 * world.streams.liveBytes() + 2 * MiB + 600_000 + files.length * 40_000,
        );
        for (const { band, rows } of files) {
          for (const [found] of rows) expect(world.streams.pastBands.get(found)?.has(band)).toBe(true);
        }
        const { damages } = await checkDirectory(world.directory);
        expect(damages).toEqual([]);
        removeTemporaryDirectories();
      }),
      { numRuns: Number(process.env['CAUDAL_MODEL_RUNS'] ?? 25) },
    );
  });
});
