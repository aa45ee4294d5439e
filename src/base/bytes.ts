// Growing byte writer and bounds-checked reader, little endian. The writer is the arena of a group commit:
// it is reset and reused, so that the hot path allocates nothing per record.

const INITIAL_BYTES = 64 * 1024;
/** A buffer that one unusually large group grew beyond this is given back instead of kept. */
const KEPT_BYTES_MAX = 4 * 1024 * 1024;

export class ByteWriter {
  #bytes: Buffer;
  #view: DataView;
  length = 0;

  constructor(initialBytes = INITIAL_BYTES) {
    this.#bytes = Buffer.allocUnsafeSlow(initialBytes);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** The bytes written so far; valid until the next write or reset. */
  bytes(): Buffer {
    return this.#bytes.subarray(0, this.length);
  }

  reset(): void {
    this.length = 0;
    if (this.#bytes.length > KEPT_BYTES_MAX) this.#replace(INITIAL_BYTES);
  }

  u8(value: number): void {
    this.#ensure(1);
    this.#bytes[this.length++] = value;
  }
  u16(value: number): void {
    this.#ensure(2);
    this.#view.setUint16(this.length, value, true);
    this.length += 2;
  }
  u32(value: number): void {
    this.#ensure(4);
    this.#view.setUint32(this.length, value, true);
    this.length += 4;
  }
  f64(value: number): void {
    this.#ensure(8);
    this.#view.setFloat64(this.length, value, true);
    this.length += 8;
  }
  raw(value: Uint8Array): void {
    this.#ensure(value.length);
    this.#bytes.set(value, this.length);
    this.length += value.length;
  }
  /** The bytes of `source` from `start` to `end`, without a view of them being made. */
  slice(source: Buffer, start: number, end: number): void {
    this.#ensure(end - start);
    source.copy(this.#bytes, this.length, start, end);
    this.length += end - start;
  }
  /** UTF-8 without a length; answers how many bytes it took. */
  text(value: string): number {
    this.#ensure(value.length * 3);
    const written = this.#bytes.write(value, this.length, 'utf8');
    this.length += written;
    return written;
  }
  /** u16 length, then UTF-8. */
  text16(value: string): void {
    const start = this.length;
    this.u16(0);
    this.setU16(start, this.text(value));
  }
  /** u32 length, then bytes. */
  raw32(value: Uint8Array): void {
    this.u32(value.length);
    this.raw(value);
  }
  setU16(at: number, value: number): void {
    this.#view.setUint16(at, value, true);
  }
  setU32(at: number, value: number): void {
    this.#view.setUint32(at, value, true);
  }

  #ensure(extra: number): void {
    if (this.length + extra > this.#bytes.length)
      this.#replace(Math.max(this.#bytes.length * 2, this.length + extra));
  }
  #replace(size: number): void {
    const grown = Buffer.allocUnsafeSlow(size);
    this.#bytes.copy(grown, 0, 0, this.length);
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

export class ByteReader {
  readonly #bytes: Buffer;
  offset: number;

  constructor(bytes: Uint8Array, offset = 0) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.offset = offset;
  }
  get isAtEnd(): boolean {
    return this.offset >= this.#bytes.length;
  }
  u8(): number {
    return this.#bytes.readUInt8(this.offset++);
  }
  u16(): number {
    this.offset += 2;
    return this.#bytes.readUInt16LE(this.offset - 2);
  }
  u32(): number {
    this.offset += 4;
    return this.#bytes.readUInt32LE(this.offset - 4);
  }
  f64(): number {
    this.offset += 8;
    return this.#bytes.readDoubleLE(this.offset - 8);
  }
  text(length: number): string {
    this.offset += length;
    return this.#bytes.toString('utf8', this.offset - length, this.offset);
  }
  text16(): string {
    return this.text(this.u16());
  }
  /** A view, not a copy. */
  raw(length: number): Buffer {
    this.offset += length;
    return this.#bytes.subarray(this.offset - length, this.offset);
  }
  raw32(): Buffer {
    return this.raw(this.u32());
  }
  rest(): Buffer {
    return this.raw(this.#bytes.length - this.offset);
  }
}
