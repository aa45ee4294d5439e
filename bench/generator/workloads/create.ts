// Creates many queues whose names end in a number, over all lanes: what a bench of 10,000 queues starts with.
import type { Ledger } from '../ledger.ts';
import type { Reply } from '../reply-reader.ts';
import type { RequestSigner } from '../request-signer.ts';
import { FailureLog } from '../workload.ts';
import type { Tally, Workload, WorkloadSpec } from '../workload.ts';

export class CreateWorkload implements Workload {
  readonly #spec: WorkloadSpec;
  readonly #ledger: Ledger;
  readonly #signer: RequestSigner;
  readonly #failures = new FailureLog();
  #createdCount = 0;

  constructor(spec: WorkloadSpec, ledger: Ledger, signer: RequestSigner) {
    this.#spec = spec;
    this.#ledger = ledger;
    this.#signer = signer;
  }

  prepare(): void {}

  nextRequest(): Buffer {
    const name = this.#spec.queueUrl.slice(this.#spec.queueUrl.lastIndexOf('/') + 1);
    const attributes = this.#spec.attributes ?? '{}';
    const body = `{"QueueName":"${name}${this.#createdCount++}","Attributes":${attributes}}`;
    return Buffer.from(this.#signer.sign('AmazonSQS.CreateQueue', body), 'latin1');
  }

  takeReply(_lane: number, reply: Reply): number {
    return reply.status === 200 ? 1 : this.#failures.add(reply);
  }

  isFinished(): boolean {
    return this.#createdCount >= (this.#spec.queueCount ?? 1);
  }

  tally(): Tally {
    return {
      failures: this.#failures.count,
      firstFailure: this.#failures.first,
      emptyReceives: 0,
      signedInline: this.#createdCount,
      verification: this.#ledger.summary(),
    };
  }
}
