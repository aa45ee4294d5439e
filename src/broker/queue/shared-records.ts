// What the journal says of a publication stored once: read back, and applied. Part of records.ts, which
// writes it.
import type { ByteReader } from '../../base/bytes.ts';
import { publicationsEntity } from '../routing/publication.ts';
import type { QueueCellState } from './state.ts';

export interface SharedRoute {
  readonly outboxSequence: number;
  readonly cell: number;
}

export function readRoutes(reader: ByteReader): SharedRoute[] {
  const routes: SharedRoute[] = [];
  for (let left = reader.u16(); left > 0; left--)
    routes.push({ outboxSequence: reader.f64(), cell: reader.u16() });
  return routes;
}

/** A publication's body is kept for its copies, and until each route has been answered. */
export function applyShared(state: QueueCellState, sequence: number, routes: readonly SharedRoute[]): void {
  state.applyPublished({ entity: publicationsEntity, sequence, dedup: undefined });
  for (const { outboxSequence, cell: targetCell } of routes) {
    const entry = { entity: publicationsEntity, sequence, outboxSequence, targetCell, targetEntity: 0 };
    state.root.applyOutbox({ ...entry, kind: 'publish' }, state.batch);
  }
}
