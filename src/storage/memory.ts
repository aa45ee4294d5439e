// The reference implementation of the storage seam: plain arrays and maps, nothing on disk, nothing clever.
// Used by model and unit tests, which make it crash, stall or fail at an append. Data survives `reopen`.
import { randomBytes } from 'node:crypto';
import { assert } from '../base/assert.ts';
import { MemoryCell, MemoryCellLog } from './memory-cell.ts';
import type { BackupBarrier, CellLog, Storage, StorageErrorCode, StorageStats } from './types.ts';

export class MemoryStorage implements Storage {
  readonly secret: Uint8Array;
  #wasRestored = false;
  readonly #cells: Map<string, MemoryCell>;
  readonly #open = new Map<string, MemoryCellLog>();

  constructor(committed?: { readonly cells: Map<string, MemoryCell>; readonly secret: Uint8Array }) {
    this.#cells = committed?.cells ?? new Map();
    this.secret = committed?.secret ?? randomBytes(32);
  }

  get wasRestored(): boolean {
    return this.#wasRestored;
  }

  async acknowledgeRestore(): Promise<void> {
    this.#wasRestored = false;
  }

  /** For tests: the next open is to look as it does after a restore. */
  markRestored(): void {
    this.#wasRestored = true;
  }

  async openCell(name: string): Promise<MemoryCellLog> {
    assert(!this.#open.has(name), `cell ${name} is opened once`);
    let cell = this.#cells.get(name);
    if (cell === undefined) {
      cell = new MemoryCell();
      this.#cells.set(name, cell);
    }
    const log = new MemoryCellLog(cell);
    this.#open.set(name, log);
    return log;
  }

  cellNames(): readonly string[] {
    return [...this.#cells.keys()];
  }

  /** The open log of a cell, to stall it or make it fail. */
  cell(name: string): MemoryCellLog {
    const log = this.#open.get(name);
    assert(log !== undefined, `cell ${name} is open`);
    return log;
  }

  /** Every open log is dead from now on: appends that are under way never happen. */
  crash(): void {
    for (const log of this.#open.values()) log.crash();
    this.#open.clear();
  }

  /** New logs over what was committed; the old ones are dead. */
  reopen(): MemoryStorage {
    this.crash();
    return new MemoryStorage({ cells: this.#cells, secret: this.secret });
  }

  /** Every append of every open cell waits until `releaseAppends`. */
  stallAppends(): void {
    for (const log of this.#open.values()) log.stallAppends();
  }

  releaseAppends(): void {
    for (const log of this.#open.values()) log.releaseAppends();
  }

  failNextAppend(cell: string, code: StorageErrorCode): void {
    this.cell(cell).failNextAppend(code);
  }

  async backup(_directory: string, barrier: BackupBarrier): Promise<void> {
    await barrier.hold();
    barrier.release();
  }

  stats(): StorageStats {
    const all = [...this.#open.values()].map((log: CellLog) => log.stats());
    return {
      diskBytes: all.reduce((bytes, stats) => bytes + stats.diskBytes, 0),
      segmentCount: all.length,
      commitCount: all.reduce((count, stats) => count + stats.commitCount, 0),
      isWritable: all.every((stats) => stats.isWritable),
    };
  }

  async close(): Promise<void> {
    for (const log of this.#open.values()) await log.close();
    this.#open.clear();
  }
}
