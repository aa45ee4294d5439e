// A replay as it is kept: what was asked for, and how far it has come. Its life:
//
//   STARTING -> RUNNING -> COMPLETED | FAILED
//        \---------\--> CANCELLING -> CANCELLED
import type { Catalog } from '../../../../broker/index.ts';
import { findKept, type Kept } from './documents.ts';
import type { Place } from './names.ts';

export type ReplayState = 'STARTING' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELLING' | 'CANCELLED';

export interface ReplayValue {
  readonly state: ReplayState;
  readonly stateReason?: string | undefined;
  readonly description?: string | undefined;
  readonly archiveArn: string;
  /** Of the bus. */
  readonly destinationArn: string;
  /** Rules that get the events; absent: all of the bus. */
  readonly filterArns?: readonly string[] | undefined;
  /** Arrival of the events, the end excluded. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly startedAtMs: number;
  readonly endedAtMs?: number | undefined;
  /** Sequence in the archive's stream that it goes on from. */
  readonly position?: number | undefined;
  /** And that it ends before. */
  readonly endPosition?: number | undefined;
  readonly lastReplayedMs?: number | undefined;
}

const unfinished: ReadonlySet<ReplayState> = new Set(['STARTING', 'RUNNING', 'CANCELLING']);

export function isUnfinished({ value }: Kept<ReplayValue>): boolean {
  return unfinished.has(value.state);
}

export function findReplay(catalog: Catalog, place: Place, name: string): Kept<ReplayValue> | undefined {
  return findKept<ReplayValue>(catalog, place, 'replay', name);
}
