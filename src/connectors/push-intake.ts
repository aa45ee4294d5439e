// One registration of a push watcher as a consumer of its queue: credit out, messages in. A watcher makes a
// new one whenever the core ended the last, so that a late answer to an old one is seen as such.
import type { Broker, BrokerError, Delivery, Reply, ReplySink, Subscription } from '../broker/index.ts';

export interface IntakeOwner {
  hasRoom(): boolean;
  arrived(delivery: Delivery): void;
  /** There was no room; the message is back in place, and one credit is spent. */
  wasFull(): void;
  /** There will be no more of this intake. */
  ended(error: BrokerError): void;
}

export class PushIntake implements ReplySink {
  readonly #owner: IntakeOwner;
  #subscription: Subscription | undefined;
  #isOver = false;
  /** Messages that may still come. */
  credit = 0;

  constructor(owner: IntakeOwner) {
    this.#owner = owner;
  }

  /** One message at a time, so that each answer is one credit. */
  start(broker: Broker, queue: { readonly entity: number; readonly leaseMs: number }): void {
    const subscription = broker.subscribe({ ...queue, messagesMax: 1 }, this);
    // The core may have ended it before it returned.
    if (this.#isOver) subscription.cancel();
    else this.#subscription = subscription;
  }

  grant(messages: number): void {
    this.credit += messages;
    this.#subscription?.grant(messages);
  }

  /** What was leased but not handed over yet goes back in place, uncounted. */
  cancel(): void {
    this.#isOver = true;
    this.credit = 0;
    this.#subscription?.cancel();
  }

  isOpen(): boolean {
    return !this.#isOver;
  }
  hasRoom(): boolean {
    return this.#owner.hasRoom();
  }

  reveal(reply: Reply): void {
    if (this.#isOver) return;
    this.credit = Math.max(0, this.credit - 1);
    if (reply.kind === 'received') {
      // Empty when it was purged between the decision and its commit.
      const delivery = reply.deliveries[0];
      if (delivery === undefined) this.#owner.wasFull();
      else this.#owner.arrived(delivery);
    } else if (reply.kind === 'error' && reply.error.code === 'throttled') {
      this.#owner.wasFull();
    } else {
      const error = reply.kind === 'error' ? reply.error : unexpected;
      this.cancel();
      this.#owner.ended(error);
    }
  }
}

const unexpected: BrokerError = {
  code: 'unavailable',
  message: 'an answer of another kind',
  isRetryable: true,
};
