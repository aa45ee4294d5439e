// Reads the replies of GetShardIterator and GetRecords, JSON or CBOR: the iterator to go on with, how many
// records there are, and for reads that are checked the counter and the stamp of each. Exact for texts
// without spaces.
import { NeedleFinder } from '../../needle-finder.ts';
import type { Reply } from '../../reply-reader.ts';
import type { Stamp } from '../../stamp.ts';
import type { KinesisWire } from '../../workload.ts';
import { valueNeedle } from './body-writer.ts';
import { numberDigits, ShardCounters } from './shard-counters.ts';

/** Some servers write the iterator before the records, some behind them: it is looked for at both ends. */
const edgeBytes = 600;
const quote = 0x22;
const oneByteLength = 0x78;

export type VisitRecord = (counter: number, sequence: number) => void;

export class GetReplyReader {
  readonly #wire: KinesisWire;
  readonly #stamp: Stamp;
  readonly #numbers: NeedleFinder;
  readonly #data: NeedleFinder;
  readonly #counters = new ShardCounters();

  constructor(wire: KinesisWire, recordBytes: number, stamp: Stamp) {
    this.#wire = wire;
    this.#stamp = stamp;
    this.#numbers = new NeedleFinder(valueNeedle(wire, 'SequenceNumber', numberDigits));
    this.#data = new NeedleFinder(valueNeedle(wire, 'Data', recordBytes));
  }

  /** `ShardIterator` or `NextShardIterator`; empty when there is none. */
  iterator(reply: Reply): string {
    const body = bodyOf(reply);
    const name = this.#wire === 'json' ? 'ShardIterator":"' : 'ShardIterator';
    const head = body.subarray(0, edgeBytes).indexOf(name, 0, 'latin1');
    const at = head >= 0 ? head : body.lastIndexOf(name, body.length, 'latin1');
    if (at < 0) return '';
    const start = at + name.length;
    if (this.#wire === 'json') return body.toString('latin1', start, body.indexOf(quote, start));
    const isShort = body[start] === oneByteLength;
    const length = isShort ? (body[start + 1] as number) : body.readUInt16BE(start + 1);
    const from = start + (isShort ? 2 : 3);
    return body.toString('latin1', from, from + length);
  }

  count(reply: Reply): number {
    const body = bodyOf(reply);
    let count = 0;
    for (let at = this.#numbers.first(body); at >= 0; at = this.#numbers.next(body, at)) count += 1;
    return count;
  }

  visit(reply: Reply, shardIndex: number, visit: VisitRecord): number {
    const body = bodyOf(reply);
    const form = this.#wire === 'json' ? 'base64' : 'bytes';
    let dataAt = this.#data.first(body);
    let count = 0;
    for (let at = this.#numbers.first(body); at >= 0; at = this.#numbers.next(body, at)) {
      const counter = this.#counters.counterAt(body, at, shardIndex);
      visit(counter, dataAt < 0 ? -1 : this.#stamp.sequenceAt(body, dataAt, form));
      dataAt = dataAt < 0 ? -1 : this.#data.next(body, dataAt);
      count += 1;
    }
    return count;
  }
}

function bodyOf(reply: Reply): Buffer {
  return reply.buffer.subarray(reply.bodyStart, reply.bodyEnd);
}
