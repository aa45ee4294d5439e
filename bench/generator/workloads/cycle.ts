// The life of a message, lane by lane: send, receive, delete; one by one or in batches. A lane receives as
// many messages as it sent (not necessarily its own), so a run leaves the queue as deep as it found it. Sends
// and receives are signed ahead; a delete carries a handle that did not exist before, so it is signed in the
// window.
import type { Ledger } from '../ledger.ts';
import type { Reply } from '../reply-reader.ts';
import { RequestRing } from '../request-ring.ts';
import type { RequestSigner } from '../request-signer.ts';
import { FailureLog, operationFailed, operationGoesOn } from '../workload.ts';
import type { Tally, Workload, WorkloadSpec } from '../workload.ts';
import {
  deleteBatchBody,
  deleteBody,
  hasFailedEntry,
  queueUrlOf,
  MessageReader,
  receiveBody,
} from './requests.ts';
import type { ReceivedMessages } from './requests.ts';
import { SendSource } from './send.ts';

/** A lane that finds the queue empty this often in a row gives up: the message was lost. */
const emptyReceivesInRowMax = 20_000;

type Step = 'send' | 'receive' | 'delete';

interface Lane extends ReceivedMessages {
  step: Step;
  /** Where it received last, and so has to delete. */
  queueUrl: string;
  firstSequence: number;
  /** Messages that it has sent and not yet received back in kind. */
  owedCount: number;
  emptyInRow: number;
}

export class CycleWorkload implements Workload {
  readonly #spec: WorkloadSpec;
  readonly #batch: number;
  readonly #ledger: Ledger;
  readonly #signer: RequestSigner;
  readonly #sends: RequestRing;
  readonly #receives: RequestRing;
  readonly #lanes: Lane[] = [];
  readonly #reader = new MessageReader();
  readonly #failures = new FailureLog();
  #emptyReceives = 0;
  #issuedCount = 0;
  #receiveIndex = 0;

  constructor(spec: WorkloadSpec, ledger: Ledger, signer: RequestSigner) {
    this.#spec = spec;
    this.#batch = spec.batch ?? 1;
    this.#ledger = ledger;
    this.#signer = signer;
    this.#sends = new RequestRing(new SendSource(spec, ledger, signer));
    this.#receives = new RequestRing({
      make: () => this.#signReceive(this.#batch),
      tag: () => this.#receiveIndex - 1,
    });
  }

  prepare(operationCount: number, nowMs: number): void {
    this.#sends.prepare(operationCount, nowMs);
    this.#receives.prepare(operationCount, nowMs);
  }

  nextRequest(lane: number, nowMs: number): Buffer {
    const state = this.#laneOf(lane);
    if (state.step === 'send') return this.#takeSend(state, nowMs);
    if (state.step === 'delete') return Buffer.from(this.#signDelete(state), 'latin1');
    return this.#takeReceive(state, nowMs);
  }

  takeReply(lane: number, reply: Reply): number {
    const state = this.#laneOf(lane);
    if (reply.status !== 200 || (this.#batch > 1 && hasFailedEntry(reply))) {
      state.step = state.owedCount > 0 ? 'receive' : 'send';
      return this.#failures.add(reply);
    }
    if (state.step === 'send') {
      for (let index = 0; index < this.#batch; index++) this.#ledger.confirm(state.firstSequence + index);
      state.owedCount += this.#batch;
      state.step = 'receive';
      return operationGoesOn;
    }
    return state.step === 'receive' ? this.#takeReceived(state, reply) : this.#takeDeleted(state);
  }

  isFinished(): boolean {
    return this.#issuedCount >= (this.#spec.messagesMax ?? Number.POSITIVE_INFINITY);
  }

  tally(): Tally {
    return {
      failures: this.#failures.count,
      firstFailure: this.#failures.first,
      emptyReceives: this.#emptyReceives,
      signedInline: this.#sends.signedInlineCount + this.#receives.signedInlineCount,
      verification: this.#ledger.summary(),
    };
  }

  #takeSend(state: Lane, nowMs: number): Buffer {
    const request = this.#sends.take(nowMs);
    state.firstSequence = this.#sends.takenTag;
    for (let index = 0; index < this.#batch; index++) this.#ledger.issue(state.firstSequence + index);
    this.#issuedCount += this.#batch;
    return request;
  }

  #takeReceive(state: Lane, nowMs: number): Buffer {
    const isFull = state.owedCount >= this.#batch;
    const request = isFull
      ? this.#receives.take(nowMs)
      : Buffer.from(this.#signReceive(state.owedCount), 'latin1');
    const index = isFull ? this.#receives.takenTag : this.#receiveIndex - 1;
    state.queueUrl = queueUrlOf(this.#spec, index);
    return request;
  }

  #takeReceived(state: Lane, reply: Reply): number {
    const count = this.#reader.read(reply, this.#ledger, state);
    if (count === 0) {
      this.#emptyReceives += 1;
      state.emptyInRow += 1;
      if (state.emptyInRow < emptyReceivesInRowMax) return operationGoesOn;
      state.owedCount = 0;
      state.emptyInRow = 0;
      state.step = 'send';
      this.#failures.add(reply);
      return operationFailed;
    }
    state.emptyInRow = 0;
    for (let index = 0; index < count; index++) this.#ledger.receive(state.sequences[index] as number);
    state.step = 'delete';
    return operationGoesOn;
  }

  #takeDeleted(state: Lane): number {
    for (let index = 0; index < state.sequences.length; index++) {
      this.#ledger.remove(state.sequences[index] as number);
    }
    state.owedCount -= state.sequences.length;
    state.step = state.owedCount > 0 ? 'receive' : 'send';
    return state.owedCount > 0 ? operationGoesOn : this.#batch;
  }

  #signReceive(count: number): string {
    const queueUrl = queueUrlOf(this.#spec, this.#receiveIndex++);
    const body = receiveBody(queueUrl, count, this.#spec.visibilitySeconds);
    return this.#signer.sign('AmazonSQS.ReceiveMessage', body);
  }

  #signDelete(state: Lane): string {
    const { queueUrl } = state;
    if (this.#batch > 1) {
      return this.#signer.sign('AmazonSQS.DeleteMessageBatch', deleteBatchBody(queueUrl, state.handles));
    }
    return this.#signer.sign('AmazonSQS.DeleteMessage', deleteBody(queueUrl, state.handles[0] as string));
  }

  #laneOf(lane: number): Lane {
    return (this.#lanes[lane] ??= {
      step: 'send',
      queueUrl: '',
      firstSequence: 0,
      owedCount: 0,
      emptyInRow: 0,
      handles: [],
      sequences: [],
    });
  }
}
