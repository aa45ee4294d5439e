// The LMDB storage against a map: random sends, settles, checkpoints, slices of reclaiming (some undone),
// reopening and crashes in the middle of a merge. After every step each live body must be found, alone
// and in a range, and after the last one the directory must be sound and small.
import fc from 'fast-check';
import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { checkDirectory, openLmdbStorage } from '../../src/storage/index.ts';
import type { CellLog, Storage } from '../../src/storage/index.ts';
import {
  batchOf,
  guideOf,
  reclaimAll,
  removeTemporaryDirectories,
  temporaryDirectory,
} from './storage-driver.ts';
import type { Sent } from './storage-driver.ts';

const MiB = 1024 * 1024;
const entities = [1, 2, 3, 4, 5];

type Step =
  | {
      readonly kind: 'send';
      readonly sizes: readonly number[];
      readonly entityBits: number;
      readonly gap: number;
    }
  | { readonly kind: 'settle'; readonly share: number; readonly seed: number }
  | { readonly kind: 'checkpoint' }
  | { readonly kind: 'reclaim'; readonly slices: number; readonly isCommitted: boolean }
  | { readonly kind: 'reopen' }
  | { readonly kind: 'crash' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('send' as const),
      sizes: fc.array(fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 4000, max: 60_000 })), {
        minLength: 1,
        maxLength: 12,
      }),
      entityBits: fc.integer({ min: 1, max: 31 }),
      gap: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 5000 })),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('settle' as const),
      share: fc.constantFrom(0.3, 0.7, 0.95, 1),
      seed: fc.nat(1000),
    }),
  },
  { weight: 3, arbitrary: fc.constant({ kind: 'checkpoint' as const }) },
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
  { weight: 1, arbitrary: fc.constant({ kind: 'reopen' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'crash' as const }) },
);

class World {
  directory = temporaryDirectory();
  storage!: Storage;
  log!: CellLog;
  readonly live = new Map<number, Map<number, string>>(entities.map((entity) => [entity, new Map()]));
  readonly next = new Map<number, number>(entities.map((entity) => [entity, 0]));

  async open(): Promise<void> {
    this.storage = await openLmdbStorage({
      directory: this.directory,
      segmentBytes: MiB,
      liveCountIntervalMs: 0,
    });
    this.log = await this.storage.openCell('queue-0');
  }

  guide(isCommitted: boolean): ReturnType<typeof guideOf> {
    return guideOf((entity, sequence) => this.live.get(entity)?.has(sequence) === true, isCommitted);
  }

  async run(step: Step): Promise<void> {
    if (step.kind === 'send') return this.send(step);
    if (step.kind === 'settle') return this.settle(step.share, step.seed);
    if (step.kind === 'checkpoint') return this.log.checkpoint(this.log.position(), []);
    if (step.kind === 'reclaim') return this.reclaim(step.slices, step.isCommitted);
    if (step.kind === 'reopen') {
      await this.storage.close();
      return this.open();
    }
    return this.crash();
  }

  async send(step: Extract<Step, { kind: 'send' }>): Promise<void> {
    const sent: Sent[] = [];
    for (const entity of entities) {
      if ((step.entityBits & (1 << (entity - 1))) === 0) continue;
      const firstSequence = (this.next.get(entity) as number) + step.gap;
      const bodies = step.sizes.map((size, i) => `${entity}/${firstSequence + i}`.padEnd(size, '.'));
      bodies.forEach((body, i) => this.live.get(entity)?.set(firstSequence + i, body));
      this.next.set(entity, firstSequence + bodies.length);
      sent.push({ entity, firstSequence, bodies });
    }
    await this.log.append(batchOf(sent), this.log.position());
  }

  async settle(share: number, seed: number): Promise<void> {
    for (const [entity, bodies] of this.live) {
      for (const sequence of bodies.keys()) {
        if (((sequence * 7919 + entity * 31 + seed * 101) % 1000) / 1000 < share) bodies.delete(sequence);
      }
    }
    await this.log.append(batchOf([], 'settled'), this.log.position());
  }

  async reclaim(slices: number, isCommitted: boolean): Promise<void> {
    for (let i = 0; i < slices; i++) if (!(await this.log.reclaim(this.guide(isCommitted)))) return;
  }

  async crash(): Promise<void> {
    const image = temporaryDirectory();
    cpSync(this.directory, image, { recursive: true });
    rmSync(join(image, 'lock'));
    await this.storage.close();
    this.directory = image;
    await this.open();
  }

  verify(): void {
    for (const [entity, bodies] of this.live) {
      const wanted = [...bodies.keys()].sort((a, b) => a - b);
      for (const sequence of wanted) {
        const body = this.log.body(entity, sequence);
        if (body === undefined || Buffer.from(body).toString() !== bodies.get(sequence)) {
          throw new Error(`body ${entity}/${sequence} is not what was sent`);
        }
      }
      const found = this.log.bodies(entity, 0, 1e9).map((record) => record.sequence);
      const sorted = found.toSorted((a, b) => a - b);
      if (found.join() !== sorted.join()) throw new Error(`bodies of ${entity} are out of order`);
      if (new Set(found).size !== found.length) throw new Error(`bodies of ${entity} are found twice`);
      const stored = new Set(found);
      const missing = wanted.filter((sequence) => !stored.has(sequence));
      if (missing.length > 0) throw new Error(`the range of ${entity} lacks ${missing.join()}`);
    }
  }

  liveBytes(): number {
    let bytes = 0;
    for (const bodies of this.live.values()) for (const body of bodies.values()) bytes += body.length + 4;
    return bytes;
  }
}

describe('reclaim against a model', () => {
  afterEach(removeTemporaryDirectories);

  it('never loses a live body and keeps the directory sound', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
        const world = new World();
        await world.open();
        for (const next of steps) {
          await world.run(next);
          world.verify();
        }
        await world.log.append(batchOf([], 'end'), world.log.position());
        await world.log.checkpoint(world.log.position(), []);
        await reclaimAll(world.log, world.guide(true));
        world.verify();
        const { diskBytes } = world.log.stats();
        await world.storage.close();
        // Two segments may be full of the past; small blocks and trees take pages of their own.
        expect(diskBytes).toBeLessThan(2 * world.liveBytes() + 2 * MiB + 600_000);
        const { damages } = await checkDirectory(world.directory);
        expect(damages).toEqual([]);
        expect(readdirSync(world.directory)).not.toContain('lock');
        removeTemporaryDirectories();
      }),
      { numRuns: Number(process.env['CAUDAL_MODEL_RUNS'] ?? 25) },
    );
  });
});
