// Reads the JSON of PutRecords by hand: records go from the body straight into the batch, with no object,
// and no text but the one that base64 is decoded from. It takes what SDKs send and leaves everything else
// (escapes, other members, whatever is wrong) to the ordinary decoder, which has the words for it.
import type { PackedRecords } from './put-batch.ts';
import { batch, packedFor, placeByHashKeyIn, recordsMax } from './put-batch.ts';
import { keyCharsMax } from './put-bounds.ts';

const ascii = (text: string): Buffer => Buffer.from(text, 'latin1');
// Behind the opening quote.
const dataName = ascii('Data"');
const partitionKeyName = ascii('PartitionKey"');
const explicitHashKeyName = ascii('ExplicitHashKey"');
const recordsName = ascii('Records"');
const streamNameName = ascii('StreamName"');
const streamArnName = ascii('StreamARN"');

const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const backslash = 0x5c;
const startOfList = 0x5b;
const endOfList = 0x5d;
const startOfObject = 0x7b;
const endOfObject = 0x7d;
const equals = 0x3d;
const space = 0x20;
const letterD = 0x44;
const letterP = 0x50;
const dash = 0x2d;
const underscore = 0x5f;

/** Value of a base64 character: the last bits before padding have to be zero, or two texts meant the same. */
const sextets = new Uint8Array(256);
for (let value = 0; value < 64; value++) {
  sextets[
    Buffer.from([value << 2])
      .toString('base64')
      .charCodeAt(0)
  ] = value;
}

class PutRecordsReader {
  #body: Buffer = Buffer.alloc(0);
  #at = 0;
  /** Where text was found last: start and end without its quotes. */
  #start = 0;
  #end = 0;
  /** The next `-` and `_`: base64 has neither, but the decoder of Node takes both. */
  #dashAt = 0;
  #underscoreAt = 0;
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
    this.#dashAt = -1;
    this.#underscoreAt = -1;
    this.#streamName = undefined;
    this.#streamArn = undefined;
    batch.reset();
    if (!this.#takes(startOfObject)) return undefined;
    do if (!this.#member()) return undefined;
    while (this.#takes(comma));
    if (!this.#takes(endOfObject) || this.#peek() !== -1 || batch.count === 0) return undefined;
    return packedFor(this.#streamName, this.#streamArn);
  }

  #member(): boolean {
    if (!this.#takes(quote)) return false;
    if (this.#isName(recordsName)) return batch.count === 0 && this.#records();
    if (this.#isName(streamNameName)) {
      if (this.#streamName !== undefined || !this.#text()) return false;
      this.#streamName = this.#body.toString('latin1', this.#start, this.#end);
      return true;
    }
    if (!this.#isName(streamArnName) || this.#streamArn !== undefined || !this.#text()) return false;
    this.#streamArn = this.#body.toString('latin1', this.#start, this.#end);
    return true;
  }

  #records(): boolean {
    if (!this.#takes(startOfList)) return false;
    do {
      if (batch.count === recordsMax || !this.#record() || !this.#pack()) return false;
    } while (this.#takes(comma));
    return this.#takes(endOfList);
  }

  /** Finds the members of one record. */
  #record(): boolean {
    this.#dataStart = -1;
    this.#keyStart = -1;
    this.#hashStart = -1;
    if (!this.#takes(startOfObject)) return false;
    do {
      if (!this.#takes(quote)) return false;
      const letter = this.#body[this.#at];
      const isRead =
        letter === letterD ? this.#dataMember() : letter === letterP ? this.#keyMember() : this.#hashMember();
      if (!isRead) return false;
    } while (this.#takes(comma));
    return this.#takes(endOfObject) && this.#dataStart >= 0;
  }

  #dataMember(): boolean {
    if (this.#dataStart >= 0 || !this.#isName(dataName) || !this.#takes(quote)) return false;
    this.#dataStart = this.#at;
    this.#dataEnd = this.#body.indexOf(quote, this.#at);
    this.#at = this.#dataEnd + 1;
    return this.#dataEnd >= 0;
  }

  #keyMember(): boolean {
    if (this.#keyStart >= 0 || !this.#isName(partitionKeyName) || !this.#text()) return false;
    this.#keyStart = this.#start;
    this.#keyEnd = this.#end;
    return this.#end > this.#start && this.#end - this.#start <= keyCharsMax;
  }

  #hashMember(): boolean {
    if (this.#hashStart >= 0 || !this.#isName(explicitHashKeyName) || !this.#text()) return false;
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
    if (!this.#packData()) return false;
    batch.end();
    return true;
  }

  /** Base64 that AWS takes: padded, canonical, nothing else (engine/base64.ts). */
  #packData(): boolean {
    const start = this.#dataStart;
    const end = this.#dataEnd;
    const chars = end - start;
    if (chars % 4 !== 0) return false;
    if (chars === 0) return true;
    const bytes = (chars / 4) * 3 - this.#padding(end);
    if (bytes < 0 || !this.#isPlainBase64(start, end)) return false;
    const at = batch.dataRoom(bytes);
    // Fewer come out when any character is none of base64.
    return batch.bytes.write(this.#body.toString('latin1', start, end), at, bytes, 'base64') === bytes;
  }

  /** Padding characters at the end; -1 moves the count out of reach when the last bits are not zero. */
  #padding(end: number): number {
    const body = this.#body;
    if (body[end - 1] !== equals) return 0;
    if (body[end - 2] !== equals) return (sextets[body[end - 2]!]! & 3) === 0 ? 1 : Infinity;
    return (sextets[body[end - 3]!]! & 15) === 0 ? 2 : Infinity;
  }

  #isPlainBase64(start: number, end: number): boolean {
    if (this.#dashAt < start) this.#dashAt = this.#nextOf(dash, start);
    if (this.#underscoreAt < start) this.#underscoreAt = this.#nextOf(underscore, start);
    return this.#dashAt >= end && this.#underscoreAt >= end;
  }

  #nextOf(byte: number, from: number): number {
    const at = this.#body.indexOf(byte, from);
    return at < 0 ? Infinity : at;
  }

  /** A text of printable ASCII without escapes. */
  #text(): boolean {
    if (!this.#takes(quote)) return false;
    const body = this.#body;
    let at = this.#at;
    this.#start = at;
    for (; ; at++) {
      const byte = body[at];
      if (byte === quote) break;
      if (byte === undefined || byte < 0x20 || byte > 0x7e || byte === backslash) return false;
    }
    this.#end = at;
    this.#at = at + 1;
    return true;
  }

  /** Whether this name and a colon follow; advances over both if they do. */
  #isName(name: Buffer): boolean {
    const body = this.#body;
    const at = this.#at;
    for (let i = 0; i < name.length; i++) if (body[at + i] !== name[i]) return false;
    this.#at = at + name.length;
    return this.#takes(colon);
  }

  /** Whether this byte is the next one behind white space; advances over it if it is. */
  #takes(byte: number): boolean {
    // Compact bodies have no white space at all.
    if (this.#body[this.#at] !== byte && this.#peek() !== byte) return false;
    this.#at++;
    return true;
  }

  /** The next byte that is no white space; -1 at the end. */
  #peek(): number {
    const body = this.#body;
    let at = this.#at;
    let byte = body[at];
    while (byte === space || byte === 0x0a || byte === 0x0d || byte === 0x09) byte = body[++at];
    this.#at = at;
    return byte ?? -1;
  }
}

const reader = new PutRecordsReader();

/** Undefined: let the ordinary decoder read it. */
export function readPutRecordsJson(body: Buffer): PackedRecords | undefined {
  return reader.read(body);
}
