// Records as JSON, straight from the stored form: GetRecords and the events of SubscribeToShard. Nothing is
// made per record but the text that base64 comes through. The views are valid only until their reply is
// revealed, so this runs inside a responder or a sink.
import type { RecordsReply } from '../../../../broker/index.ts';
import { arrivedAtMs, dataStart, hasKey, keyLength, keyStart } from '../../../../broker/index.ts';
import { sequenceDigits, SequenceWriter } from './sequence-number.ts';

const ascii = (text: string): Buffer => Buffer.from(text, 'latin1');
const quote = 0x22;
const backslash = 0x5c;

const start = ascii('{"Records":[');
const numberText = '{"SequenceNumber":"';
const arrivalText = '","ApproximateArrivalTimestamp":';
/** Seconds and three digits of a fraction: enough for the year 2286. */
const arrivalChars = '1234567890.123'.length;
const secondsEnd = 10_000_000_000;
/** Every record begins with it, but for the digits. */
const template = ascii(
  `${numberText}${'0'.repeat(sequenceDigits)}${arrivalText}${'0'.repeat(arrivalChars)},"Data":"`,
);
const arrivalAt = numberText.length + sequenceDigits + arrivalText.length;
const keyName = ascii('","PartitionKey":"');
const endOfRecord = ascii('"},');
const encryptedEnd = ascii('","EncryptionType":"KMS"},');

/** A byte of a key takes six at most: `\u0001`. */
const escapedBytesMax = 6;
const fixedBytesMax = template.length + keyName.length + encryptedEnd.length;

const numbers = new SequenceWriter();

export interface RecordsForm {
  readonly isEncrypted: boolean;
  /** What follows the list of records, the end of the object included. */
  readonly tail: string;
}

/** `{"Records":[...]` and the tail. */
export function recordsToJson(reply: RecordsReply, { isEncrypted, tail }: RecordsForm): Buffer {
  const { records, shard } = reply;
  const out = Buffer.allocUnsafe(bytesMaxOf(reply, tail));
  numbers.select(shard.createdAtMs, shard.index);
  const endOfEach = isEncrypted ? encryptedEnd : endOfRecord;
  let at = put(out, 0, start);
  for (let i = 0; i < records.count; i++) {
    const from = records.starts[i]!;
    const arrivedMs = arrivedAtMs(records.source, from);
    const templateAt = at;
    at += template.copy(out, at);
    numbers.write(out, templateAt + numberText.length, records.sequences[i]!, arrivedMs);
    writeArrival(out, templateAt + arrivalAt, arrivedMs);
    const dataAt = dataStart(records.source, from);
    at += out.write(records.source.toString('base64', dataAt, records.ends[i]), at, 'latin1');
    at = writeKey(out, at, records.source, from);
    at = put(out, at, endOfEach);
  }
  // The comma behind the last one.
  if (records.count > 0) at--;
  out[at++] = 0x5d;
  at += out.write(tail, at, 'latin1');
  return out.subarray(0, at);
}

function bytesMaxOf({ records }: RecordsReply, tail: string): number {
  let bytes = start.length + tail.length + 1;
  for (let i = 0; i < records.count; i++) {
    const from = records.starts[i]!;
    const keyBytes = keyLength(records.source, from);
    const dataBytes = records.ends[i]! - dataStart(records.source, from);
    bytes += fixedBytesMax + keyBytes * escapedBytesMax + Math.ceil(dataBytes / 3) * 4;
  }
  return bytes;
}

/** These are short: a loop is done before a call into the runtime. */
function put(out: Buffer, at: number, bytes: Buffer): number {
  const { length } = bytes;
  for (let i = 0; i < length; i++) out[at + i] = bytes[i]!;
  return at + length;
}

/** `1700000000.123`. */
function writeArrival(out: Buffer, at: number, ms: number): void {
  const seconds = Math.floor(ms / 1000) % secondsEnd;
  writeDigits(out, at + 10, seconds, 10);
  out[at + 10] = 0x2e;
  writeDigits(out, at + arrivalChars, ms % 1000, 3);
}

function writeDigits(out: Buffer, end: number, value: number, count: number): void {
  let rest = value;
  for (let at = end - 1; at >= end - count; at--) {
    const next = Math.floor(rest / 10);
    out[at] = 0x30 + rest - next * 10;
    rest = next;
  }
}

/** The end of the data, and the key where the record has one. */
function writeKey(out: Buffer, at: number, source: Buffer, from: number): number {
  if (!hasKey(source, from)) return at;
  const keyFrom = keyStart(from);
  const keyEnd = dataStart(source, from);
  const begin = put(out, at, keyName);
  let to = begin;
  for (let i = keyFrom; i < keyEnd; i++) {
    const byte = source[i]!;
    // Anything from 0x80 on is part of a character, as it has to be in JSON.
    if (byte < 0x20 || byte === quote || byte === backslash) return writeEscaped(out, begin, source, from);
    out[to++] = byte;
  }
  return to;
}

function writeEscaped(out: Buffer, at: number, source: Buffer, from: number): number {
  const key = source.toString('utf8', keyStart(from), dataStart(source, from));
  return at + out.write(JSON.stringify(key).slice(1, -1), at, 'utf8');
}
