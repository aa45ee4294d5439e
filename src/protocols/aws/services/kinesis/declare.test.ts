// Goal: declared streams are made once, follow what is declared, and keep what is not.
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  account,
  type KinesisCore,
  region,
  startKinesisCore,
} from '../../../../../test/support/kinesis-core.ts';
import { declareStreams } from './declare.ts';
import { describeStreamSummary } from './handlers/describe.ts';
import { addTagsToStream } from './handlers/tags.ts';

let core: KinesisCore;
beforeEach(async () => {
  core = await startKinesisCore();
});
afterEach(() => core.close());

const declare = (attributes: Record<string, string>, tags = {}, name = 's') =>
  declareStreams(core.broker, [{ account, region, name, attributes, tags }], { defaultRetentionHours: 24 });
const summary = async () =>
  (await describeStreamSummary(core.kinesis, { StreamName: 's' }, core.call('DescribeStreamSummary')))
    .StreamDescriptionSummary!;
const revision = (): number =>
  core.broker.catalog.streams.find({ namespace: `${account}/${region}`, kind: 'stream', name: 's' })!
    .revision;

test('made with what is declared, defaults for the rest', async () => {
  await declare({ ShardCount: '2', KeyId: 'k' });
  expect(await summary()).toMatchObject({
    OpenShardCount: 2,
    RetentionPeriodHours: 24,
    MaxRecordSizeInKiB: 1024,
    StreamStatus: 'ACTIVE',
    KeyId: 'k',
  });
});

test('again: nothing is written; changed: followed; not declared: kept', async () => {
  await declare({ ShardCount: '2' }, { a: '1' });
  const tags = { StreamName: 's', Tags: { b: '2' } };
  await addTagsToStream(core.kinesis, tags, core.call('AddTagsToStream'));
  const before = revision();
  await declare({ ShardCount: '2' }, { a: '1' });
  expect(revision()).toBe(before);
  await declare({ ShardCount: '5', RetentionPeriodHours: '48', MaxRecordSizeInKiB: '2048' });
  expect(await summary()).toMatchObject({
    OpenShardCount: 5,
    RetentionPeriodHours: 48,
    MaxRecordSizeInKiB: 2048,
  });
  await declare({ StreamMode: 'ON_DEMAND' });
  expect(await summary()).toMatchObject({
    OpenShardCount: 5,
    StreamModeDetails: { StreamMode: 'ON_DEMAND' },
  });
});

test.each<[Record<string, string>, string]>([
  [{ ShardCount: 'x' }, 'stream s: ShardCount must be 1 or more, not x'],
  [{ ShardCount: '0' }, 'stream s: ShardCount must be 1 or more, not 0'],
  [{ Shards: '1' }, 'stream s: there is no attribute Shards'],
  [{ StreamMode: 'auto' }, 'stream s: StreamMode is PROVISIONED or ON_DEMAND, not auto'],
  [{ RetentionPeriodHours: '1' }, 'stream s: Minimum allowed retention period is 24 hours.'],
  [{ MaxRecordSizeInKiB: '1' }, 'stream s: MaxRecordSizeInKiB must be 1024 to 10240, not 1'],
  [{ Policy: '{' }, 'stream s: Policy: not JSON'],
])('%j is refused', async (attributes, message) => {
  await expect(declare(attributes)).rejects.toThrow(message);
});

test('a name that no request could use is refused', async () => {
  await expect(declare({}, {}, 'a b')).rejects.toThrow('stream a b: The name must be');
});
