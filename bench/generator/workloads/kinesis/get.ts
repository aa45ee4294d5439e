// Reads shards from their horizon with GetRecords, each lane one of them, by the iterator that every reply
// brings. At the tip it begins again, or (a read back) ends, having held every record against what was
// acknowledged. Requests are small and depend on replies, so they are signed on the spot.
import type { Ledger } from '../../ledger.ts';
import type { Reply } from '../../reply-reader.ts';
import type { RequestSigner } from '../../request-signer.ts';
import { Stamp } from '../../stamp.ts';
import { FailureLog, operationFailed, operationGoesOn } from '../../workload.ts';
import type { KinesisWorkloadSpec, Tally, Workload } from '../../workload.ts';
import type { AckBook } from './ack-book.ts';
import { bodyWriter } from './body-writer.ts';
import { GetReplyReader } from './get-reply.ts';
import type { PutAccount } from './put.ts';

interface Lane {
  /** Empty: it has to be asked for. */
  iterator: string;
  lastCounter: number;
}

export class GetWorkload implements Workload {
  readonly #spec: KinesisWorkloadSpec;
  readonly #ledger: Ledger;
  readonly #acks: AckBook;
  readonly #signer: RequestSigner;
  readonly #reader: GetReplyReader;
  readonly #lanes: Lane[] = [];
  readonly #failures = new FailureLog();
  #requestCount = 0;
  #readCount = 0;
  #emptyCount = 0;
  #unknownCount = 0;
  #reorderedCount = 0;
  #isAtTip = false;

  constructor(spec: KinesisWorkloadSpec, account: PutAccount, signer: RequestSigner) {
    this.#spec = spec;
    this.#ledger = account.ledger;
    this.#acks = account.acks;
    this.#signer = signer;
    this.#reader = new GetReplyReader(spec.wire, spec.recordBytes, new Stamp(account.ledger.tag));
  }

  prepare(): void {}

  nextRequest(lane: number): Buffer {
    const state = (this.#lanes[lane] ??= { iterator: '', lastCounter: -1 });
    this.#requestCount += 1;
    return state.iterator === '' ? this.#askIterator(lane) : this.#askRecords(state);
  }

  takeReply(lane: number, reply: Reply): number {
    const state = this.#lanes[lane] as Lane;
    if (reply.status !== 200) {
      state.iterator = '';
      return this.#failures.add(reply);
    }
    const isFirst = state.iterator === '';
    state.iterator = this.#reader.iterator(reply);
    if (isFirst) return operationGoesOn;
    const count = this.#spec.isReadBack === true ? this.#check(lane, reply) : this.#reader.count(reply);
    this.#readCount += count;
    if (count > 0) return count;
    this.#emptyCount += 1;
    state.iterator = '';
    if (this.#spec.isReadBack !== true) return operationGoesOn;
    this.#isAtTip = true;
    return operationFailed;
  }

  isFinished(): boolean {
    return this.#isAtTip || this.#readCount >= (this.#spec.messagesMax ?? Number.POSITIVE_INFINITY);
  }

  tally(): Tally {
    return {
      failures: this.#failures.count,
      firstFailure: this.#failures.first,
      emptyReceives: this.#emptyCount,
      signedInline: this.#requestCount,
      verification: {
        ...this.#ledger.summary(),
        unknown: this.#unknownCount,
        reordered: this.#reorderedCount,
      },
    };
  }

  #shardOf(lane: number): number {
    return lane % this.#spec.shardCount;
  }

  /** Every record has a counter that was acknowledged, above the one before, and a stamp that came once. */
  #check(lane: number, reply: Reply): number {
    const state = this.#lanes[lane] as Lane;
    const shardIndex = this.#shardOf(lane);
    return this.#reader.visit(reply, shardIndex, (counter, sequence) => {
      if (counter <= state.lastCounter) this.#reorderedCount += 1;
      state.lastCounter = counter;
      if (sequence < 0 || !this.#acks.has(shardIndex, counter)) this.#unknownCount += 1;
      else this.#ledger.receive(sequence);
    });
  }

  #askIterator(lane: number): Buffer {
    const writer = bodyWriter(this.#spec.wire);
    writer.startMap();
    writer.text('StreamName', this.#spec.streamName);
    writer.text('ShardId', `shardId-${String(this.#shardOf(lane)).padStart(12, '0')}`);
    writer.text('ShardIteratorType', 'TRIM_HORIZON');
    writer.endMap();
    return this.#sign('GetShardIterator', writer.finish());
  }

  #askRecords({ iterator }: Lane): Buffer {
    const writer = bodyWriter(this.#spec.wire);
    writer.startMap();
    writer.text('ShardIterator', iterator);
    writer.number('Limit', this.#spec.batch);
    writer.endMap();
    return this.#sign('GetRecords', writer.finish());
  }

  #sign(operation: string, body: Buffer): Buffer {
    const head = this.#signer.signHead(`Kinesis_20131202.${operation}`, body);
    return Buffer.concat([Buffer.from(head, 'latin1'), body]);
  }
}
