// One cell of the memory storage: what is committed (it survives a crash), and the log over it (which
// does not). Written to be obviously right: bodies in a map per entity, pages in a map, batches in an
// array.
import { assert } from '../base/assert.ts';
import { failpoint } from '../base/failpoint.ts';
import { limits } from '../base/limits.ts';
import type {
  Batch,
  BodyRecord,
  BodyRun,
  CellLog,
  CommittedBatch,
  LogRole,
  PageKey,
  PageRow,
  Position,
  ReclaimGuide,
  Stop,
  StorageErrorCode,
  StorageStats,
  VisitBody,
} from './types.ts';
import { StorageError } from './types.ts';

interface StoredPage extends PageKey {
  readonly bytes: Uint8Array;
}

export class MemoryCell {
  readonly batches: CommittedBatch[] = [];
  readonly bodies = new Map<number, Map<number, Uint8Array>>();
  readonly pages = new Map<string, StoredPage>();
  replayFrom: Position = 0;
}

export class MemoryCellLog implements CellLog {
  readonly #cell: MemoryCell;
  readonly #followers = new Set<(batch: CommittedBatch) => void>();
  #isAppending = false;
  #isDead = false;
  #isWritable = true;
  #failure: StorageErrorCode | undefined;
  #stall: Promise<void> | undefined;
  #release: (() => void) | undefined;
  #reclaimedAt: Position = 0;

  constructor(cell: MemoryCell) {
    this.#cell = cell;
  }

  position(): Position {
    return this.#cell.batches.length;
  }

  async append(batch: Batch, expected: Position): Promise<Position> {
    assert(!this.#isAppending, 'one append at a time');
    if (expected !== this.position()) {
      throw new StorageError('fenced', `the log is at ${this.position()}, not at ${expected}`);
    }
    if (batch.bodies.length + batch.journal.length > limits.batchBytesMax) {
      throw new StorageError('too_large', `a batch of ${batch.bodies.length + batch.journal.length} bytes`);
    }
    this.#isAppending = true;
    try {
      const copy = copyOf(batch, expected + 1);
      await this.#stall;
      if (this.#isDead) return await new Promise<Position>(() => {});
      this.#throwIfFailing(batch);
      this.#commit(copy);
      return copy.position;
    } finally {
      this.#isAppending = false;
    }
  }

  *batches(from: Position): Iterable<CommittedBatch> {
    for (let at = Math.max(from, 1); at <= this.position(); at++)
      yield this.#cell.batches[at - 1] as CommittedBatch;
  }

  follow(from: Position, onBatch: (batch: CommittedBatch) => void): Stop {
    for (const batch of this.batches(from)) onBatch(batch);
    const follower = (batch: CommittedBatch): void => {
      if (batch.position >= from) onBatch(batch);
    };
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }

  body(entity: number, sequence: number): Uint8Array | undefined {
    return this.#cell.bodies.get(entity)?.get(sequence);
  }

  bodies(entity: number, from: number, limit: number): readonly BodyRecord[] {
    const stored = [...(this.#cell.bodies.get(entity) ?? [])].filter(([sequence]) => sequence >= from);
    stored.sort(([a], [b]) => a - b);
    return stored.slice(0, limit).map(([sequence, bytes]) => ({ sequence, bytes }));
  }

  scan(entity: number, from: number, visit: VisitBody): void {
    for (const { sequence, bytes } of this.bodies(entity, from, Number.POSITIVE_INFINITY)) {
      const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      if (!visit(sequence, source, 0, source.length)) return;
    }
  }

  isWarm(): boolean {
    return true;
  }

  async warm(): Promise<void> {}

  page(kind: number, entity: number, index: number): Uint8Array | undefined {
    const bytes = this.#cell.pages.get(keyOf({ kind, entity, index }))?.bytes;
    return bytes === undefined ? undefined : Buffer.from(bytes);
  }

  nextPage(kind: number, entity: number, from: number): number {
    const row = this.#pagesInOrder().find((p) => p.kind === kind && p.entity === entity && p.index >= from);
    return row?.index ?? -1;
  }

  *pagesOfKind(kind: number): Iterable<StoredPage> {
    for (const row of this.#pagesInOrder()) if (row.kind === kind) yield row;
  }

  async checkpoint(replayFrom: Position, rows: readonly PageRow[]): Promise<void> {
    assert(replayFrom <= this.position(), 'a checkpoint holds committed state only');
    assert(replayFrom >= this.#cell.replayFrom, 'a checkpoint never goes back');
    const copies = rows.map((row) => ({ ...row, bytes: row.bytes === null ? null : Buffer.from(row.bytes) }));
    await Promise.resolve();
    if (this.#isDead) return new Promise(() => {});
    for (const { bytes, ...key } of copies) {
      if (bytes === null) this.#cell.pages.delete(keyOf(key));
      else this.#cell.pages.set(keyOf(key), { ...key, bytes });
    }
    this.#cell.replayFrom = replayFrom;
  }

  checkpointPosition(): Position {
    return this.#cell.replayFrom;
  }

  checkpointWanted(): Position {
    return 0;
  }

  /** Drops dead bodies; batches are kept, so that a replay can always start from empty. */
  async reclaim(guide: ReclaimGuide): Promise<boolean> {
    const through = this.#cell.replayFrom;
    if (through === this.#reclaimedAt) return false;
    const dead = this.#deadBodies(guide);
    if (!(await guide.barrier()) || this.#isDead) return true;
    await failpoint('seal.swap');
    for (const [entity, sequence] of dead) this.#cell.bodies.get(entity)?.delete(sequence);
    this.#reclaimedAt = through;
    return false;
  }

  isWritable(): boolean {
    return this.#isWritable;
  }

  stats(): StorageStats {
    let diskBytes = 0;
    for (const batch of this.#cell.batches) diskBytes += batch.journal.length + batch.bodies.length;
    return { diskBytes, segmentCount: 1, commitCount: this.position(), isWritable: this.#isWritable };
  }

  role(): LogRole {
    return 'leader';
  }

  onRole(): Stop {
    return () => {};
  }

  async close(): Promise<void> {
    this.#followers.clear();
  }

  crash(): void {
    this.#isDead = true;
    this.#followers.clear();
    this.releaseAppends();
  }

  stallAppends(): void {
    this.#stall ??= new Promise((resolve) => (this.#release = resolve));
  }

  releaseAppends(): void {
    this.#release?.();
    this.#release = undefined;
    this.#stall = undefined;
  }

  failNextAppend(code: StorageErrorCode): void {
    this.#failure = code;
  }

  /** As on a full disk: appends with bodies are refused, the others go on. */
  setWritable(isWritable: boolean): void {
    this.#isWritable = isWritable;
  }

  #throwIfFailing(batch: Batch): void {
    const code = this.#failure;
    this.#failure = undefined;
    if (code !== undefined) throw new StorageError(code, 'made to fail by a test');
    if (!this.#isWritable && batch.bodies.length > 0)
      throw new StorageError('disk_full', 'made full by a test');
  }

  #commit(batch: CommittedBatch): void {
    this.#cell.batches.push(batch);
    for (const run of batch.runs) this.#storeRun(batch, run);
    for (const follower of this.#followers) follower(batch);
  }

  #storeRun(batch: CommittedBatch, run: BodyRun): void {
    let stored = this.#cell.bodies.get(run.entity);
    if (stored === undefined) {
      stored = new Map();
      this.#cell.bodies.set(run.entity, stored);
    }
    const bytes = Buffer.from(batch.bodies.buffer, batch.bodies.byteOffset, batch.bodies.byteLength);
    let at = run.offset;
    for (let i = 0; i < run.count; i++) {
      const end = at + 4 + bytes.readUInt32LE(at);
      stored.set(run.firstSequence + i, bytes.subarray(at + 4, end));
      at = end;
    }
    assert(at === run.offset + run.length, 'a run ends where its length says');
  }

  #deadBodies(guide: ReclaimGuide): [number, number][] {
    const dead: [number, number][] = [];
    const bitmap = new Uint8Array(1);
    for (const [entity, stored] of this.#cell.bodies) {
      for (const sequence of stored.keys()) {
        bitmap[0] = 0;
        const isLive =
          guide.floor === undefined
            ? guide.live(entity, sequence, 1, bitmap) > 0
            : sequence >= guide.floor(entity);
        if (!isLive) dead.push([entity, sequence]);
      }
    }
    return dead;
  }

  #pagesInOrder(): StoredPage[] {
    const rows = [...this.#cell.pages.values()];
    return rows.sort((a, b) => a.kind - b.kind || a.entity - b.entity || a.index - b.index);
  }
}

function keyOf({ kind, entity, index }: PageKey): string {
  return `${kind}/${entity}/${index}`;
}

function copyOf(batch: Batch, position: Position): CommittedBatch {
  const runs = batch.runs.map((run) => ({ ...run }));
  return { ...batch, position, runs, journal: Buffer.from(batch.journal), bodies: Buffer.from(batch.bodies) };
}
