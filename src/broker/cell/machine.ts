// What a cell needs from the state machine it runs: the catalog and the queues are two of them.
import type { CellLog, Position } from '../../storage/types.ts';
import type { Reply, ReplySink } from '../command.ts';
import type { Group } from './group.ts';
import type { DirtySet } from './persistent.ts';

/** Hands an answer to the group commit that it has to wait for. */
export type Attach = (sink: ReplySink, reply: Reply) => void;

/** Thrown by `decide` before it has changed anything: fetch, then decide again. */
export class Need extends Error {
  override name = 'Need';
  readonly fetch: () => void;
  constructor(fetch: () => void) {
    super('pages are not resident');
    this.fetch = fetch;
  }
}

export interface CellMachine<C> {
  readonly dirty: DirtySet;
  readonly epoch: number;
  /** Time of the newest decision, ms. */
  readonly nowMs: number;
  /** Throws away what is in memory and loads the committed state; answers how many batches were replayed. */
  load(log: CellLog): number;
  /** Records go into this group from now on; it will be batch `batch`. */
  open(group: Group, batch: number): void;
  /** What a command is about, for parking: 0 is the cell itself. */
  entityOf(command: C): number;
  /** Bytes that a large command will put into the group, so that it gets one of its own if it has to. */
  bytesOf?(command: C): number;
  /** The answer, or undefined when it comes later through `serve`. Throws Need. */
  decide(command: C, sink: ReplySink, nowMs: number): Reply | undefined;
  /** The answer promises nothing over a restart, so it need not wait for the commit. */
  isAnsweredEarly(command: C, reply: Reply): boolean;
  tick(nowMs: number, attach: Attach): void;
  /** Decides what waits for messages, after anything may have become receivable. */
  serve(nowMs: number, attach: Attach): void;
  /** A group was committed: definitions become visible, messages for other cells leave. */
  committed(position: Position): void;
  /** Gives one answer to its sink. */
  reveal(sink: ReplySink, reply: Reply): void;
  /** Answers everybody who waits. */
  close(attach: Attach): void;
}
