// A stream read as a queue: each record to one consumer, records of a key in order, settled ones never again.
import { expect, test } from 'vitest';
import type { ViewDelivery } from '../../src/broker/index.ts';
import { StreamWorld } from './stream-world.ts';

class Reader {
  readonly world: StreamWorld;
  readonly entity: number;
  constructor(world: StreamWorld, entity: number) {
    this.world = world;
    this.entity = entity;
  }
  static async of(shardCount: number): Promise<Reader> {
    const world = await StreamWorld.start();
    const reader = new Reader(world, await world.create('s', shardCount));
    await reader.open();
    return reader;
  }
  async open(): Promise<void> {
    const { entity } = this;
    await this.world.run('done', { kind: 'openView', entity, view: 'v', start: { at: 'horizon' } });
  }
  async receive(recordsMax: number, waitMs = 0): Promise<readonly ViewDelivery[]> {
    const { entity } = this;
    const command = {
      kind: 'receiveFromView',
      entity,
      view: 'v',
      recordsMax,
      leaseMs: 1000,
      waitMs,
    } as const;
    return (await this.world.run('viewReceived', command)).deliveries;
  }
  async settle(leases: readonly ViewDelivery[]): Promise<readonly (string | undefined)[]> {
    const { entity } = this;
    const reply = await this.world.run('outcomes', { kind: 'settleInView', entity, view: 'v', leases });
    return reply.outcomes.map((outcome) => outcome?.code);
  }
}

const texts = (deliveries: readonly ViewDelivery[]): string[] =>
  deliveries.map(({ data }) => Buffer.from(data).toString());

test('a key that somebody holds is left alone, other keys go on', async () => {
  const reader = await Reader.of(1);
  await reader.world.put(reader.entity, [
    ['a', 'a1'],
    ['a', 'a2'],
    ['b', 'b1'],
  ]);
  const first = await reader.receive(1);
  expect(texts(first)).toEqual(['a1']);
  expect(texts(await reader.receive(10))).toEqual(['b1']);
  expect(await reader.settle(first)).toEqual([undefined]);
  expect(texts(await reader.receive(10))).toEqual(['a2']);
});

test('a record whose lease is over comes again in its place; the old lease is worth nothing', async () => {
  const reader = await Reader.of(1);
  await reader.world.put(reader.entity, [
    ['a', 'a1'],
    ['a', 'a2'],
  ]);
  const first = await reader.receive(2);
  reader.world.clock.advance(1001);
  await reader.world.broker.tick();
  const again = await reader.receive(1);
  expect(texts(again)).toEqual(['a1']);
  expect(again[0]?.receiveCount).toBe(2);
  expect(await reader.settle([first[0]!])).toEqual(['lease_expired']);
  expect(await reader.settle(again)).toEqual([undefined]);
  expect(texts(await reader.receive(5))).toEqual(['a2']);
});

test('what is settled out of order is remembered over a restart', async () => {
  const reader = await Reader.of(1);
  const { world, entity } = reader;
  await world.put(entity, [
    ['a', '1'],
    ['b', '2'],
    ['c', '3'],
  ]);
  const all = await reader.receive(3);
  await reader.settle([all[1]!]);
  await world.reopen();
  await reader.open();
  expect(texts(await reader.receive(3))).toEqual(['1', '3']);
  expect(await world.broker.stateHash()).toBe(await world.broker.replayHash());
});

test('children come up when everything in their parent is settled', async () => {
  const reader = await Reader.of(1);
  const { world, entity } = reader;
  await world.put(entity, [['a', 'parent']]);
  await world.run('shards', { kind: 'splitShard', entity, shardIndex: 0, atHash: 1n << 127n });
  await world.put(entity, [['a', 'child']]);
  const first = await reader.receive(10);
  expect(texts(first)).toEqual(['parent']);
  expect(await reader.receive(10)).toEqual([]);
  await reader.settle(first);
  expect(texts(await reader.receive(10))).toEqual(['child']);
});

test('a waiting receive is answered by the next record, or empty when its time is over', async () => {
  const reader = await Reader.of(2);
  const waiting = reader.receive(1, 5_000);
  await reader.world.put(reader.entity, [['a', 'now']]);
  expect(texts(await waiting)).toEqual(['now']);
  const late = reader.receive(1, 100);
  reader.world.clock.advance(101);
  await reader.world.broker.tick();
  expect(await late).toEqual([]);
});

test('a session that ends gives its records back', async () => {
  const reader = await Reader.of(1);
  const { world, entity } = reader;
  await world.put(entity, [['a', '1']]);
  const command = {
    kind: 'receiveFromView',
    entity,
    view: 'v',
    recordsMax: 1,
    leaseMs: 0,
    waitMs: 0,
  } as const;
  await world.run('viewReceived', { ...command, session: 7 });
  world.clock.advance(1_000_000);
  await world.broker.tick();
  expect(await reader.receive(1)).toEqual([]);
  await world.run('done', { kind: 'endSession', session: 7 });
  expect(texts(await reader.receive(1))).toEqual(['1']);
});

test('those who wait are served by a settled key, by a lease that is over, by a released one', async () => {
  const reader = await Reader.of(1);
  const { world, entity } = reader;
  await world.put(entity, [
    ['a', 'a1'],
    ['a', 'a2'],
  ]);
  const first = await reader.receive(1);
  const [second, third] = [reader.receive(1, 60_000), reader.receive(1, 60_000)];
  await reader.settle(first);
  const held = await second;
  expect(texts(held)).toEqual(['a2']);
  world.clock.advance(1001);
  await world.broker.tick();
  const again = await third;
  expect(texts(again)).toEqual(['a2']);
  const fourth = reader.receive(1, 60_000);
  const leases = [{ ...again[0]!, leaseMs: 0 }];
  await world.run('outcomes', { kind: 'changeLeaseInView', entity, view: 'v', leases });
  expect(texts(await fourth)).toEqual(['a2']);
});
