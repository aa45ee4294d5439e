// What a stream cell knows beside its streams: epoch, lane numbers, and where sequences start after a
// restore.
import { Packr } from 'msgpackr';
import type { Persistent } from '../cell/persistent.ts';
import { rowKind } from '../cell/persistent.ts';

const packr = new Packr({ useRecords: false });

export class StreamCellRoot implements Persistent {
  readonly kind = rowKind.cell;
  readonly entity = 0;
  readonly index = 0;
  dirtySince = 0;
  isSaving = false;
  loadedPosition = 0;
  epoch = 0;
  nextLane = 1;
  nextGroup = 1;
  /** Newest outbox entry taken from each queue cell. */
  readonly marks = new Map<number, number>();

  facts() {
    return {
      epoch: this.epoch,
      nextLane: this.nextLane,
      nextGroup: this.nextGroup,
      marks: [...this.marks].sort(([a], [b]) => a - b),
    };
  }
  encode(position: number): Uint8Array {
    return packr.pack({ version: 1, position, ...this.facts() });
  }
  restore(bytes: Uint8Array): void {
    const row = packr.unpack(bytes) as { position: number } & Omit<
      ReturnType<StreamCellRoot['facts']>,
      'marks'
    > & {
        readonly marks?: readonly [number, number][];
      };
    this.loadedPosition = row.position;
    this.epoch = row.epoch;
    this.nextLane = row.nextLane;
    this.nextGroup = row.nextGroup;
    for (const [source, high] of row.marks ?? []) this.marks.set(source, high);
  }
}
