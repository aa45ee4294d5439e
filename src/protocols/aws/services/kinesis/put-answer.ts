// Writes the answer of a PutRecords whose records were all taken: the same bytes for each but for the
// digits of its number and its shard, so a template is repeated and the digits are written over it. The
// engine asks for it (Operation.encodeOutput); answers with failures go through the ordinary encoder.
import type { AppendReply } from '../../../../broker/index.ts';
import type { WireName } from '../../engine/wire.ts';
import { sequenceDigits, SequenceWriter } from './sequence-number.ts';

/** What a responder answers with when nothing was refused. */
export class PutRecordsAnswer {
  readonly reply: AppendReply;
  readonly isEncrypted: boolean;
  constructor(reply: AppendReply, isEncrypted: boolean) {
    this.reply = reply;
    this.isEncrypted = isEncrypted;
  }
}

const shardDigits = 12;
const ascii = (text: string): Buffer => Buffer.from(text, 'latin1');
const cborText = (text: string): string =>
  text.length < 24
    ? String.fromCharCode(0x60 + text.length) + text
    : `\x78${String.fromCharCode(text.length)}${text}`;

/** One form of the answer: what stands before, between and behind the digits. */
interface Form {
  readonly head: Buffer;
  readonly entry: Buffer;
  readonly numberAt: number;
  readonly shardEnd: number;
  /** Bytes at the end of the last entry that the tail replaces: a comma. */
  readonly overlap: number;
  readonly tail: Buffer;
  readonly encryptedTail: Buffer;
}

const noNumber = '0'.repeat(sequenceDigits);
const firstShard = `shardId-${'0'.repeat(shardDigits)}`;

function formOf(
  texts: Readonly<Record<'head' | 'entry' | 'tail' | 'encryptedTail', string>>,
  overlap: number,
): Form {
  const { entry } = texts;
  return {
    head: ascii(texts.head),
    entry: ascii(entry),
    numberAt: entry.indexOf(noNumber),
    shardEnd: entry.indexOf(firstShard) + firstShard.length,
    overlap,
    tail: ascii(texts.tail),
    encryptedTail: ascii(texts.encryptedTail),
  };
}

const jsonForm = formOf(
  {
    head: '{"FailedRecordCount":0,"Records":[',
    entry: `{"SequenceNumber":"${noNumber}","ShardId":"${firstShard}"},`,
    tail: ']}',
    encryptedTail: '],"EncryptionType":"KMS"}',
  },
  1,
);

const cborForm = formOf(
  {
    head: `\xbf${cborText('FailedRecordCount')}\x00${cborText('Records')}\x9f`,
    entry:
      `\xbf${cborText('SequenceNumber')}${cborText(noNumber)}` +
      `${cborText('ShardId')}${cborText(firstShard)}\xff`,
    tail: '\xff\xff',
    encryptedTail: `\xff${cborText('EncryptionType')}${cborText('KMS')}\xff`,
  },
  0,
);

const numbers = new SequenceWriter();

/** Undefined for every other answer. */
export function encodePutRecords(output: object, wire: WireName): Buffer | undefined {
  if (!(output instanceof PutRecordsAnswer)) return undefined;
  return encode(wire === 'cbor' ? cborForm : jsonForm, output);
}

function encode(form: Form, { reply, isEncrypted }: PutRecordsAnswer): Buffer {
  const { shardIndexes, shardsCreatedAtMs, sequences, arrivedAtMs } = reply;
  const { head, entry, overlap } = form;
  const count = sequences.length;
  const tail = isEncrypted ? form.encryptedTail : form.tail;
  const entriesEnd = head.length + count * entry.length;
  const out = Buffer.allocUnsafe(entriesEnd - overlap + tail.length);
  out.set(head);
  out.fill(entry, head.length, Math.min(entriesEnd, out.length));
  out.set(tail, entriesEnd - overlap);
  for (let i = 0, at = head.length; i < count; i++, at += entry.length) {
    const index = shardIndexes[i]!;
    numbers.select(shardsCreatedAtMs[i]!, index);
    numbers.write(out, at + form.numberAt, sequences[i]!, arrivedAtMs);
    writeIndex(out, at + form.shardEnd, index);
  }
  return out;
}

/** The digits of a shard's index, over zeros. */
function writeIndex(out: Uint8Array, end: number, index: number): void {
  let rest = index;
  for (let at = end - 1; rest > 0; at--) {
    const next = Math.floor(rest / 10);
    out[at] = 0x30 + rest - next * 10;
    rest = next;
  }
}
