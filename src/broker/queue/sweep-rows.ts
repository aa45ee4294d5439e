// Removes rows of pages that are gone as a whole: below the floor of a queue, or of a deleted queue. A few at
// a time, through the checkpoint like every other row.
import type { CellLog } from '../../storage/types.ts';
import type { Persistent } from '../cell/persistent.ts';
import { rowKind } from '../cell/persistent.ts';
import { pageIndexOf } from './message-page.ts';
import type { QueueCellState } from './state.ts';

const ROWS_PER_SWEEP_MAX = 2000;

/** A row with nothing behind it any more. */
class GoneRow implements Persistent {
  readonly kind: number;
  readonly entity: number;
  readonly index: number;
  dirtySince = 0;
  isSaving = false;
  constructor(kind: number, entity: number, index: number) {
    this.kind = kind;
    this.entity = entity;
    this.index = index;
  }
  encode(): null {
    return null;
  }
}

export function sweepRows(state: QueueCellState, log: CellLog): void {
  // One sweep at a time: rows that are still to be removed would be found again.
  if (sweeping.get(state)?.some((row) => row.dirtySince !== 0 || row.isSaving) === true) return;
  const rows: GoneRow[] = [];
  for (const entity of state.root.dropped) {
    collect(log, rows, { entity, below: Infinity });
    if (rows.length === 0) state.root.noteSwept(entity, state.batch);
    if (rows.length >= ROWS_PER_SWEEP_MAX) break;
  }
  for (const queue of state.queues.values()) {
    if (!queue.needsSweep || rows.length >= ROWS_PER_SWEEP_MAX) continue;
    const before = rows.length;
    collect(log, rows, { entity: queue.entity, below: pageIndexOf(queue.floor) });
    if (rows.length === before) queue.needsSweep = false;
  }
  for (const row of rows) state.dirty.mark(row, state.batch);
  sweeping.set(state, rows);
}

const sweeping = new WeakMap<QueueCellState, GoneRow[]>();

function collect(
  log: CellLog,
  rows: GoneRow[],
  range: { readonly entity: number; readonly below: number },
): void {
  for (const kind of [rowKind.messages, rowKind.leasedPages]) {
    let index = log.nextPage(kind, range.entity, 0);
    while (index >= 0 && index < range.below && rows.length < ROWS_PER_SWEEP_MAX) {
      rows.push(new GoneRow(kind, range.entity, index));
      index = log.nextPage(kind, range.entity, index + 1);
    }
  }
}
