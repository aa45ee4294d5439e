// Receives in batches, and deletes what came when asked to (`drain`). Fills the role of a consumer group: it
// leases a whole backlog once, or empties a queue so that its ledger can say what was lost.
import type { Ledger } from '../ledger.ts';
import type { Reply } from '../reply-reader.ts';
import { RequestRing } from '../request-ring.ts';
import type { RequestSigner } from '../request-signer.ts';
import { FailureLog, operationGoesOn } from '../workload.ts';
import type { Tally, Workload, WorkloadSpec } from '../workload.ts';
import { batchMessagesMax, deleteBatchBody, queueUrlOf, MessageReader, receiveBody } from './requests.ts';
import type { ReceivedMessages } from './requests.ts';

/** Empty receives in a row, over all lanes, after which a queue counts as drained. */
const emptyInRowMax = 500;

interface Lane extends ReceivedMessages {
  isDeleting: boolean;
  queueUrl: string;
}

export class ReceiveWorkload implements Workload {
  readonly #spec: WorkloadSpec;
  readonly #deletes: boolean;
  readonly #ledger: Ledger;
  readonly #signer: RequestSigner;
  readonly #receives: RequestRing;
  readonly #lanes: Lane[] = [];
  readonly #reader = new MessageReader();
  readonly #failures = new FailureLog();
  #requestIndex = 0;
  #receivedCount = 0;
  #emptyReceives = 0;
  #emptyInRow = 0;

  constructor(spec: WorkloadSpec, ledger: Ledger, signer: RequestSigner) {
    this.#spec = spec;
    this.#deletes = spec.kind === 'drain';
    this.#ledger = ledger;
    this.#signer = signer;
    this.#receives = new RequestRing({ make: () => this.#signReceive(), tag: () => this.#requestIndex - 1 });
  }

  prepare(operationCount: number, nowMs: number): void {
    this.#emptyInRow = 0;
    this.#receives.prepare(operationCount, nowMs);
  }

  nextRequest(lane: number, nowMs: number): Buffer {
    const state = (this.#lanes[lane] ??= { isDeleting: false, queueUrl: '', handles: [], sequences: [] });
    if (state.isDeleting) {
      const body = deleteBatchBody(state.queueUrl, state.handles);
      return Buffer.from(this.#signer.sign('AmazonSQS.DeleteMessageBatch', body), 'latin1');
    }
    const request = this.#receives.take(nowMs);
    state.queueUrl = queueUrlOf(this.#spec, this.#receives.takenTag);
    return request;
  }

  takeReply(lane: number, reply: Reply): number {
    const state = this.#lanes[lane] as Lane;
    if (reply.status !== 200) {
      state.isDeleting = false;
      return this.#failures.add(reply);
    }
    if (state.isDeleting) {
      state.isDeleting = false;
      for (let index = 0; index < state.sequences.length; index++) {
        this.#ledger.remove(state.sequences[index] as number);
      }
      return state.sequences.length;
    }
    return this.#takeReceived(state, reply);
  }

  isFinished(): boolean {
    const messagesMax = this.#spec.messagesMax ?? Number.POSITIVE_INFINITY;
    return this.#receivedCount >= messagesMax || this.#emptyInRow >= emptyInRowMax;
  }

  tally(): Tally {
    return {
      failures: this.#failures.count,
      firstFailure: this.#failures.first,
      emptyReceives: this.#emptyReceives,
      signedInline: this.#receives.signedInlineCount,
      verification: this.#ledger.summary(),
    };
  }

  #takeReceived(state: Lane, reply: Reply): number {
    const count = this.#reader.read(reply, this.#ledger, state);
    if (count === 0) {
      this.#emptyReceives += 1;
      this.#emptyInRow += 1;
      return this.isFinished() ? 1 : operationGoesOn;
    }
    this.#emptyInRow = 0;
    this.#receivedCount += count;
    for (let index = 0; index < count; index++) this.#ledger.receive(state.sequences[index] as number);
    state.isDeleting = this.#deletes;
    return this.#deletes ? operationGoesOn : count;
  }

  #signReceive(): string {
    const queueUrl = queueUrlOf(this.#spec, this.#requestIndex++);
    const count = this.#spec.batch ?? batchMessagesMax;
    return this.#signer.sign(
      'AmazonSQS.ReceiveMessage',
      receiveBody(queueUrl, count, this.#spec.visibilitySeconds),
    );
  }
}
