// Writes survivors into new body segments: blocks in order of entity and sequence, a fence at the end.
// Used by sealing and by compaction. What it wrote is nothing to anybody until the manifest names it;
// thrown away, its files are unlinked, and after a crash the next open does that.
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
  readonly env: Env;
  readonly fence: FenceRow[];
  bytes: number;
}

export class BodyWriter {
  readonly #context: CellContext;
  readonly #arena: Arena;
  readonly #written: OpenFile[] = [];
  #pending: PendingBlock[] = [];
  #pendingBytes = 0;
  #file: OpenFile | undefined;

  /** Blocks wait for their commit in `arena`. */
  constructor(context: CellContext, arena: Arena) {
    this.#context = context;
    this.#arena = arena;
  }

  /** Holds enough for one commit. */
  get isFull(): boolean {
    return (
      this.#pendingBytes >= limits.reclaimSliceBytes || this.#pending.length >= limits.reclaimSliceBlocks
    );
  }

  /** Takes the block that the builder holds. */
  add(builder: BlockBuilder): void {
    const { entity, count, firstSequence, lastSequence, valueBytes } = builder;
    const value = this.#arena.take(valueBytes);
    builder.takeInto(value);
    this.#pending.push({ entity, firstSequence, value });
    this.#pendingBytes += valueBytes;
    const file = this.#fileFor(valueBytes);
    const row = file.fence.at(-1);
    if (row?.entity === entity) {
      row.recordCount += count;
      row.bytes += valueBytes;
      row.lastSequence = lastSequence;
      return;
    }
    file.fence.push({ entity, recordCount: count, bytes: valueBytes, firstSequence, lastSequence });
  }

  /** One commit with everything that was added since the last one. */
  async commit(): Promise<void> {
    const file = this.#file;
    if (file === undefined || this.#pending.length === 0) return;
    const blocks = this.#pending;
    this.#pending = [];
    this.#pendingBytes = 0;
    const pageBytes = blocks.reduce((bytes, block) => bytes + block.value.length + blockPageBytes, 0);
    await file.env.commit(pageBytes, (rows) => {
      for (const block of blocks) void rows.put(blockKey(block.entity, block.firstSequence), block.value);
    });
    this.#arena.reset();
    // A new file starts between two commits, so a file is at most one slice above its cap.
    if (file.bytes >= this.#context.disk.segmentBytes) await this.#finishFile();
  }

  /** The finished segments, in order; none when nothing survived. */
  async finish(): Promise<BodySegment[]> {
    await this.commit();
    await this.#finishFile();
    return this.#written.map(({ number, path, bytes }) => {
      return new BodySegment({ number, recordBytes: bytes }, path, this.#context);
    });
  }

  async discard(): Promise<void> {
    if (this.#file !== undefined) await this.#file.env.close();
    const files = this.#file === undefined ? this.#written : [...this.#written, this.#file];
    for (const { path } of files) await removeEnvFiles(path);
  }

  #fileFor(valueBytes: number): OpenFile {
    this.#file ??= this.#openFile();
    this.#file.bytes += valueBytes;
    return this.#file;
  }

  async #finishFile(): Promise<void> {
    const file = this.#file;
    if (file === undefined) return;
    await file.env.put(fenceKey, sealedRow(fenceKey, encodeFence(file.fence)));
    await file.env.close();
    this.#written.push(file);
    this.#file = undefined;
  }

  #openFile(): OpenFile {
    const number = this.#context.files.takeNumber();
    const path = segmentPath(this.#context.directory, 'body', number);
    const mapBytes = this.#context.disk.segmentBytes * 2 + 4 * limits.batchBytesMax;
    return { number, path, env: new Env(path, { mapBytes, room: this.#context.disk }), fence: [], bytes: 0 };
  }
}
