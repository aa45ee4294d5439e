// A thin desk for directed tests of the core: named queues, and each command as one call that waits for its
// answer. Called by the plain tests beside the model suite; it judges nothing.
import type {
  LeaseRef,
  OutgoingMessage,
  PeekReply,
  QueueSettings,
  QueueStats,
  Reply,
  ReceiveReply,
  SendReply,
} from '../../src/broker/index.ts';
import { expectKind } from './commands.ts';
import { base, resourceName } from './scenario.ts';
import type { Asked, System } from './system.ts';

export interface ReceiveOptions {
  readonly messagesMax?: number;
  readonly leaseMs?: number;
  readonly waitMs?: number;
}

export class Desk {
  readonly system: System;
  constructor(system: System) {
    this.system = system;
  }

  async create(name: string, settings: Partial<QueueSettings> = {}): Promise<number> {
    const command = {
      name: resourceName(name),
      settings: { ...base, ...settings },
      annotations: {},
      tags: {},
    };
    const asked = this.system.submit({ kind: 'createQueue', ...command }, () => {});
    return expectKind(await this.answer(asked), 'catalog').definition.entity;
  }

  async delete(entity: number): Promise<void> {
    expectKind(await this.answer(this.system.submit({ kind: 'deleteQueue', entity }, () => {})), 'catalog');
  }

  sending(entity: number, bodies: readonly string[], more: Partial<OutgoingMessage> = {}): Asked {
    const messages = bodies.map((body) => ({ body, attributes: [], sender: 'test', ...more }));
    return this.system.submit({ kind: 'send', entity, messages }, () => {});
  }
  async send(
    entity: number,
    bodies: readonly string[],
    more: Partial<OutgoingMessage> = {},
  ): Promise<SendReply> {
    return expectKind(await this.answer(this.sending(entity, bodies, more)), 'sent');
  }

  receiving(entity: number, options: ReceiveOptions = {}): Asked {
    const { messagesMax = 10, leaseMs, waitMs = 0 } = options;
    return this.system.submit({ kind: 'receive', entity, messagesMax, leaseMs, waitMs }, () => {});
  }
  async receive(entity: number, options: ReceiveOptions = {}): Promise<ReceiveReply> {
    return expectKind(await this.answer(this.receiving(entity, options)), 'received');
  }
  async receiveBodies(entity: number, options: ReceiveOptions = {}): Promise<string[]> {
    return bodiesOf(await this.receive(entity, options));
  }

  settling(entity: number, leases: readonly LeaseRef[]): Asked {
    return this.system.submit({ kind: 'settle', entity, leases }, () => {});
  }
  async settle(entity: number, leases: readonly LeaseRef[]): Promise<readonly (string | undefined)[]> {
    return expectKind(await this.answer(this.settling(entity, leases)), 'outcomes').outcomes.map(
      (one) => one?.code,
    );
  }
  async changeLease(entity: number, lease: LeaseRef, leaseMs: number): Promise<string | undefined> {
    const leases = [{ sequence: lease.sequence, generation: lease.generation, leaseMs }];
    const asked = this.system.submit({ kind: 'changeLease', entity, leases }, () => {});
    return expectKind(await this.answer(asked), 'outcomes').outcomes[0]?.code;
  }

  asking(entity: number): Asked {
    return this.system.query({ kind: 'queueStats', entity }, () => {});
  }
  /** Ready, leased and delayed messages. */
  async counts(entity: number): Promise<readonly [number, number, number]> {
    const stats: QueueStats = expectKind(await this.answer(this.asking(entity)), 'queueStats');
    return [stats.readyCount, stats.leasedCount, stats.delayedCount];
  }
  async peek(entity: number): Promise<PeekReply> {
    const asked = this.system.query({ kind: 'peek', entity, view: 'all', after: 0, limit: 100 }, () => {});
    return expectKind(await this.answer(asked), 'peeked');
  }

  async answer(asked: Asked): Promise<Reply> {
    await this.system.answers([asked]);
    return asked.reply as Reply;
  }

  async advance(ms: number): Promise<void> {
    this.system.clock.advance(ms);
    await this.system.quiet();
  }
}

export function bodiesOf(reply: ReceiveReply): string[] {
  return reply.deliveries.map((delivery) => delivery.message.bodyText());
}
