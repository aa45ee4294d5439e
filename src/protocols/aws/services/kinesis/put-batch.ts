// The batch that a PutRecords or PutRecord becomes: records in the stored form of the core, one after the
// other. One batch serves all requests, because the core has read it before the next one is looked at.
// Filled by put-json.ts and put-cbor.ts straight from a body, or here from decoded entries.
import { RecordBatchWriter } from '../../../../broker/index.ts';
import { hasHashKeyForm, hasStreamArnForm, hasStreamNameForm } from './put-bounds.ts';

export const recordsMax = 500;

/** Filled and handed to the core within one turn; nobody keeps it. */
export const batch = new RecordBatchWriter(recordsMax);

/** A PutRecords whose records stand in the batch already. */
export interface PackedRecords {
  readonly StreamName: string | undefined;
  readonly StreamARN: string | undefined;
  readonly DryRun?: undefined;
  readonly isPacked: true;
}

export interface RecordEntry {
  readonly Data: Uint8Array;
  readonly PartitionKey?: string | undefined;
  readonly ExplicitHashKey?: string | undefined;
}

const hashWords = new Uint32Array(4);

/** Packs decoded entries; answers the ExplicitHashKey that is out of range, if one is. */
export function packEntries(entries: readonly RecordEntry[]): string | undefined {
  batch.reset();
  for (const { Data, PartitionKey, ExplicitHashKey } of entries) {
    batch.begin();
    if (PartitionKey !== undefined) batch.keyText(PartitionKey);
    if (ExplicitHashKey !== undefined && !placeByHashKey(ExplicitHashKey)) return ExplicitHashKey;
    batch.data(Data);
    batch.end();
  }
  return undefined;
}

/** The open record goes where the decimal hash key says; false when that is no number of 128 bits. */
function placeByHashKey(text: string): boolean {
  if (!parseHashKey(text, hashWords)) return false;
  batch.hash(hashWords);
  return true;
}

/**
 * The same for the hash key as it stands in a body: false when the ordinary decoder has to say what is wrong.
 */
export function placeByHashKeyIn(body: Buffer, start: number, end: number): boolean {
  const text = body.toString('latin1', start, end);
  return hasHashKeyForm(text) && placeByHashKey(text);
}

/** What a body came to whose records are in the batch; undefined when its names break a bound. */
export function packedFor(
  StreamName: string | undefined,
  StreamARN: string | undefined,
): PackedRecords | undefined {
  if (!hasStreamNameForm(StreamName) || !hasStreamArnForm(StreamARN)) return undefined;
  return { StreamName, StreamARN, isPacked: true };
}

const groupDigits = 6;

/** Decimal digits to four words, most significant first; false when it needs more than 128 bits. */
export function parseHashKey(text: string, words: Uint32Array): boolean {
  words.fill(0);
  for (let at = 0; at < text.length; at += groupDigits) {
    const group = text.slice(at, at + groupDigits);
    // Six digits at a time: a word times a million stays an exact double.
    let carry = Number(group);
    const unit = 10 ** group.length;
    for (let i = 3; i >= 0; i--) {
      const value = words[i]! * unit + carry;
      carry = Math.floor(value / 2 ** 32);
      words[i] = value - carry * 2 ** 32;
    }
    if (carry > 0) return false;
  }
  return true;
}

/** 2^32 by the golden ratio: multiples of it are spread evenly, however many there are. */
const goldenStep = 0x9e3779b9;
let spreadCount = 0;

/** Places every record of the batch anew, evenly over all shards, whatever its keys say. */
export function spreadEvenly(): void {
  const { hashes, count } = batch;
  for (let i = 0; i < count; i++) {
    spreadCount = (spreadCount + 1) >>> 0;
    hashes[i * 4] = Math.imul(spreadCount, goldenStep);
  }
}
