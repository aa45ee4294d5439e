// What the decisions of a stream cell read: state, committed definitions and stored records. The only way out
// is the recorder (records, applied at once) and the group's bodies.
import type { CellLog } from '../../storage/types.ts';
import type { Catalog } from '../catalog-types.ts';
import type { Group } from '../cell/group.ts';
import type { StreamRecorder } from './records.ts';
import type { StreamCellState } from './state.ts';

export interface StreamContext {
  readonly state: StreamCellState;
  readonly record: StreamRecorder;
  readonly catalog: Catalog;
  readonly log: CellLog;
  /** The open group: records of streams go here. */
  group: Group;
  /** Bytes decided and not committed yet in this cell. */
  readonly uncommittedBytes: () => number;
  /** Numbers of leases: later ones are larger, also after a restart. */
  readonly nextGeneration: () => number;
}
