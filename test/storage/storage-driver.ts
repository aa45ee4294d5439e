// What storage tests share: batches made of plain values, a model of what is live, a directory that goes
// away.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Batch, BodyRun, CellLog, LiveQuery, ReclaimGuide } from '../../src/storage/index.ts';

export interface Sent {
  readonly entity: number;
  readonly firstSequence: number;
  readonly bodies: readonly string[];
}

export function batchOf(sent: readonly Sent[], journal = 'journal', timeMs = 1): Batch {
  const runs: BodyRun[] = [];
  const parts: Buffer[] = [];
  let offset = 0;
  for (const { entity, firstSequence, bodies } of sent) {
    const records = bodies.map(recordOf);
    const length = records.reduce((bytes, record) => bytes + record.length, 0);
    runs.push({ entity, firstSequence, count: bodies.length, offset, length });
    parts.push(...records);
    offset += length;
  }
  return {
    epoch: 7,
    timeMs,
    catalogPosition: 3,
    journal: Buffer.from(journal),
    runs,
    bodies: Buffer.concat(parts),
  };
}

function recordOf(body: string): Buffer {
  const bytes = Buffer.from(body);
  const record = Buffer.alloc(4 + bytes.length);
  record.writeUInt32LE(bytes.length, 0);
  bytes.copy(record, 4);
  return record;
}

export function textOf(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : Buffer.from(bytes).toString();
}

export function bodyText(log: CellLog, entity: number, sequence: number): string | undefined {
  return textOf(log.body(entity, sequence));
}

/** Sequences and texts of a range, as one string each. */
export function bodyList(log: CellLog, entity: number, from = 0, limit = 1000): string[] {
  return log.bodies(entity, from, limit).map((record) => `${record.sequence}:${textOf(record.bytes)}`);
}

/** The same by a scan, which stops after `limit` bodies. */
export function scanList(log: CellLog, entity: number, from = 0, limit = 1000): string[] {
  const found: string[] = [];
  log.scan(entity, from, (sequence, source, start, end) => {
    found.push(`${sequence}:${source.toString('utf8', start, end)}`);
    return found.length < limit;
  });
  return found;
}

/** Sequences that a scan finds. */
export function scannedSequences(log: CellLog, entity: number, from = 0): number[] {
  const found: number[] = [];
  log.scan(entity, from, (sequence) => found.push(sequence) > 0);
  return found;
}

/** A guide over a plain predicate; `barrier` answers true unless told otherwise. */
export function guideOf(
  isLive: (entity: number, sequence: number) => boolean,
  isCommitted = true,
): ReclaimGuide {
  const live: LiveQuery = (entity, firstSequence, count, bitmap) => {
    let found = 0;
    for (let i = 0; i < count; i++) {
      if (!isLive(entity, firstSequence + i)) continue;
      const byte = i >> 3;
      bitmap[byte] = (bitmap[byte] as number) | (1 << (i & 7));
      found++;
    }
    return found;
  };
  return { live, barrier: async () => isCommitted };
}

/** Reclaims until there is nothing to do; fails when that does not end. */
export async function reclaimAll(log: CellLog, guide: ReclaimGuide, stepMax = 10_000): Promise<number> {
  for (let step = 0; step < stepMax; step++) if (!(await log.reclaim(guide))) return step;
  throw new Error(`reclaim was not done after ${stepMax} steps`);
}

const directories: string[] = [];

export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'caudal-storage-'));
  directories.push(directory);
  return directory;
}

export function removeTemporaryDirectories(): void {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
}
