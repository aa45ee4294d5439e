// A data directory: its lock, its manifest, and one LMDB cell log for each cell. The daemon opens one;
// the broker sees only the Storage interface. Opening seeks, it never scans what is sealed; files that
// the manifest does not name are left over from a crash and unlinked.
import { mkdirSync } from 'node:fs';
import { assert } from '../base/assert.ts';
import type { Clock } from '../base/clock.ts';
import { systemClock } from '../base/clock.ts';
import { limits } from '../base/limits.ts';
import type { Logger } from '../base/log.ts';
import { silentLogger } from '../base/log.ts';
import { backupDirectory } from './backup.ts';
import type { CellContext } from './cell-context.ts';
import { FileList } from './cell-context.ts';
import { agreeOnFiles } from './cell-files.ts';
import { LmdbCellLog } from './cell-log.ts';
import { DamageLog } from './damage.ts';
import type { DirectoryLock } from './directory-lock.ts';
import { lockDirectory } from './directory-lock.ts';
import { DiskSpace } from './disk-space.ts';
import { HotTail } from './hot-tail.ts';
import { Manifest, cellDirectory } from './manifest.ts';
import type { SealedReading } from './sealed-reader.ts';
import { SealedReader } from './sealed-reader.ts';
import type { BackupBarrier, CellLog, Storage, StorageStats } from './types.ts';

export interface LmdbStorageOptions {
  readonly directory: string;
  /** Both go through the same log; with `memory` the broker answers sends before the append has resolved. */
  readonly durability?: 'disk' | 'memory';
  readonly logger?: Logger;
  readonly clock?: Clock;
  /** Tests only: sealed log segments stay, so that a replay can start from empty. */
  readonly keepLogSegments?: boolean;
  /** Tests only: otherwise the size of the file system decides. */
  readonly segmentBytes?: number;
  /** Tests only. */
  readonly liveCountIntervalMs?: number;
  /** Tests only: what reads sealed bodies in place of the worker. */
  readonly sealedReader?: SealedReading;
}

export async function openLmdbStorage(options: LmdbStorageOptions): Promise<Storage> {
  // It holds messages and the key of receipts: nobody else on this machine has to look in.
  mkdirSync(options.directory, { recursive: true, mode: 0o700 });
  const lock = lockDirectory(options.directory);
  try {
    return new LmdbStorage(options, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

class LmdbStorage implements Storage {
  readonly #options: LmdbStorageOptions;
  readonly #lock: DirectoryLock;
  readonly #manifest: Manifest;
  readonly #disk: DiskSpace;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #hotTail = new HotTail();
  readonly #damages: DamageLog;
  readonly #worker: SealedReader;
  readonly #cells = new Map<string, LmdbCellLog>();
  readonly #behind = new Set<Promise<unknown>>();
  #wasRestored: boolean;

  constructor(options: LmdbStorageOptions, lock: DirectoryLock) {
    this.#options = options;
    this.#lock = lock;
    this.#clock = options.clock ?? systemClock;
    this.#logger = options.logger ?? silentLogger;
    this.#damages = new DamageLog(this.#logger);
    this.#worker = new SealedReader(this.#logger);
    this.#disk = new DiskSpace(options.directory, {
      clock: this.#clock,
      logger: this.#logger,
      segmentBytes: options.segmentBytes,
    });
    this.#manifest = new Manifest(options.directory, this.#disk);
    this.#wasRestored = this.#manifest.wasRestored;
  }

  get secret(): Uint8Array {
    return this.#manifest.secret;
  }

  get wasRestored(): boolean {
    return this.#wasRestored;
  }

  async acknowledgeRestore(): Promise<void> {
    if (!this.#wasRestored) return;
    await this.#manifest.setRestored(false);
    this.#wasRestored = false;
  }

  async openCell(name: string): Promise<CellLog> {
    assert(/^[a-z][a-z0-9-]{0,63}$/.test(name), `cell name ${name}`);
    assert(!this.#cells.has(name), `cell ${name} is opened once`);
    const context = this.#contextOf(name);
    this.#manifest.addCell(name);
    const cell = new LmdbCellLog(context);
    this.#cells.set(name, cell);
    return cell;
  }

  cellNames(): readonly string[] {
    return [...this.#manifest.cellNames()];
  }

  async backup(directory: string, barrier: BackupBarrier): Promise<void> {
    const releases: (() => void)[] = [];
    try {
      for (const cell of this.#cells.values()) releases.push(await cell.holdFiles());
      await backupDirectory({
        from: this.#options.directory,
        to: directory,
        manifest: this.#manifest,
        barrier,
      });
    } finally {
      for (const release of releases) release();
    }
  }

  stats(): StorageStats {
    const total = { diskBytes: 0, segmentCount: 0, commitCount: 0 };
    for (const cell of this.#cells.values()) {
      const stats = cell.stats();
      total.diskBytes += stats.diskBytes;
      total.segmentCount += stats.segmentCount;
      total.commitCount += stats.commitCount;
    }
    return { ...total, isWritable: this.#disk.isWritable() };
  }

  async close(): Promise<void> {
    await this.#worker.close();
    for (const cell of this.#cells.values()) await cell.close();
    while (this.#behind.size > 0) await Promise.all(this.#behind);
    await this.#disk.close();
    await this.#manifest.close();
    this.#lock.release();
  }

  #contextOf(name: string): CellContext {
    const directory = cellDirectory(this.#options.directory, name);
    const files = new FileList(this.#manifest, name, directory);
    agreeOnFiles(directory, files.current, this.#disk);
    return {
      name,
      directory,
      files,
      disk: this.#disk,
      hotTail: this.#hotTail,
      sealedReader: this.#options.sealedReader ?? this.#worker,
      clock: this.#clock,
      logger: this.#logger.child({ cell: name }),
      damages: this.#damages,
      keepLogSegments: this.#options.keepLogSegments ?? false,
      liveCountIntervalMs: this.#options.liveCountIntervalMs ?? limits.liveCountIntervalMs,
      discard: (work) => this.#goOnBehind(work),
    };
  }

  #goOnBehind(work: Promise<unknown>): void {
    const done = work.catch((cause: unknown) => this.#logger.warn('file not removed', { cause }));
    this.#behind.add(done);
    void done.finally(() => this.#behind.delete(done));
  }
}
