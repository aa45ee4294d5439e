// The seam between the broker and what keeps its bytes. One CellLog per cell: an ordered log of committed
// batches, the message bodies that those batches brought, and derived pages (state) with a checkpoint.
// The broker cannot tell which implementation it has; test/contract/storage.contract.ts runs over all.

/** Number of a commit in its cell's log: 1, 2, 3 ... 0 is the empty log. */
export type Position = number;

/**
 * Messages of one entity with consecutive sequences, packed one after the other in `Batch.bodies`.
 * Each record there is `u32 length (little endian)` followed by that many bytes, opaque to storage.
 */
export interface BodyRun {
  /** Incarnation id of the queue or shard: u32, never reused. */
  readonly entity: number;
  readonly firstSequence: number;
  readonly count: number;
  /** Where the run starts in `bodies`, and how many bytes it takes. */
  readonly offset: number;
  readonly length: number;
}

/** What one group commit appends. Self-contained: replay and followers need nothing else. */
export interface Batch {
  readonly epoch: number;
  /** The clock of the cell when the batch was closed, ms since the epoch. */
  readonly timeMs: number;
  /** Position of the catalog that `decide` read. */
  readonly catalogPosition: Position;
  /** State records in order; opaque to storage. */
  readonly journal: Uint8Array;
  readonly runs: readonly BodyRun[];
  readonly bodies: Uint8Array;
}

export interface CommittedBatch extends Batch {
  readonly position: Position;
}

export interface BodyRecord {
  readonly sequence: number;
  /** The record's bytes, without the length. A view: valid until the next call into the log. */
  readonly bytes: Uint8Array;
}

/**
 * One stored body: `source` from `start` to `end`, its length not included. False ends the scan. The bytes
 * are valid inside the call alone, and the call must not read from a log.
 */
export type VisitBody = (sequence: number, source: Buffer, start: number, end: number) => boolean;

/** Address of one derived row: kind (u8), entity (u32), index (u53), ordered in this order. */
export interface PageKey {
  readonly kind: number;
  readonly entity: number;
  readonly index: number;
}

export interface PageRow extends PageKey {
  /** `null` in a checkpoint removes the row. */
  readonly bytes: Uint8Array | null;
}

/** Asks the state which of `count` messages from `firstSequence` on are still needed. */
export type LiveQuery = (entity: number, firstSequence: number, count: number, bitmap: Uint8Array) => number;

export interface ReclaimGuide {
  /** Sets bit i of `bitmap` (bit i&7 of byte i>>3) for each live message; answers how many are live. */
  readonly live: LiveQuery;
  /**
   * For cells whose entities die from their old end: everything below this sequence is dead, everything from
   * it on is live; Infinity for an entity that is gone. It never goes back. When it is there, `live` is not
   * asked.
   */
  readonly floor?: (entity: number) => number;
  /**
   * Entities of different bands never share a sealed segment, so that what dies at about the same time is
   * unlinked together: an integer from 0 on; from `limits.retentionBandsMax` - 1 on all count as one. It
   * may change; what is sealed moves with the next compaction. Without it all are in band 0.
   */
  readonly band?: (entity: number) => number;
  /**
   * Resolves true when everything that `live` has read is committed, false when it was undone
   * (the work based on those answers is then thrown away).
   */
  readonly barrier: () => Promise<boolean>;
}

export interface StorageStats {
  readonly diskBytes: number;
  readonly segmentCount: number;
  readonly commitCount: number;
  /** False while the disk is too full to take new messages; settles and reads go on. */
  readonly isWritable: boolean;
}

export type LogRole = 'leader' | 'follower';
export type Stop = () => void;

export interface CellLog {
  /** Newest committed position. */
  position(): Position;
  /**
   * Appends one batch; at most one append may be under way. Resolves at the durability level with the
   * new position (`expected` + 1); rejects with a StorageError of code `fenced`, `disk_full` or `too_large`.
   */
  append(batch: Batch, expected: Position): Promise<Position>;
  /**
   * Committed batches from `from` on, in order. Synchronous; do not hold the iterator over an await. Their
   * bytes are views: valid until the next append to any cell.
   */
  batches(from: Position): Iterable<CommittedBatch>;
  /** The live committed feed; `from` may lie in the past. The bytes are views, as in `batches`. */
  follow(from: Position, onBatch: (batch: CommittedBatch) => void): Stop;

  /** One body, or undefined when it is not (or no longer) stored. */
  body(entity: number, sequence: number): Uint8Array | undefined;
  /** Up to `limit` stored bodies of an entity with sequence >= `from`, ascending, segments merged. */
  bodies(entity: number, from: number, limit: number): readonly BodyRecord[];
  /**
   * Visits stored bodies of an entity with sequence >= `from`, ascending, segments merged, until `visit`
   * answers false. Nothing is made or copied per body. Reads from files what is not in memory.
   */
  scan(entity: number, from: number, visit: VisitBody): void;
  /**
   * Whether a scan from here finds its next body in memory, or in an unsealed log segment, or finds none;
   * with `bytes`: whether all that it visits until it has seen so many bytes is like that. Cheap, and never
   * reads a file. False may be wrong when nobody has looked yet; `warm` finds out.
   */
  isWarm(entity: number, from: number, bytes?: number): boolean;
  /**
   * Reads off the event loop, so that a scan from here that stops after `bytes` bytes of bodies (no more than
   * limits.readAheadBytesMax; one body may be larger) reads no sealed file. Never rejects. Scan in the same
   * turn in which it resolves, and do not ask `isWarm` before that: when it could not help (damage,
   * segments replaced meanwhile, no worker) the scan reads by itself.
   */
  warm(entity: number, from: number, bytes: number): Promise<void>;

  /** One derived row as last checkpointed. */
  page(kind: number, entity: number, index: number): Uint8Array | undefined;
  /** Index of the first row of (kind, entity) with index >= `from`, or -1. A seek. */
  nextPage(kind: number, entity: number, from: number): number;
  /**
   * All rows of a kind, in key order: for what a start has to know, never for what grows with the
   * backlog.
   */
  pagesOfKind(kind: number): Iterable<PageKey & { readonly bytes: Uint8Array }>;
  /**
   * Writes one slice of derived rows and the position from which a replay has to start, in one
   * transaction.
   */
  checkpoint(replayFrom: Position, rows: readonly PageRow[]): Promise<void>;
  /** Batches after this position have to be replayed over the pages. 0: none was ever written. */
  checkpointPosition(): Position;
  /**
   * The position a checkpoint has to reach before `reclaim` can take the oldest full log segment, or 0
   * when no full one waits. On a small disk segments are small, so this asks earlier than the journal's
   * length does.
   */
  checkpointWanted(): Position;

  /** Does one bounded piece of sealing or compaction; answers false when there is nothing to do now. */
  reclaim(guide: ReclaimGuide): Promise<boolean>;
  /** False while the disk is too full to take new messages. Cheap: asked for every send. */
  isWritable(): boolean;
  stats(): StorageStats;
  role(): LogRole;
  onRole(listener: (role: LogRole) => void): Stop;
  close(): Promise<void>;
}

/** All cells of one data directory, and what belongs to the directory as a whole. */
export interface Storage {
  /** Opens (or creates) the log of a cell by its name: `catalog`, `queue-0`, `queue-1` ... */
  openCell(name: string): Promise<CellLog>;
  /** Names of the cells that exist, in creation order. */
  cellNames(): readonly string[];
  /** 32 random bytes made once per data directory: keys for receipt handles and paging tokens. */
  readonly secret: Uint8Array;
  /**
   * True from the first open after a restore until it is acknowledged: epochs and sequences have to jump
   * ahead.
   */
  readonly wasRestored: boolean;
  /** Every cell has written its new epoch; the next open is an ordinary one. */
  acknowledgeRestore(): Promise<void>;
  /** Copies every cell, as of one barrier, into an empty directory while serving. */
  backup(directory: string, barrier: BackupBarrier): Promise<void>;
  stats(): StorageStats;
  close(): Promise<void>;
}

/** Holds commits and checkpoints of every cell still while the copy's starting point is fixed. */
export interface BackupBarrier {
  hold(): Promise<void>;
  release(): void;
}

export type StorageErrorCode = 'fenced' | 'disk_full' | 'too_large' | 'corrupt' | 'locked' | 'format' | 'io';

export class StorageError extends Error {
  override name = 'StorageError';
  readonly code: StorageErrorCode;
  constructor(code: StorageErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
