// Puts records, in requests of hundreds or one by one, signed ahead of the window like every other load; the
// bodies come from templates. What was acknowledged is entered in the book, record by record. Against the
// instant server the book finds nothing but repetitions, which its runs do not look at.
import type { Ledger } from '../../ledger.ts';
import type { Reply } from '../../reply-reader.ts';
import type { RequestSource } from '../../request-ring.ts';
import { RequestRing } from '../../request-ring.ts';
import type { RequestSigner } from '../../request-signer.ts';
import { Stamp } from '../../stamp.ts';
import { FailureLog } from '../../workload.ts';
import type { KinesisWorkloadSpec, Tally, Workload } from '../../workload.ts';
import type { AckBook } from './ack-book.ts';
import { PutReplyReader } from './put-reply.ts';
import type { PutTemplate } from './put-template.ts';
import { fillTemplate, putTemplate } from './put-template.ts';

/** A head is 700 bytes; it is written in front of the body, so that one stretch is copied. */
const headBytesMax = 2048;
/** A window of 500 x 200 B a request takes 100 MB a second; what does not fit is signed on the spot. */
const ringLimits = { arenaBytes: 320 * 1024 * 1024, ageMsMax: 120_000 };

class PutSource implements RequestSource {
  readonly #batch: number;
  readonly #operation: string;
  readonly #ledger: Ledger;
  readonly #signer: RequestSigner;
  /**
   * More than one where the records of a request go to some of the shards, and those of the next to others.
   */
  readonly #templates: PutTemplate[] = [];
  readonly #request: Buffer;
  #firstSequence = 0;
  #requestIndex = 0;

  constructor(spec: KinesisWorkloadSpec, ledger: Ledger, signer: RequestSigner) {
    this.#batch = spec.batch;
    this.#operation = `Kinesis_20131202.${spec.kind === 'put-records' ? 'PutRecords' : 'PutRecord'}`;
    this.#ledger = ledger;
    this.#signer = signer;
    const stamp = new Stamp(ledger.tag);
    const templateCount = spec.isSpreadEvenly === true ? Math.max(1, spec.shardCount / spec.batch) : 1;
    for (let index = 0; index < templateCount; index++) {
      this.#templates.push(putTemplate(spec, stamp, index * spec.batch));
    }
    const bodyBytesMax = Math.max(...this.#templates.map(({ body }) => body.length));
    this.#request = Buffer.allocUnsafe(headBytesMax + bodyBytesMax);
  }

  make(): Buffer {
    this.#firstSequence = this.#ledger.reserve(this.#batch);
    const template = this.#templates[this.#requestIndex++ % this.#templates.length] as PutTemplate;
    fillTemplate(template, this.#firstSequence);
    const { body } = template;
    const head = this.#signer.signHead(this.#operation, body);
    const start = headBytesMax - head.length;
    this.#request.write(head, start, 'latin1');
    body.copy(this.#request, headBytesMax);
    return this.#request.subarray(start, headBytesMax + body.length);
  }

  tag(): number {
    return this.#firstSequence;
  }
}

/** Told of every put: end-to-end latency counts from here. */
export type OnIssued = (firstSequence: number, count: number, atMs: number) => void;

export class PutWorkload implements Workload {
  readonly #batch: number;
  readonly #recordsMax: number;
  readonly #ledger: Ledger;
  readonly #acks: AckBook;
  readonly #ring: RequestRing;
  readonly #reader: PutReplyReader;
  readonly #firstSequences: number[] = [];
  readonly #failures = new FailureLog();
  #issuedCount = 0;
  onIssued: OnIssued | null = null;

  constructor(spec: KinesisWorkloadSpec, account: PutAccount, signer: RequestSigner) {
    this.#batch = spec.batch;
    this.#recordsMax = spec.messagesMax ?? Number.POSITIVE_INFINITY;
    this.#ledger = account.ledger;
    this.#acks = account.acks;
    this.#ring = new RequestRing(new PutSource(spec, account.ledger, signer), ringLimits);
    this.#reader = new PutReplyReader(spec.wire, spec.batch);
  }

  prepare(operationCount: number, nowMs: number): void {
    this.#ring.prepare(operationCount, nowMs);
  }

  nextRequest(lane: number, atMs: number): Buffer {
    const request = this.#ring.take(atMs);
    const first = this.#ring.takenTag;
    this.#firstSequences[lane] = first;
    for (let index = 0; index < this.#batch; index++) this.#ledger.issue(first + index);
    this.#issuedCount += this.#batch;
    this.onIssued?.(first, this.#batch, atMs);
    return request;
  }

  takeReply(lane: number, reply: Reply): number {
    if (reply.status !== 200 || this.#reader.read(reply) !== this.#batch) return this.#failures.add(reply);
    const { shardIndexes, counters } = this.#reader.results;
    const first = this.#firstSequences[lane] as number;
    for (let index = 0; index < this.#batch; index++) {
      this.#ledger.confirm(first + index);
      this.#acks.acknowledge(lane, shardIndexes[index] as number, counters[index] as number);
    }
    return this.#batch;
  }

  isFinished(): boolean {
    return this.#issuedCount >= this.#recordsMax;
  }

  tally(): Tally {
    const { duplicated, reordered } = this.#acks;
    return {
      failures: this.#failures.count,
      firstFailure: this.#failures.first,
      emptyReceives: 0,
      signedInline: this.#ring.signedInlineCount,
      verification: { ...this.#ledger.summary(), duplicated, reordered },
    };
  }
}

export interface PutAccount {
  readonly ledger: Ledger;
  readonly acks: AckBook;
}
