// What a cell keeps beyond its log: derived rows ("pages" in the wide sense). Each row is current to one
// position; a checkpoint writes rows in the order in which they first changed, a slice at a time, so that
// the position from which a restart has to replay moves on without ever stopping the cell.
import { ByteWriter } from '../../base/bytes.ts';
import type { PageRow } from '../../storage/types.ts';

/** Kinds of rows, the first byte of their keys. Numbers are on disk: never reuse one. */
export const rowKind = {
  cell: 1,
  queue: 2,
  messages: 3,
  leasedPages: 4,
  due: 5,
  dedup: 6,
  definition: 7,
  stream: 8,
  shard: 9,
  consumerGroup: 10,
} as const;

export interface Persistent {
  readonly kind: number;
  readonly entity: number;
  readonly index: number;
  /** First batch whose changes are not in the row yet; 0 when clean. */
  dirtySince: number;
  /** Its newest encoding is on its way into a row: it may not be dropped from memory. */
  isSaving: boolean;
  /**
   * The row as of now; `null` when there is nothing left to keep. Called at batch boundaries only; the bytes
   * are valid until the next call of any object's.
   */
  encode(position: number): Uint8Array | null;
  /** Further rows that must change in the same transaction (indexes over this row). */
  companions?(): readonly PageRow[];
  /** The encoding is in its row. */
  saved?(): void;
}

/** Rows of one checkpoint slice and what they were made from. */
export interface CheckpointSlice {
  readonly rows: readonly PageRow[];
  readonly objects: readonly Persistent[];
  /** `dirtySince` of each object before it was taken. */
  readonly since: readonly number[];
}

/** Changed objects in the order of their first unsaved change. */
export class DirtySet {
  #objects = new Set<Persistent>();
  readonly #bytes = new ByteWriter();

  get size(): number {
    return this.#objects.size;
  }
  mark(object: Persistent, batch: number): void {
    if (object.dirtySince !== 0) return;
    object.dirtySince = batch;
    this.#objects.add(object);
  }
  /** The object vanished without ever having had a row. */
  forget(object: Persistent): void {
    object.dirtySince = 0;
    this.#objects.delete(object);
  }
  /** A restart has to replay from after this position; `position` when everything is saved. */
  replayFrom(position: number): number {
    for (const oldest of this.#objects) return oldest.dirtySince - 1;
    return position;
  }
  /** A slice could not be written: its objects are unsaved since when they were before. */
  putBack(slice: CheckpointSlice): void {
    const later = this.#objects;
    this.#objects = new Set(slice.objects);
    slice.objects.forEach((object, i) => {
      object.isSaving = false;
      object.dirtySince = slice.since[i] as number;
    });
    for (const object of later) this.#objects.add(object);
  }
  /**
   * Encodes the longest unsaved objects until `bytesMax` is reached. One slice at a time: they share bytes.
   */
  take(position: number, bytesMax: number): CheckpointSlice {
    const rows: RowPlace[] = [];
    const objects: Persistent[] = [];
    const since: number[] = [];
    this.#bytes.reset();
    for (const object of this.#objects) {
      if (this.#bytes.length + rows.length * 32 >= bytesMax) break;
      const row = object.encode(position);
      rows.push(this.#place({ kind: object.kind, entity: object.entity, index: object.index, bytes: row }));
      for (const companion of object.companions?.() ?? none) rows.push(this.#place(companion));
      since.push(object.dirtySince);
      this.forget(object);
      object.isSaving = true;
      objects.push(object);
    }
    const bytes = this.#bytes.bytes();
    return { rows: rows.map((row) => cutOut(row, bytes)), objects, since };
  }

  #place(row: PageRow): RowPlace {
    const { kind, entity, index, bytes } = row;
    if (bytes === null) return { kind, entity, index, start: -1, end: -1 };
    const start = this.#bytes.length;
    this.#bytes.raw(bytes);
    return { kind, entity, index, start, end: this.#bytes.length };
  }
}

/** A row whose bytes lie in the slice's common buffer, which may still move as it grows. */
interface RowPlace {
  readonly kind: number;
  readonly entity: number;
  readonly index: number;
  readonly start: number;
  readonly end: number;
}

function cutOut(row: RowPlace, bytes: Buffer): PageRow {
  const { kind, entity, index, start, end } = row;
  return { kind, entity, index, bytes: start < 0 ? null : bytes.subarray(start, end) };
}

const none: readonly PageRow[] = [];

/** Tells the objects of a slice that their rows are written. */
export function markSaved(slice: CheckpointSlice): void {
  for (const object of slice.objects) {
    object.isSaving = false;
    object.saved?.();
  }
}
