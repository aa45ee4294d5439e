// Records of a stream in their stored form, packed one after the other by the codec that read them from its
// wire, so that the core copies whole stretches and looks at no single one. Written by protocols, read by
// broker/stream and by encoders of answers.
//
//   at  size  field (little endian)
//    0     4  bytes that follow
//    4     1  flags: 1 = has no key
//    5     8  arrived at, ms since the epoch, f64; filled in by the core
//   13     2  bytes of the key
//   15     .  key, UTF-8; then the data up to the end
//
// How to change it: a new flag, or a new number of this layout in the flags' upper bits; readers keep the
// old.
import { assert } from '../base/assert.ts';
import { md5Words, md5WordsOfText } from '../base/md5.ts';

/** In front of each record; what readers are shown starts behind it. */
export const lengthBytes = 4;
const arrivalAt = 5;
const keyLengthAt = 13;
const headerBytes = 15;
const flagsAt = 4;
const HAS_NO_KEY = 1;
const initialBytes = 64 * 1024;
/** A buffer that one unusually large request grew beyond this is given back instead of kept. */
const keptBytesMax = 4 * 1024 * 1024;

export interface RecordBatch {
  readonly count: number;
  readonly bytes: Buffer;
  /** Where each record starts, and where the last one ends: count + 1 numbers. */
  readonly starts: Uint32Array;
  /** Key hash of each record: 4 words, most significant first. */
  readonly hashes: Uint32Array;
}

/** Reused from batch to batch; what it holds is valid until the next `reset`. */
export class RecordBatchWriter implements RecordBatch {
  count = 0;
  bytes = Buffer.allocUnsafeSlow(initialBytes);
  starts: Uint32Array;
  hashes: Uint32Array;
  #length = 0;
  #dataAt = 0;
  #hasHash = false;

  constructor(recordsMax: number) {
    this.starts = new Uint32Array(recordsMax + 1);
    this.hashes = new Uint32Array(recordsMax * 4);
  }

  reset(): void {
    this.count = 0;
    this.#length = 0;
    if (this.bytes.length > keptBytesMax) this.bytes = Buffer.allocUnsafeSlow(initialBytes);
  }

  /** Bytes of key and data of the record that was ended last. */
  get lastRecordBytes(): number {
    return this.starts[this.count]! - this.starts[this.count - 1]! - headerBytes;
  }

  /** Begins a record; key first, then data, then `end`. */
  begin(): void {
    assert(this.count < this.starts.length - 1, 'a batch holds no more records than it was made for');
    this.#ensure(headerBytes);
    this.bytes[this.#length + flagsAt] = HAS_NO_KEY;
    this.bytes.writeUInt16LE(0, this.#length + keyLengthAt);
    this.#dataAt = this.#length + headerBytes;
    this.#hasHash = false;
  }

  keyText(key: string): void {
    this.#ensure(headerBytes + key.length * 3);
    const written = this.bytes.write(key, this.#dataAt, 'utf8');
    this.#endKey(written);
    md5WordsOfText(key, this.hashes, this.count * 4);
    this.#hasHash = true;
  }

  /** UTF-8 bytes of the key. */
  keyBytes(source: Uint8Array, start: number, end: number): void {
    this.#ensure(headerBytes + end - start);
    // Keys are short: a loop is done before a view is made.
    const { bytes } = this;
    for (let from = start, to = this.#dataAt; from < end; from++, to++) bytes[to] = source[from]!;
    this.#endKey(end - start);
    md5Words(source, start, end, this.hashes, this.count * 4);
    this.#hasHash = true;
  }

  /** The place of the record whatever its key: four words, most significant first. */
  hash(words: readonly number[] | Uint32Array): void {
    for (let i = 0; i < 4; i++) this.hashes[this.count * 4 + i] = words[i]!;
    this.#hasHash = true;
  }

  data(source: Uint8Array): void {
    this.#ensure(this.#dataAt - this.#length + source.length);
    this.bytes.set(source, this.#dataAt);
    this.#dataAt += source.length;
  }

  dataBytes(source: Buffer, start: number, end: number): void {
    this.#ensure(this.#dataAt - this.#length + end - start);
    source.copy(this.bytes, this.#dataAt, start, end);
    this.#dataAt += end - start;
  }

  /** Room of `length` bytes for data that the caller decodes itself; answers where in `bytes`. */
  dataRoom(length: number): number {
    this.#ensure(this.#dataAt - this.#length + length);
    const at = this.#dataAt;
    this.#dataAt += length;
    return at;
  }

  end(): void {
    const start = this.#length;
    if (!this.#hasHash) this.hashes.fill(0, this.count * 4, this.count * 4 + 4);
    this.bytes.writeUInt32LE(this.#dataAt - start - lengthBytes, start);
    this.starts[this.count] = start;
    this.count++;
    this.starts[this.count] = this.#dataAt;
    this.#length = this.#dataAt;
  }

  #endKey(keyBytes: number): void {
    this.bytes[this.#length + flagsAt] = 0;
    this.bytes.writeUInt16LE(keyBytes, this.#length + keyLengthAt);
    this.#dataAt += keyBytes;
  }

  #ensure(extra: number): void {
    const needed = this.#length + extra;
    if (needed <= this.bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(this.bytes.length * 2, needed));
    this.bytes.copy(grown, 0, 0, Math.max(this.#dataAt, this.#length));
    this.bytes = grown;
  }
}

/** What `start` of these functions means: behind the four bytes of length, as RecordViews has it. */
export function arrivedAtMs(source: Buffer, start: number): number {
  return source.readDoubleLE(start + arrivalAt - lengthBytes);
}
export function hasKey(source: Buffer, start: number): boolean {
  return (source[start]! & HAS_NO_KEY) === 0;
}
export function keyStart(start: number): number {
  return start + headerBytes - lengthBytes;
}
export function keyLength(source: Buffer, start: number): number {
  return source.readUInt16LE(start + keyLengthAt - lengthBytes);
}
export function dataStart(source: Buffer, start: number): number {
  return keyStart(start) + keyLength(source, start);
}

/** Writes the time of arrival into a record; `start` is where its length stands. */
export function setArrival(bytes: Buffer, start: number, atMs: number): void {
  bytes.writeDoubleLE(atMs, start + arrivalAt);
}

/** Bytes of a stored record beside its key and data, the length included. */
export const recordOverheadBytes = headerBytes;
