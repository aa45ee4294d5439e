// Goal: leases that end with a session instead of at a deadline, and queues that promise nothing over a
// restart: what the connection-oriented protocols stand on.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LeaseRef, Reply, ReplySink } from '../../src/broker/index.ts';
import { bodiesOf, Desk } from './desk.ts';
import { System } from './system.ts';

let system: System;
let desk: Desk;

beforeEach(async () => {
  system = await System.start(1, 3);
  desk = new Desk(system);
});
afterEach(() => system.stop());

async function receiveIn(session: number, queue: number): Promise<readonly LeaseRef[]> {
  const command = { kind: 'receive', entity: queue, messagesMax: 1, waitMs: 0, session } as const;
  const reply = await desk.answer(system.submit(command, () => {}));
  if (reply.kind !== 'received') throw new Error(reply.kind);
  return reply.deliveries;
}

function endSession(session: number): Promise<Reply> {
  return desk.answer(system.submit({ kind: 'endSession', session }, () => {}));
}

describe('leases of a session', () => {
  it('have no deadline and end with it, counted as received', async () => {
    const queue = await desk.create('session');
    await desk.send(queue, ['a', 'b']);
    await receiveIn(7, queue);
    await receiveIn(8, queue);
    await desk.advance(86_400_000);
    expect(await desk.counts(queue)).toEqual([0, 2, 0]);
    expect(await endSession(7)).toEqual({ kind: 'done' });
    expect(await desk.counts(queue)).toEqual([1, 1, 0]);
    expect((await desk.receive(queue)).deliveries.map((one) => one.receiveCount)).toEqual([2]);
  });

  it('end with the daemon, and those with a deadline do not', async () => {
    const queue = await desk.create('session');
    await desk.send(queue, ['a', 'b']);
    await receiveIn(7, queue);
    await desk.receive(queue, { messagesMax: 1 });
    await system.crash();
    expect(await desk.counts(queue)).toEqual([1, 1, 0]);
    expect(await system.broker.stateHash()).toBe(await system.broker.replayHash());
  });

  it('can be settled like any other', async () => {
    const queue = await desk.create('session.fifo', { ordering: 'group' });
    await desk.send(queue, ['a'], { group: 'g' });
    const leases = await receiveIn(7, queue);
    await desk.advance(86_400_000);
    expect(await desk.settle(queue, leases)).toEqual([undefined]);
    expect(await desk.counts(queue)).toEqual([0, 0, 0]);
  });
});

describe('a queue of durability memory', () => {
  it('answers sends before their commit and starts empty', async () => {
    const queue = await desk.create('memory', { durability: 'memory' });
    const kept = await desk.create('disk');
    await desk.send(kept, ['kept']);
    system.stall();
    await desk.send(queue, ['a']);
    const asked = desk.receiving(queue);
    await system.turns(20);
    expect(asked.reply).toBeUndefined();
    system.release();
    await system.answers([asked]);
    await system.crash();
    expect(await desk.counts(queue)).toEqual([0, 0, 0]);
    expect(await desk.counts(kept)).toEqual([1, 0, 0]);
  });
});

describe('a push consumer', () => {
  class Consumer implements ReplySink {
    readonly got: string[] = [];
    error: string | undefined;
    reveal(reply: Reply): void {
      if (reply.kind === 'received') this.got.push(...bodiesOf(reply));
      else if (reply.kind === 'error') this.error = reply.error.code;
    }
    isOpen(): boolean {
      return true;
    }
  }

  it('gets what is there and what comes, as far as its credit goes', async () => {
    const queue = await desk.create('push');
    await desk.send(queue, ['a', 'b', 'c']);
    const consumer = new Consumer();
    const subscription = system.broker.subscribe({ entity: queue, messagesMax: 10, session: 7 }, consumer);
    await system.quiet();
    expect(consumer.got).toEqual([]);
    subscription.grant(2);
    await system.quiet();
    expect(consumer.got).toEqual(['a', 'b']);
    subscription.grant(2);
    await system.quiet();
    await desk.send(queue, ['d', 'e']);
    await system.quiet();
    expect(consumer.got).toEqual(['a', 'b', 'c', 'd']);
    expect(await desk.counts(queue)).toEqual([1, 4, 0]);
    subscription.cancel();
    subscription.grant(5);
    await system.quiet();
    expect(consumer.got).toHaveLength(4);
  });

  it('takes turns with others and hears when its queue goes', async () => {
    const queue = await desk.create('push');
    const consumers = [new Consumer(), new Consumer()];
    for (const consumer of consumers) {
      system.broker.subscribe({ entity: queue, messagesMax: 1 }, consumer).grant(10);
    }
    for (const body of ['a', 'b', 'c', 'd']) await desk.send(queue, [body]);
    expect(consumers.map((consumer) => consumer.got)).toEqual([
      ['a', 'c'],
      ['b', 'd'],
    ]);
    await desk.delete(queue);
    expect(consumers.map((consumer) => consumer.error)).toEqual(['queue_not_found', 'queue_not_found']);
  });
});
