// Goal: a receive that waits is answered by whatever makes a message available, at its deadline, or when its
// queue goes; it costs no commit of its own, and it never gets a message after it was withdrawn.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bodiesOf, Desk } from './desk.ts';
import type { ReceiveReply, Reply } from '../../src/broker/index.ts';
import { resourceName } from './scenario.ts';
import { type Asked, System } from './system.ts';

let system: System;
let desk: Desk;

beforeEach(async () => {
  system = await System.start(1, 3);
  desk = new Desk(system);
});
afterEach(() => system.stop());

const received = (reply: Reply | undefined): string[] => bodiesOf(reply as ReceiveReply);

/** A long poll that has come to its place in the line. */
async function waiting(entity: number, messagesMax = 10): Promise<Asked> {
  const asked = desk.receiving(entity, { messagesMax, waitMs: 20_000, leaseMs: 5_000 });
  await system.quiet();
  expect(asked.reply).toBeUndefined();
  return asked;
}

async function woken(asked: Asked): Promise<string[]> {
  await system.quiet();
  await system.answers([asked]);
  return received(asked.reply);
}

describe('a long poll is woken by', () => {
  it('a send, in the same commit', async () => {
    const queue = await desk.create('q');
    const asked = await waiting(queue);
    const before = commits();
    await desk.send(queue, ['a']);
    await system.answers([asked]);
    expect(received(asked.reply)).toEqual(['a']);
    expect(commits() - before).toBe(1);
  });

  it('the end of a delay', async () => {
    const queue = await desk.create('q');
    await desk.send(queue, ['a'], { delayMs: 5_000 });
    const asked = await waiting(queue);
    await desk.advance(4_999);
    expect(asked.reply).toBeUndefined();
    system.clock.advance(1);
    expect(await woken(asked)).toEqual(['a']);
  });

  it('the end of a lease', async () => {
    const queue = await desk.create('q');
    await desk.send(queue, ['a']);
    await desk.receive(queue, { leaseMs: 5_000 });
    const asked = await waiting(queue);
    system.clock.advance(5_000);
    expect(await woken(asked)).toEqual(['a']);
  });

  it('a lease that is given back', async () => {
    const queue = await desk.create('q');
    await desk.send(queue, ['a']);
    const { deliveries } = await desk.receive(queue);
    const asked = await waiting(queue);
    await desk.changeLease(queue, deliveries[0] as (typeof deliveries)[0], 0);
    expect(await woken(asked)).toEqual(['a']);
  });

  it('the settle that unlocks a group', async () => {
    const queue = await desk.create('q', { ordering: 'group' });
    await desk.send(queue, ['a', 'b'], { group: 'g' });
    const { deliveries } = await desk.receive(queue, { messagesMax: 1 });
    const asked = await waiting(queue);
    await desk.settle(queue, deliveries);
    expect(await woken(asked)).toEqual(['b']);
  });

  it('a dead letter, and its redrive', async () => {
    const dead = await desk.create('dead');
    const queue = await desk.create('q', { deadLetter: { target: resourceName('dead'), maxReceives: 1 } });
    await desk.send(queue, ['a']);
    await desk.receive(queue, { leaseMs: 0 });
    const onDead = await waiting(dead);
    await desk.receive(queue);
    expect(await woken(onDead)).toEqual(['a']);
    await desk.advance(5_000);
    const onQueue = await waiting(queue);
    system.submit({ kind: 'startMove', entity: dead }, () => {});
    expect(await woken(onQueue)).toEqual(['a']);
  });
});

it('is answered with nothing at its deadline, not before', async () => {
  const queue = await desk.create('q');
  const asked = await waiting(queue);
  await desk.advance(19_999);
  expect(asked.reply).toBeUndefined();
  system.clock.advance(1);
  expect(await woken(asked)).toEqual([]);
});

it('is told when its queue is deleted', async () => {
  const queue = await desk.create('q');
  const asked = await waiting(queue);
  await desk.delete(queue);
  await system.answers([asked]);
  expect(asked.reply).toMatchObject({ kind: 'error', error: { code: 'queue_not_found' } });
});

it('gets nothing any more once withdrawn', async () => {
  const queue = await desk.create('q');
  const [gone, next] = [await waiting(queue), await waiting(queue)];
  system.withdraw(gone);
  await desk.send(queue, ['a']);
  expect(await woken(next)).toEqual(['a']);
  expect(gone.reply).toBeUndefined();
});

it('serves those who wait in the order in which they came', async () => {
  const queue = await desk.create('q');
  const asked = [await waiting(queue, 1), await waiting(queue, 1), await waiting(queue, 1)];
  await desk.send(queue, ['a', 'b']);
  await system.quiet();
  expect(asked.map((one) => one.reply && received(one.reply))).toEqual([['a'], ['b'], undefined]);
});

it('that lost its connection during the commit loses no message', async () => {
  await desk.create('dead');
  const queue = await desk.create('q', { deadLetter: { target: resourceName('dead'), maxReceives: 1 } });
  const gone = desk.receiving(queue, { waitMs: 20_000 });
  await system.quiet();
  system.stall();
  const sent = desk.sending(queue, ['a']);
  await system.turns(5);
  gone.isConnected = false;
  system.release();
  await system.answers([sent]);
  await system.quiet();
  const { deliveries } = await desk.receive(queue);
  expect(deliveries.map((one) => [one.message.bodyText(), one.receiveCount])).toEqual([['a', 1]]);
});

function commits(): number {
  return system.broker.introspect().cells.reduce((sum, cell) => sum + cell.commitCount, 0);
}
