// Reads the fields of one protobuf message in the order in which they stand, without a schema. Used by
// aggregate.ts; a message that is cut off or malformed ends the reading and is not sound.

export const wireType = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

const empty = Buffer.alloc(0);
/** A varint of 64 bits has at most ten bytes. */
const varintBytesMax = 10;

export class ProtobufReader {
  readonly #message: Buffer;
  #at = 0;
  isSound = true;
  field = 0;
  wireType = -1;
  /** Value of a varint field; numbers beyond 2^53 lose their last bits, none of ours is that large. */
  number = 0;
  /** Content of a bytes field: a view. */
  bytes: Buffer = empty;

  constructor(message: Buffer) {
    this.#message = message;
  }

  /** Reads the next field; false at the end and at the first thing that is wrong. */
  next(): boolean {
    if (!this.isSound || this.#at === this.#message.length) return false;
    const tag = this.#varint();
    this.field = Math.floor(tag / 8);
    this.wireType = tag % 8;
    this.number = Number.NaN;
    this.bytes = empty;
    this.#content();
    return this.isSound;
  }

  #content(): void {
    switch (this.wireType) {
      case wireType.varint:
        this.number = this.#varint();
        return;
      case wireType.bytes:
        this.bytes = this.#take(this.#varint());
        return;
      case wireType.fixed64:
        this.#take(8);
        return;
      case wireType.fixed32:
        this.#take(4);
        return;
      default:
        this.isSound = false;
    }
  }

  #varint(): number {
    let value = 0;
    let unit = 1;
    for (let i = 0; i < varintBytesMax; i++) {
      const byte = this.#message[this.#at];
      if (byte === undefined) break;
      this.#at++;
      value += (byte & 0x7f) * unit;
      if (byte < 0x80) return value;
      unit *= 128;
    }
    this.isSound = false;
    return 0;
  }

  #take(length: number): Buffer {
    const start = this.#at;
    if (length > this.#message.length - start) {
      this.isSound = false;
      return empty;
    }
    this.#at = start + length;
    return this.#message.subarray(start, this.#at);
  }
}
