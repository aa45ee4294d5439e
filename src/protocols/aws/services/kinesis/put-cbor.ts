// Reads the CBOR of PutRecords by hand: maps and lists of either form, names and keys in ASCII, data as
// byte strings of definite length, which is what the Java SDKs send. Everything else is left to the
// ordinary decoder. Records go from the body straight into the batch.
import { keyCharsMax } from './put-bounds.ts';
import type { PackedRecords } from './put-batch.ts';
import { batch, packedFor, placeByHashKeyIn, recordsMax } from './put-batch.ts';

// Major types (RFC 8949 3.1), as the upper three bits of an item's first byte.
const bytesKind = 0x40;
const textKind = 0x60;
const arrayKind = 0x80;
const mapKind = 0xa0;
const breakByte = 0xff;
const indefinite = 31;

const ascii = (text: string): Buffer => Buffer.from(text, 'latin1');
const dataName = ascii('Data');
const partitionKeyName = ascii('PartitionKey');
const explicitHashKeyName = ascii('ExplicitHashKey');
const recordsName = ascii('Records');
const streamNameName = ascii('StreamName');
const streamArnName = ascii('StreamARN');

class PutRecordsReader {
  #body: Buffer = Buffer.alloc(0);
  #at = 0;
  // Of the string that was read last.
  #start = 0;
  #end = 0;
  // Of the record at hand; -1: not there.
  #dataStart = -1;
  #dataEnd = -1;
  #keyStart = -1;
  #keyEnd = -1;
  #hashStart = -1;
  #hashEnd = -1;
  #streamName: string | undefined;
  #streamArn: string | undefined;

  read(body: Buffer): PackedRecords | undefined {
    this.#body = body;
    this.#at = 0;
    this.#streamName = undefined;
    this.#streamArn = undefined;
    batch.reset();
    let left = this.#container(mapKind);
    if (left < 0) return undefined;
    for (; left > 0 && !this.#ends(left); left--) if (!this.#member()) return undefined;
    if (this.#at !== body.length || batch.count === 0) return undefined;
    return packedFor(this.#streamName, this.#streamArn);
  }

  #member(): boolean {
    if (!this.#string(textKind)) return false;
    if (this.#isName(recordsName)) return batch.count === 0 && this.#records();
    if (this.#isName(streamNameName)) {
      if (this.#streamName !== undefined || !this.#asciiText()) return false;
      this.#streamName = this.#body.toString('latin1', this.#start, this.#end);
      return true;
    }
    if (!this.#isName(streamArnName) || this.#streamArn !== undefined || !this.#asciiText()) return false;
    this.#streamArn = this.#body.toString('latin1', this.#start, this.#end);
    return true;
  }

  #records(): boolean {
    let left = this.#container(arrayKind);
    for (; left > 0 && !this.#ends(left); left--) {
      if (batch.count === recordsMax || !this.#record() || !this.#pack()) return false;
    }
    return left >= 0;
  }

  /** Finds the members of one record. */
  #record(): boolean {
    this.#dataStart = -1;
    this.#keyStart = -1;
    this.#hashStart = -1;
    let left = this.#container(mapKind);
    for (; left > 0 && !this.#ends(left); left--) if (!this.#recordMember()) return false;
    return left >= 0 && this.#dataStart >= 0;
  }

  #recordMember(): boolean {
    if (!this.#string(textKind)) return false;
    if (this.#isName(dataName)) {
      if (this.#dataStart >= 0 || !this.#string(bytesKind)) return false;
      this.#dataStart = this.#start;
      this.#dataEnd = this.#end;
      return true;
    }
    if (this.#isName(partitionKeyName)) {
      if (this.#keyStart >= 0 || !this.#asciiText()) return false;
      this.#keyStart = this.#start;
      this.#keyEnd = this.#end;
      return this.#end > this.#start && this.#end - this.#start <= keyCharsMax;
    }
    if (!this.#isName(explicitHashKeyName) || this.#hashStart >= 0 || !this.#asciiText()) return false;
    this.#hashStart = this.#start;
    this.#hashEnd = this.#end;
    return true;
  }

  /** Writes the record into the batch. */
  #pack(): boolean {
    const body = this.#body;
    batch.begin();
    if (this.#keyStart >= 0) batch.keyBytes(body, this.#keyStart, this.#keyEnd);
    if (this.#hashStart >= 0 && !placeByHashKeyIn(body, this.#hashStart, this.#hashEnd)) return false;
    batch.dataBytes(body, this.#dataStart, this.#dataEnd);
    batch.end();
    return true;
  }

  /** Opens a map or array: items in it, infinite when a break ends it; -1 when it is none. */
  #container(kind: number): number {
    const first = this.#body[this.#at];
    if (first === undefined || (first & 0xe0) !== kind) return -1;
    if ((first & 31) !== indefinite) return this.#length();
    this.#at++;
    return Infinity;
  }

  /** Whether a container of indefinite length ends here. */
  #ends(left: number): boolean {
    if (left !== Infinity || this.#body[this.#at] !== breakByte) return false;
    this.#at++;
    return true;
  }

  /** A string of this kind and of definite length. */
  #string(kind: number): boolean {
    const first = this.#body[this.#at];
    if (first === undefined || (first & 0xe0) !== kind) return false;
    const length = this.#length();
    this.#start = this.#at;
    this.#end = this.#at + length;
    this.#at = this.#end;
    return length >= 0 && this.#end <= this.#body.length;
  }

  #asciiText(): boolean {
    if (!this.#string(textKind)) return false;
    const body = this.#body;
    for (let at = this.#start; at < this.#end; at++) if (body[at]! > 0x7f) return false;
    return true;
  }

  /** Argument of the item here, up to 32 bits; -1 for what is longer, indefinite or cut off. */
  #length(): number {
    const body = this.#body;
    const at = this.#at;
    const additional = body[at]! & 31;
    if (additional < 24) {
      this.#at = at + 1;
      return additional;
    }
    const size = additional === 24 ? 1 : additional === 25 ? 2 : additional === 26 ? 4 : 0;
    if (size === 0 || at + 1 + size > body.length) return -1;
    this.#at = at + 1 + size;
    if (size === 1) return body[at + 1]!;
    const upper = (body[at + 1]! << 8) | body[at + 2]!;
    return size === 2 ? upper : upper * 65_536 + ((body[at + 3]! << 8) | body[at + 4]!);
  }

  #isName(name: Buffer): boolean {
    const body = this.#body;
    const start = this.#start;
    if (this.#end - start !== name.length) return false;
    for (let i = 0; i < name.length; i++) if (body[start + i] !== name[i]) return false;
    return true;
  }
}

const reader = new PutRecordsReader();

/** Undefined: let the ordinary decoder read it. */
export function readPutRecordsCbor(body: Buffer): PackedRecords | undefined {
  return reader.read(body);
}
