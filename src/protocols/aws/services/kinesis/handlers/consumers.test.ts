// Goal: consumers are registered once, found by ARN or name, tagged, and go with their stream.
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  type KinesisCore,
  startKinesisCore,
  streamArn,
} from '../../../../../../test/support/kinesis-core.ts';
import { deregisterConsumer, describeConsumer, listConsumers, registerConsumer } from './consumers.ts';
import { deleteResourcePolicy, getResourcePolicy, putResourcePolicy } from './policies.ts';
import { createStream, deleteStream } from './streams.ts';
import { listTagsForResource, tagResource, untagResource } from './tags.ts';

let core: KinesisCore;
beforeEach(async () => {
  core = await startKinesisCore();
  await createStream(core.kinesis, { StreamName: 's', ShardCount: 1 }, core.call('CreateStream'));
  core.clock.advance(5000);
});
afterEach(() => core.close());

const StreamARN = streamArn('s');
const arnOf = (name: string, second = 1_700_000_005): string => `${StreamARN}/consumer/${name}:${second}`;
const register = (ConsumerName: string) =>
  registerConsumer(core.kinesis, { StreamARN, ConsumerName }, core.call('RegisterStreamConsumer'));
const show = (input: Parameters<typeof describeConsumer>[1]) =>
  describeConsumer(core.kinesis, input, core.call('DescribeStreamConsumer')).ConsumerDescription!;

test('a consumer is CREATING in the answer, then ACTIVE, under the second of its registration', async () => {
  expect(await register('c')).toEqual({
    Consumer: {
      ConsumerName: 'c',
      ConsumerARN: arnOf('c'),
      ConsumerStatus: 'CREATING',
      ConsumerCreationTimestamp: 1_700_000_005_000,
    },
  });
  expect(show({ ConsumerARN: arnOf('c') })).toMatchObject({ ConsumerStatus: 'ACTIVE', StreamARN });
  expect(show({ StreamARN, ConsumerName: 'c' })).toMatchObject({ ConsumerARN: arnOf('c') });
  expect(show({ StreamARN, ConsumerName: 'c', ConsumerARN: arnOf('c') })).toBeDefined();
});

test('it is ready at once also on a stream whose creation is dated ahead', async () => {
  const StreamName = 's';
  for (let life = 0; life < 2; life++) {
    await deleteStream(core.kinesis, { StreamName }, core.call('DeleteStream'));
    await createStream(core.kinesis, { StreamName, ShardCount: 1 }, core.call('CreateStream'));
  }
  await register('c');
  const found = show({ StreamARN, ConsumerName: 'c' });
  expect(Number(found.ConsumerCreationTimestamp)).toBeGreaterThan(core.clock.nowMs());
  expect(found.ConsumerStatus).toBe('ACTIVE');
});

test('with a delay of states it takes that long', async () => {
  core.profile = 'aws';
  await register('c');
  expect(show({ ConsumerARN: arnOf('c') })).toMatchObject({ ConsumerStatus: 'CREATING' });
  core.clock.advance(500);
  expect(show({ ConsumerARN: arnOf('c') })).toMatchObject({ ConsumerStatus: 'ACTIVE' });
});

test('a name is taken once in a stream', async () => {
  await register('c');
  await expect(register('c')).rejects.toThrow(expect.objectContaining({ type: 'ResourceInUseException' }));
});

test('registrations at the same time all count', async () => {
  await Promise.all(['a', 'b', 'c', 'd'].map(register));
  const { Consumers } = listConsumers(core.kinesis, { StreamARN }, core.call('ListStreamConsumers'));
  expect(Consumers!.map(({ ConsumerName }) => ConsumerName)).toEqual(['a', 'b', 'c', 'd']);
});

test('who is not there', async () => {
  await register('c');
  const missing = 'Consumer x, account 000000000000 not found.';
  expect(() => show({ StreamARN, ConsumerName: 'x' })).toThrow(missing);
  expect(() => show({ ConsumerARN: arnOf('x') })).toThrow(missing);
  expect(() => show({ ConsumerARN: arnOf('c', 1) })).toThrow('Consumer c, account 000000000000 not found.');
  expect(() => show({ StreamARN: streamArn('none'), ConsumerName: 'c' })).toThrow(
    'Stream none under account',
  );
  expect(() => show({ StreamARN })).toThrow('Either ConsumerARN or both StreamARN and ConsumerName');
  expect(() => show({ StreamARN: streamArn('t'), ConsumerARN: arnOf('c') })).toThrow('do not agree');
});

test('deregistered it is gone', async () => {
  await register('c');
  const deregister = () =>
    deregisterConsumer(core.kinesis, { ConsumerARN: arnOf('c') }, core.call('DeregisterStreamConsumer'));
  await deregister();
  await expect(deregister()).rejects.toThrow('Consumer c, account 000000000000 not found.');
});

test('listed in pages', async () => {
  for (const name of ['b', 'a', 'c']) await register(name);
  const list = (input: { MaxResults?: number; NextToken?: string | undefined }) =>
    listConsumers(core.kinesis, { StreamARN, ...input }, core.call('ListStreamConsumers'));
  const first = list({ MaxResults: 2 });
  expect(first.Consumers!.map(({ ConsumerName }) => ConsumerName)).toEqual(['a', 'b']);
  const second = list({ NextToken: first.NextToken });
  expect(second.Consumers!.map(({ ConsumerName }) => ConsumerName)).toEqual(['c']);
  expect(second.NextToken).toBeUndefined();
});

test('a stream with consumers is deleted by force, and takes them along', async () => {
  await register('c');
  const remove = (EnforceConsumerDeletion?: boolean) =>
    deleteStream(core.kinesis, { StreamName: 's', EnforceConsumerDeletion }, core.call('DeleteStream'));
  await expect(remove()).rejects.toThrow(expect.objectContaining({ type: 'ResourceInUseException' }));
  await remove(true);
  await createStream(core.kinesis, { StreamName: 's', ShardCount: 1 }, core.call('CreateStream'));
  expect(() => show({ ConsumerARN: arnOf('c') })).toThrow('not found');
  await register('c');
  expect(() => show({ ConsumerARN: arnOf('c') })).toThrow('not found');
});

test('twenty in a stream, fifty with a commitment, under limits: aws', async () => {
  core.profile = 'aws';
  const registerNext = async (i: number) => {
    await register(`c${i}`);
    core.clock.advance(500);
  };
  for (let i = 0; i < 20; i++) await registerNext(i);
  await expect(register('more')).rejects.toThrow(expect.objectContaining({ type: 'LimitExceededException' }));
  core.kinesis.accounts.set('000000000000', 'ENABLED', core.clock.nowMs());
  for (let i = 0; i < 5; i++) await register(`d${i}`);
  await expect(register('more')).rejects.toThrow('consumers in state CREATING already');
});

test('tags and policies of a consumer', async () => {
  await register('c');
  const ResourceARN = arnOf('c');
  await tagResource(core.kinesis, { ResourceARN, Tags: { a: '1', b: '2' } }, core.call('TagResource'));
  await untagResource(core.kinesis, { ResourceARN, TagKeys: ['a'] }, core.call('UntagResource'));
  const { Tags } = listTagsForResource(core.kinesis, { ResourceARN }, core.call('ListTagsForResource'));
  expect(Tags).toEqual([{ Key: 'b', Value: '2' }]);
  const Policy = '{"Version":"2012-10-17","Statement":[]}';
  await putResourcePolicy(core.kinesis, { ResourceARN, Policy }, core.call('PutResourcePolicy'));
  const call = core.call('GetResourcePolicy');
  expect(getResourcePolicy(core.kinesis, { ResourceARN }, call)).toEqual({ Policy });
  expect(call.asked).toEqual([`kinesis:GetResourcePolicy ${ResourceARN} by policy`]);
  await deleteResourcePolicy(core.kinesis, { ResourceARN }, core.call('DeleteResourcePolicy'));
  await expect(
    deleteResourcePolicy(core.kinesis, { ResourceARN }, core.call('DeleteResourcePolicy')),
  ).rejects.toThrow(expect.objectContaining({ type: 'ResourceNotFoundException' }));
});
