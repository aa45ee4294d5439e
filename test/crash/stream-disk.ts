// Streams over a real data directory with small segments and a clock that stands still, in this process:
// what the tests of sealing, retention and restores share. Knows what was put, and reads it back parents
// before children.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '../../src/base/log.ts';
import type { ShardView } from '../../src/broker/index.ts';
import { openLmdbStorage } from '../../src/storage/index.ts';
import type { ReadRecord } from '../model/stream-world.ts';
import { StreamWorld } from '../model/stream-world.ts';

export const MiB = 1024 * 1024;
/** Ticks after which sealing that is possible has been done: the reclaimer looks at every tenth. */
const ticksOfReclaim = 10;

export function temporaryDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'caudal-streams-'));
}
export function removeDirectory(directory: string): void {
  rmSync(directory, { recursive: true, force: true });
}

export class DiskStreams extends StreamWorld {
  readonly directory: string;

  constructor(
    directory: string,
    options: { readonly streamCells?: number; readonly segmentBytes?: number } = {},
  ) {
    const { segmentBytes = MiB, ...more } = options;
    super({
      ...more,
      openStorage: (clock) =>
        openLmdbStorage({ directory, clock, segmentBytes, logger: silentLogger, liveCountIntervalMs: 0 }),
    });
    this.directory = directory;
  }

  /** Lets the cells checkpoint, seal and give back, to the end; `entity` takes the commits it needs. */
  async settle(entity: number): Promise<void> {
    for (let round = 0; round < 2; round++) {
      await this.put(entity, [['settle', 'x']]);
      for (let tick = 0; tick < ticksOfReclaim; tick++) await this.broker.tick();
      // Reclaiming goes on by itself from turn to turn, and writes files.
      await this.#quiet();
    }
  }

  /**
   * The same until so few bytes are on disk, or the test has failed. The worker looks for what is too old:
   * how many turns that takes is not for a test to say.
   */
  async settleBelow(entity: number, diskBytes: number): Promise<void> {
    for (let round = 0; round < 40 && this.storage.stats().diskBytes >= diskBytes; round++)
      await this.settle(entity);
    const left = this.storage.stats().diskBytes;
    if (left >= diskBytes) throw new Error(`${left} bytes are left on disk, not less than ${diskBytes}`);
  }

  async #quiet(): Promise<void> {
    for (let turns = 0, quiet = 0, last = ''; turns < 1_000 && quiet < 5; turns++) {
      const files = this.files().join();
      quiet = files === last ? quiet + 1 : 0;
      last = files;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  /** Sealed files of all stream cells. */
  files(): string[] {
    const cells = join(this.directory, 'cells');
    const ofStreams = readdirSync(cells).filter((name) => name.startsWith('stream-'));
    return ofStreams.flatMap((cell) =>
      readdirSync(join(cells, cell)).filter((file) => file.startsWith('body-')),
    );
  }

  /** All records of a shard from a position on. */
  async readShard(entity: number, shardIndex: number, from = 1): Promise<ReadRecord[]> {
    const all: ReadRecord[] = [];
    for (let next = from; ;) {
      const { records, nextSequence } = await this.read(entity, shardIndex, next);
      all.push(...records);
      if (records.length === 0) return all;
      next = nextSequence;
    }
  }

  /** Data of each key, as a consumer gets it that takes parents before children. */
  async drain(entity: number): Promise<Map<string, string[]>> {
    const shards = [...(await this.shards(entity))];
    const byKey = new Map<string, string[]>();
    const done = new Set<number>();
    while (shards.length > 0) {
      const at = shards.findIndex(({ parentIndex, adjacentParentIndex }) =>
        [parentIndex, adjacentParentIndex].every(
          (parent) =>
            parent === undefined || done.has(parent) || !shards.some(({ index }) => index === parent),
        ),
      );
      const [{ index }] = shards.splice(at, 1) as [ShardView];
      for (const { key, data } of await this.readShard(entity, index)) {
        const known = byKey.get(key);
        if (known === undefined) byKey.set(key, [data]);
        else known.push(data);
      }
      done.add(index);
    }
    return byKey;
  }
}
