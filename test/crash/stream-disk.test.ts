// Goal: streams on disk, in segments that fill and are sealed: records stay readable through sealing and
// resharding, go by time across segments, keep to their own stream's retention, survive more cells, and a
// restore gives no number of its lost future again.
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RecordBatchWriter } from '../../src/broker/index.ts';
import { restoreDirectory } from '../../src/storage/index.ts';
import type { ReadRecord } from '../model/stream-world.ts';
import { dayMs } from '../model/stream-world.ts';
import { DiskStreams, MiB, removeDirectory, temporaryDirectory } from './stream-disk.ts';

const hourMs = 3_600_000;

let directory = '';
const open: DiskStreams[] = [];

beforeEach(() => {
  directory = temporaryDirectory();
});
afterEach(async () => {
  for (const world of open.splice(0)) await world.close();
  removeDirectory(directory);
});

async function start(
  options: { streamCells?: number; segmentBytes?: number; name?: string } = {},
): Promise<DiskStreams> {
  const { name = 'live', ...more } = options;
  const world = new DiskStreams(join(directory, name), more);
  await world.open();
  open.push(world);
  return world;
}

/** Records of some 2 KB that count up, over so many keys. */
function batch(first: number, count: number, keyCount = 8): [key: string, data: string][] {
  return Array.from({ length: count }, (_, i) => [
    `k${(first + i) % keyCount}`,
    `${first + i}`.padStart(6, '0').padEnd(2_000, '.'),
  ]);
}
const numberOf = (data: string): number => Number(data.slice(0, 6));

function expectRun(records: readonly ReadRecord[], first: number, last: number): void {
  const numbers = records.filter(({ key }) => key !== 'settle').map(({ data }) => numberOf(data));
  expect(numbers).toEqual(Array.from({ length: last - first + 1 }, (_, i) => first + i));
}

test('records go by their time, across sealed segments, and so does the space', async () => {
  const world = await start();
  const entity = await world.create('s', 1, { retentionMs: dayMs });
  const perHour = 200;
  let diskAfterADay = 0;
  for (let hour = 0; hour < 48; hour++) {
    await world.put(entity, batch(hour * perHour, perHour));
    if (hour % 4 === 0) await world.settle(entity);
    if (hour === 24) diskAfterADay = world.storage.stats().diskBytes;
    if (hour % 8 === 7) {
      // What came at this very hour a day ago is still there.
      const first = Math.max(0, hour - 24) * perHour;
      expectRun(await world.readShard(entity, 0), first, (hour + 1) * perHour - 1);
    }
    world.clock.advance(hourMs);
  }
  expect(world.files().length).toBeGreaterThan(3);
  await world.settleBelow(entity, diskAfterADay * 1.5);
  world.clock.advance(dayMs + 1);
  await world.broker.tick();
  expect(await world.readShard(entity, 0)).toEqual([]);
  await world.settleBelow(entity, diskAfterADay / 2);
});

test('positions by time are found in sealed segments', async () => {
  const world = await start();
  const entity = await world.create('s', 1);
  const startMs = world.clock.nowMs();
  for (let minute = 0; minute < 30; minute++) {
    await world.put(entity, batch(minute * 100, 100));
    world.clock.advance(60_000);
  }
  await world.settle(entity);
  expect(world.files().length).toBeGreaterThan(1);
  for (const minute of [0, 1, 7, 15, 29]) {
    const position = { at: 'time', timeMs: startMs + minute * 60_000 - 59_999 } as const;
    const found = await world.run('position', { kind: 'findPosition', entity, shardIndex: 0, position });
    const { records } = await world.read(entity, 0, found.sequence, 1);
    expect(numberOf(records[0]!.data)).toBe(minute * 100);
  }
});

test('resharding while segments are sealed loses and reorders nothing, nor does a restart', async () => {
  const world = await start();
  const entity = await world.create('s', 2);
  const keyCount = 16;
  let count = 0;
  for (let round = 0; round < 12; round++) {
    const sealing = world.settle(entity);
    for (let n = 0; n < 4; n++) {
      await world.put(entity, batch(count, 100, keyCount));
      count += 100;
      if (n === 1) await world.run('shards', { kind: 'resizeStream', entity, shardCount: 1 + (round % 4) });
    }
    await sealing;
    if (round === 6) await world.reopen();
  }
  expect(world.files().length).toBeGreaterThan(3);
  for (const isReopened of [false, true]) {
    if (isReopened) await world.reopen();
    const byKey = await world.drain(entity);
    for (let key = 0; key < keyCount; key++) {
      const numbers = byKey.get(`k${key}`)?.map(numberOf);
      expect(numbers).toEqual(Array.from({ length: count / keyCount }, (_, i) => i * keyCount + key));
    }
  }
});

test('a stream raised to a year keeps what it has, and not the segments of its neighbour', async () => {
  const world = await start();
  const retentionMs = 7 * dayMs;
  const raised = await world.create('raised', 1, { retentionMs });
  const other = await world.create('other', 2, { retentionMs });
  const fill = async (from: number): Promise<void> => {
    for (let n = 0; n < 5; n++) {
      await world.put(raised, batch(from + n * 20, 20));
      await world.put(other, batch(from * 9 + n * 180, 180));
      world.clock.advance(hourMs);
    }
    await world.settle(other);
  };
  for (let n = 0; n < 4; n++) await fill(n * 100);
  const definition = world.broker.catalog.streams.byEntity(raised)!;
  await world.run('stream', {
    kind: 'updateStream',
    entity: raised,
    expectedRevision: definition.revision,
    settings: { ...definition.settings, retentionMs: 365 * dayMs },
  });
  for (let n = 4; n < 8; n++) await fill(n * 100);
  const full = world.storage.stats().diskBytes;
  // A tenth of the bytes are the raised stream's.
  world.clock.advance(retentionMs + hourMs);
  await world.settleBelow(other, full / 3);
  expect((await world.readShard(other, 0)).filter(({ key }) => key !== 'settle')).toEqual([]);
  expectRun(await world.readShard(raised, 0), 0, 799);
  await world.reopen();
  expectRun(await world.readShard(raised, 0), 0, 799);
});

/** One record of so many bytes, its number in front. */
function large(number: number, bytes: number): RecordBatchWriter {
  const writer = new RecordBatchWriter(1);
  writer.reset();
  writer.begin();
  writer.keyText('k');
  writer.data(Buffer.from(String(number).padStart(6, '0').padEnd(bytes, 'x')));
  writer.end();
  return writer;
}

test('records of 10 MiB are kept whole, whatever is put beside them in the same turn', async () => {
  const world = await start({ segmentBytes: 16 * MiB });
  const entity = await world.create('s', 1, { maxRecordBytes: 10 * MiB });
  const sizes = [6, 10, 10, 3, 7, 10].map((size) => size * MiB - 1);
  const puts = sizes.map((bytes, i) =>
    world.run('appended', { kind: 'append', entity, records: large(i, bytes) }),
  );
  const sequences = (await Promise.all(puts)).map((reply) => reply.sequences[0]);
  expect(sequences).toEqual([1, 2, 3, 4, 5, 6]);
  await world.settle(entity);
  await world.reopen();
  const records = await world.readShard(entity, 0);
  expect(records.slice(0, 6).map(({ data }) => data.length)).toEqual(sizes);
  expectRun(records, 0, 5);
});

test('more cells at a start: old streams stay readable where they are, new ones spread', async () => {
  const world = await start();
  const names = Array.from({ length: 6 }, (_, i) => `s${i}`);
  const old = await Promise.all(names.map((name) => world.create(name, 2)));
  for (const entity of old) await world.put(entity, batch(0, 100));
  await world.settle(old[0]!);
  world.streamCells = 3;
  await world.reopen();
  const cells = new Set<number>();
  for (const name of names) {
    const entity = await world.create(`new-${name}`, 1);
    cells.add(world.broker.catalog.streams.byEntity(entity)!.cell);
    await world.put(entity, batch(0, 10));
    expectRun(await world.readShard(entity, 0), 0, 9);
  }
  expect(cells).toEqual(new Set([0, 1, 2]));
  for (const entity of old) {
    await world.put(entity, batch(100, 100));
    const byKey = await world.drain(entity);
    expect([...byKey].flatMap(([key, all]) => (key === 'settle' ? [] : all.map(numberOf))).length).toBe(200);
  }
});

test('a restore goes on behind the lost future: its positions name nothing new', async () => {
  const live = await start({ streamCells: 3 });
  const entity = await live.create('s', 1);
  await live.put(entity, batch(0, 500));
  await live.put(entity, batch(500, 500));
  await live.settle(entity);
  await live.put(entity, batch(1_000, 100));
  await live.broker.backup(join(directory, 'backup'));
  // The future that will be lost: more records, other shards.
  await live.put(entity, batch(1_100, 500));
  const lost = await live.run('shards', { kind: 'splitShard', entity, shardIndex: 0, atHash: 1n << 127n });
  await live.put(entity, batch(1_600, 500));
  const lostEnd = lost.shards[0]!.nextSequence;

  await restoreDirectory(join(directory, 'backup'), join(directory, 'restored'));
  const restored = await start({ streamCells: 3, name: 'restored' });
  expectRun(await restored.readShard(entity, 0), 0, 1_099);
  const put = await restored.put(entity, batch(9_000, 100));
  expect(Math.min(...put.map(({ sequence }) => sequence))).toBeGreaterThan(lostEnd);
  // Positions of before the backup go on to be right; one of the lost future leads to what came after.
  const old = await restored.readShard(entity, 0, 1_101);
  expect(old.filter(({ key }) => key !== 'settle').map(({ data }) => numberOf(data))).toContain(1_099);
  expectRun(await restored.readShard(entity, 0, lostEnd), 9_000, 9_099);
  const shards = await restored.run('shards', {
    kind: 'splitShard',
    entity,
    shardIndex: 0,
    atHash: 1n << 127n,
  });
  const lostIndexes = lost.shards.slice(1).map(({ index }) => index);
  expect(shards.shards.slice(1).filter(({ index }) => lostIndexes.includes(index))).toEqual([]);
  await restored.reopen();
  expect((await restored.readShard(entity, 0, lostEnd)).length).toBe(100);
});
