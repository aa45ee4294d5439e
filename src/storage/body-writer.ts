// Writes survivors into new body segments: blocks in order of entity and sequence, a fence at the end, and
// each band of retention in files of its own. Used by sealing and by compaction. What it wrote is nothing to
// anybody until the manifest names it; thrown away, its files are unlinked, and after a crash the next open
// does that.
import { limits } from '../base/limits.ts';
import type { Arena } from './arena.ts';
import { BodySegment } from './body-segment.ts';
import type { CellContext } from './cell-context.ts';
import { sealedRow } from './checked-row.ts';
import type { FenceRow } from './fence.ts';
import { encodeFence, fenceKey } from './fence.ts';
import type { BlockBuilder } from './block.ts';
import { blockKey } from './keys.ts';
import { Env, removeEnvFiles } from './lmdb-env.ts';
import { segmentPath } from './manifest.ts';
import { bandOf } from './retention-band.ts';
import type { ReclaimGuide } from './types.ts';

/** What rounding up to pages may add to a block. */
const blockPageBytes = 4096;

interface PendingBlock {
  readonly entity: number;
  readonly firstSequence: number;
  readonly value: Buffer;
}

interface OpenFile {
  readonly number: number;
  readonly path: string;
  readonly band: number;
  readonly env: Env;
  readonly fence: FenceRow[];
  /** Blocks of the next commit. */
  pending: PendingBlock[];
  bytes: number;
}

export class BodyWriter {
  readonly #context: CellContext;
  readonly #arena: Arena;
  readonly #guide: Pick<ReclaimGuide, 'band'>;
  readonly #written: OpenFile[] = [];
  /** By band. */
  readonly #files = new Map<number, OpenFile>();
  #pendingCount = 0;
  #pendingBytes = 0;
  /** Blocks of an entity come one after the other, and all go where the first one went. */
  #entity = -1;
  #band = 0;

  /** Blocks wait for their commit in `arena`. */
  constructor(context: CellContext, arena: Arena, guide: Pick<ReclaimGuide, 'band'>) {
    this.#context = context;
    this.#arena = arena;
    this.#guide = guide;
  }

  /** Holds enough for one commit. */
  get isFull(): boolean {
    return this.#pendingBytes >= limits.reclaimSliceBytes || this.#pendingCount >= limits.reclaimSliceBlocks;
  }

  /** Takes the block that the builder holds. */
  add(builder: BlockBuilder): void {
    const { entity, count, firstSequence, lastSequence, valueBytes } = builder;
    const value = this.#arena.take(valueBytes);
    builder.takeInto(value);
    const file = this.#fileOf(entity);
    file.pending.push({ entity, firstSequence, value });
    file.bytes += valueBytes;
    this.#pendingCount++;
    this.#pendingBytes += valueBytes;
    const row = file.fence.at(-1);
    if (row?.entity === entity) {
      row.recordCount += count;
      row.bytes += valueBytes;
      row.lastSequence = lastSequence;
      return;
    }
    file.fence.push({ entity, recordCount: count, bytes: valueBytes, firstSequence, lastSequence });
  }

  /** One commit a file with everything that was added since the last one. */
  async commit(): Promise<void> {
    if (this.#pendingCount === 0) return;
    for (const file of this.#files.values()) await writePending(file);
    this.#pendingCount = 0;
    this.#pendingBytes = 0;
    this.#arena.reset();
    // A new file starts between two commits, so a file is at most one slice above its cap.
    for (const file of this.#files.values()) {
      if (file.bytes >= this.#context.disk.segmentBytes) await this.#finishFile(file);
    }
  }

  /** The finished segments, those of a band in order; none when nothing survived. */
  async finish(): Promise<BodySegment[]> {
    await this.commit();
    for (const file of this.#files.values()) await this.#finishFile(file);
    return this.#written.map(({ number, path, band, bytes }) => {
      return new BodySegment({ number, recordBytes: bytes, band }, path, this.#context);
    });
  }

  async discard(): Promise<void> {
    const open = [...this.#files.values()];
    for (const file of open) await file.env.close();
    for (const { path } of [...this.#written, ...open]) await removeEnvFiles(path);
  }

  #fileOf(entity: number): OpenFile {
    if (entity !== this.#entity) {
      this.#entity = entity;
      this.#band = bandOf(this.#guide, entity);
    }
    let file = this.#files.get(this.#band);
    if (file === undefined) {
      file = this.#openFile(this.#band);
      this.#files.set(this.#band, file);
    }
    return file;
  }

  async #finishFile(file: OpenFile): Promise<void> {
    await file.env.put(fenceKey, sealedRow(fenceKey, encodeFence(file.fence)));
    await file.env.close();
    this.#written.push(file);
    this.#files.delete(file.band);
  }

  #openFile(band: number): OpenFile {
    const number = this.#context.files.takeNumber();
    const path = segmentPath(this.#context.directory, 'body', number);
    const mapBytes = this.#context.disk.segmentBytes * 2 + 4 * limits.batchBytesMax;
    const env = new Env(path, { mapBytes, room: this.#context.disk });
    return { number, path, band, env, fence: [], pending: [], bytes: 0 };
  }
}

async function writePending(file: OpenFile): Promise<void> {
  const blocks = file.pending;
  if (blocks.length === 0) return;
  file.pending = [];
  const pageBytes = blocks.reduce((bytes, block) => bytes + block.value.length + blockPageBytes, 0);
  await file.env.commit(pageBytes, (rows) => {
    for (const block of blocks) void rows.put(blockKey(block.entity, block.firstSequence), block.value);
  });
}
