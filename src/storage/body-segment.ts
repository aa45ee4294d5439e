// One file of sealed bodies: blocks of many entities, sorted by entity and sequence, with a fence.
// Written whole by a body writer, then only read, then replaced by compaction and unlinked. Opened when
// asked.
import { statSync } from 'node:fs';
import type { Arena } from './arena.ts';
import type { BodyFile } from './manifest.ts';
import { Fence, fenceKey } from './fence.ts';
import { blockKey, entityOfKey, sequenceMax } from './keys.ts';
import type { Room } from './lmdb-env.ts';
import { Env, removeEnvFiles } from './lmdb-env.ts';
import { lastSequenceOf } from './block.ts';
import { StorageError } from './types.ts';

export class BodySegment {
  readonly number: number;
  readonly path: string;
  readonly fileBytes: number;
  /** Bytes of its blocks, and how many of them were still needed when they were last counted. */
  readonly recordBytes: number;
  liveBytes: number;
  /** Compaction stays away from a segment in which it has found damage. */
  isDamaged = false;
  readonly #mapBytes: number;
  readonly #room: Room;
  #env: Env | undefined;

  constructor(file: BodyFile, path: string, room: Room) {
    this.#room = room;
    this.number = file.number;
    this.path = path;
    this.recordBytes = file.recordBytes;
    this.liveBytes = file.recordBytes;
    this.fileBytes = statSync(path).size;
    this.#mapBytes = this.fileBytes + 1024 * 1024;
  }

  get isOpen(): boolean {
    return this.#env !== undefined;
  }

  loadFence(): Fence {
    const table = this.#open().read(fenceKey);
    if (table === undefined) throw new StorageError('corrupt', `${this.path} has no fence`);
    return new Fence(table);
  }

  /**
   * The block that holds `sequence`, or else the entity's next one, as it is stored: valid until the next
   * read of any environment.
   */
  valueAtOrAfter(entity: number, sequence: number): Buffer | undefined {
    const floor = this.#floor(entity, sequence);
    if (floor !== undefined && lastSequenceOf(floor) >= sequence) return floor;
    return this.#valueAfter(entity, sequence - 1);
  }

  /**
   * The entity's next block with a first sequence above this one, as it is stored, copied into `arena`;
   * -1 starts at its first.
   */
  copyOfNext(entity: number, firstSequence: number, arena: Arena): Buffer | undefined {
    const value = this.#valueAfter(entity, firstSequence);
    return value === undefined ? undefined : arena.hold(value);
  }

  async close(): Promise<void> {
    const env = this.#env;
    this.#env = undefined;
    await env?.close();
  }

  async remove(): Promise<void> {
    await this.close();
    await removeEnvFiles(this.path);
  }

  #floor(entity: number, sequence: number): Buffer | undefined {
    const start = Buffer.from(blockKey(entity, sequence));
    const key = this.#open().keys({ start, reverse: true, limit: 1 })[0];
    return key === undefined || entityOfKey(key) !== entity ? undefined : this.#open().readTransient(key);
  }

  #valueAfter(entity: number, firstSequence: number): Buffer | undefined {
    const start = Buffer.from(blockKey(entity, firstSequence + 1));
    const end = Buffer.from(blockKey(entity, sequenceMax));
    const key = this.#open().keys({ start, end, limit: 1 })[0];
    return key === undefined ? undefined : this.#open().readTransient(key);
  }

  #open(): Env {
    // Not read-only: that would need a lock table made by a writer. Nothing writes here any more.
    this.#env ??= new Env(this.path, { mapBytes: this.#mapBytes, room: this.#room });
    return this.#env;
  }
}
