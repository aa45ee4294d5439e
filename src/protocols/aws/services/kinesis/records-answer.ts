// The answer of GetRecords between its responder and the engine: what was read, still in the core's own
// bytes, and where to go on. Encoded within the same turn, because the bytes are not kept
// (Operation.encodeOutput).
import type { RecordsReply } from '../../../../broker/index.ts';
import { CborWriter } from '../../engine/cbor/writer.ts';
import type { WireName } from '../../engine/wire.ts';
import { recordsToCbor } from './records-cbor.ts';
import { recordsToJson } from './records-json.ts';
import { childShape } from './shard-shape.ts';

export class GetRecordsAnswer {
  readonly reply: RecordsReply;
  readonly isEncrypted: boolean;
  /** Undefined at the end of the shard. */
  readonly nextIterator: string | undefined;
  constructor(reply: RecordsReply, isEncrypted: boolean, nextIterator: string | undefined) {
    this.reply = reply;
    this.isEncrypted = isEncrypted;
    this.nextIterator = nextIterator;
  }
}

/** Undefined for every other answer. */
export function encodeGetRecords(output: object, wire: WireName): Buffer | undefined {
  if (!(output instanceof GetRecordsAnswer)) return undefined;
  const { reply, isEncrypted } = output;
  return wire === 'cbor'
    ? recordsToCbor(reply, { isEncrypted, tail: cborTail(output) })
    : recordsToJson(reply, { isEncrypted, tail: jsonTail(output) });
}

function jsonTail({ reply, nextIterator }: GetRecordsAnswer): string {
  if (nextIterator === undefined) return `,"MillisBehindLatest":${reply.behindMs}${childrenToJson(reply)}}`;
  return `,"NextShardIterator":"${nextIterator}","MillisBehindLatest":${reply.behindMs}}`;
}

/** At the end of a shard alone: clients take this and a way to go on for a fault, and neither of both too. */
export function childrenToJson({ isEnd, children }: RecordsReply): string {
  return isEnd ? `,"ChildShards":${JSON.stringify(children.map(childShape))}` : '';
}

const writer = new CborWriter();

function cborTail({ reply, nextIterator }: GetRecordsAnswer): Buffer {
  writer.reset();
  if (nextIterator !== undefined) {
    writer.text('NextShardIterator');
    writer.text(nextIterator);
  }
  writer.text('MillisBehindLatest');
  writer.number(reply.behindMs);
  if (nextIterator === undefined) writeChildren(reply);
  writer.end();
  return writer.finish();
}

function writeChildren({ children }: RecordsReply): void {
  writer.text('ChildShards');
  writer.startArray();
  for (const child of children) {
    const { ShardId, ParentShards, HashKeyRange } = childShape(child);
    writer.startMap();
    writeText('ShardId', ShardId);
    writer.text('ParentShards');
    writer.startArray();
    for (const parent of ParentShards ?? []) writer.text(parent);
    writer.end();
    writer.text('HashKeyRange');
    writer.startMap();
    writeText('StartingHashKey', HashKeyRange?.StartingHashKey);
    writeText('EndingHashKey', HashKeyRange?.EndingHashKey);
    writer.end();
    writer.end();
  }
  writer.end();
}

function writeText(name: string, value: string | undefined): void {
  writer.text(name);
  writer.text(value ?? '');
}
