// The LMDB implementation of CellLog: one log chain, one body chain, one page store.
// Built by LmdbStorage, used by one broker cell. It never decides what a message is worth: reclaim asks.
import { assert } from '../base/assert.ts';
import { limits } from '../base/limits.ts';
import { BodyChain } from './body-chain.ts';
import { BodyReader } from './body-reader.ts';
import type { CellContext } from './cell-context.ts';
import { decodeBatch, encodeBatch, encodedBytes } from './format.ts';
import type { HotEntry } from './hot-tail.ts';
import { LogChain } from './log-chain.ts';
import type { LogSegment } from './log-segment.ts';
import { PageStore } from './page-store.ts';
import { ReadAhead } from './read-ahead.ts';
import { Reclaim } from './reclaim.ts';
import { rowsPerCommitMax } from './run-index.ts';
import type {
  Batch,
  BodyRecord,
  CellLog,
  CommittedBatch,
  LogRole,
  PageKey,
  PageRow,
  Position,
  ReclaimGuide,
  Stop,
  StorageStats,
  VisitBody,
} from './types.ts';
import { StorageError } from './types.ts';

type Follower = (batch: CommittedBatch) => void;

export class LmdbCellLog implements CellLog {
  readonly #context: CellContext;
  readonly #logs: LogChain;
  readonly #bodies: BodyChain;
  readonly #reader: BodyReader;
  readonly #readAhead: ReadAhead;
  readonly #pages: PageStore;
  readonly #reclaim: Reclaim;
  readonly #followers = new Set<Follower>();
  #position: Position;
  #commitCount = 0;
  #isAppending = false;

  constructor(context: CellContext) {
    this.#context = context;
    this.#logs = new LogChain(context);
    this.#bodies = new BodyChain(context);
    this.#reader = new BodyReader(this.#logs, this.#bodies);
    this.#readAhead = new ReadAhead(this.#logs, this.#bodies, context.sealedReader);
    this.#pages = new PageStore(context);
    this.#reclaim = new Reclaim(context, this.#logs, this.#bodies);
    this.#logs.open();
    this.#bodies.open();
    this.#position = Math.max(this.#logs.lastPosition, context.files.current.sealedThrough);
  }

  position(): Position {
    return this.#position;
  }

  append(batch: Batch, expected: Position): Promise<Position> {
    assert(!this.#isAppending, 'one append at a time');
    const refusal = this.#refusal(batch, expected);
    if (refusal !== undefined) return Promise.reject(refusal);
    this.#isAppending = true;
    const entry = this.#context.hotTail.reserve(this.#context.name, expected + 1, encodedBytes(batch));
    encodeBatch(batch, expected + 1, entry.value);
    return this.#settled(entry, batch.runs.length);
  }

  *batches(from: Position): Iterable<CommittedBatch> {
    const first = Math.max(from, this.#logs.firstPosition, 1);
    for (let position = first; position <= this.#position; position++) {
      const segment = this.#logs.segmentOf(position);
      if (segment === undefined) continue;
      const value = this.#context.hotTail.get(this.#context.name, position) ?? segment.read(position);
      yield decodeBatch(value, position, segment.path);
    }
  }

  follow(from: Position, onBatch: Follower): Stop {
    for (const batch of this.batches(from)) onBatch(batch);
    const follower: Follower = (batch) => {
      if (batch.position >= from) onBatch(batch);
    };
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }

  body(entity: number, sequence: number): Uint8Array | undefined {
    return this.#reader.body(entity, sequence);
  }

  bodies(entity: number, from: number, limit: number): readonly BodyRecord[] {
    return this.#reader.bodies(entity, from, limit);
  }

  scan(entity: number, from: number, visit: VisitBody): void {
    this.#reader.scan(entity, from, visit);
  }

  isWarm(entity: number, from: number, bytes = 0): boolean {
    return this.#readAhead.isWarm(entity, from, bytes);
  }

  warm(entity: number, from: number, bytes: number): Promise<void> {
    return this.#readAhead.warm(entity, from, bytes);
  }

  page(kind: number, entity: number, index: number): Uint8Array | undefined {
    return this.#pages.page(kind, entity, index);
  }

  nextPage(kind: number, entity: number, from: number): number {
    return this.#pages.nextPage(kind, entity, from);
  }

  pagesOfKind(kind: number): Iterable<PageKey & { readonly bytes: Uint8Array }> {
    return this.#pages.pagesOfKind(kind);
  }

  async checkpoint(replayFrom: Position, rows: readonly PageRow[]): Promise<void> {
    assert(replayFrom <= this.#position, 'a checkpoint holds committed state only');
    await this.#pages.checkpoint(replayFrom, rows);
  }

  checkpointPosition(): Position {
    return this.#pages.replayFrom;
  }

  checkpointWanted(): Position {
    const rolledThrough = this.#logs.rolledThrough;
    return rolledThrough > this.#pages.replayFrom ? rolledThrough : 0;
  }

  reclaim(guide: ReclaimGuide): Promise<boolean> {
    return this.#reclaim.step(guide, this.#pages.replayFrom);
  }

  isWritable(): boolean {
    return this.#context.disk.isWritable();
  }

  stats(): StorageStats {
    return {
      diskBytes: this.#logs.bytes + this.#bodies.bytes + this.#pages.bytes,
      segmentCount: this.#logs.fileCount + this.#bodies.segments.length,
      commitCount: this.#commitCount,
      isWritable: this.#context.disk.isWritable(),
    };
  }

  role(): LogRole {
    return 'leader';
  }

  onRole(): Stop {
    return () => {};
  }

  /** For a backup: the files stay where they are until the answer is called. */
  holdFiles(): Promise<() => void> {
    return this.#reclaim.hold();
  }

  async close(): Promise<void> {
    await this.#reclaim.close();
    await this.#logs.close();
    await this.#bodies.close();
    await this.#pages.close();
    await this.#context.files.settled();
    this.#context.hotTail.forget(this.#context.name);
  }

  #refusal(batch: Batch, expected: Position): StorageError | undefined {
    if (expected !== this.#position) {
      return new StorageError('fenced', `the log is at ${this.#position}, not at ${expected}`);
    }
    const bytes = encodedBytes(batch);
    if (bytes > limits.batchBytesMax || batch.runs.length >= rowsPerCommitMax) {
      return new StorageError('too_large', `a batch of ${bytes} bytes and ${batch.runs.length} runs`);
    }
    // Without bodies it settles, and settling is what makes room: it is tried whatever the disk says.
    if (batch.bodies.length > 0 && !this.#context.disk.hasRoomFor(bytes)) {
      return new StorageError('disk_full', 'the disk is too full to take new messages');
    }
    return undefined;
  }

  async #settled(entry: HotEntry, runCount: number): Promise<Position> {
    try {
      const segment = await this.#write(entry, runCount, true);
      this.#context.hotTail.keep(entry);
      this.#committed(segment, entry);
      return entry.position;
    } finally {
      if (entry.isInFlight) this.#context.hotTail.drop(entry);
      this.#isAppending = false;
    }
  }

  /** Answers the segment that has the commit, on disk. */
  async #write(entry: HotEntry, runCount: number, canRetry: boolean): Promise<LogSegment> {
    const { position, value } = entry;
    let segment: LogSegment | undefined;
    try {
      segment = this.#logs.segmentFor(value.length, runCount) ?? (await this.#logs.openNext());
      await segment.write(position, value);
    } catch (cause) {
      if (segment?.holds(position) !== true) return this.#afterFailure(cause, entry, { runCount, canRetry });
      this.#context.logger.warn('failed commit found in the log', { position });
    }
    return segment;
  }

  /** A commit that brings no bodies is worth the ballast; one that does is refused. */
  async #afterFailure(
    cause: unknown,
    entry: HotEntry,
    attempt: { readonly runCount: number; readonly canRetry: boolean },
  ): Promise<LogSegment> {
    const failure = this.#context.disk.failure(cause, `a commit of ${entry.value.length} bytes`);
    const isWorthBallast = attempt.canRetry && attempt.runCount === 0 && failure.code === 'disk_full';
    if (isWorthBallast && (await this.#context.disk.releaseBallast())) {
      return this.#write(entry, attempt.runCount, false);
    }
    throw failure;
  }

  #committed(segment: LogSegment, { position, value }: HotEntry): void {
    this.#position = position;
    this.#commitCount++;
    this.#context.disk.keepBallast();
    this.#logs.committed(segment, position, value);
    if (this.#followers.size === 0) return;
    const batch = decodeBatch(value, position, segment.path);
    for (const follower of this.#followers) follower(batch);
  }
}
