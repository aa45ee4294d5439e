// The loads of the crash suite: senders and receivers of an unordered queue, of an ordered one, and of one
// whose messages are all given up. They go on through every kill, and tell the ledger what they know. Each
// loop ends when the load is stopped; a call that got no answer waits until the daemon is up again.
import { setTimeout as pause } from 'node:timers/promises';
import { padded, Refused, type Received, type SqsClient, Unanswered } from './client.ts';
import type { Ledger } from './ledger.ts';

const leaseSeconds = 2;
const groupCount = 8;
const retryMs = 20;

export interface Queues {
  readonly standard: string;
  readonly fifo: string;
  /** Gives up on every message at its second receive. */
  readonly source: string;
  readonly dead: string;
}

const bodyOf = (message: Received): string => message.Body;
const groupOf = (message: Received): string => message.Body.split('-')[1] as string;

export class Load {
  isSending = true;
  isReceiving = true;
  /** Messages acknowledged or deleted since the last look: shows that the load really flows. */
  progress = 0;
  readonly #client: SqsClient;
  readonly #ledger: Ledger;
  readonly #queues: Queues;
  readonly #paddingBytes: number;
  readonly #loops: Promise<void>[] = [];

  constructor(client: SqsClient, ledger: Ledger, queues: Queues, paddingBytes: number) {
    this.#paddingBytes = paddingBytes;
    this.#client = client;
    this.#ledger = ledger;
    this.#queues = queues;
  }

  start(): void {
    for (let i = 0; i < 3; i++) this.#loops.push(this.#sendStandard(i), this.#receiveStandard());
    for (let group = 0; group < groupCount; group++) this.#loops.push(this.#sendFifo(`g${group}`));
    for (let i = 0; i < 3; i++) this.#loops.push(this.#receiveFifo());
    this.#loops.push(this.#sendSource(), this.#exhaustSource(), this.#receiveDead());
  }

  async stop(): Promise<void> {
    this.isSending = false;
    this.isReceiving = false;
    await Promise.all(this.#loops);
  }

  /** Single sends and batches in turn. What got no answer is never sent again: it may be there or not. */
  async #sendStandard(sender: number): Promise<void> {
    for (let n = 0; this.isSending; n++) {
      const bodies = Array.from({ length: n % 2 === 0 ? 1 : 5 }, (_, i) => `std-${sender}-${n}-${i}`);
      for (const body of bodies) this.#ledger.sending(body);
      await this.#attempt(async () => {
        await this.#send(this.#queues.standard, bodies);
        for (const body of bodies) this.#ledger.sent(body);
        this.progress++;
      });
    }
  }

  async #send(QueueUrl: string, names: readonly string[]): Promise<void> {
    const bodies = names.map((name) => padded(name, this.#paddingBytes));
    if (bodies.length === 1) {
      await this.#client.call('SendMessage', { QueueUrl, MessageBody: bodies[0] });
      return;
    }
    const Entries = bodies.map((MessageBody, i) => ({ Id: String(i), MessageBody }));
    const answer = await this.#client.call<{ Failed?: object[] }>('SendMessageBatch', { QueueUrl, Entries });
    if ((answer.Failed ?? []).length > 0) throw new Refused('batch', JSON.stringify(answer.Failed));
  }

  /** One sender a group, one message at a time; sent again under its id until there is an answer. */
  async #sendFifo(group: string): Promise<void> {
    for (let n = 0; this.isSending; n++) {
      const body = `fifo-${group}-${n}`;
      this.#ledger.sending(body, group);
      const input = {
        QueueUrl: this.#queues.fifo,
        MessageBody: body,
        MessageGroupId: group,
        MessageDeduplicationId: body,
      };
      while (!(await this.#attempt(() => this.#client.call('SendMessage', input)))) await pause(retryMs);
      this.#ledger.sent(body);
      this.progress++;
    }
  }

  async #receiveStandard(): Promise<void> {
    while (this.isReceiving) {
      await this.#attempt(async () => {
        const received = await this.#receive('standard', { MaxNumberOfMessages: 10, WaitTimeSeconds: 1 });
        if (received.length > 0) await this.#deleteBatch(this.#queues.standard, received);
      });
    }
  }

  async #deleteBatch(QueueUrl: string, received: readonly Received[]): Promise<void> {
    for (const message of received) this.#ledger.deleting(message.Body);
    const Entries = received.map(({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle }));
    const answer = await this.#client.call<{ Successful?: { Id: string }[] }>('DeleteMessageBatch', {
      QueueUrl,
      Entries,
    });
    for (const { Id } of answer.Successful ?? []) this.#ledger.deleted(received[Number(Id)]?.Body as string);
    this.progress++;
  }

  async #receiveFifo(): Promise<void> {
    while (this.isReceiving) {
      await this.#attempt(async () => {
        const received = await this.#receive('fifo', { MaxNumberOfMessages: 4, WaitTimeSeconds: 1 });
        for (const group of new Set(received.map(groupOf))) {
          const own = received.filter((message) => groupOf(message) === group);
          this.#ledger.deliveredInOrder(group, own.map(bodyOf));
        }
        for (const message of received) await this.#deleteOne(message);
      });
    }
  }

  async #deleteOne(message: Received): Promise<void> {
    const { ReceiptHandle, Body } = message;
    this.#ledger.deleting(Body);
    try {
      await this.#client.call('DeleteMessage', { QueueUrl: this.#queues.fifo, ReceiptHandle });
    } catch (error) {
      // The lease ran out during the outage: the message comes again, and so it should.
      if (error instanceof Refused && /expired/.test(error.message)) return;
      throw error;
    }
    this.#ledger.deleted(Body);
    this.progress++;
  }

  async #sendSource(): Promise<void> {
    for (let n = 0; this.isSending; n++) {
      const body = `dead-${n}`;
      this.#ledger.sending(body);
      await this.#attempt(async () => {
        await this.#send(this.#queues.source, [body]);
        this.#ledger.sent(body);
      });
      await pause(5);
    }
  }

  /** Receives without holding: the first time counts, the second time the message is given up. */
  async #exhaustSource(): Promise<void> {
    while (this.isReceiving) {
      await this.#attempt(() => this.#receive('source', { MaxNumberOfMessages: 10, VisibilityTimeout: 0 }));
      await pause(5);
    }
  }

  async #receiveDead(): Promise<void> {
    while (this.isReceiving) {
      await this.#attempt(async () => {
        const received = await this.#receive('dead', { MaxNumberOfMessages: 10, WaitTimeSeconds: 1 });
        if (received.length > 0) await this.#deleteBatch(this.#queues.dead, received);
      });
    }
  }

  async #receive(queue: keyof Queues, options: object): Promise<readonly Received[]> {
    const askedAt = this.#ledger.now();
    const input = { VisibilityTimeout: leaseSeconds, ...options };
    const received = await this.#client.receive(this.#queues[queue], input);
    this.#ledger.delivered(queue, received.map(bodyOf), askedAt);
    return received;
  }

  /** True when it was answered. A daemon that is down is waited for, anything else is a finding. */
  async #attempt(action: () => Promise<unknown>): Promise<boolean> {
    try {
      await action();
      return true;
    } catch (error) {
      if (!(error instanceof Unanswered)) this.#ledger.violations.push(String(error));
      await pause(retryMs);
      return false;
    }
  }
}
