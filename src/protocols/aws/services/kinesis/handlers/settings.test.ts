// Goal: what can be set of a stream is kept and given back, and what can't is refused in the service's words.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type KinesisCore,
  startKinesisCore,
  streamArn,
} from '../../../../../../test/support/kinesis-core.ts';
import {
  updateDistribution,
  updateMaxRecordSize,
  updateStreamMode,
  updateWarmThroughput,
} from './capacity.ts';
import { describeStreamSummary } from './describe.ts';
import { startEncryption, stopEncryption } from './encryption.ts';
import { disableMonitoring, enableMonitoring } from './monitoring.ts';
import { getResourcePolicy, putResourcePolicy } from './policies.ts';
import { decreaseRetention, increaseRetention } from './retention.ts';
import { createStream } from './streams.ts';
import { addTagsToStream, listTagsForStream, removeTagsFromStream } from './tags.ts';

let core: KinesisCore;
const start = async (defaultRetentionHours?: number) => {
  core = await startKinesisCore({ defaultRetentionHours });
  await createStream(core.kinesis, { StreamName: 's', ShardCount: 1 }, core.call('CreateStream'));
};
beforeEach(() => start());
afterEach(() => core.close());

const s = { StreamName: 's' };
const StreamARN = streamArn('s');
const summary = async () =>
  (await describeStreamSummary(core.kinesis, s, core.call('DescribeStreamSummary')))
    .StreamDescriptionSummary!;

describe('retention', () => {
  const increase = (RetentionPeriodHours: number) =>
    increaseRetention(
      core.kinesis,
      { ...s, RetentionPeriodHours },
      core.call('IncreaseStreamRetentionPeriod'),
    );
  const decrease = (RetentionPeriodHours: number) =>
    decreaseRetention(
      core.kinesis,
      { ...s, RetentionPeriodHours },
      core.call('DecreaseStreamRetentionPeriod'),
    );
  const shorter =
    'Requested retention period (24 hours) for stream s can not be shorter than existing retention period ' +
    '(48 hours). Use DecreaseRetentionPeriod API.';
  const longer =
    'Requested retention period (72 hours) for stream s can not be longer than existing retention period ' +
    '(48 hours). Use IncreaseRetentionPeriod API.';

  test('the first change of a stream sets it, whichever way', async () => {
    expect((await summary()).RetentionPeriodHours).toBe(168);
    await increase(48);
    expect((await summary()).RetentionPeriodHours).toBe(48);
    await expect(increase(24)).rejects.toThrow(shorter);
    await expect(decrease(72)).rejects.toThrow(longer);
  });

  test('with a default of 24 hours it goes as at AWS from the start', async () => {
    await core.close();
    await start(24);
    await expect(decrease(25)).rejects.toThrow('can not be longer than existing retention period (24 hours)');
    await increase(25);
    await increase(25);
    await decrease(25);
    await decrease(24);
  });

  test('24 to 8760 hours', async () => {
    await expect(increase(23)).rejects.toThrow(
      'Minimum allowed retention period is 24 hours. Requested retention period (23 hours) is too short.',
    );
    await expect(decrease(8761)).rejects.toThrow(
      'Maximum allowed retention period is 8760 hours. Requested retention period (8761 hours) is too long.',
    );
  });
});

test('ALL metrics are seven; both sides and both ids are shown', async () => {
  const all = [
    'IncomingBytes',
    'IncomingRecords',
    'OutgoingBytes',
    'OutgoingRecords',
    'WriteProvisionedThroughputExceeded',
    'ReadProvisionedThroughputExceeded',
    'IteratorAgeMilliseconds',
  ];
  const set = (change: typeof enableMonitoring, name: string, ShardLevelMetrics: never[]) =>
    change(core.kinesis, { ...s, ShardLevelMetrics }, core.call(name));
  expect(await set(enableMonitoring, 'EnableEnhancedMonitoring', ['OutgoingBytes'] as never[])).toEqual({
    ...s,
    StreamARN,
    CurrentShardLevelMetrics: [],
    DesiredShardLevelMetrics: ['OutgoingBytes'],
  });
  expect(await set(enableMonitoring, 'EnableEnhancedMonitoring', ['ALL'] as never[])).toMatchObject({
    CurrentShardLevelMetrics: ['OutgoingBytes'],
    DesiredShardLevelMetrics: all,
  });
  await set(disableMonitoring, 'DisableEnhancedMonitoring', ['IncomingBytes'] as never[]);
  expect((await summary()).EnhancedMonitoring).toEqual([{ ShardLevelMetrics: all.slice(1) }]);
  await set(disableMonitoring, 'DisableEnhancedMonitoring', ['ALL'] as never[]);
  expect((await summary()).EnhancedMonitoring).toEqual([{ ShardLevelMetrics: [] }]);
});

test('the key of encryption is shown until it is stopped', async () => {
  const key = { ...s, EncryptionType: 'KMS', KeyId: 'alias/k' } as const;
  await startEncryption(core.kinesis, key, core.call('StartStreamEncryption'));
  expect(await summary()).toMatchObject({ EncryptionType: 'KMS', KeyId: 'alias/k' });
  await stopEncryption(core.kinesis, key, core.call('StopStreamEncryption'));
  expect(await summary()).toMatchObject({ EncryptionType: 'NONE', KeyId: undefined });
  await expect(
    startEncryption(core.kinesis, { ...key, EncryptionType: 'NONE' }, core.call('StartStreamEncryption')),
  ).rejects.toThrow(expect.objectContaining({ type: 'InvalidArgumentException' }));
});

describe('capacity', () => {
  const mode = (StreamMode: 'ON_DEMAND' | 'PROVISIONED') =>
    updateStreamMode(
      core.kinesis,
      { StreamARN, StreamModeDetails: { StreamMode } },
      core.call('UpdateStreamMode'),
    );
  const warm = (WarmThroughputMiBps: number) =>
    updateWarmThroughput(
      core.kinesis,
      { ...s, WarmThroughputMiBps },
      core.call('UpdateStreamWarmThroughput'),
    );
  const distribute = (RecordDistributionStrategy: 'AUTO' | 'USER_PARTITION_KEY') =>
    updateDistribution(
      core.kinesis,
      { StreamARN, RecordDistributionStrategy },
      core.call('UpdateStreamRecordDistributionStrategy'),
    );

  test('what belongs to on-demand streams comes and goes with the mode', async () => {
    const refused = expect.objectContaining({ type: 'InvalidArgumentException' });
    await expect(warm(5)).rejects.toThrow(refused);
    await expect(distribute('AUTO')).rejects.toThrow(refused);
    await distribute('USER_PARTITION_KEY');
    await mode('ON_DEMAND');
    expect(await warm(5)).toEqual({ ...s, StreamARN, WarmThroughput: { TargetMiBps: 5, CurrentMiBps: 5 } });
    await distribute('AUTO');
    expect(await summary()).toMatchObject({
      StreamModeDetails: { StreamMode: 'ON_DEMAND' },
      WarmThroughput: { TargetMiBps: 5 },
      RecordDistributionStrategy: 'AUTO',
      OpenShardCount: 1,
    });
    await mode('PROVISIONED');
    expect(await summary()).toMatchObject({
      StreamModeDetails: { StreamMode: 'PROVISIONED' },
      WarmThroughput: undefined,
      RecordDistributionStrategy: undefined,
    });
  });

  test('two switches a day under limits: aws', async () => {
    core.profile = 'aws';
    for (const next of ['ON_DEMAND', 'PROVISIONED'] as const) {
      await mode(next);
      core.clock.advance(500);
    }
    await expect(mode('ON_DEMAND')).rejects.toThrow(
      expect.objectContaining({ type: 'LimitExceededException' }),
    );
    core.clock.advance(24 * 3_600_000);
    await mode('ON_DEMAND');
  });

  test('the size of records', async () => {
    const input = { StreamARN, MaxRecordSizeInKiB: 10_240 };
    await updateMaxRecordSize(core.kinesis, input, core.call('UpdateMaxRecordSize'));
    expect((await summary()).MaxRecordSizeInKiB).toBe(10_240);
    await expect(
      updateMaxRecordSize(core.kinesis, { MaxRecordSizeInKiB: 1024 }, core.call('UpdateMaxRecordSize')),
    ).rejects.toThrow('Either StreamName or StreamARN should be provided.');
  });
});

test('tags of a stream, in pages', async () => {
  await addTagsToStream(
    core.kinesis,
    { ...s, Tags: { c: '3', a: '1', b: '2' } },
    core.call('AddTagsToStream'),
  );
  const list = (input: object) =>
    listTagsForStream(core.kinesis, { ...s, ...input }, core.call('ListTagsForStream'));
  expect(list({ Limit: 2 })).toEqual({
    Tags: [
      { Key: 'a', Value: '1' },
      { Key: 'b', Value: '2' },
    ],
    HasMoreTags: true,
  });
  expect(list({ ExclusiveStartTagKey: 'b' })).toEqual({
    Tags: [{ Key: 'c', Value: '3' }],
    HasMoreTags: false,
  });
  await removeTagsFromStream(core.kinesis, { ...s, TagKeys: ['a', 'b'] }, core.call('RemoveTagsFromStream'));
  expect(list({})).toEqual({ Tags: [{ Key: 'c', Value: '3' }], HasMoreTags: false });
});

test('the policy of a stream is asked for every action on it', async () => {
  const ResourceARN = StreamARN;
  const get = () => getResourcePolicy(core.kinesis, { ResourceARN }, core.call('GetResourcePolicy'));
  expect(get()).toEqual({ Policy: '{}' });
  await expect(
    putResourcePolicy(core.kinesis, { ResourceARN, Policy: '{' }, core.call('PutResourcePolicy')),
  ).rejects.toThrow('The policy is malformed: not JSON.');
  const Policy = '{"Version":"2012-10-17","Statement":[]}';
  await putResourcePolicy(core.kinesis, { ResourceARN, Policy }, core.call('PutResourcePolicy'));
  expect(get()).toEqual({ Policy });
  const call = core.call('DescribeStreamSummary');
  await describeStreamSummary(core.kinesis, s, call);
  expect(call.asked).toEqual([`kinesis:DescribeStreamSummary ${StreamARN} by policy`]);
});
