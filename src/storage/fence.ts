// The fence of a body segment: which entities it holds, and from which sequence to which.
// Written with the segment's last commit, loaded when the segment is first asked; a lookup goes to a segment
// only when its fence says yes. Sorted by entity, packed: 36 B an entity in memory and on disk.
//
//   per entity, little endian: entity u32, record count f64, bytes f64, first sequence f64, last sequence f64
//   stored as a row with its checksum (checked-row.ts)

const rowBytes = 36;

/** The key of the fence's row: above every block's key. */
export const fenceKey = Buffer.alloc(12, 0xff);

export interface FenceRow {
  readonly entity: number;
  recordCount: number;
  bytes: number;
  readonly firstSequence: number;
  lastSequence: number;
}

export class Fence {
  readonly #table: Buffer;

  constructor(table: Buffer) {
    this.#table = table;
  }

  get size(): number {
    return this.#table.length / rowBytes;
  }

  get bytes(): number {
    return this.#table.length;
  }

  /** Row of an entity, or -1. */
  find(entity: number): number {
    let low = 0;
    let high = this.size - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const found = this.entity(middle);
      if (found === entity) return middle;
      if (found < entity) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }

  /** Last sequence of an entity, or -1. */
  lastOf(entity: number): number {
    const row = this.find(entity);
    return row === -1 ? -1 : this.lastSequence(row);
  }

  entity(row: number): number {
    return this.#table.readUInt32LE(row * rowBytes);
  }

  recordCount(row: number): number {
    return this.#table.readDoubleLE(row * rowBytes + 4);
  }

  recordBytes(row: number): number {
    return this.#table.readDoubleLE(row * rowBytes + 12);
  }

  firstSequence(row: number): number {
    return this.#table.readDoubleLE(row * rowBytes + 20);
  }

  lastSequence(row: number): number {
    return this.#table.readDoubleLE(row * rowBytes + 28);
  }
}

/** `rows` in order of entity. */
export function encodeFence(rows: readonly FenceRow[]): Buffer {
  const table = Buffer.allocUnsafe(rows.length * rowBytes);
  let at = 0;
  for (const row of rows) {
    table.writeUInt32LE(row.entity, at);
    table.writeDoubleLE(row.recordCount, at + 4);
    table.writeDoubleLE(row.bytes, at + 12);
    table.writeDoubleLE(row.firstSequence, at + 20);
    table.writeDoubleLE(row.lastSequence, at + 28);
    at += rowBytes;
  }
  return table;
}
