// A queue that is deleted and made again under its name around a kill -9. Goal: whatever the kill interrupts,
// a queue that was made after an acknowledged delete never shows a message of the life before.
import { setTimeout as pause } from 'node:timers/promises';
import { Refused, type SqsClient, Unanswered } from './client.ts';
import type { Ledger } from './ledger.ts';

export class Volatile {
  readonly #client: SqsClient;
  readonly #ledger: Ledger;
  readonly #name: string;
  readonly #round: number;

  constructor(client: SqsClient, ledger: Ledger, name: string, round: number) {
    this.#client = client;
    this.#ledger = ledger;
    this.#name = name;
    this.#round = round;
  }

  async begin(): Promise<void> {
    await this.#fill(await this.#client.createQueue(this.#name), 'old');
  }

  /** Delete, create, send; over and over, until the kill cuts it off. */
  async remake(): Promise<void> {
    try {
      for (let life = 0; life < 10_000; life++) {
        const url = await this.#client.createQueue(this.#name);
        await this.#client.call('DeleteQueue', { QueueUrl: url });
        await this.#expectNothing(await this.#client.createQueue(this.#name));
        await this.#fill(url, String(life));
        await pause(2);
      }
    } catch (error) {
      if (!(error instanceof Unanswered)) this.#ledger.violations.push(`${this.#name}: ${String(error)}`);
    }
  }

  /** After the restart the queue exists or not; deleted and made again it is empty. */
  async verify(): Promise<void> {
    const url = await this.#client.createQueue(this.#name);
    await this.#client.call('DeleteQueue', { QueueUrl: url });
    try {
      await this.#client.receive(url, {});
      this.#ledger.violations.push(`${this.#name}: a deleted queue still answers`);
    } catch (error) {
      if (!(error instanceof Refused) || !error.code.includes('DoesNotExist')) throw error;
    }
    await this.#expectNothing(await this.#client.createQueue(this.#name));
  }

  async #fill(QueueUrl: string, life: string): Promise<void> {
    for (let i = 0; i < 3; i++) {
      const body = `${this.#name}-${this.#round}-${life}-${i}`;
      await this.#client.call('SendMessage', { QueueUrl, MessageBody: body });
    }
  }

  async #expectNothing(url: string): Promise<void> {
    const counts = await this.#client.counts(url);
    const received = await this.#client.receive(url, { MaxNumberOfMessages: 10 });
    if (received.length > 0 || counts.some((count) => count !== 0)) {
      const bodies = received.map((message) => message.Body).join(', ');
      this.#ledger.violations.push(`${this.#name}: a new queue has ${counts.join('/')} messages: ${bodies}`);
    }
  }
}
