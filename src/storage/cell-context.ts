// What the parts of one cell's storage share: where its files are and which there are, the room on the disk,
// the hot tail, and the work that goes on behind. Built by the LMDB storage for each cell.
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { DamageLog } from './damage.ts';
import type { DiskSpace } from './disk-space.ts';
import type { HotTail } from './hot-tail.ts';
import type { CellFiles, Manifest } from './manifest.ts';
import type { SealedReading } from './sealed-reader.ts';
import { syncDirectory } from './sync-directory.ts';

export interface CellContext {
  readonly name: string;
  readonly directory: string;
  readonly files: FileList;
  readonly disk: DiskSpace;
  readonly hotTail: HotTail;
  readonly sealedReader: SealedReading;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly damages: DamageLog;
  readonly keepLogSegments: boolean;
  readonly liveCountIntervalMs: number;
  /** Work nobody waits for (closing and unlinking); awaited at close, logged when it fails. */
  readonly discard: (work: Promise<unknown>) => void;
}

/** The manifest's list of one cell's files; changes go one after the other. */
export class FileList {
  current: CellFiles;
  readonly #manifest: Manifest;
  readonly #cell: string;
  readonly #directory: string;
  #nextNumber: number;
  #last: Promise<void> = Promise.resolve();

  constructor(manifest: Manifest, cell: string, directory: string) {
    this.#manifest = manifest;
    this.#cell = cell;
    this.#directory = directory;
    this.current = manifest.files(cell);
    this.#nextNumber = this.current.nextNumber;
  }

  /** A number for a new file; files that no update ever named are removed at the next open. */
  takeNumber(): number {
    return this.#nextNumber++;
  }

  update(change: (now: CellFiles) => CellFiles): Promise<void> {
    const next = this.#last.then(async () => {
      // The manifest must not name a file whose directory entry a power failure could still take away.
      await syncDirectory(this.#directory);
      const changed = { ...change(this.current), nextNumber: this.#nextNumber };
      await this.#manifest.setFiles(this.#cell, changed);
      this.current = changed;
    });
    this.#last = next.catch(() => {});
    return next;
  }

  settled(): Promise<void> {
    return this.#last;
  }
}
