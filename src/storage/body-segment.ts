// One file of sealed bodies: blocks of many entities, sorted by entity and sequence, with a fence.
// Written whole by a body writer, then only read, then replaced by compaction and unlinked. Opened when
// asked. Every block is verified when it is read; a damaged one is never handed out.
import { statSync } from 'node:fs';
import type { Arena } from './arena.ts';
import { blockProblem, lastSequenceOf } from './block.ts';
import { checksumProblem, openRow } from './checked-row.ts';
import type { DamageLog } from './damage.ts';
import { DamagedBodies } from './damage.ts';
import { Fence, fenceKey } from './fence.ts';
import { blockKey, entityOfKey, firstSequenceOfKey, sequenceMax } from './keys.ts';
import type { Room } from './lmdb-env.ts';
import { Env, removeEnvFiles } from './lmdb-env.ts';
import type { BodyFile } from './manifest.ts';

type Damages = Pick<DamageLog, 'report'>;

export interface SegmentContext {
  readonly disk: Room;
  readonly damages: Damages;
  /** See EnvOptions. */
  readonly isRandom?: boolean;
}

export class BodySegment {
  readonly number: number;
  readonly path: string;
  readonly fileBytes: number;
  /** Bytes of its blocks, and how many of them were still needed when they were last counted. */
  readonly recordBytes: number;
  liveBytes: number;
  /** Of these, bytes of entities whose band is still this segment's. */
  homeBytes: number;
  /** Which entities it was written for (ReclaimGuide.band); one that was moved since is still in here. */
  readonly band: number;
  /** Compaction stays away from a segment in which damage was found: nothing of it is ever removed. */
  isDamaged = false;
  readonly #mapBytes: number;
  readonly #room: Room;
  readonly #damages: Damages;
  readonly #isRandom: boolean;
  readonly #readers = new Set<Promise<unknown>>();
  #env: Env | undefined;

  constructor(file: BodyFile, path: string, context: SegmentContext) {
    this.#room = context.disk;
    this.#damages = context.damages;
    this.#isRandom = context.isRandom === true;
    this.number = file.number;
    this.band = file.band ?? 0;
    this.path = path;
    this.recordBytes = file.recordBytes;
    this.liveBytes = file.recordBytes;
    this.homeBytes = file.recordBytes;
    this.fileBytes = statSync(path).size;
    this.#mapBytes = this.fileBytes + 1024 * 1024;
  }

  /** How the manifest names it. */
  get file(): BodyFile {
    const { number, recordBytes, band } = this;
    return band === 0 ? { number, recordBytes } : { number, recordBytes, band };
  }

  /** Empty when it is damaged: as if there were no body in this segment. */
  loadFence(): Fence {
    return new Fence(this.loadFenceTable());
  }

  loadFenceTable(): Buffer {
    const stored = this.#open().read(fenceKey);
    const table = stored === undefined ? undefined : openRow(fenceKey, stored);
    if (table !== undefined) return table;
    this.report('fence', stored === undefined ? 'missing' : checksumProblem);
    return Buffer.alloc(0);
  }

  /** Damage was found here, or in another thread's reading of this file. */
  report(key: string, problem: string): void {
    this.isDamaged = true;
    this.#damages.report(this.path, key, problem);
  }

  /** Another thread reads the file: it stays where it is until then. */
  async whileRead<T>(reading: Promise<T>): Promise<T> {
    this.#readers.add(reading);
    try {
      return await reading;
    } finally {
      this.#readers.delete(reading);
    }
  }

  /**
   * The block that holds `sequence`, or else the entity's next one, as it is stored: valid until the next
   * read of any environment. Damaged ones are passed over.
   */
  valueAtOrAfter(entity: number, sequence: number): Buffer | undefined {
    const floor = this.#floorKey(entity, sequence);
    const value = floor === undefined ? undefined : this.#soundValue(entity, firstSequenceOfKey(floor));
    if (value !== undefined && lastSequenceOf(value) >= sequence) return value;
    let key = this.#keyAfter(entity, sequence);
    while (key !== undefined) {
      const first = firstSequenceOfKey(key);
      const next = this.#soundValue(entity, first);
      if (next !== undefined) return next;
      key = this.#keyAfter(entity, first);
    }
    return undefined;
  }

  /**
   * The entity's next block with a first sequence above this one, copied into `arena`; -1 starts at its
   * first. A damaged one must not be copied on as if it were sound, nor left out: it throws.
   */
  copyOfNext(entity: number, firstSequence: number, arena: Arena): Buffer | undefined {
    const key = this.#keyAfter(entity, firstSequence);
    if (key === undefined) return undefined;
    const first = firstSequenceOfKey(key);
    const value = this.#soundValue(entity, first);
    if (value !== undefined) return arena.hold(value);
    throw new DamagedBodies(this.path, `block ${entity}/${first}`, 'damaged, so it is not compacted');
  }

  /** The block that holds `sequence`, or else the entity's next one, likewise. */
  copyFrom(entity: number, sequence: number, arena: Arena): Buffer | undefined {
    const floor = this.#floorKey(entity, sequence);
    return this.copyOfNext(entity, floor === undefined ? sequence - 1 : firstSequenceOfKey(floor) - 1, arena);
  }

  async close(): Promise<void> {
    const env = this.#env;
    this.#env = undefined;
    await env?.close();
  }

  async remove(): Promise<void> {
    await this.close();
    await Promise.allSettled(this.#readers);
    await removeEnvFiles(this.path);
  }

  #floorKey(entity: number, sequence: number): Uint8Array | undefined {
    const start = Buffer.from(blockKey(entity, sequence));
    const key = this.#open().keys({ start, reverse: true, limit: 1 })[0];
    return key === undefined || entityOfKey(key) !== entity ? undefined : key;
  }

  #keyAfter(entity: number, firstSequence: number): Uint8Array | undefined {
    const start = Buffer.from(blockKey(entity, firstSequence + 1));
    const end = Buffer.from(blockKey(entity, sequenceMax));
    return this.#open().keys({ start, end, limit: 1 })[0];
  }

  #soundValue(entity: number, firstSequence: number): Buffer | undefined {
    const value = this.#open().readTransient(blockKey(entity, firstSequence));
    const problem = value === undefined ? 'missing' : blockProblem(value, entity, firstSequence);
    if (problem === undefined) return value;
    this.report(`block ${entity}/${firstSequence}`, problem);
    return undefined;
  }

  #open(): Env {
    // Not read-only: that would need a lock table made by a writer. Nothing writes here any more.
    this.#env ??= new Env(this.path, {
      mapBytes: this.#mapBytes,
      room: this.#room,
      isRandom: this.#isRandom,
    });
    return this.#env;
  }
}
