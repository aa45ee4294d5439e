// Consumer groups of a stream: who gets which shard, when children come up, what a checkpoint of yesterday's
// owner is worth, and what a restart remembers.
import { expect, test } from 'vitest';
import type { Assignment, Reply } from '../../src/broker/index.ts';
import { StreamWorld } from './stream-world.ts';

const sessionMs = 10_000;

class Team {
  readonly world: StreamWorld;
  readonly entity: number;
  constructor(world: StreamWorld, entity: number) {
    this.world = world;
    this.entity = entity;
  }
  static async of(shardCount: number): Promise<Team> {
    const world = await StreamWorld.start();
    return new Team(world, await world.create('s', shardCount));
  }
  async join(member: string, at: 'horizon' | 'latest' = 'horizon'): Promise<readonly Assignment[]> {
    const { entity } = this;
    const command = { kind: 'joinGroup', entity, group: 'g', member, sessionMs, start: { at } } as const;
    return (await this.world.run('membership', command)).assignments;
  }
  async beat(member: string): Promise<readonly Assignment[]> {
    const { entity } = this;
    const command = { kind: 'heartbeatGroup', entity, group: 'g', member } as const;
    return (await this.world.run('membership', command)).assignments;
  }
  checkpoint(
    member: string,
    assignment: Assignment,
    change: { next?: number; isEnd?: boolean } = {},
  ): Promise<Reply> {
    return this.world.ask({
      kind: 'checkpoint',
      entity: this.entity,
      group: 'g',
      member,
      shardIndex: assignment.shardIndex,
      token: assignment.token,
      nextSequence: change.next ?? assignment.nextSequence,
      subSequence: 0,
      isEnd: change.isEnd ?? false,
      isReleased: false,
    });
  }
}

const indexes = (assignments: readonly Assignment[]): number[] =>
  assignments.map(({ shardIndex }) => shardIndex).sort((a, b) => a - b);

test('one member has every shard; a second one gets its half when the first has heard of it', async () => {
  const team = await Team.of(4);
  expect(indexes(await team.join('a'))).toEqual([0, 1, 2, 3]);
  expect(await team.join('b')).toEqual([]);
  const told = await team.beat('a');
  expect(told.filter(({ isRevoked }) => isRevoked).length).toBe(2);
  expect(await team.beat('b')).toEqual([]);
  const [own, other] = [indexes(await team.beat('a')), indexes(await team.beat('b'))];
  expect([...own, ...other].toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3]);
  expect(own.length).toBe(2);
});

test('a member that is silent loses its shards, and what it says afterwards is refused', async () => {
  const team = await Team.of(2);
  const mine = await team.join('a');
  await team.join('b');
  team.world.clock.advance(sessionMs / 2);
  await team.world.broker.tick();
  await team.beat('b');
  team.world.clock.advance(sessionMs / 2 + 1_000);
  await team.world.broker.tick();
  team.world.clock.advance(1_000);
  await team.world.broker.tick();
  expect(indexes(await team.beat('b'))).toEqual([0, 1]);
  expect(await team.checkpoint('a', mine[0]!, { next: 5 })).toMatchObject({
    error: { code: 'member_not_found' },
  });
  await team.join('a');
  expect(await team.checkpoint('a', mine[0]!, { next: 5 })).toMatchObject({
    error: { code: 'assignment_lost' },
  });
});

test('children come up when their parent is checkpointed at its end, not before', async () => {
  const team = await Team.of(1);
  const { world, entity } = team;
  await world.put(entity, [['a', '1']]);
  const [first] = await team.join('a');
  await world.run('shards', { kind: 'splitShard', entity, shardIndex: 0, atHash: 1n << 127n });
  expect(indexes(await team.beat('a'))).toEqual([0]);
  expect(await team.checkpoint('a', first!, { next: 2, isEnd: true })).toMatchObject({ kind: 'membership' });
  expect(indexes(await team.beat('a'))).toEqual([1, 2]);
});

test('an open shard has no end: a checkpoint that says so only moves the position', async () => {
  const team = await Team.of(1);
  const [first] = await team.join('a');
  await team.checkpoint('a', first!, { next: 7, isEnd: true });
  expect(await team.beat('a')).toMatchObject([{ shardIndex: 0, nextSequence: 7 }]);
});

test('positions and members are there after a restart, and replay makes the same of the log', async () => {
  const team = await Team.of(2);
  const mine = await team.join('a');
  await team.checkpoint('a', mine[1]!, { next: 42 });
  await team.world.reopen();
  const again = await team.beat('a');
  expect(again.find(({ shardIndex }) => shardIndex === mine[1]!.shardIndex)).toMatchObject({
    nextSequence: 42,
    token: mine[1]!.token,
  });
  expect(await team.world.broker.stateHash()).toBe(await team.world.broker.replayHash());
});

test('a group that starts at the latest skips what is there, closed shards included', async () => {
  const team = await Team.of(1);
  const { world, entity } = team;
  await world.put(entity, [['a', '1']]);
  await world.run('shards', { kind: 'splitShard', entity, shardIndex: 0, atHash: 1n << 127n });
  await world.put(entity, [['a', '2']]);
  const got = await team.join('a', 'latest');
  expect(indexes(got)).toEqual([1, 2]);
  expect(got.find(({ shardIndex }) => shardIndex === 1)?.nextSequence).toBe(2);
});

test('a group goes with its stream, and can be deleted by itself', async () => {
  const team = await Team.of(1);
  const { world, entity } = team;
  await team.join('a');
  await world.run('done', { kind: 'deleteGroup', entity, group: 'g' });
  expect((await world.run('groups', { kind: 'listGroups', entity })).groups).toEqual([]);
  await team.join('a');
  await world.run('stream', { kind: 'deleteStream', entity, afterMs: 0 });
  expect(await world.broker.stateHash()).toBe(await world.broker.replayHash());
});
