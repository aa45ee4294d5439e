// What the catalog writes in checkpoints: one row per definition, one for itself.
import { Packr } from 'msgpackr';
import type { Persistent } from '../cell/persistent.ts';
import { rowKind } from '../cell/persistent.ts';
import type { ResourceKind } from '../names.ts';
import type { Definition } from './definitions.ts';

/** A deletion that the cell of the queue or stream has not confirmed yet. */
export interface PendingDrop {
  readonly entity: number;
  readonly cell: number;
  readonly kind: ResourceKind;
}

const packr = new Packr({ useRecords: false });

export class DefinitionRow implements Persistent {
  readonly kind = rowKind.definition;
  readonly entity: number;
  readonly index = 0;
  dirtySince = 0;
  isSaving = false;
  loadedPosition = 0;
  definition: Definition | undefined;
  constructor(entity: number) {
    this.entity = entity;
  }
  encode(position: number): Uint8Array | null {
    return this.definition === undefined ? null : packr.pack({ position, definition: this.definition });
  }
  restore(bytes: Uint8Array): void {
    const row = packr.unpack(bytes) as { position: number; definition: Definition };
    this.loadedPosition = row.position;
    this.definition = row.definition;
  }
}

export class CatalogRoot implements Persistent {
  readonly kind = rowKind.cell;
  readonly entity = 0;
  readonly index = 0;
  dirtySince = 0;
  isSaving = false;
  epoch = 0;
  nextEntity = 1;
  readonly drops = new Map<number, PendingDrop>();
  encode(position: number): Uint8Array {
    const drops = [...this.drops.values()];
    return packr.pack({ position, epoch: this.epoch, nextEntity: this.nextEntity, drops });
  }
  restore(bytes: Uint8Array): void {
    const row = packr.unpack(bytes) as { epoch: number; nextEntity: number; drops: PendingDrop[] };
    this.epoch = row.epoch;
    this.nextEntity = row.nextEntity;
    for (const drop of row.drops) this.drops.set(drop.entity, drop);
  }
}
