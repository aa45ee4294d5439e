// Goal: streams are made, shown, listed and deleted as the service does it, in every state that they pass
// through.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type KinesisCore,
  startKinesisCore,
  streamArn,
} from '../../../../../../test/support/kinesis-core.ts';
import { startEncryption } from './encryption.ts';
import { describeStream, describeStreamSummary } from './describe.ts';
import { describeLimits } from './account.ts';
import { createStream, deleteStream, listStreams } from './streams.ts';
import { addTagsToStream } from './tags.ts';
import { updateShardCount } from './reshard.ts';

let core: KinesisCore;
beforeEach(async () => {
  core = await startKinesisCore();
});
afterEach(() => core.close());

const create = (StreamName: string, given: Omit<Parameters<typeof createStream>[1], 'StreamName'> = {}) =>
  createStream(core.kinesis, { StreamName, ...given }, core.call('CreateStream'));
const show = async (StreamName: string) =>
  (await describeStream(core.kinesis, { StreamName }, core.call('DescribeStream'))).StreamDescription!;
const summary = async (StreamName: string) =>
  (await describeStreamSummary(core.kinesis, { StreamName }, core.call('DescribeStreamSummary')))
    .StreamDescriptionSummary!;
const refusal = (type: string, message: string) => expect.objectContaining({ type, message });

describe('CreateStream', () => {
  test('with a count of shards is provisioned', async () => {
    await create('s', { ShardCount: 3, Tags: { a: 'b' }, MaxRecordSizeInKiB: 2048 });
    const { Shards: shards, ...rest } = await show('s');
    expect(rest).toEqual({
      StreamName: 's',
      StreamARN: streamArn('s'),
      StreamStatus: 'ACTIVE',
      StreamModeDetails: { StreamMode: 'PROVISIONED' },
      HasMoreShards: false,
      RetentionPeriodHours: 168,
      StreamCreationTimestamp: 1_700_000_000_000,
      EnhancedMonitoring: [{ ShardLevelMetrics: [] }],
      EncryptionType: 'NONE',
      KeyId: undefined,
    });
    expect(shards!.map(({ ShardId: id, HashKeyRange: range }) => [id, range!.StartingHashKey])).toEqual([
      ['shardId-000000000000', '0'],
      ['shardId-000000000001', '113427455640312821154458202477256070485'],
      ['shardId-000000000002', '226854911280625642308916404954512140970'],
    ]);
    expect(shards!.at(-1)!.HashKeyRange!.EndingHashKey).toBe('340282366920938463463374607431768211455');
    expect(await summary('s')).toMatchObject({
      OpenShardCount: 3,
      ConsumerCount: 0,
      MaxRecordSizeInKiB: 2048,
    });
  });

  test('without count and mode is on-demand, with four shards', async () => {
    await create('s');
    expect(await summary('s')).toMatchObject({
      OpenShardCount: 4,
      StreamModeDetails: { StreamMode: 'ON_DEMAND' },
      RecordDistributionStrategy: 'USER_PARTITION_KEY',
    });
  });

  test('a name is taken once in an account and region', async () => {
    await create('s');
    await expect(create('s')).rejects.toThrow(
      refusal('ResourceInUseException', 'Stream s under account 000000000000 already exists.'),
    );
  });

  test.each([
    { ShardCount: 1, StreamModeDetails: { StreamMode: 'ON_DEMAND' } },
    { StreamModeDetails: { StreamMode: 'PROVISIONED' } },
    { ShardCount: 1, WarmThroughputMiBps: 1 },
    { ShardCount: 1, RecordDistributionStrategy: 'AUTO' },
  ] as const)('%j do not go together', async (given) => {
    await expect(create('s', given)).rejects.toThrow(
      expect.objectContaining({ type: 'InvalidArgumentException' }),
    );
    await expect(show('s')).rejects.toThrow('not found');
  });

  test('asks leave for the stream, and for its tags', async () => {
    const call = core.call('CreateStream');
    await createStream(core.kinesis, { StreamName: 's', Tags: { a: 'b' } }, call);
    expect(call.asked).toEqual([
      `kinesis:CreateStream ${streamArn('s')}`,
      `kinesis:AddTagsToStream ${streamArn('s')}`,
    ]);
  });
});

describe('under limits: aws', () => {
  beforeEach(() => {
    core.profile = 'aws';
  });

  test('states show for half a second; tags may change meanwhile', async () => {
    await create('s', { ShardCount: 1 });
    await addTagsToStream(core.kinesis, { StreamName: 's', Tags: { a: 'b' } }, core.call('AddTagsToStream'));
    expect(await show('s')).toMatchObject({ StreamStatus: 'CREATING', Shards: [] });
    core.clock.advance(500);
    expect(await show('s')).toMatchObject({ StreamStatus: 'ACTIVE', Shards: [{}] });
    const key = { StreamName: 's', EncryptionType: 'KMS', KeyId: 'k' } as const;
    await startEncryption(core.kinesis, key, core.call('StartStreamEncryption'));
    expect(await show('s')).toMatchObject({ StreamStatus: 'UPDATING', EncryptionType: 'KMS', KeyId: 'k' });
    await expect(startEncryption(core.kinesis, key, core.call('StartStreamEncryption'))).rejects.toThrow(
      refusal(
        'ResourceInUseException',
        'Stream s under account 000000000000 not ACTIVE, instead in state UPDATING',
      ),
    );
    core.clock.advance(500);
    await deleteStream(core.kinesis, { StreamName: 's' }, core.call('DeleteStream'));
    expect(await show('s')).toMatchObject({ StreamStatus: 'DELETING' });
    await expect(create('s')).rejects.toThrow('already exists');
  });

  test('a stream that is being made can be deleted', async () => {
    await create('s', { ShardCount: 1 });
    await deleteStream(core.kinesis, { StreamName: 's' }, core.call('DeleteStream'));
    expect(await show('s')).toMatchObject({ StreamStatus: 'DELETING', Shards: [] });
  });

  test('shards of an account are limited', async () => {
    await create('a', { ShardCount: 300 });
    await expect(create('b', { ShardCount: 201 })).rejects.toThrow(
      'This request would exceed the shard limit for the account 000000000000 in us-east-1. Current shard ' +
        'count for the account: 300. Limit: 500. Number of additional shards that would have resulted from ' +
        'this request: 201. Refer to the AWS Service Limits page ',
    );
    core.clock.advance(500);
    const resize = { StreamName: 'a', TargetShardCount: 501, ScalingType: 'UNIFORM_SCALING' } as const;
    await expect(updateShardCount(core.kinesis, resize, core.call('UpdateShardCount'))).rejects.toThrow(
      'Number of additional shards that would have resulted from this request: 201.',
    );
    expect(await describeLimits(core.kinesis, core.call('DescribeLimits'))).toMatchObject({
      ShardLimit: 500,
      OpenShardCount: 300,
      OnDemandStreamCount: 0,
    });
  });

  test('five streams are made at once', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) await create(name);
    await expect(create('f')).rejects.toThrow(expect.objectContaining({ type: 'LimitExceededException' }));
    core.clock.advance(500);
    await create('f');
  });
});

test('without a delay of states, a stream that is made again is there at once', async () => {
  await create('s', { ShardCount: 1 });
  const first = await show('s');
  await deleteStream(core.kinesis, { StreamName: 's' }, core.call('DeleteStream'));
  await expect(show('s')).rejects.toThrow(
    refusal('ResourceNotFoundException', 'Stream s under account 000000000000 not found.'),
  );
  await create('s', { ShardCount: 1 });
  const second = await show('s');
  expect(second.StreamStatus).toBe('ACTIVE');
  expect(second.StreamCreationTimestamp).toBeGreaterThan(first.StreamCreationTimestamp!);
});

describe('names and ARNs', () => {
  const ask = (ids: { StreamName?: string; StreamARN?: string }) =>
    describeStream(core.kinesis, ids, core.call('DescribeStream'));

  test('either, or both that agree', async () => {
    await create('s', { ShardCount: 1 });
    await ask({ StreamARN: streamArn('s') });
    await ask({ StreamName: 's', StreamARN: streamArn('s') });
    await expect(ask({ StreamName: 't', StreamARN: streamArn('s') })).rejects.toThrow(
      'do not refer to the same',
    );
    await expect(ask({})).rejects.toThrow('Either StreamName or StreamARN should be provided.');
    await expect(ask({ StreamARN: `${streamArn('s')}/consumer/c:1` })).rejects.toThrow('is not a valid ARN');
  });

  test('leave is asked before it is told that there is no stream', async () => {
    const call = core.call('DescribeStream');
    await expect(describeStream(core.kinesis, { StreamName: 's' }, call)).rejects.toThrow('not found');
    expect(call.asked).toEqual([`kinesis:DescribeStream ${streamArn('s')}`]);
  });
});

test('DescribeStream pages through shards', async () => {
  await create('s', { ShardCount: 5 });
  const page = async (Limit: number, ExclusiveStartShardId?: string) => {
    const input = { StreamName: 's', Limit, ExclusiveStartShardId };
    const { StreamDescription } = await describeStream(core.kinesis, input, core.call('DescribeStream'));
    return [StreamDescription!.HasMoreShards, ...StreamDescription!.Shards!.map(({ ShardId }) => ShardId)];
  };
  expect(await page(2)).toEqual([true, 'shardId-000000000000', 'shardId-000000000001']);
  expect(await page(3, 'shardId-000000000001')).toEqual([
    false,
    'shardId-000000000002',
    'shardId-000000000003',
    'shardId-000000000004',
  ]);
  await expect(page(1, 'nonsense')).rejects.toThrow(
    'Could not find shard nonsense in stream s under account',
  );
});

test('ListStreams pages by name or token, sorted; tokens live for 300 s', async () => {
  for (const name of ['c', 'a', 'b']) await create(name);
  const list = (input: Parameters<typeof listStreams>[1]) =>
    listStreams(core.kinesis, input, core.call('ListStreams'));
  const first = list({ Limit: 2 });
  expect(first).toMatchObject({ StreamNames: ['a', 'b'], HasMoreStreams: true });
  expect(first.StreamSummaries).toHaveLength(2);
  expect(list({ ExclusiveStartStreamName: 'b' })).toMatchObject({
    StreamNames: ['c'],
    HasMoreStreams: false,
  });
  core.clock.advance(300_000);
  expect(list({ NextToken: first.NextToken })).toMatchObject({ StreamNames: ['c'] });
  core.clock.advance(1);
  expect(() => list({ NextToken: first.NextToken })).toThrow(
    expect.objectContaining({ type: 'ExpiredNextTokenException' }),
  );
  expect(() => list({ NextToken: 'junk' })).toThrow(
    expect.objectContaining({ type: 'InvalidArgumentException' }),
  );
});
