// Messages of a group of entities that outlive their log segment: gathered in the order in which they were
// committed, handed out per entity in the order of their sequences. Used by sealing, which empties it again
// before the next group.
import { limits } from '../base/limits.ts';
import { Arena } from './arena.ts';

export class Survivors {
  /** Records as they lay in their commits, lengths included. */
  readonly records = new Arena(limits.sealGroupBytesMax);
  /** Per entity and message two numbers: its sequence, and where its record starts. */
  readonly #lists = new Map<number, number[]>();

  get bytes(): number {
    return this.records.usedBytes;
  }

  /** Takes the record at `at` of `source`. */
  add(entity: number, sequence: number, source: Buffer, at: number): void {
    let list = this.#lists.get(entity);
    if (list === undefined) {
      list = [];
      this.#lists.set(entity, list);
    }
    list.push(sequence, this.records.append(source, at, at + 4 + source.readUInt32LE(at)));
  }

  /** The last one first. */
  entitiesDescending(): number[] {
    return [...Uint32Array.from(this.#lists.keys()).sort().reverse()];
  }

  list(entity: number): readonly number[] {
    return this.#lists.get(entity) ?? [];
  }

  clear(): void {
    this.records.shrink();
    this.#lists.clear();
  }
}
