// Brings the part of a sealed file that is about to be read into the page cache, by few large reads in order.
// Left to itself, LMDB's map takes a page fault for every few blocks, and a cold disk is read at a third of
// its rate. Used by the reading worker alone. Where a block lies is estimated: blocks were written in the
// order of the fence.
import { closeSync, fstatSync, openSync, read } from 'node:fs';
import type { Fence } from './fence.ts';

const pieceBytes = 1024 * 1024;
/** Around the estimate: blocks are rounded up to pages, and a tree lies between them. */
const slackBytes = 128 * 1024;
const scratch = Buffer.allocUnsafeSlow(pieceBytes);

export class PageCacheReader {
  readonly #fence: Fence;
  readonly #file: number;
  readonly #fileBytes: number;
  /** Bytes of the file per byte of a block. */
  readonly #scale: number;
  /** Where the entities of the fence begin, in bytes of blocks. */
  readonly #starts: Float64Array;
  /** What was read last. */
  #readFrom = 0;
  #readTo = 0;
  #ahead: Promise<void> = Promise.resolve();

  constructor(path: string, fence: Fence) {
    this.#fence = fence;
    this.#file = openSync(path, 'r');
    this.#fileBytes = fstatSync(this.#file).size;
    this.#starts = new Float64Array(fence.size + 1);
    for (let row = 0; row < fence.size; row++)
      this.#starts[row + 1] = (this.#starts[row] as number) + fence.recordBytes(row);
    this.#scale = this.#fileBytes / Math.max(1, this.#starts[fence.size] as number);
  }

  /**
   * `bytes` of the entity's blocks from a sequence on. What comes behind them is read while the caller looks
   * at these.
   */
  async read(entity: number, sequence: number, bytes: number): Promise<void> {
    const row = this.#fence.find(entity);
    if (row === -1) return;
    const first = this.#fence.firstSequence(row);
    const share = (sequence - first) / (this.#fence.lastSequence(row) - first + 1);
    const within = Math.min(Math.max(share, 0), 1) * this.#fence.recordBytes(row);
    const at = ((this.#starts[row] as number) + within) * this.#scale;
    const from = Math.max(0, Math.floor(at - slackBytes));
    const to = Math.min(this.#fileBytes, Math.ceil(at + bytes * this.#scale + slackBytes));
    await this.#ahead;
    const isInOrder = from >= this.#readFrom && from <= this.#readTo;
    if (!isInOrder) {
      this.#readFrom = from;
      this.#readTo = from;
    }
    await this.#readUpTo(to);
    const end = Math.min(this.#fileBytes, to + bytes);
    if (isInOrder) this.#ahead = this.#readUpTo(end);
  }

  async close(): Promise<void> {
    await this.#ahead;
    closeSync(this.#file);
  }

  async #readUpTo(end: number): Promise<void> {
    while (this.#readTo < end) {
      const start = this.#readTo;
      const length = Math.min(pieceBytes, end - start);
      this.#readTo = start + length;
      // What goes wrong here goes wrong again for whoever reads through the map, and is told there.
      await new Promise<void>((resolve) => read(this.#file, scratch, 0, length, start, () => resolve()));
    }
  }
}
