// A block: bodies of one entity, packed into one value of a body segment under (entity, first sequence).
// Built by sealing and compaction, read by body lookups, verified by check. Consecutive sequences need no
// list; a sparse block names each of its sequences.
//
//   at  size  field (little endian)
//    0     2  magic and version: 0x4200 + formatVersion
//    2     2  flags: 1 = sparse
//    4     4  crc32 of every other byte and of the entity: begun with (the first four as a number) xor
//             entity, then from 8 on
//    8     8  first sequence  f64
//   16     8  last sequence   f64
//   24     4  record count
//   28     4  bytes of the records
//   32     4  per record, when sparse: sequence - first sequence, u32
//    .     .  per record: length u32, then that many bytes
//
// How to change this format: as in format.ts; both share formatVersion.
import { crc32 } from 'node:zlib';
import { assert } from '../base/assert.ts';
import { limits } from '../base/limits.ts';
import { checksumProblem } from './checked-row.ts';
import { formatVersion } from './format.ts';
import type { VisitBody } from './types.ts';

const magic = 0x4200 + formatVersion;
const headerBytes = 32;
const sparseFlag = 1;
const deltaMax = 0xffff_ffff;

/** Packs the records of one entity after the other; used again for block after block. */
export class BlockBuilder {
  #entity = -1;
  #records = Buffer.allocUnsafeSlow(limits.blockBytesMax);
  #recordsBytes = 0;
  #sequences: number[] = [];

  get entity(): number {
    return this.#entity;
  }

  /** The records that come next are of this entity; those of another one must have been taken. */
  begin(entity: number): void {
    assert(entity === this.#entity || this.isEmpty, 'a block holds one entity');
    this.#entity = entity;
  }

  get isEmpty(): boolean {
    return this.#sequences.length === 0;
  }

  get firstSequence(): number {
    return this.#sequences[0] as number;
  }

  get lastSequence(): number {
    return this.#sequences.at(-1) as number;
  }

  get count(): number {
    return this.#sequences.length;
  }

  /** False when the block has to be taken first. */
  hasRoomFor(sequence: number, bodyBytes: number): boolean {
    if (this.isEmpty) return true;
    if (bodyBytes > limits.packedRecordBytesMax) return false;
    const listBytes = (this.#sequences.length + 1) * 4;
    const bytes = headerBytes + listBytes + this.#recordsBytes + 4 + bodyBytes;
    return bytes <= limits.blockBytesMax && sequence - this.firstSequence <= deltaMax;
  }

  /** Copies one record, its length included, out of `source`. */
  add(sequence: number, source: Buffer, start: number, end: number): void {
    const bytes = this.#recordsBytes + end - start;
    if (bytes > this.#records.length) this.#grow(bytes);
    source.copy(this.#records, this.#recordsBytes, start, end);
    this.#recordsBytes = bytes;
    this.#sequences.push(sequence);
  }

  /** Size of the finished value. */
  get valueBytes(): number {
    return headerBytes + (this.#isSparse ? this.count * 4 : 0) + this.#recordsBytes;
  }

  /** Fills `value`, of `valueBytes`, with the finished block; the builder is empty again. */
  takeInto(value: Buffer): void {
    const { count, firstSequence } = this;
    const recordsAt = value.length - this.#recordsBytes;
    value.writeUInt16LE(magic, 0);
    value.writeUInt16LE(this.#isSparse ? sparseFlag : 0, 2);
    value.writeDoubleLE(firstSequence, 8);
    value.writeDoubleLE(this.lastSequence, 16);
    value.writeUInt32LE(count, 24);
    value.writeUInt32LE(this.#recordsBytes, 28);
    for (let i = 0; headerBytes + i * 4 < recordsAt; i++) {
      value.writeUInt32LE((this.#sequences[i] as number) - firstSequence, headerBytes + i * 4);
    }
    this.#records.copy(value, recordsAt, 0, this.#recordsBytes);
    value.writeUInt32LE(checksumOf(value, this.#entity), 4);
    this.clear();
  }

  clear(): void {
    this.#sequences.length = 0;
    this.#recordsBytes = 0;
    if (this.#records.length > limits.blockBytesMax)
      this.#records = Buffer.allocUnsafeSlow(limits.blockBytesMax);
  }

  get #isSparse(): boolean {
    return this.lastSequence - this.firstSequence !== this.count - 1;
  }

  #grow(bytes: number): void {
    const larger = Buffer.allocUnsafeSlow(bytes);
    this.#records.copy(larger, 0, 0, this.#recordsBytes);
    this.#records = larger;
  }
}

/** A block as read: which sequences it has and where their records are, without a table of its own. */
export class Block {
  readonly entity: number;
  readonly value: Buffer;
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly count: number;
  readonly #isSparse: boolean;
  /** The record that was looked for last, and where it starts: the next one is seldom far. */
  #index = 0;
  #start: number;

  constructor(entity: number, value: Buffer) {
    this.entity = entity;
    this.value = value;
    this.firstSequence = firstSequenceOf(value);
    this.lastSequence = lastSequenceOf(value);
    this.count = countOf(value);
    this.#isSparse = (value.readUInt16LE(2) & sparseFlag) !== 0;
    this.#start = this.#recordsAt;
  }

  /** Without their lengths. */
  get bodyBytes(): number {
    return bodyBytesOf(this.value);
  }

  sequence(index: number): number {
    if (!this.#isSparse) return this.firstSequence + index;
    return this.firstSequence + this.value.readUInt32LE(headerBytes + index * 4);
  }

  /** The first record with this sequence or a later one; `count` when there is none. */
  ceiling(sequence: number): number {
    if (!this.#isSparse) return Math.min(Math.max(sequence - this.firstSequence, 0), this.count);
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.sequence(middle) < sequence) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Where record `index` starts, its length included; at `count`, where the last one ends. */
  start(index: number): number {
    if (index < this.#index) {
      this.#index = 0;
      this.#start = this.#recordsAt;
    }
    for (; this.#index < index; this.#index++) this.#start += 4 + this.value.readUInt32LE(this.#start);
    return this.#start;
  }

  body(index: number): Buffer {
    const start = this.start(index) + 4;
    return this.value.subarray(start, start + this.value.readUInt32LE(start - 4));
  }

  /** Visits the records from this sequence on; false when `visit` said so. */
  scan(sequence: number, visit: VisitBody): boolean {
    const { value, count, firstSequence } = this;
    let index = this.ceiling(sequence);
    if (index >= count) return true;
    let at = this.start(index);
    for (; index < count; index++) {
      const end = at + 4 + value.readUInt32LE(at);
      const found = this.#isSparse ? this.sequence(index) : firstSequence + index;
      // The next scan goes on from here, or one behind.
      this.#index = index;
      this.#start = at;
      if (!visit(found, value, at + 4, end)) return false;
      at = end;
    }
    return true;
  }

  get #recordsAt(): number {
    return headerBytes + (this.#isSparse ? this.count * 4 : 0);
  }
}

export function firstSequenceOf(value: Buffer): number {
  return value.readDoubleLE(8);
}

export function countOf(value: Buffer): number {
  return value.readUInt32LE(24);
}

/** Bytes of all its bodies, without their lengths. */
export function bodyBytesOf(value: Buffer): number {
  return value.readUInt32LE(28) - 4 * countOf(value);
}

export function lastSequenceOf(value: Buffer): number {
  return value.readDoubleLE(16);
}

/** What is wrong with these bytes as the block of this key, or undefined. Reads all of them. */
export function blockProblem(value: Buffer, entity: number, firstSequence: number): string | undefined {
  if (value.length < headerBytes) return `only ${value.length} bytes`;
  if (value.readUInt16LE(0) !== magic) return `unknown version 0x${value.readUInt16LE(0).toString(16)}`;
  if (firstSequenceOf(value) !== firstSequence) return `holds first sequence ${firstSequenceOf(value)}`;
  const listBytes = (value.readUInt16LE(2) & sparseFlag) === 0 ? 0 : value.readUInt32LE(24) * 4;
  const length = headerBytes + listBytes + value.readUInt32LE(28);
  if (length !== value.length) return `${value.length} bytes where the header says ${length}`;
  if (checksumOf(value, entity) !== value.readUInt32LE(4)) return checksumProblem;
  return undefined;
}

function checksumOf(value: Buffer, entity: number): number {
  return crc32(value.subarray(8), (value.readUInt32LE(0) ^ entity) >>> 0);
}
