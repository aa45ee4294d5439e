// What tests of retention share: streams that are written at their new end and trimmed at their old one,
// each in a band, and a look at which body segment holds what.
import { Manifest, cellDirectory, segmentPath } from '../../src/storage/manifest.ts';
import { BodySegment } from '../../src/storage/body-segment.ts';
import type { CellLog, ReclaimGuide } from '../../src/storage/index.ts';
import { batchOf, bodyText, scanList } from './storage-driver.ts';
import type { Sent } from './storage-driver.ts';

export class Streams {
  readonly floors = new Map<number, number>();
  readonly bands = new Map<number, number>();
  /** Every band that an entity has ever had. */
  readonly pastBands = new Map<number, Set<number>>();
  readonly #bodies = new Map<number, string[]>();

  constructor(entities: readonly number[]) {
    for (const entity of entities) {
      this.floors.set(entity, 1);
      this.#bodies.set(entity, []);
      this.move(entity, 0);
    }
  }

  /** `live` must not be asked. */
  guide(isCommitted = true): ReclaimGuide {
    return {
      live: () => {
        throw new Error('asked bit by bit');
      },
      floor: (entity) => this.floors.get(entity) ?? Number.POSITIVE_INFINITY,
      band: (entity) => this.bands.get(entity) ?? 0,
      barrier: async () => isCommitted,
    };
  }

  /** Sequences start at 1. */
  async put(log: CellLog, entities: readonly number[], sizes: readonly number[]): Promise<void> {
    const sent: Sent[] = entities.map((entity) => {
      const all = this.#bodies.get(entity) as string[];
      const firstSequence = all.length + 1;
      const bodies = sizes.map((size, i) => `${entity}/${firstSequence + i}`.padEnd(size, '.'));
      all.push(...bodies);
      return { entity, firstSequence, bodies };
    });
    await log.append(batchOf(sent), log.position());
  }

  lastSequence(entity: number): number {
    return (this.#bodies.get(entity) as string[]).length;
  }

  trim(entity: number, floor: number): void {
    this.floors.set(entity, Math.max(floor, this.floors.get(entity) as number));
  }

  move(entity: number, band: number): void {
    this.bands.set(entity, band);
    const past = this.pastBands.get(entity) ?? new Set();
    this.pastBands.set(entity, past.add(band));
  }

  liveBytes(): number {
    let bytes = 0;
    for (const [entity, bodies] of this.#bodies) {
      for (const body of bodies.slice((this.floors.get(entity) as number) - 1)) bytes += body.length + 4;
    }
    return bytes;
  }

  /** Everything from the floors on is there, in order, alone and in a range. */
  verify(log: CellLog): void {
    for (const [entity, bodies] of this.#bodies) {
      const floor = this.floors.get(entity) as number;
      const wanted = bodies.slice(floor - 1).map((body, i) => `${floor + i}:${body}`);
      const found = scanList(log, entity, floor, Number.POSITIVE_INFINITY);
      if (found.join() !== wanted.join()) throw new Error(`the range of ${entity} from ${floor} is wrong`);
      for (let sequence = floor; sequence <= bodies.length; sequence += 7) {
        if (bodyText(log, entity, sequence) !== bodies[sequence - 1]) {
          throw new Error(`body ${entity}/${sequence} is not what was put`);
        }
      }
      const older = scanList(log, entity, 0, Number.POSITIVE_INFINITY).map((text) => parseInt(text, 10));
      if (older.some((sequence, i) => i > 0 && sequence <= (older[i - 1] as number))) {
        throw new Error(`bodies of ${entity} are out of order`);
      }
    }
  }
}

export interface SealedFile {
  readonly band: number;
  /** Entity, first and last sequence. */
  readonly rows: readonly (readonly [number, number, number])[];
}

/** The body segments of a cell of a closed directory, oldest first. */
export async function sealedFiles(directory: string, cell: string): Promise<SealedFile[]> {
  const manifest = new Manifest(directory, 'read-only');
  const { bodies } = manifest.files(cell);
  await manifest.close();
  const context = { disk: { take: () => {}, give: () => {} }, damages: { report: () => {} } };
  const files: SealedFile[] = [];
  for (const file of bodies) {
    const path = segmentPath(cellDirectory(directory, cell), 'body', file.number);
    const segment = new BodySegment(file, path, context);
    const fence = segment.loadFence();
    const rows = Array.from({ length: fence.size }, (_, row) => {
      return [fence.entity(row), fence.firstSequence(row), fence.lastSequence(row)] as const;
    });
    files.push({ band: segment.band, rows });
    await segment.close();
  }
  return files;
}
