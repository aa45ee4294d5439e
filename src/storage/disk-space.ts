// How much room the file system has, and what follows: the size of segments, the reserve below which no new
// messages are taken, the floor below which nothing is written at all, and the ballast between the two
// that is given up so that settles can still commit. One object per data directory, asked by every append
// and every write. Never throws away data and never ends the process.
import { statSync, statfsSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { limits } from '../base/limits.ts';
import type { Logger } from '../base/log.ts';
import type { Room } from './lmdb-env.ts';
import { CommitError } from './lmdb-env.ts';
import { StorageError } from './types.ts';

const noSpaceCode = 28;
/** How long an answer about being writable holds. */
const answerMs = 20;
/** Pieces in which the ballast is written, so that the loop goes on. */
const ballastPieceBytes = 256 * 1024;

export class DiskSpace implements Room {
  readonly segmentBytes: number;
  readonly reserveBytes: number;
  readonly #floorBytes: number;
  readonly #directory: string;
  readonly #logger: Logger;
  readonly #ballastPath: string;
  readonly #ballastBytes: number;
  /** What writes under way may still use. */
  #takenBytes = 0;
  /** Free bytes as last read, less what was taken since, and when they were read. */
  #seenBytes = 0;
  #seenAtMs = Number.NEGATIVE_INFINITY;
  #isFull = false;
  /** The last answer to `isWritable`, and since when it holds. */
  #answer = true;
  #answerFromMs = Number.NEGATIVE_INFINITY;
  #hasBallast: boolean;
  #ballastWrite: Promise<void> | undefined;
  #ballastDueMs = 0;
  readonly #clock: Clock;

  constructor(
    directory: string,
    options: { clock: Clock; logger: Logger; segmentBytes?: number | undefined },
  ) {
    this.#directory = directory;
    this.#clock = options.clock;
    this.#logger = options.logger;
    const file = statfsSync(directory);
    const totalBytes = file.blocks * file.bsize;
    const share = Math.floor(totalBytes / limits.segmentsPerFileSystem);
    this.segmentBytes =
      options.segmentBytes ?? Math.min(Math.max(share, limits.segmentBytesMin), limits.segmentBytesMax);
    const fivePercent = Math.min(totalBytes * 0.05, limits.diskReserveBytesMax);
    this.reserveBytes = Math.max(2 * this.segmentBytes, fivePercent);
    this.#floorBytes = Math.max(
      Math.min(this.segmentBytes / 16, limits.diskFloorBytesMax),
      limits.diskFloorBytesMin,
    );
    this.#ballastBytes = 4 * this.#floorBytes;
    this.#ballastPath = join(directory, 'ballast');
    this.#hasBallast =
      (statSync(this.#ballastPath, { throwIfNoEntry: false })?.size ?? 0) >= this.#ballastBytes;
  }

  take(bytes: number): void {
    if (this.#freeBytes() - bytes < this.#floorBytes) {
      throw new StorageError('disk_full', `no room on ${this.#directory} for ${bytes} bytes`);
    }
    this.#takenBytes += bytes;
    this.#seenBytes -= bytes;
  }

  give(bytes: number): void {
    this.#takenBytes -= bytes;
  }

  /**
   * Room for new messages of this size, with the reserve behind them. Once it said no, it wants some
   * more.
   */
  hasRoomFor(bytes: number): boolean {
    const freeBytes = this.#freeBytes();
    const wantedBytes = this.reserveBytes + bytes + (this.#isFull ? this.segmentBytes / 4 : 0);
    const hasRoom = freeBytes >= wantedBytes;
    this.#answer = hasRoom;
    if (hasRoom === this.#isFull) {
      this.#isFull = !hasRoom;
      const fields = { freeBytes, wantedBytes };
      if (hasRoom) this.#logger.info('disk had room again', fields);
      else this.#logger.warn('disk ran full', fields);
    }
    return hasRoom;
  }

  /** Asked for every message, so it looks again only after a while. */
  isWritable(): boolean {
    const nowMs = this.#clock.nowMs();
    if (nowMs >= this.#answerFromMs && nowMs < this.#answerFromMs + answerMs) return this.#answer;
    this.#answerFromMs = nowMs;
    this.#answer = this.hasRoomFor(0);
    return this.#answer;
  }

  /** What a failed write means. LMDB reports a short write on a full disk as an I/O error. */
  failure(cause: unknown, what: string): StorageError {
    if (cause instanceof StorageError) return cause;
    const code = cause instanceof CommitError ? cause.code : 0;
    const freeBytes = this.#freeBytes();
    this.#logger.warn('commit failed', { what, code, freeBytes });
    if (code === noSpaceCode || freeBytes < this.reserveBytes) {
      return new StorageError('disk_full', `no room on ${this.#directory} for ${what}`, { cause });
    }
    return new StorageError('io', `writing ${what} in ${this.#directory} failed`, { cause });
  }

  /** Gives up the ballast; false when there is none left. */
  async releaseBallast(): Promise<boolean> {
    await this.#ballastWrite;
    if (!this.#hasBallast) return false;
    this.#hasBallast = false;
    await rm(this.#ballastPath, { force: true });
    this.#logger.warn('ballast released', { bytes: this.#ballastBytes });
    return true;
  }

  /** Called now and then while writing: makes the ballast when it is missing and there is plenty of room. */
  keepBallast(): void {
    if (this.#hasBallast || this.#ballastWrite !== undefined || this.#clock.nowMs() < this.#ballastDueMs)
      return;
    this.#ballastDueMs = this.#clock.nowMs() + limits.diskCheckIntervalMs;
    if (this.#freeBytes() < this.reserveBytes + 2 * this.#ballastBytes) return;
    this.#ballastWrite = this.#writeBallast().finally(() => (this.#ballastWrite = undefined));
  }

  async close(): Promise<void> {
    await this.#ballastWrite;
  }

  /**
   * With plenty of room what was read holds for some milliseconds, less all that was written since; near the
   * reserve it is read each time, since others fill the disk too.
   */
  #freeBytes(): number {
    const nowMs = performance.now();
    const isPlenty = this.#seenBytes - this.#takenBytes > 2 * this.reserveBytes + limits.batchBytesMax;
    if (!isPlenty || nowMs - this.#seenAtMs > limits.diskSeenMs) {
      const file = statfsSync(this.#directory);
      this.#seenBytes = file.bavail * file.bsize;
      this.#seenAtMs = nowMs;
    }
    return this.#seenBytes - this.#takenBytes;
  }

  async #writeBallast(): Promise<void> {
    try {
      const file = await open(this.#ballastPath, 'w', 0o600);
      try {
        const piece = Buffer.alloc(ballastPieceBytes, 0x5a);
        for (let at = 0; at < this.#ballastBytes; at += piece.length) await file.write(piece);
        this.#hasBallast = true;
      } finally {
        await file.close();
      }
    } catch (cause) {
      this.#logger.warn('ballast was not written', { cause });
      await rm(this.#ballastPath, { force: true });
    }
  }
}
