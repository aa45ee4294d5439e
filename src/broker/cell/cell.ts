// A cell: one log, one state, one command at a time. Decides and applies in memory at once, commits in groups
// (one on its way, one open), and reveals answers only after their group is on disk. When a commit fails, the
// state is thrown away and loaded again from what is committed, and everybody who waits gets a retryable
// error.
//
// Interleaving happens at three places only: a group commit ended (#committed, #failed), a timer ticked, a
// parked entity got its pages (#unpark). Between them everything is one synchronous run.
import { failpoint } from '../../base/failpoint.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import { limits } from '../../base/limits.ts';
import type { CellLog, Position } from '../../storage/types.ts';
import { StorageError } from '../../storage/types.ts';
import type { Reply, ReplySink } from '../command.ts';
import type { BrokerError } from '../errors.ts';
import { brokerError, shuttingDown } from '../errors.ts';
import { Checkpointer } from './checkpointer.ts';
import { Group } from './group.ts';
import type { CellMachine } from './machine.ts';
import { Need } from './machine.ts';
import { Parking } from './parking.ts';

export interface CellDeps<C> {
  readonly name: string;
  readonly log: CellLog;
  readonly machine: CellMachine<C>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly catalogPosition: () => Position;
}

/** What the log takes in one batch, less the journal records of one command. */
const groupBytesMax = limits.batchBytesMax - 64 * 1024;

export class Cell<C> {
  readonly name: string;
  readonly log: CellLog;
  readonly #machine: CellMachine<C>;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #catalogPosition: () => Position;
  readonly #checkpointer: Checkpointer;
  readonly #parking = new Parking<C>();
  #open = new Group();
  /** Full groups that wait for their turn, oldest first. */
  #closed: Group[] = [];
  #inFlight: Group | undefined;
  /** A finished group, kept for its buffers. */
  #spare: Group | undefined;
  /** Batch number that the open group will get. */
  #openBatch = 1;
  #isScheduled = false;
  #isHeld = false;
  #isClosed = false;
  #idle: (() => void)[] = [];
  commitCount = 0;

  constructor(deps: CellDeps<C>) {
    this.name = deps.name;
    this.log = deps.log;
    this.#machine = deps.machine;
    this.#clock = deps.clock;
    this.#logger = deps.logger.child({ cell: deps.name });
    this.#catalogPosition = deps.catalogPosition;
    this.#checkpointer = new Checkpointer(deps.log, this.#logger);
  }

  get uncommittedBytes(): number {
    let bytes = this.#open.byteLength + (this.#inFlight?.byteLength ?? 0);
    for (const group of this.#closed) bytes += group.byteLength;
    return bytes;
  }
  get isBusy(): boolean {
    return this.#inFlight !== undefined || this.#hasWork;
  }
  get #hasWork(): boolean {
    return this.#closed.length > 0 || this.#open.hasRecords || this.#open.replyCount > 0;
  }

  /** Loads the committed state: at the start, and again after a failed commit. */
  load(): void {
    const started = performance.now();
    const replayed = this.#machine.load(this.log);
    this.#checkpointer.start(this.log.position());
    this.#openBatch = this.log.position() + 1;
    this.#machine.open(this.#open, this.#openBatch);
    this.#logger.info('state loaded', {
      position: this.log.position(),
      replayedBatches: replayed,
      ms: Math.round(performance.now() - started),
    });
  }

  submit(command: C, sink: ReplySink): void {
    if (this.#isClosed) return this.#attach(sink, errorReply(shuttingDown));
    const entity = this.#machine.entityOf(command);
    if (this.#parking.isParked(entity)) return this.#parking.wait(entity, { command, sink });
    this.#decide(command, sink);
  }

  /** Answers a question about the applied state once that state is committed. */
  query(answer: () => Reply, sink: ReplySink): void {
    this.#attach(sink, answer());
  }

  /** Somebody may be served who could not before (a consumer got credit). */
  poke(): void {
    if (!this.#isClosed) this.#afterWork();
  }

  /** Timers: due deadlines and delays, retention, waiters that have waited long enough. */
  tick(): void {
    if (this.#isClosed) return;
    this.#machine.tick(this.#clock.nowMs(), this.#reveal);
    this.#afterWork();
  }

  /** Resolves true when everything applied so far is committed, false when it was undone. */
  barrier(): Promise<boolean> {
    const group = this.#newest();
    if (group === undefined) return Promise.resolve(true);
    this.#schedule();
    return new Promise((resolve) => group.onSettled(resolve));
  }

  /** Resolves when nothing is on its way any more; keeps everything that follows waiting until `release`. */
  async hold(): Promise<void> {
    this.#isHeld = true;
    while (this.#inFlight !== undefined) await new Promise<void>((resolve) => this.#idle.push(resolve));
    await this.#checkpointer.pause();
  }
  release(): void {
    this.#isHeld = false;
    this.#checkpointer.resume();
    if (this.#hasWork) this.#schedule();
  }

  /** Commits and checkpoints what is there. Later commands are refused. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#machine.close(this.#reveal);
    while (this.isBusy) {
      this.#schedule();
      await new Promise<void>((resolve) => this.#idle.push(resolve));
    }
    await this.#checkpointer.finish(
      () => this.#machine.dirty.take(this.log.position(), Infinity),
      this.#machine.dirty,
    );
    await this.log.close();
  }

  #decide(command: C, sink: ReplySink): void {
    let reply: Reply | undefined;
    const bytes = this.#machine.bytesOf?.(command) ?? 0;
    if (this.#open.byteLength + bytes > groupBytesMax && this.#open.hasRecords) this.#close();
    try {
      reply = this.#machine.decide(command, sink, this.#clock.nowMs());
    } catch (error) {
      if (!(error instanceof Need)) throw error;
      this.#park(command, sink, error);
      return;
    }
    if (reply !== undefined) this.#answer(command, sink, reply);
    this.#afterWork();
  }

  #answer(command: C, sink: ReplySink, reply: Reply): void {
    if (this.#machine.isAnsweredEarly(command, reply)) setImmediate(() => sink.reveal(reply));
    else this.#attach(sink, reply);
  }

  /** Waiters that can be served now join the same group; then the group is due for its commit. */
  #afterWork(): void {
    this.#machine.serve(this.#clock.nowMs(), this.#reveal);
    if (!this.#open.hasRecords) return;
    if (this.#open.byteLength >= limits.commitBytesMax) this.#close();
    this.#schedule();
  }

  /** The entity's later commands queue up behind this one until its pages are here; others go on. */
  #park(command: C, sink: ReplySink, need: Need): void {
    const entity = this.#machine.entityOf(command);
    this.#parking.park(entity, { command, sink });
    setImmediate(() => {
      need.fetch();
      this.#unpark(entity);
    });
  }
  #unpark(entity: number): void {
    const waiting = this.#parking.take(entity);
    for (let i = 0; i < waiting.length; i++) {
      const { command, sink } = waiting[i] as (typeof waiting)[number];
      if (this.#parking.isParked(entity)) {
        this.#parking.wait(entity, { command, sink });
        continue;
      }
      this.#decide(command, sink);
    }
  }

  readonly #reveal = (sink: ReplySink, reply: Reply): void => this.#attach(sink, reply);

  /** The answer waits for the newest group whose changes it may rest on. */
  #attach(sink: ReplySink, reply: Reply): void {
    const group = this.#newest() ?? this.#open;
    group.attach(sink, reply);
    if (group === this.#open) this.#schedule();
  }

  /** The group with the newest uncommitted change, if there is one. */
  #newest(): Group | undefined {
    if (this.#open.hasRecords) return this.#open;
    return this.#closed[this.#closed.length - 1] ?? this.#inFlight;
  }

  /** The open group is complete: its state is exactly that of its batch. Another one is opened. */
  #close(): void {
    const group = this.#open;
    this.#closed.push(group);
    this.#checkpointer.batchClosed(this.#machine.dirty, this.#openBatch, group.journal.length);
    this.#open = this.#spare ?? new Group();
    this.#spare = undefined;
    this.#openBatch++;
    this.#machine.open(this.#open, this.#openBatch);
  }

  #schedule(): void {
    if (this.#isScheduled || this.#inFlight !== undefined || this.#isHeld) return;
    this.#isScheduled = true;
    setImmediate(this.#flush);
  }

  readonly #flush = (): void => {
    this.#isScheduled = false;
    if (this.#inFlight !== undefined || this.#isHeld) return;
    if (this.#closed.length === 0) {
      if (!this.#open.hasRecords) {
        this.#finish(this.#open, true);
        return;
      }
      this.#close();
    }
    const group = this.#closed.shift() as Group;
    const expected = this.log.position();
    this.#inFlight = group;
    const held = failpoint('commit.before');
    if (held instanceof Promise) void held.then(() => this.#append(group, expected), this.#failed);
    else this.#append(group, expected);
  };

  #append(group: Group, expected: Position): void {
    this.log
      .append(
        {
          epoch: this.#machine.epoch,
          timeMs: this.#machine.nowMs,
          catalogPosition: this.#catalogPosition(),
          journal: group.journal.bytes(),
          runs: group.runs,
          bodies: group.bodies.bytes(),
        },
        expected,
      )
      .then(this.#committed, this.#failed);
  }

  readonly #committed = (): void => {
    const held = failpoint('commit.after');
    if (held instanceof Promise) {
      void held.then(this.#revealCommitted);
      return;
    }
    this.#revealCommitted();
  };

  readonly #revealCommitted = (): void => {
    const group = this.#inFlight as Group;
    this.#inFlight = undefined;
    this.#spare = group;
    this.commitCount++;
    this.#machine.committed(this.log.position());
    this.#checkpointer.batchCommitted(this.log.position(), this.#machine.dirty);
    this.#finish(group, true);
    if (this.#hasWork && !this.#isHeld) this.#flush();
  };

  readonly #failed = (cause: unknown): void => {
    const error = toBrokerError(cause);
    this.#logger.error('commit failed', { code: error.code, cause });
    const groups = [this.#inFlight as Group, ...this.#closed, this.#open];
    this.#inFlight = undefined;
    this.#closed = [];
    this.#checkpointer.abandon();
    const undone = groups.map((group) => group.finish(false));
    this.load();
    for (const { sinks } of undone) for (const sink of sinks) sink.reveal(errorReply(error));
    for (const { sink } of this.#parking.takeAll()) sink.reveal(errorReply(error));
    this.#signalIdle();
  };

  #finish(group: Group, isCommitted: boolean): void {
    const { sinks, replies } = group.finish(isCommitted);
    for (let i = 0; i < sinks.length; i++) {
      this.#machine.reveal(sinks[i] as ReplySink, replies[i] as Reply);
    }
    this.#machine.serve(this.#clock.nowMs(), this.#reveal);
    if (this.#open.hasRecords) this.#schedule();
    this.#signalIdle();
  }

  #signalIdle(): void {
    const waiting = this.#idle;
    if (waiting.length === 0) return;
    this.#idle = [];
    for (const resolve of waiting) resolve();
  }
}

function errorReply(error: BrokerError): Reply {
  return { kind: 'error', error };
}

function toBrokerError(cause: unknown): BrokerError {
  if (cause instanceof StorageError && cause.code === 'disk_full') {
    return brokerError('storage_full', 'the disk is too full to take new messages');
  }
  if (cause instanceof StorageError && cause.code === 'too_large') {
    return brokerError('throttled', `the log takes no group larger than ${limits.commitBytesMax} bytes`);
  }
  return brokerError('unavailable', 'the change could not be committed and was undone');
}
