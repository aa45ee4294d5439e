// Goal: shards are split, merged, counted and listed; what is wrong is found in the order of the service.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type KinesisCore,
  startKinesisCore,
  streamArn,
} from '../../../../../../test/support/kinesis-core.ts';
import { mergeShards, splitShard, updateShardCount } from './reshard.ts';
import { listShards } from './shards.ts';
import { createStream, deleteStream } from './streams.ts';

let core: KinesisCore;
beforeEach(async () => {
  core = await startKinesisCore();
  await createStream(core.kinesis, { StreamName: 's', ShardCount: 2 }, core.call('CreateStream'));
});
afterEach(() => core.close());

const id = (index: number): string => `shardId-${String(index).padStart(12, '0')}`;
const split = (ShardToSplit: string, NewStartingHashKey: string, StreamName = 's') =>
  splitShard(core.kinesis, { StreamName, ShardToSplit, NewStartingHashKey }, core.call('SplitShard'));
const merge = (ShardToMerge: string, AdjacentShardToMerge: string, StreamName = 's') =>
  mergeShards(core.kinesis, { StreamName, ShardToMerge, AdjacentShardToMerge }, core.call('MergeShards'));
const resize = (TargetShardCount: number, StreamName = 's') => {
  const input = { StreamName, TargetShardCount, ScalingType: 'UNIFORM_SCALING' } as const;
  return updateShardCount(core.kinesis, input, core.call('UpdateShardCount'));
};
type ListInput = Parameters<typeof listShards>[1];
const list = (input: ListInput = { StreamName: 's' }) =>
  listShards(core.kinesis, input, core.call('ListShards'));
const refusal = (type: string, message: string) => expect.objectContaining({ type, message });
const notFound = (shard: string) =>
  refusal(
    'ResourceNotFoundException',
    `Could not find shard ${shard} in stream s under account 000000000000.`,
  );

describe('SplitShard', () => {
  test('closes the parent and opens two, at the key', async () => {
    await split('shardId-0', '1000');
    const { Shards: shards } = await list();
    expect(shards).toHaveLength(4);
    const [parent, , low, high] = shards!;
    expect(parent!.SequenceNumberRange!.EndingSequenceNumber).toBeDefined();
    expect(low).toMatchObject({
      ParentShardId: id(0),
      HashKeyRange: { StartingHashKey: '0', EndingHashKey: '999' },
    });
    expect(high).toMatchObject({ ParentShardId: id(0), HashKeyRange: { StartingHashKey: '1000' } });
    const last = BigInt(parent!.SequenceNumberRange!.EndingSequenceNumber!);
    expect(BigInt(low!.SequenceNumberRange!.StartingSequenceNumber!) > last).toBe(true);
  });

  test('first whether it can be a shard, then the stream, then the shard, then the key', async () => {
    await expect(split('junk', '1', 'none')).rejects.toThrow('Could not find shard junk in stream none');
    await expect(split('shardId-9', '1', 'none')).rejects.toThrow('Stream none under account');
    await expect(split('shardId-9', '1')).rejects.toThrow(notFound(id(9)));
    for (const key of ['0', '1', '170141183460469231731687303715884105727']) {
      await expect(split(id(0), key)).rejects.toThrow(
        refusal(
          'InvalidArgumentException',
          `NewStartingHashKey ${key} used in SplitShard() on shard ${id(0)} in stream s under account ` +
            "000000000000 is not both greater than one plus the shard's StartingHashKey 0 and less than " +
            "the shard's EndingHashKey 170141183460469231731687303715884105727.",
        ),
      );
    }
  });

  test('a shard is split once', async () => {
    await split(id(0), '1000');
    await expect(split(id(0), '500')).rejects.toThrow(
      'has already been merged or split, and thus is not eligible for merging or splitting.',
    );
  });

  test('not while the stream is being changed', async () => {
    core.profile = 'aws';
    await split(id(0), '1000');
    await expect(split(id(1), '200000000000000000000000000000000000000')).rejects.toThrow(
      'Stream s under account 000000000000 not ACTIVE, instead in state UPDATING',
    );
  });
});

describe('MergeShards', () => {
  test('of neighbours, the lower one first', async () => {
    await expect(merge(id(1), id(0))).rejects.toThrow(
      refusal(
        'InvalidArgumentException',
        `Shards ${id(1)} and ${id(0)} in stream s under account 000000000000 are not an adjacent pair of ` +
          'shards eligible for merging',
      ),
    );
    await merge(id(0), id(1));
    const { Shards: shards } = await list();
    expect(shards![2]).toMatchObject({ ParentShardId: id(0), AdjacentParentShardId: id(1) });
    await expect(merge(id(0), id(1))).rejects.toThrow('are not an adjacent pair');
  });

  test('both ids are looked at before the stream', async () => {
    await expect(merge(id(0), 'junk', 'none')).rejects.toThrow('Could not find shard junk in stream none');
    await expect(merge(id(0), id(7))).rejects.toThrow(notFound(id(7)));
  });
});

describe('UpdateShardCount', () => {
  test('to at most double and at least half, echoing both ids', async () => {
    expect(await resize(4)).toEqual({
      StreamName: 's',
      CurrentShardCount: 2,
      TargetShardCount: 4,
      StreamARN: streamArn('s'),
    });
    const { Shards: open } = await list({ StreamName: 's', ShardFilter: { Type: 'AT_LATEST' } });
    expect(open).toHaveLength(4);
    await expect(resize(9)).rejects.toThrow('is more than double its current shard count 4');
    await expect(resize(1)).rejects.toThrow('is less than half its current shard count 4');
    await resize(2);
  });

  test('ten times a day, under limits: aws', async () => {
    core.profile = 'aws';
    for (let i = 0; i < 10; i++) {
      await resize(i % 2 === 0 ? 3 : 2);
      core.clock.advance(1000);
    }
    await expect(resize(3)).rejects.toThrow(expect.objectContaining({ type: 'LimitExceededException' }));
    core.clock.advance(24 * 3_600_000);
    await resize(3);
  });
});

test('on-demand streams are not resharded by hand', async () => {
  await createStream(core.kinesis, { StreamName: 'od' }, core.call('CreateStream'));
  const refused = refusal(
    'ValidationException',
    'Request is invalid. Stream od under account 000000000000 is in On-Demand mode.',
  );
  await expect(split(id(0), '1000', 'od')).rejects.toThrow(refused);
  await expect(merge(id(0), id(1), 'od')).rejects.toThrow(refused);
  await expect(resize(5, 'od')).rejects.toThrow(refused);
});

describe('ListShards', () => {
  test('pages by token alone', async () => {
    await resize(4);
    const { Shards: all } = await list();
    const shown: unknown[] = [];
    let page = await list({ StreamName: 's', MaxResults: 2 });
    for (;;) {
      shown.push(...page.Shards!);
      if (page.NextToken === undefined) break;
      page = await list({ NextToken: page.NextToken, MaxResults: 2 });
    }
    expect(shown).toEqual(all);
  });

  test.each<[ListInput, string]>([
    [{}, 'Either NextToken or StreamName should be provided.'],
    [{ StreamName: 's', NextToken: 'x' }, 'NextToken and StreamName cannot be provided together.'],
    [{ StreamARN: streamArn('s'), NextToken: 'x' }, 'NextToken and StreamARN cannot be provided together.'],
    [{ NextToken: 'x' }, 'The NextToken is invalid.'],
    [{ StreamName: 's', ExclusiveStartShardId: 'x' }, 'Could not find shard x in stream s'],
  ])('%j is refused', async (input, message) => {
    await expect(list(input)).rejects.toThrow(message);
  });

  test('a token ends with its 300 seconds, and with its stream', async () => {
    const { NextToken } = await list({ StreamName: 's', MaxResults: 1 });
    await deleteStream(core.kinesis, { StreamName: 's' }, core.call('DeleteStream'));
    await createStream(core.kinesis, { StreamName: 's', ShardCount: 2 }, core.call('CreateStream'));
    await expect(list({ NextToken })).rejects.toThrow('Stream s under account 000000000000 not found.');
    core.clock.advance(300_001);
    await expect(list({ NextToken })).rejects.toThrow(
      expect.objectContaining({ type: 'ExpiredNextTokenException' }),
    );
  });

  test('of one life of the stream', async () => {
    const created = 1_700_000_000_000;
    expect((await list({ StreamName: 's', StreamCreationTimestamp: created })).Shards).toHaveLength(2);
    await expect(list({ StreamName: 's', StreamCreationTimestamp: created + 1000 })).rejects.toThrow(
      'not found',
    );
  });

  test('not of a stream that is being made', async () => {
    core.profile = 'aws';
    await createStream(core.kinesis, { StreamName: 'new', ShardCount: 1 }, core.call('CreateStream'));
    await expect(list({ StreamName: 'new' })).rejects.toThrow('not ACTIVE, instead in state CREATING');
  });
});
