// Reads the shard and the counter of every record out of the reply to a put, JSON or CBOR, in whatever order
// a server writes the two members. Cheaper than a parser; exact for texts without spaces.
import { NeedleFinder } from '../../needle-finder.ts';
import type { Reply } from '../../reply-reader.ts';
import type { KinesisWire } from '../../workload.ts';
import { valueNeedle } from './body-writer.ts';
import { numberDigits, ShardCounters } from './shard-counters.ts';

const shardDigits = 12;
export interface PutResults {
  readonly shardIndexes: Uint32Array;
  readonly counters: Float64Array;
}

export class PutReplyReader {
  readonly results: PutResults;
  readonly #numbers: NeedleFinder;
  readonly #shards = new NeedleFinder('shardId-');
  readonly #counters = new ShardCounters();

  constructor(wire: KinesisWire, recordsMax: number) {
    this.#numbers = new NeedleFinder(valueNeedle(wire, 'SequenceNumber', numberDigits));
    this.results = { shardIndexes: new Uint32Array(recordsMax), counters: new Float64Array(recordsMax) };
  }

  /** How many records have a sequence number; a failed one has none. */
  read(reply: Reply): number {
    const { shardIndexes, counters } = this.results;
    const body = reply.buffer.subarray(reply.bodyStart, reply.bodyEnd);
    let numberAt = this.#numbers.first(body);
    let shardAt = this.#shards.first(body);
    let count = 0;
    while (numberAt >= 0 && shardAt >= 0 && count < counters.length) {
      if (Math.max(numberAt + numberDigits, shardAt + shardDigits) > body.length) return count;
      const shardIndex = shardIndexAt(body, shardAt);
      shardIndexes[count] = shardIndex;
      counters[count] = this.#counters.counterAt(body, numberAt, shardIndex);
      count += 1;
      numberAt = this.#numbers.next(body, numberAt);
      shardAt = this.#shards.next(body, shardAt);
    }
    return count;
  }
}

function shardIndexAt(bytes: Buffer, at: number): number {
  let value = 0;
  for (let index = at; index < at + shardDigits; index++) value = value * 10 + (bytes[index] as number) - 48;
  return value;
}
