// One file of a cell's log: consecutive commits, one row each, and the index of the bodies they brought.
// Owned by the log chain. Written to until it is full, then only read, then sealed and unlinked whole.
import { limits } from '../base/limits.ts';
import type { Logger } from '../base/log.ts';
import { batchProblem, decodeBatch, encodeBatch, encodedBytes, runCountOf } from './format.ts';
import type { DamageLog } from './damage.ts';
import { corruption } from './damage.ts';
import { logKey, positionOfKey } from './keys.ts';
import type { Room } from './lmdb-env.ts';
import { Env, removeEnvFiles } from './lmdb-env.ts';
import { RunIndex } from './run-index.ts';
import type { Batch, Position } from './types.ts';

const pageBytes = 4096;
/** What LMDB puts before a value in an overflow page. */
const overflowHeaderBytes = 16;
/** Meta pages, tree and free list of a segment. */
const emptyBytes = 8 * pageBytes;

export class LogSegment {
  readonly number: number;
  readonly path: string;
  readonly capBytes: number;
  /** Bodies of this segment; emptied once they are sealed. */
  index = new RunIndex();
  /** First and last position; 0 while the segment is empty. */
  firstPosition: Position = 0;
  lastPosition: Position = 0;
  bytes = emptyBytes;
  /** A damaged commit was found: once sealed, the file is kept. */
  isDamaged = false;
  readonly #env: Env;

  constructor(number: number, path: string, disk: { readonly segmentBytes: number } & Room) {
    this.number = number;
    this.path = path;
    this.capBytes = disk.segmentBytes;
    const mapBytes = Math.ceil(this.capBytes * 1.3) + 2 * limits.batchBytesMax;
    this.#env = new Env(path, { mapBytes, room: disk });
    const first = this.#env.firstKey();
    const last = this.#env.lastKey();
    if (first === undefined || last === undefined) return;
    this.firstPosition = positionOfKey(first);
    this.lastPosition = positionOfKey(last);
  }

  get isEmpty(): boolean {
    return this.lastPosition === 0;
  }

  isFullFor(valueBytes: number, runCount: number): boolean {
    if (this.isEmpty) return false;
    if (this.bytes + storedBytes(valueBytes) > this.capBytes) return true;
    if (this.lastPosition - this.firstPosition + 1 >= limits.segmentCommitsMax) return true;
    return this.index.runCount + runCount > limits.segmentRunsMax;
  }

  /** Half full: time to open the next one. */
  get isHalfFull(): boolean {
    if (this.bytes * 2 > this.capBytes) return true;
    const commitCount = this.lastPosition - this.firstPosition;
    return commitCount * 2 > limits.segmentCommitsMax || this.index.runCount * 2 > limits.segmentRunsMax;
  }

  write(position: Position, value: Buffer): Promise<void> {
    return this.#env.put(logKey(position), value);
  }

  /** Takes in a commit that is on disk. */
  committed(position: Position, value: Buffer): void {
    if (this.isEmpty) this.firstPosition = position;
    this.lastPosition = position;
    this.bytes += storedBytes(value.length);
    this.index.add(value, position - this.firstPosition);
  }

  has(position: Position): boolean {
    return position >= this.firstPosition && position <= this.lastPosition && position !== 0;
  }

  /** After a failed write: did the row get there all the same? */
  holds(position: Position): boolean {
    return this.#env.readTransient(logKey(position)) !== undefined;
  }

  read(position: Position): Buffer {
    return this.#found(this.#env.read(logKey(position)), position);
  }

  /** Valid until the next read of any environment. */
  readTransient(position: Position): Buffer {
    return this.#found(this.#env.readTransient(logKey(position)), position);
  }

  /** The same, or undefined when it is damaged, which is reported. */
  soundTransient(position: Position, damages: DamageLog): Buffer | undefined {
    const value = this.readTransient(position);
    const problem = batchProblem(value, position);
    if (problem === undefined) return value;
    this.isDamaged = true;
    damages.report(this.path, `commit ${position}`, problem);
    return undefined;
  }

  /**
   * Rebuilds the index and the size from the run tables. A damaged commit's bodies are missing; that it
   * cannot be replayed is found by the replay.
   */
  loadIndex(damages: DamageLog): void {
    this.index = new RunIndex();
    this.bytes = emptyBytes;
    for (let position = this.firstPosition; position <= this.lastPosition && position !== 0; position++) {
      const value = this.soundTransient(position, damages);
      if (value === undefined) continue;
      this.bytes += storedBytes(value.length);
      if (runCountOf(value) > 0) this.index.add(value, position - this.firstPosition);
    }
  }

  /**
   * Cuts a damaged last commit: an empty one takes its place, so that its position is never used again
   * for something else (pages written before the damage may carry it).
   */
  cutDamagedTail(logger: Logger): void {
    if (this.isEmpty) return;
    const position = this.lastPosition;
    const problem = batchProblem(this.read(position), position);
    if (problem === undefined) return;
    logger.error('log tail cut', { segment: this.path, position, problem });
    const batch = this.#emptyBatchAfter(position - 1);
    const empty = encodeBatch(batch, position, Buffer.alloc(encodedBytes(batch)));
    this.#env.putNow(logKey(position), empty);
  }

  async close(): Promise<void> {
    await this.#env.close();
  }

  async remove(): Promise<void> {
    await this.close();
    await removeEnvFiles(this.path);
  }

  #emptyBatchAfter(position: Position): Batch {
    const empty = { journal: Buffer.alloc(0), runs: [], bodies: Buffer.alloc(0) };
    if (!this.has(position)) return { epoch: 0, timeMs: 0, catalogPosition: 0, ...empty };
    const { epoch, timeMs, catalogPosition } = decodeBatch(this.read(position), position, this.path);
    return { epoch, timeMs, catalogPosition, ...empty };
  }

  #found(value: Buffer | undefined, position: Position): Buffer {
    if (value !== undefined) return value;
    throw corruption(this.path, `commit ${position}`, 'missing');
  }
}

/** What a value takes in the file: whole pages once it does not fit beside others. */
function storedBytes(valueBytes: number): number {
  if (valueBytes < pageBytes / 2) return valueBytes + overflowHeaderBytes;
  return Math.ceil((valueBytes + overflowHeaderBytes) / pageBytes) * pageBytes + 64;
}
