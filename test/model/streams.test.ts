// Streams through the core's own face: order and positions, resharding, retention, restarts, and what readers
// may see while a commit is on its way.
import { afterEach, expect, test } from 'vitest';
import { disarmFailpoints, armFailpoint } from '../../src/base/failpoint.ts';
import type { Reply } from '../../src/broker/index.ts';
import { RecordBatchWriter } from '../../src/broker/index.ts';
import { MemoryStorage } from '../../src/storage/index.ts';
import { dayMs, keep, StreamWorld } from './stream-world.ts';

afterEach(() => disarmFailpoints());

const numbered = (count: number, key = 'k'): [string, string][] =>
  Array.from({ length: count }, (_, i) => [key, `d${i}`]);

test('records of one shard come back in order, with their keys', async () => {
  const world = await StreamWorld.start();
  const entity = await world.create('s', 1);
  expect(await world.put(entity, numbered(3))).toEqual([
    { shardIndex: 0, sequence: 1 },
    { shardIndex: 0, sequence: 2 },
    { shardIndex: 0, sequence: 3 },
  ]);
  const { records, nextSequence, behindMs, isEnd } = await world.read(entity, 0, 1);
  expect(records.map(({ key, data }) => [key, data])).toEqual(numbered(3));
  expect({ nextSequence, behindMs, isEnd }).toEqual({ nextSequence: 4, behindMs: 0, isEnd: false });
});

test('a key always goes to the shard that owns its MD5', async () => {
  const world = await StreamWorld.start();
  const entity = await world.create('s', 4);
  // MD5('a') = 0cc175b9c0f1b6a831c399e269772661: the first quarter.
  const puts = await world.put(entity, [
    ['a', '1'],
    ['b', '2'],
    ['a', '3'],
  ]);
  expect(puts[0]?.shardIndex).toBe(0);
  // MD5('b') = 92eb5ffee6ae2fec3ad71c777531578f: the third quarter.
  expect(puts[1]?.shardIndex).toBe(2);
  expect((await world.read(entity, 0, 1)).records.map(({ data }) => data)).toEqual(['1', '3']);
});

test('a split closes its parent and opens two children that own its range', async () => {
  const world = await StreamWorld.start();
  const entity = await world.create('s', 1);
  await world.put(entity, numbered(2));
  const half = 1n << 127n;
  await world.run('shards', { kind: 'splitShard', entity, shardIndex: 0, atHash: half });
  const shards = await world.shards(entity);
  expect(shards.map(({ index, parentIndex, startHash }) => [index, parentIndex, startHash])).toEqual([
    [0, undefined, 0n],
    [1, 0, 0n],
    [2, 0, half],
  ]);
  expect(shards[1]!.createdAtMs).toBeGreaterThanOrEqual(
    shards[0]!.createdAtMs + 1000 - (shards[0]!.createdAtMs % 1000),
  );
  const [put] = await world.put(entity, [['a', 'after']]);
  expect(put).toEqual({ shardIndex: 1, sequence: 1 });
  const parent = await world.read(entity, 0, 1);
  expect(parent.records).toHaveLength(2);
  expect(parent).toMatchObject({ isEnd: true, children: [1, 2] });
});

test('merges need open neighbours, lower first; resizing ends in shards of equal width', async () => {
  const world = await StreamWorld.start();
  const entity = await world.create('s', 3);
  expect(await world.ask({ kind: 'mergeShards', entity, shardIndex: 1, adjacentIndex: 0 })).toMatchObject({
    error: { code: 'shards_not_adjacent' },
  });
  await world.run('shards', { kind: 'mergeShards', entity, shardIndex: 0, adjacentIndex: 1 });
  await world.run('shards', { kind: 'resizeStream', entity, shardCount: 5 });
  const open = (await world.shards(entity)).filter(({ closedAtMs }) => closedAtMs === undefined);
  const starts = open.map(({ startHash }) => startHash).sort((a, b) => (a < b ? -1 : 1));
  const width = (1n << 128n) / 5n;
  expect(starts).toEqual([0n, width, width * 2n, width * 3n, width * 4n]);
});

test('readers see what is committed only, and no gap when it is', async () => {
  const world = await StreamWorld.start();
  const entity = await world.create('s', 1);
  await world.put(entity, [['k', 'before']]);
  let release = (): void => {};
  armFailpoint('commit.before', () => new Promise<void>((resolve) => (release = resolve)));
  const put = world.put(entity, [['k', 'stalled']]);
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  const position = { kind: 'findPosition', entity, shardIndex: 0, position: { at: 'latest' } } as const;
  const { sequence } = await world.run('position', position);
  expect((await world.read(entity, 0, 1)).records).toHaveLength(1);
  disarmFailpoints();
  release();
  await put;
  expect((await world.read(entity, 0, sequence)).records.map(({ data }) => data)).toEqual(['stalled']);
});

/** Whatever comes is not committed, until the answer is called. */
function stallCommits(): () => void {
  const releases: (() => void)[] = [];
  armFailpoint('commit.before', () => new Promise<void>((resolve) => releases.push(resolve)));
  return () => {
    disarmFailpoints();
    for (const release of releases) release();
  };
}

test('shards that are not committed are there for nobody, and their parent is not closed', async () => {
  const world = await StreamWorld.start();
  const entity = await world.create('s', 1);
  await world.put(entity, [['a', '1']]);
  const release = stallCommits();
  const split = world.run('shards', { kind: 'splitShard', entity, shardIndex: 0, atHash: 1n << 127n });
  const after = world.put(entity, [['a', '2']]);
  const position = { at: 'latest' } as const;
  const child = { entity, shardIndex: 1 } as const;
  const missing = { error: { code: 'shard_not_found' } };
  expect(await world.ask({ kind: 'findPosition', ...child, position })).toMatchObject(missing);
  const bounds = { from: 1, recordsMax: 10, bytesMax: 1000 };
  expect(await world.ask({ kind: 'readStream', ...child, ...bounds })).toMatchObject(missing);
  const followed: Reply[] = [];
  world.broker.follow(
    { ...child, ...bounds },
    { isOpen: () => true, reveal: (reply) => followed.push(reply) },
  );
  expect(followed).toMatchObject([missing]);
  expect(await world.read(entity, 0, 2)).toMatchObject({ closedAtMs: undefined, isEnd: false, children: [] });
  release();
  await Promise.all([split, after]);
  expect(await world.read(entity, 0, 2)).toMatchObject({ isEnd: true, children: [1, 2] });
  expect((await world.read(entity, 1, 1)).records.map(({ data }) => data)).toEqual(['2']);
});

test('a failed commit takes back no time: what was past retention stays so', async () => {
  const storage = new MemoryStorage();
  const world = new StreamWorld({ storage });
  await world.open();
  const entity = await world.create('s', 1, { retentionMs: dayMs });
  await world.put(entity, numbered(3));
  // Looked at just before, so that nothing is trimmed, and no commit tells the time, when it is past.
  world.clock.advance(dayMs - 1);
  await world.broker.tick();
  world.clock.advance(1_001);
  await world.broker.tick();
  expect((await world.read(entity, 0, 1)).records).toEqual([]);
  storage.failNextAppend('stream-0', 'io');
  await expect(world.put(entity, numbered(1))).rejects.toThrow('unavailable');
  expect((await world.read(entity, 0, 1)).records).toEqual([]);
});

test('arrivals never go back, though the clock does between two starts', async () => {
  const world = await StreamWorld.start();
  const entity = await world.create('s', 1);
  await world.put(entity, numbered(2));
  await world.broker.close();
  await world.storage.close();
  world.clock.advance(-3_600_000);
  await world.open();
  await world.put(entity, numbered(2));
  const arrivals = (await world.read(entity, 0, 1)).records.map(({ arrivedAtMs }) => arrivedAtMs);
  expect(arrivals).toEqual(arrivals.toSorted((a, b) => a - b));
});

test('a follower goes on though what it needs can never be fetched ahead', async () => {
  const storage = new MemoryStorage();
  const world = new StreamWorld({ storage });
  await world.open();
  const entity = await world.create('s', 1);
  await world.put(entity, numbered(3));
  storage.cell('stream-0').isWarm = () => false;
  const seen: number[] = [];
  const follow = { entity, shardIndex: 0, from: 1, recordsMax: 1, bytesMax: 1000 };
  const subscription = world.broker.follow(follow, {
    isOpen: () => true,
    reveal: (reply) => void (reply.kind === 'records' && seen.push(...reply.records.sequences.slice(0, 1))),
  });
  subscription.grant(5);
  for (let turns = 0; turns < 50 && seen.length < 3; turns++) await world.broker.tick();
  expect(seen).toEqual([1, 2, 3]);
});

test('after a restore no number of the lost future is given again: sequences, shards', async () => {
  const storage = new MemoryStorage();
  const world = new StreamWorld({ storage });
  await world.open();
  const entity = await world.create('s', 1);
  await world.put(entity, numbered(2));
  await world.broker.close();
  await storage.close();
  storage.markRestored();
  await world.open();
  const [put] = await world.put(entity, [['k', 'new']]);
  expect(put?.sequence).toBeGreaterThan(2 ** 32);
  expect((await world.read(entity, 0, 1)).records.map(({ data }) => data)).toEqual(['d0', 'd1', 'new']);
  // Where a reader of the lost future was, it goes on with what is new.
  expect((await world.read(entity, 0, 1_000_000)).records.map(({ data }) => data)).toEqual(['new']);
  await world.run('shards', { kind: 'splitShard', entity, shardIndex: 0, atHash: 1n << 127n });
  expect((await world.shards(entity)).map(({ index }) => index)).toEqual([0, 100_001, 100_002]);
  expect(await world.broker.stateHash()).toBe(await world.broker.replayHash());
});

test('what is past retention is gone for readers at once, and a closed shard goes with it', async () => {
  const world = await StreamWorld.start();
  const entity = await world.create('s', 1, { retentionMs: dayMs });
  await world.put(entity, [['a', 'old']]);
  world.clock.advance(dayMs / 2);
  await world.put(entity, [['a', 'new']]);
  await world.run('shards', { kind: 'splitShard', entity, shardIndex: 0, atHash: 1n << 127n });
  world.clock.advance(dayMs / 2 + 1000);
  await world.broker.tick();
  expect((await world.read(entity, 0, 1)).records.map(({ data }) => data)).toEqual(['new']);
  world.clock.advance(dayMs);
  await world.broker.tick();
  expect((await world.shards(entity)).map(({ index }) => index)).toEqual([1, 2]);
  expect(await world.broker.stateHash()).toBe(await world.broker.replayHash());
});

test('a closed shard goes with its last record, an empty one a retention after it was closed', async () => {
  const world = await StreamWorld.start();
  const entity = await world.create('s', 2, { retentionMs: dayMs });
  await world.put(entity, [['a', 'in the lower half']]);
  world.clock.advance(dayMs / 2);
  await world.run('shards', { kind: 'resizeStream', entity, shardCount: 1 });
  const indexesAfter = async (ms: number): Promise<number[]> => {
    world.clock.advance(ms);
    await world.broker.tick();
    return (await world.shards(entity)).map(({ index }) => index);
  };
  expect(await indexesAfter(dayMs / 2)).toEqual([0, 1, 2]);
  // The space of records is given back in steps, of a minute here.
  expect(await indexesAfter(61_000)).toEqual([1, 2]);
  expect(await indexesAfter(dayMs / 2 - 61_000)).toEqual([1, 2]);
  expect(await indexesAfter(1_000)).toEqual([2]);
});

test('resizing to thousands of shards takes one pass over them', async () => {
  const world = await StreamWorld.start();
  const entity = await world.create('s', 4_999);
  const { shards } = await world.run('shards', { kind: 'resizeStream', entity, shardCount: 5_000 });
  const open = shards.filter(({ closedAtMs }) => closedAtMs === undefined);
  const starts = open.map(({ startHash }) => startHash).sort((a, b) => (a < b ? -1 : 1));
  const width = (1n << 128n) / 5_000n;
  expect(starts).toEqual(Array.from({ length: 5_000 }, (_, i) => width * BigInt(i)));
});

test('positions by time find the first record that arrived then or later', async () => {
  const world = await StreamWorld.start();
  const entity = await world.create('s', 1);
  const startMs = world.clock.nowMs();
  for (let i = 0; i < 50; i++) {
    await world.put(entity, numbered(3));
    world.clock.advance(1000);
  }
  const at = async (timeMs: number): Promise<number> => {
    const position = { at: 'time', timeMs } as const;
    return (await world.run('position', { kind: 'findPosition', entity, shardIndex: 0, position })).sequence;
  };
  expect(await at(0)).toBe(1);
  expect(await at(startMs + 20_000)).toBe(61);
  expect(await at(startMs + 20_001)).toBe(64);
  expect(await at(startMs + 1_000_000)).toBe(151);
});

test('a follower gets every record once, in order, then the end of the shard', async () => {
  const world = await StreamWorld.start();
  const entity = await world.create('s', 1);
  await world.put(entity, numbered(4));
  const seen: string[] = [];
  let end: Reply | undefined;
  const follow = { entity, shardIndex: 0, from: 2, recordsMax: 2, bytesMax: 1024 };
  const subscription = world.broker.follow(follow, {
    isOpen: () => true,
    reveal(reply) {
      const kept = keep(reply) as unknown as { records: { data: string }[]; isEnd: boolean };
      seen.push(...kept.records.map(({ data }) => data));
      if (kept.isEnd) end = reply;
      else subscription.grant(1);
    },
  });
  subscription.grant(1);
  await world.broker.tick();
  expect(seen).toEqual(['d1', 'd2', 'd3']);
  await world.put(entity, [['k', 'live']]);
  await world.run('shards', { kind: 'splitShard', entity, shardIndex: 0, atHash: 1n << 127n });
  await world.broker.tick();
  expect(seen).toEqual(['d1', 'd2', 'd3', 'live']);
  expect(end).toBeDefined();
});

test('a restart changes nothing; a stream made again shows nothing of the old one', async () => {
  const world = await StreamWorld.start();
  const entity = await world.create('s', 2);
  await world.put(entity, [
    ['a', '1'],
    ['b', '2'],
  ]);
  await world.run('shards', { kind: 'resizeStream', entity, shardCount: 4 });
  const before = await world.shards(entity);
  const hash = await world.broker.stateHash();
  await world.reopen();
  expect(await world.shards(entity)).toEqual(before);
  expect((await world.read(entity, 0, 1)).records.map(({ data }) => data)).toEqual(['1']);
  expect(await world.broker.replayHash()).toBe(await world.broker.stateHash());
  expect(hash).not.toBe('');
  await world.run('stream', { kind: 'deleteStream', entity, afterMs: 0 });
  const again = await world.create('s', 2);
  expect(again).not.toBe(entity);
  expect((await world.read(again, 0, 1)).records).toEqual([]);
  const [old, young] = [before[0]!.createdAtMs, (await world.shards(again))[0]!.createdAtMs];
  expect(Math.floor(young / 1000)).toBeGreaterThan(Math.floor(old / 1000));
});

test('a rate refuses single records of a hot shard and takes the others', async () => {
  const world = await StreamWorld.start();
  const entity = await world.create('s', 1);
  const writer = new RecordBatchWriter(10);
  writer.reset();
  for (let i = 0; i < 5; i++) {
    writer.begin();
    writer.keyText('k');
    writer.data(Buffer.from(`${i}`));
    writer.end();
  }
  const rate = { recordsPerSecond: 3, bytesPerSecond: 1000 };
  const reply = await world.run('appended', { kind: 'append', entity, records: writer, rate });
  expect([...reply.sequences]).toEqual([1, 2, 3, 0, 0]);
  expect((await world.read(entity, 0, 1)).records.map(({ data }) => data)).toEqual(['0', '1', '2']);
});

test('counters hold the bytes of keys and data, whatever their records take', async () => {
  const world = await StreamWorld.start();
  const entity = await world.create('s', 1);
  await world.put(entity, [
    ['k', ''],
    ['key', 'data'],
  ]);
  await world.read(entity, 0, 1);
  expect(await world.run('streamStats', { kind: 'streamStats', entity })).toMatchObject({
    recordCount: 2,
    recordBytes: 8,
    readRecordCount: 2,
    readBytes: 8,
  });
});
