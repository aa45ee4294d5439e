// Records as CBOR, straight from the stored form: GetRecords of the Java SDKs. Data and keys are copied as
// bytes. Like records-json.ts it runs inside a responder, while the views are valid.
import type { RecordsReply } from '../../../../broker/index.ts';
import { arrivedAtMs, dataStart, hasKey, keyLength, keyStart } from '../../../../broker/index.ts';
import { sequenceDigits, SequenceWriter } from './sequence-number.ts';

const startOfMap = 0xbf;
const startOfArray = 0x9f;
const end = 0xff;
const bytesKind = 0x40;
const textKind = 0x60;

const text = (content: string): Buffer =>
  Buffer.concat([
    Buffer.from(content.length < 24 ? [textKind + content.length] : [textKind + 24, content.length]),
    Buffer.from(content, 'latin1'),
  ]);

const start = Buffer.concat([Buffer.from([startOfMap]), text('Records'), Buffer.from([startOfArray])]);
const numberName = Buffer.concat([Buffer.from([startOfMap]), text('SequenceNumber')]);
/** Tag 1 and an integer of 64 bits: milliseconds, as AWS has it. */
const arrival = Buffer.concat([
  text('ApproximateArrivalTimestamp'),
  Buffer.from([0xc1, 0x1b]),
  Buffer.alloc(8),
]);
/** Every record begins with it, but for the digits and the time. */
const template = Buffer.concat([numberName, text('0'.repeat(sequenceDigits)), arrival, text('Data')]);
const numberAt = numberName.length + 2;
const arrivalAt = numberName.length + 2 + sequenceDigits + arrival.length - 8;
const keyName = text('PartitionKey');
const endOfRecord = Buffer.from([end]);
const encryptedEnd = Buffer.concat([text('EncryptionType'), text('KMS'), endOfRecord]);

const headBytesMax = 5;
const fixedBytesMax = template.length + keyName.length + encryptedEnd.length + 2 * headBytesMax;
const twoTo32 = 2 ** 32;

const numbers = new SequenceWriter();

export interface RecordsForm {
  readonly isEncrypted: boolean;
  /** The members that follow the list of records, and the end of the map. */
  readonly tail: Uint8Array;
}

export function recordsToCbor(reply: RecordsReply, { isEncrypted, tail }: RecordsForm): Buffer {
  const { records, shard } = reply;
  const { source } = records;
  const out = Buffer.allocUnsafe(bytesMaxOf(reply, tail));
  numbers.select(shard.createdAtMs, shard.index);
  const endOfEach = isEncrypted ? encryptedEnd : endOfRecord;
  let at = put(out, 0, start);
  for (let i = 0; i < records.count; i++) {
    const from = records.starts[i]!;
    const arrivedMs = arrivedAtMs(source, from);
    const templateAt = at;
    at += template.copy(out, at);
    numbers.write(out, templateAt + numberAt, records.sequences[i]!, arrivedMs);
    out.writeUInt32BE(Math.floor(arrivedMs / twoTo32), templateAt + arrivalAt);
    out.writeUInt32BE(arrivedMs % twoTo32, templateAt + arrivalAt + 4);
    at = writeString(out, at, bytesKind, { source, start: dataStart(source, from), end: records.ends[i]! });
    if (hasKey(source, from)) {
      at = put(out, at, keyName);
      at = writeString(out, at, textKind, { source, start: keyStart(from), end: dataStart(source, from) });
    }
    at = put(out, at, endOfEach);
  }
  out[at++] = end;
  out.set(tail, at);
  return out.subarray(0, at + tail.length);
}

function bytesMaxOf({ records }: RecordsReply, tail: Uint8Array): number {
  let bytes = start.length + tail.length + 1;
  for (let i = 0; i < records.count; i++) {
    const from = records.starts[i]!;
    const keyBytes = keyLength(records.source, from);
    bytes += fixedBytesMax + keyBytes + records.ends[i]! - dataStart(records.source, from);
  }
  return bytes;
}

/** These are short: a loop is done before a call into the runtime. */
function put(out: Buffer, at: number, bytes: Buffer): number {
  const { length } = bytes;
  for (let i = 0; i < length; i++) out[at + i] = bytes[i]!;
  return at + length;
}

interface Span {
  readonly source: Buffer;
  readonly start: number;
  readonly end: number;
}

function writeString(out: Buffer, at: number, kind: number, span: Span): number {
  const length = span.end - span.start;
  let next = at;
  if (length < 24) {
    out[next++] = kind + length;
  } else if (length < 0x100) {
    out[next++] = kind + 24;
    out[next++] = length;
  } else if (length < 0x10000) {
    out[next] = kind + 25;
    next = out.writeUInt16BE(length, next + 1);
  } else {
    out[next] = kind + 26;
    next = out.writeUInt32BE(length, next + 1);
  }
  return next + span.source.copy(out, next, span.start, span.end);
}
