// Goal: leases that end with a session instead of at a deadline, and queues that promise nothing over a
// restart: what the connection-oriented protocols stand on.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LeaseRef, Reply } from '../../src/broker/index.ts';
import { Desk } from './desk.ts';
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
