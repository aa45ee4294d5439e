// Goal: the one delivery rule of ordered queues, in the cases that were recorded from SQS: what may be
// delivered of a group is the longest run of its first messages of which none is held or delayed.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Delivery } from '../../src/broker/index.ts';
import { expectKind } from './commands.ts';
import { Desk } from './desk.ts';
import { resourceName } from './scenario.ts';
import { System } from './system.ts';

let system: System;
let desk: Desk;
let queue: number;

beforeEach(async () => {
  system = await System.start(1, 1);
  desk = new Desk(system);
  queue = await desk.create('q', { ordering: 'group', leaseMs: 10_000 });
});
afterEach(() => system.stop());

/** The messages of one group, received together for ten seconds. */
async function holding(count: number): Promise<Delivery[]> {
  const bodies = ['m1', 'm2', 'm3', 'm4'].slice(0, count);
  await desk.send(queue, bodies, { group: 'g' });
  const { deliveries } = await desk.receive(queue);
  expect(deliveries.map((one) => one.message.bodyText())).toEqual(bodies);
  return [...deliveries];
}

describe('of a group that was received together', () => {
  it('the first alone comes when it alone was given back', async () => {
    const [m1] = await holding(2);
    await desk.changeLease(queue, m1!, 0);
    expect(await desk.receiveBodies(queue)).toEqual(['m1']);
  });

  it('nothing behind a held message comes, although it was given back', async () => {
    const [m1, , m3] = await holding(3);
    await desk.changeLease(queue, m3!, 0);
    expect(await desk.receiveBodies(queue)).toEqual([]);
    await desk.changeLease(queue, m1!, 0);
    expect(await desk.receiveBodies(queue)).toEqual(['m1']);
  });

  it.each([
    { extended: 0, comes: [] },
    { extended: 1, comes: ['m1'] },
    { extended: 2, comes: ['m1', 'm2'] },
  ])('what precedes the extended number $extended comes', async ({ extended, comes }) => {
    const held = await holding(3);
    await desk.changeLease(queue, held[extended]!, 60_000);
    await desk.advance(10_000);
    expect(await desk.receiveBodies(queue)).toEqual(comes);
  });

  it('nothing comes while the second is held, although the first is done', async () => {
    const [m1, m2] = await holding(2);
    await desk.send(queue, ['later'], { group: 'g' });
    expect(await desk.settle(queue, [m1!])).toEqual([undefined]);
    expect(await desk.receiveBodies(queue)).toEqual([]);
    expect(await desk.settle(queue, [m2!])).toEqual([undefined]);
    expect(await desk.receiveBodies(queue)).toEqual(['later']);
  });
});

it('a new send does not unlock a group', async () => {
  await holding(1);
  await desk.send(queue, ['later'], { group: 'g' });
  expect(await desk.receiveBodies(queue)).toEqual([]);
});

it('other groups go on, the untouched one first', async () => {
  const [m1] = await holding(1);
  await desk.send(queue, ['a'], { group: 'a' });
  await desk.changeLease(queue, m1!, 0);
  expect(await desk.receiveBodies(queue, { messagesMax: 1 })).toEqual(['a']);
  expect(await desk.receiveBodies(queue, { messagesMax: 1 })).toEqual(['m1']);
});

it('a receive takes as much of one group as it can, then goes to the next', async () => {
  for (const group of ['a', 'b', 'c']) await desk.send(queue, [`${group}1`, `${group}2`], { group });
  expect(await desk.receiveBodies(queue, { messagesMax: 3 })).toEqual(['a1', 'a2', 'b1']);
  expect(await desk.receiveBodies(queue)).toEqual(['c1', 'c2']);
});

it('what comes back keeps its place', async () => {
  await holding(2);
  await desk.send(queue, ['later'], { group: 'g' });
  await desk.advance(10_000);
  expect(await desk.receiveBodies(queue)).toEqual(['m1', 'm2', 'later']);
});

it('a delayed message holds up those behind it until it is due', async () => {
  await desk.send(queue, ['slow'], { group: 'g', delayMs: 5_000 });
  await desk.send(queue, ['quick'], { group: 'g' });
  expect(await desk.receiveBodies(queue)).toEqual([]);
  await desk.advance(5_000);
  expect(await desk.receiveBodies(queue)).toEqual(['slow', 'quick']);
});

it('a lease that is over is worth nothing', async () => {
  const [m1] = await holding(1);
  await desk.advance(10_000);
  expect(await desk.settle(queue, [m1!])).toEqual(['lease_expired']);
  expect(await desk.changeLease(queue, m1!, 5_000)).toBe('lease_expired');
  expect(await desk.receiveBodies(queue)).toEqual(['m1']);
});

it('a dead letter at the head unlocks its group within the same receive', async () => {
  const dead = await desk.create('dead', { ordering: 'group' });
  const deadLetter = { target: resourceName('dead'), maxReceives: 1 };
  queue = await desk.create('with-policy', { ordering: 'group', deadLetter });
  await desk.send(queue, ['bad', 'good'], { group: 'g' });
  await desk.send(queue, ['other'], { group: 'h' });
  await desk.receive(queue, { messagesMax: 1, leaseMs: 0 });
  expect((await desk.receiveBodies(queue)).toSorted()).toEqual(['good', 'other']);
  await system.quiet();
  expect(await desk.receiveBodies(dead)).toEqual(['bad']);
});

it('a repeated attempt gives the same leases again, until one of them changes', async () => {
  await desk.send(queue, ['m1', 'm2'], { group: 'g' });
  const attempt = async () => {
    const command = {
      kind: 'receive',
      entity: queue,
      messagesMax: 10,
      waitMs: 0,
      attemptId: 'same',
    } as const;
    return expectKind(await desk.answer(system.submit(command, () => {})), 'received');
  };
  const first = await attempt();
  system.clock.advance(5_000);
  const second = await attempt();
  const facts = (one: Delivery) => [one.sequence, one.generation, one.receiveCount];
  expect(second.deliveries.map(facts)).toEqual(first.deliveries.map(facts));
  expect(second.deliveries[0]?.leaseUntilMs).toBe((first.deliveries[0]?.leaseUntilMs ?? 0) + 5_000);
  await desk.settle(queue, [second.deliveries[0]!]);
  expect(await attempt()).toMatchObject({ deliveries: [] });
});
