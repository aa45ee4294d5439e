// Sends messages one by one or in batches, to one queue or to many in turn. Every request is signed ahead of
// the window. Against the echo and the instant server it is the same load: their 200 counts as confirmed.
import type { Ledger } from '../ledger.ts';
import type { Reply } from '../reply-reader.ts';
import { RequestRing } from '../request-ring.ts';
import type { RequestSource } from '../request-ring.ts';
import type { RequestSigner } from '../request-signer.ts';
import { FailureLog } from '../workload.ts';
import type { Tally, Workload, WorkloadSpec } from '../workload.ts';
import { hasFailedEntry, queueUrlOf, sendBatchBody, sendBody } from './requests.ts';

const defaultBodyBytes = 200;

/** Makes the send requests of a spec, signed, with consecutive sequences. */
export class SendSource implements RequestSource {
  readonly #spec: WorkloadSpec;
  readonly #ledger: Ledger;
  readonly #signer: RequestSigner;
  #firstSequence = 0;
  #requestIndex = 0;

  constructor(spec: WorkloadSpec, ledger: Ledger, signer: RequestSigner) {
    this.#spec = spec;
    this.#ledger = ledger;
    this.#signer = signer;
  }

  make(): string {
    const count = this.#spec.batch ?? 1;
    const bodyBytes = this.#spec.bodyBytes ?? defaultBodyBytes;
    const queueUrl = queueUrlOf(this.#spec, this.#requestIndex++);
    const firstSequence = this.#ledger.reserve(count);
    this.#firstSequence = firstSequence;
    if (count === 1) {
      const body = sendBody(this.#ledger, queueUrl, firstSequence, bodyBytes);
      return this.#signer.sign('AmazonSQS.SendMessage', body);
    }
    const body = sendBatchBody(this.#ledger, { queueUrl, firstSequence, count, bodyBytes });
    return this.#signer.sign('AmazonSQS.SendMessageBatch', body);
  }

  tag(): number {
    return this.#firstSequence;
  }
}

export class SendWorkload implements Workload {
  readonly #batch: number;
  readonly #messagesMax: number;
  readonly #ledger: Ledger;
  readonly #ring: RequestRing;
  readonly #firstSequences: number[] = [];
  readonly #failures = new FailureLog();
  #issuedCount = 0;

  constructor(spec: WorkloadSpec, ledger: Ledger, signer: RequestSigner) {
    this.#batch = spec.batch ?? 1;
    this.#messagesMax = spec.messagesMax ?? Number.POSITIVE_INFINITY;
    this.#ledger = ledger;
    this.#ring = new RequestRing(new SendSource(spec, ledger, signer));
  }

  prepare(operationCount: number, nowMs: number): void {
    this.#ring.prepare(operationCount, nowMs);
  }

  nextRequest(lane: number, nowMs: number): Buffer {
    const request = this.#ring.take(nowMs);
    const first = this.#ring.takenTag;
    this.#firstSequences[lane] = first;
    for (let index = 0; index < this.#batch; index++) this.#ledger.issue(first + index);
    this.#issuedCount += this.#batch;
    return request;
  }

  takeReply(lane: number, reply: Reply): number {
    if (reply.status !== 200 || (this.#batch > 1 && hasFailedEntry(reply))) return this.#failures.add(reply);
    const first = this.#firstSequences[lane] as number;
    for (let index = 0; index < this.#batch; index++) this.#ledger.confirm(first + index);
    return this.#batch;
  }

  isFinished(): boolean {
    return this.#issuedCount >= this.#messagesMax;
  }

  tally(): Tally {
    return {
      failures: this.#failures.count,
      firstFailure: this.#failures.first,
      emptyReceives: 0,
      signedInline: this.#ring.signedInlineCount,
      verification: this.#ledger.summary(),
    };
  }
}
