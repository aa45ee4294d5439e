// Goal: what imitations of Kinesis are known to get wrong is right here: both ids everywhere, closed shards
// that stay until they are read, order across reshards, borders of the hash space, paging, accounts and
// regions, and what goes with a stream. The real service over a broker in memory, by a manual clock.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LocalKinesis } from '../support/local-kinesis.ts';

type Fields = Record<string, unknown>;
interface Shard {
  readonly ShardId: string;
  readonly ParentShardId?: string;
  readonly AdjacentParentShardId?: string;
  readonly HashKeyRange: { readonly StartingHashKey: string; readonly EndingHashKey: string };
  readonly SequenceNumberRange: {
    readonly StartingSequenceNumber: string;
    readonly EndingSequenceNumber?: string;
  };
}

let kinesis: LocalKinesis;
beforeEach(async () => {
  kinesis = await LocalKinesis.start({ settings: { defaultRetentionHours: 24 } });
});
afterEach(() => kinesis.close());

const hashEnd = 2n ** 128n;
const hourMs = 3_600_000;
const arnOf = (name: string): string => `arn:aws:kinesis:us-east-1:000000000000:stream/${name}`;
const create = (StreamName: string, ShardCount = 1) =>
  kinesis.call('CreateStream', { StreamName, ShardCount });
const shardsOf = async (StreamName: string, more: object = {}): Promise<Shard[]> =>
  (await kinesis.call('ListShards', { StreamName, ...more }))['Shards'] as Shard[];
const put = (StreamName: string, PartitionKey: string, text: string, more: object = {}) =>
  kinesis.call('PutRecord', {
    StreamName,
    PartitionKey,
    Data: Buffer.from(text).toString('base64'),
    ...more,
  });

async function drain(StreamName: string, ShardId: string): Promise<{ texts: string[]; end: Fields }> {
  const from = { StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' };
  let token = (await kinesis.call('GetShardIterator', from))['ShardIterator'];
  const texts: string[] = [];
  for (;;) {
    const end = await kinesis.call('GetRecords', { ShardIterator: token, Limit: 3 });
    const records = end['Records'] as Fields[];
    texts.push(...records.map(({ Data }) => Buffer.from(Data as string, 'base64').toString()));
    token = end['NextShardIterator'];
    if (token === undefined || records.length === 0) return { texts, end };
  }
}

describe('a stream goes by its name, its ARN, or both', () => {
  const calls: [operation: string, input: object][] = [
    ['DescribeStream', {}],
    ['DescribeStreamSummary', {}],
    ['ListShards', {}],
    ['PutRecord', { PartitionKey: 'k', Data: '' }],
    ['PutRecords', { Records: [{ PartitionKey: 'k', Data: '' }] }],
    ['GetShardIterator', { ShardId: '0', ShardIteratorType: 'LATEST' }],
    ['AddTagsToStream', { Tags: { a: 'b' } }],
    ['ListTagsForStream', {}],
    ['RemoveTagsFromStream', { TagKeys: ['a'] }],
    ['IncreaseStreamRetentionPeriod', { RetentionPeriodHours: 48 }],
    ['DecreaseStreamRetentionPeriod', { RetentionPeriodHours: 24 }],
    ['EnableEnhancedMonitoring', { ShardLevelMetrics: ['IncomingBytes'] }],
    ['DisableEnhancedMonitoring', { ShardLevelMetrics: ['ALL'] }],
    ['StartStreamEncryption', { EncryptionType: 'KMS', KeyId: 'k' }],
    ['StopStreamEncryption', { EncryptionType: 'KMS', KeyId: 'k' }],
    ['SplitShard', { ShardToSplit: 'shardId-000000000000', NewStartingHashKey: '9' }],
    ['UpdateShardCount', { TargetShardCount: 3, ScalingType: 'UNIFORM_SCALING' }],
    ['DeleteStream', {}],
  ];

  test.each(calls)('%s', async (operation, input) => {
    const [StreamName, StreamARN] = ['s', arnOf('s')];
    const answers: unknown[] = [];
    for (const ids of [{ StreamName }, { StreamARN }, { StreamName, StreamARN }]) {
      await create('s', 2);
      const answer = await kinesis.call(operation, { ...ids, ...input });
      // Where ids come back, both do, whichever was sent.
      if ('StreamName' in answer) answers.push([answer['StreamName'], answer['StreamARN']]);
      if (operation !== 'DeleteStream') await kinesis.call('DeleteStream', ids);
    }
    const isEchoing = ['UpdateShardCount', 'EnableEnhancedMonitoring', 'DisableEnhancedMonitoring'];
    expect(answers).toEqual(isEchoing.includes(operation) ? Array(3).fill([StreamName, StreamARN]) : []);
    await create('s');
    for (const ids of [{}, { StreamName: 'other', StreamARN }]) {
      await expect(kinesis.call(operation, { ...ids, ...input })).rejects.toMatchObject({
        name: 'InvalidArgumentException',
      });
    }
  });
});

describe('reshards', () => {
  test('a closed shard is listed and read until its last record is too old, then it is gone', async () => {
    await create('s');
    await put('s', 'k', 'a');
    const split = { ShardToSplit: 'shardId-000000000000', NewStartingHashKey: (hashEnd / 2n).toString() };
    await kinesis.call('SplitShard', { StreamName: 's', ...split });
    expect((await shardsOf('s')).map(({ ShardId }) => ShardId.slice(-1))).toEqual(['0', '1', '2']);
    kinesis.clock.advance(23 * hourMs);
    await kinesis.settle();
    expect((await drain('s', '0')).texts).toEqual(['a']);
    kinesis.clock.advance(2 * hourMs);
    await kinesis.settle();
    const left = await shardsOf('s');
    expect(left.map(({ ShardId }) => ShardId.slice(-1))).toEqual(['1', '2']);
    expect(left[0]!.ParentShardId).toBe('shardId-000000000000');
    await expect(drain('s', '0')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  test('open shards tile the hash space; the parents of all are closed, with lesser numbers', async () => {
    await create('s', 3);
    for (const TargetShardCount of [5, 4, 8, 7]) {
      const ScalingType = 'UNIFORM_SCALING';
      await kinesis.call('UpdateShardCount', { StreamName: 's', TargetShardCount, ScalingType });
      const open = await shardsOf('s', { ShardFilter: { Type: 'AT_LATEST' } });
      expect(open).toHaveLength(TargetShardCount);
      const ranges = open
        .map(
          ({ HashKeyRange: range }) => [BigInt(range.StartingHashKey), BigInt(range.EndingHashKey)] as const,
        )
        .sort(([a], [b]) => (a < b ? -1 : 1));
      const ends = [-1n, ...ranges.map(([, end]) => end)];
      expect(ranges.map(([start]) => start)).toEqual(ends.slice(0, -1).map((end) => end + 1n));
      expect(ends.at(-1)).toBe(hashEnd - 1n);
    }
    const all = new Map((await shardsOf('s')).map((shard) => [shard.ShardId, shard]));
    for (const shard of all.values()) {
      for (const id of [shard.ParentShardId, shard.AdjacentParentShardId]) {
        if (id === undefined) continue;
        const end = all.get(id)!.SequenceNumberRange.EndingSequenceNumber;
        expect(BigInt(end!) < BigInt(shard.SequenceNumberRange.StartingSequenceNumber)).toBe(true);
      }
    }
  });

  test('who reads parents before their children reads each key in order', async () => {
    await create('s', 2);
    const keys = Array.from({ length: 12 }, (_, i) => `key-${i}`);
    for (const [round, TargetShardCount] of [3, 5, 4, 2, 3].entries()) {
      for (const key of keys) await put('s', key, `${key}:${round}`);
      const target = { TargetShardCount, ScalingType: 'UNIFORM_SCALING' };
      await kinesis.call('UpdateShardCount', { StreamName: 's', ...target });
    }
    for (const key of keys) await put('s', key, `${key}:last`);
    const texts: string[] = [];
    const done = new Set<string>();
    const todo = new Map([
      ['shardId-000000000000', [] as string[]],
      ['shardId-000000000001', []],
    ]);
    while (todo.size > 0) {
      const [id] = [...todo].find(([, parents]) => parents.every((parent) => done.has(parent)))!;
      todo.delete(id);
      const { texts: found, end } = await drain('s', id);
      texts.push(...found);
      done.add(id);
      expect('ChildShards' in end).toBe(!('NextShardIterator' in end));
      for (const child of (end['ChildShards'] ?? []) as { ShardId: string; ParentShards: string[] }[]) {
        todo.set(child.ShardId, child.ParentShards);
      }
    }
    expect(done.size).toBe((await shardsOf('s')).length);
    for (const key of keys) {
      const rounds = ['0', '1', '2', '3', '4', 'last'];
      expect(texts.filter((text) => text.startsWith(`${key}:`))).toEqual(
        rounds.map((round) => `${key}:${round}`),
      );
    }
  });

  test('the last records of a closed shard still lead on; its end comes alone, with children', async () => {
    await create('s');
    await put('s', 'k', 'a');
    const split = { ShardToSplit: 'shardId-000000000000', NewStartingHashKey: '9' };
    await kinesis.call('SplitShard', { StreamName: 's', ...split });
    const from = { StreamName: 's', ShardId: '0', ShardIteratorType: 'TRIM_HORIZON' };
    const { ShardIterator } = await kinesis.call('GetShardIterator', from);
    const last = await kinesis.call('GetRecords', { ShardIterator });
    expect(Object.keys(last)).toEqual(['Records', 'NextShardIterator', 'MillisBehindLatest']);
    expect(last['Records']).toHaveLength(1);
    const end = await kinesis.call('GetRecords', { ShardIterator: last['NextShardIterator'] });
    expect(end).toMatchObject({ Records: [], MillisBehindLatest: 0, ChildShards: [{}, {}] });
    expect(end).not.toHaveProperty('NextShardIterator');
  });

  test('shard ids are never used again', async () => {
    await create('s', 2);
    const [ShardToMerge, AdjacentShardToMerge] = ['shardId-000000000000', 'shardId-000000000001'];
    await kinesis.call('MergeShards', { StreamName: 's', ShardToMerge, AdjacentShardToMerge });
    kinesis.clock.advance(30 * hourMs);
    await kinesis.settle();
    const split = { ShardToSplit: 'shardId-000000000002', NewStartingHashKey: '5' };
    await kinesis.call('SplitShard', { StreamName: 's', ...split });
    const ids = (await shardsOf('s')).map(({ ShardId }) => Number(ShardId.slice(-12)));
    expect(ids).toEqual([2, 3, 4]);
  });
});

describe('keys', () => {
  test('are counted in characters, not bytes', async () => {
    await create('s');
    await put('s', 'ы'.repeat(256), 'a');
    await expect(put('s', 'ы'.repeat(257), 'a')).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('Member must have length less than or equal to 256'),
    });
  });

  test('are compared as whole numbers of 128 bits', async () => {
    await create('s', 2);
    const shards: unknown[] = [];
    for (const hash of [hashEnd / 2n - 1n, hashEnd / 2n, hashEnd / 2n + 1n]) {
      shards.push((await put('s', 'k', '', { ExplicitHashKey: hash.toString() }))['ShardId']);
    }
    expect(shards.map((id) => String(id).slice(-1))).toEqual(['0', '1', '1']);
  });
});

test('answers have no members without a value', async () => {
  await create('s');
  const Records = [{ PartitionKey: 'k', Data: '' }];
  const answers = [
    await kinesis.call('PutRecords', { StreamName: 's', Records }),
    await kinesis.call('DescribeStream', { StreamName: 's' }),
    await kinesis.call('DescribeStreamSummary', { StreamName: 's' }),
    await kinesis.call('ListShards', { StreamName: 's' }),
    await kinesis.call('ListStreams', {}),
  ];
  for (const answer of answers) expect(JSON.stringify(answer)).not.toContain('null');
  expect(answers[0]).toEqual({
    FailedRecordCount: 0,
    Records: [{ SequenceNumber: expect.any(String), ShardId: 'shardId-000000000000' }],
  });
});

describe('lists', () => {
  test('DescribeStream and ListShards hand out many shards page by page', async () => {
    await create('s', 250);
    const ids: string[] = [];
    const counts: number[] = [];
    for (let more: unknown = true; more === true;) {
      const start = ids.length === 0 ? {} : { ExclusiveStartShardId: ids.at(-1) };
      const { StreamDescription } = await kinesis.call('DescribeStream', { StreamName: 's', ...start });
      const { Shards, HasMoreShards } = StreamDescription as { Shards: Shard[]; HasMoreShards: boolean };
      ids.push(...Shards.map(({ ShardId }) => ShardId));
      counts.push(Shards.length);
      more = HasMoreShards;
    }
    expect(counts).toEqual([100, 100, 50]);
    const listed: string[] = [];
    let input: object | undefined = { StreamName: 's', MaxResults: 120 };
    while (input !== undefined) {
      const { Shards, NextToken } = await kinesis.call('ListShards', input);
      listed.push(...(Shards as Shard[]).map(({ ShardId }) => ShardId));
      input = NextToken === undefined ? undefined : { NextToken, MaxResults: 120 };
    }
    expect(listed).toEqual(ids);
    expect(new Set(ids).size).toBe(250);
  });

  test('ListStreams is sorted, over all its pages', async () => {
    const names = Array.from({ length: 130 }, (_, i) => `s${(i * 37) % 130}`);
    for (const name of names) await create(name);
    const found: unknown[] = [];
    let more: object = {};
    for (let has: unknown = true; has === true;) {
      const answer = await kinesis.call('ListStreams', more);
      found.push(...(answer['StreamNames'] as unknown[]));
      has = answer['HasMoreStreams'];
      more = { NextToken: answer['NextToken'] };
    }
    expect(found).toEqual(names.sort());
  });
});

test('accounts and regions share nothing; unchecked, a key of twelve digits is an account', async () => {
  const as = (account: string, region: string): Record<string, string> => ({
    authorization:
      `AWS4-HMAC-SHA256 Credential=${account}/20231114/${region}/kinesis/aws4_request, ` +
      'SignedHeaders=host, Signature=0',
  });
  const places = [
    ['111111111111', 'us-east-1'],
    ['222222222222', 'us-east-1'],
    ['111111111111', 'eu-west-1'],
  ] as const;
  for (const [i, [account, region]] of places.entries()) {
    const headers = as(account, region);
    await kinesis.call('CreateStream', { StreamName: 's', ShardCount: i + 1 }, headers);
    const { StreamDescriptionSummary } = await kinesis.call(
      'DescribeStreamSummary',
      { StreamName: 's' },
      headers,
    );
    expect(StreamDescriptionSummary).toMatchObject({
      StreamARN: `arn:aws:kinesis:${region}:${account}:stream/s`,
      OpenShardCount: i + 1,
    });
  }
  await kinesis.call('DeleteStream', { StreamName: 's' }, as(...places[1]));
  for (const [account, region] of [places[0], places[2]]) {
    const { StreamNames } = await kinesis.call('ListStreams', {}, as(account, region));
    expect(StreamNames).toEqual(['s']);
  }
});

test('consumers have a name of their own and go with their stream', async () => {
  await create('s');
  const StreamARN = arnOf('s');
  const registration = { StreamARN, ConsumerName: 'c' };
  const { Consumer } = await kinesis.call('RegisterStreamConsumer', registration);
  await expect(kinesis.call('RegisterStreamConsumer', registration)).rejects.toMatchObject({
    name: 'ResourceInUseException',
  });
  await expect(kinesis.call('DeleteStream', { StreamName: 's' })).rejects.toMatchObject({
    name: 'ResourceInUseException',
  });
  await kinesis.call('DeleteStream', { StreamName: 's', EnforceConsumerDeletion: true });
  await create('s');
  expect(await kinesis.call('ListStreamConsumers', { StreamARN })).toEqual({ Consumers: [] });
  const { ConsumerARN } = Consumer as Fields;
  await expect(kinesis.call('DescribeStreamConsumer', { ConsumerARN })).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
});
