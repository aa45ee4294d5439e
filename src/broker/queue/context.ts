// What the decisions of a queue cell read: state, committed definitions, time and chance. Pure input; the
// only way out is the recorder (records, applied at once) and the group's bodies.
import type { Rng } from '../../base/rng.ts';
import type { CellLog } from '../../storage/types.ts';
import type { CatalogView } from '../catalog/view.ts';
import { generationAfter } from '../cell/generation.ts';
import type { Group } from '../cell/group.ts';
import type { MessagePage } from './message-page.ts';
import { pageIndexOf } from './message-page.ts';
import { slotOf } from './page-store.ts';
import type { Queue } from './queue.ts';
import type { Recorder } from './records.ts';
import type { QueueCellState } from './state.ts';

export interface QueueContext {
  readonly cell: number;
  readonly cellCount: number;
  readonly state: QueueCellState;
  readonly record: Recorder;
  readonly catalog: CatalogView;
  /** Bodies of committed messages: an input like pages. */
  readonly log: CellLog;
  readonly rng: Rng;
  /** The open group: bodies go here. */
  group: Group;
  /** Bytes decided and not committed yet in this cell. */
  uncommittedBytes: () => number;
  /** Leases of all cells of the daemon together. */
  leaseCount: () => number;
}

export interface LiveMessage {
  readonly page: MessagePage;
  readonly slot: number;
}

/** The page and slot of a message that is still there. May answer Need. */
export function findLive(context: QueueContext, queue: Queue, sequence: number): LiveMessage | undefined {
  if (sequence < queue.floor || sequence >= queue.nextSequence) return undefined;
  const page = context.state.pages.require(queue, pageIndexOf(sequence));
  const slot = slotOf(sequence);
  return page !== undefined && page.isLive(slot) ? { page, slot } : undefined;
}

export function nextGeneration(context: QueueContext): number {
  return generationAfter(context.state.root.generation, context.state.nowMs);
}

/** 53-bit FNV-1a style hash of a group or tenant name; never 0, which means none. */
export function hashGroup(name: string): number {
  let high = 0x811c9dc5;
  let low = 0x9e3779b9;
  for (let i = 0; i < name.length; i++) {
    const unit = name.charCodeAt(i);
    high = Math.imul(high ^ unit, 0x01000193);
    low = Math.imul(low ^ unit, 0x85ebca6b) ^ (high >>> 15);
  }
  low ^= low >>> 13;
  return ((high >>> 0) & 0x1fffff) * 4294967296 + (low >>> 0) || 1;
}
