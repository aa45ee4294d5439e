// All cells of one kind: made at the start, found by number. What runs in them is their kind's business
// (queue-cells.ts, stream-cells.ts); what every cell needs from the broker is here.
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { CellLog, ReclaimGuide, Storage } from '../../storage/types.ts';
import type { CatalogView } from '../catalog/view.ts';
import { Cell } from './cell.ts';
import type { CellMachine } from './machine.ts';
import { Reclaimer } from './reclaimer.ts';

export interface CellDeps {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly catalog: CatalogView;
}

/** A cell with what runs in it and what gives its space back. */
export interface RunningCell<C, M> {
  readonly cell: Cell<C>;
  readonly machine: M;
  readonly reclaimer: Reclaimer;
}

/** The same, whatever runs in it. */
export interface AnyRunningCell {
  readonly cell: Pick<
    Cell<never>,
    | 'name'
    | 'log'
    | 'commitCount'
    | 'uncommittedBytes'
    | 'isBusy'
    | 'load'
    | 'tick'
    | 'barrier'
    | 'hold'
    | 'release'
    | 'close'
  >;
  readonly reclaimer: Reclaimer;
}

export function runCell<C, M extends CellMachine<C>>(
  deps: CellDeps,
  name: string,
  log: CellLog,
  run: { readonly machine: M; readonly guide: Omit<ReclaimGuide, 'barrier'> },
): RunningCell<C, M> {
  const { clock, logger, catalog } = deps;
  const { machine, guide } = run;
  const cell = new Cell<C>({ name, log, machine, clock, logger, catalogPosition: () => catalog.position });
  return { cell, machine, reclaimer: new Reclaimer(cell, guide) };
}

/** Cells can be added at a start, not taken away: what is in them would be lost. */
export function checkCellCount(storage: Storage, kind: 'queue' | 'stream', wanted: number): void {
  const known = storage.cellNames().filter((name) => name.startsWith(`${kind}-`)).length;
  if (wanted >= known) return;
  throw new Error(
    `this data directory has ${known} ${kind} cells: start with --${kind}-cells ${known} or more`,
  );
}
