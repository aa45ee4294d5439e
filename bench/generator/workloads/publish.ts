// Publishes messages to one topic over the Query protocol, one by one or in batches, each request signed
// ahead. It counts the copies that the topic's queues get; the echo and the instant server's 200 counts, too.
import type { Ledger } from '../ledger.ts';
import type { Reply } from '../reply-reader.ts';
import { RequestRing } from '../request-ring.ts';
import type { RequestSource } from '../request-ring.ts';
import type { RequestSigner } from '../request-signer.ts';
import { FailureLog } from '../workload.ts';
import type { PublishWorkloadSpec, Tally, Workload } from '../workload.ts';

class PublishSource implements RequestSource {
  readonly #spec: PublishWorkloadSpec;
  readonly #ledger: Ledger;
  readonly #signer: RequestSigner;
  #firstSequence = 0;

  constructor(spec: PublishWorkloadSpec, ledger: Ledger, signer: RequestSigner) {
    this.#spec = spec;
    this.#ledger = ledger;
    this.#signer = signer;
  }

  make(): string {
    const { batch, bodyBytes, topicArn } = this.#spec;
    const first = this.#ledger.reserve(batch);
    this.#firstSequence = first;
    const start = `Version=2010-03-31&TopicArn=${encodeURIComponent(topicArn)}`;
    if (batch === 1)
      return this.#signer.sign('', `Action=Publish&${start}&Message=${this.#ledger.body(first, bodyBytes)}`);
    let body = `Action=PublishBatch&${start}`;
    for (let index = 0; index < batch; index++) {
      const entry = `&PublishBatchRequestEntries.member.${index + 1}`;
      body += `${entry}.Id=${index}${entry}.Message=${this.#ledger.body(first + index, bodyBytes)}`;
    }
    return this.#signer.sign('', body);
  }

  tag(): number {
    return this.#firstSequence;
  }
}

export class PublishWorkload implements Workload {
  readonly #spec: PublishWorkloadSpec;
  readonly #ledger: Ledger;
  readonly #ring: RequestRing;
  readonly #firstSequences: number[] = [];
  readonly #failures = new FailureLog();

  constructor(spec: PublishWorkloadSpec, ledger: Ledger, signer: RequestSigner) {
    this.#spec = spec;
    this.#ledger = ledger;
    this.#ring = new RequestRing(new PublishSource(spec, ledger, signer));
  }

  prepare(operationCount: number, nowMs: number): void {
    this.#ring.prepare(operationCount, nowMs);
  }

  nextRequest(lane: number, nowMs: number): Buffer {
    const request = this.#ring.take(nowMs);
    const first = this.#ring.takenTag;
    this.#firstSequences[lane] = first;
    for (let index = 0; index < this.#spec.batch; index++) this.#ledger.issue(first + index);
    return request;
  }

  takeReply(lane: number, reply: Reply): number {
    const { batch, queueCount } = this.#spec;
    if (reply.status !== 200 || (batch > 1 && hasFailedEntry(reply))) return this.#failures.add(reply);
    const first = this.#firstSequences[lane] as number;
    for (let index = 0; index < batch; index++) this.#ledger.confirm(first + index);
    return batch * queueCount;
  }

  isFinished(): boolean {
    return false;
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

/** Only entries that failed have a code. */
function hasFailedEntry({ buffer, bodyStart, bodyEnd }: Reply): boolean {
  const at = buffer.indexOf('<Code>', bodyStart);
  return at >= 0 && at < bodyEnd;
}
