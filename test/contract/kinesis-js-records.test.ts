// Goal: producers and consumers written with the JavaScript SDK run unchanged over its default HTTP/2 client:
// records, iterators and subscriptions, in order, through reshards and a restart of the daemon.
import {
  CreateStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type GetShardIteratorCommandInput,
  KinesisClient,
  PutRecordCommand,
  PutRecordsCommand,
  RegisterStreamConsumerCommand,
  ResourceInUseException,
  SplitShardCommand,
  SubscribeToShardCommand,
  type SubscribeToShardEvent,
} from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Daemon, startDaemon } from '../support/daemon.ts';

let daemon: Daemon;
const clients: KinesisClient[] = [];

function newClient(options: object = {}): KinesisClient {
  const client = new KinesisClient({
    endpoint: daemon.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    ...options,
  });
  clients.push(client);
  return client;
}

beforeAll(async () => {
  daemon = await startDaemon();
});
afterAll(async () => {
  for (const client of clients) client.destroy();
  await daemon.stop();
});

let streamCount = 0;
async function newStream(kinesis: KinesisClient, ShardCount = 1): Promise<string> {
  const StreamName = `js-${++streamCount}`;
  await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount }));
  return StreamName;
}

const put = (kinesis: KinesisClient, StreamName: string, text: string, PartitionKey = 'k') =>
  kinesis.send(new PutRecordCommand({ StreamName, PartitionKey, Data: Buffer.from(text) }));

async function readAll(
  kinesis: KinesisClient,
  start: Omit<GetShardIteratorCommandInput, 'ShardIteratorType'> & Partial<GetShardIteratorCommandInput>,
): Promise<string[]> {
  const from = { ShardIteratorType: 'TRIM_HORIZON', ...start } as const;
  let { ShardIterator } = await kinesis.send(new GetShardIteratorCommand(from));
  const texts: string[] = [];
  while (ShardIterator !== undefined) {
    const answer = await kinesis.send(new GetRecordsCommand({ ShardIterator, Limit: 100 }));
    texts.push(...answer.Records!.map(({ Data }) => Buffer.from(Data!).toString()));
    ShardIterator = answer.Records!.length === 0 ? undefined : answer.NextShardIterator;
  }
  return texts;
}

const ways: [string, () => object][] = [
  ['HTTP/2, the default', () => ({})],
  ['HTTP/1.1', () => ({ requestHandler: new NodeHttpHandler() })],
];

describe.each(ways)('%s', (_, options) => {
  test('500 records there and back, each key in order', async () => {
    const kinesis = newClient(options());
    const StreamName = await newStream(kinesis, 3);
    const Records = Array.from({ length: 500 }, (_item, i) => ({
      PartitionKey: `key-${i % 10}`,
      Data: Buffer.from(`${i % 10}:${i}`),
    }));
    const { FailedRecordCount, Records: placed } = await kinesis.send(
      new PutRecordsCommand({ StreamName, Records }),
    );
    expect([FailedRecordCount, placed!.length]).toEqual([0, 500]);
    const texts: string[] = [];
    for (const ShardId of ['0', '1', '2']) texts.push(...(await readAll(kinesis, { StreamName, ShardId })));
    for (let key = 0; key < 10; key++) {
      const ofKey = texts.filter((text) => text.startsWith(`${key}:`));
      expect(ofKey).toEqual(Array.from({ length: 50 }, (_item, i) => `${key}:${i * 10 + key}`));
    }
  });

  test('a subscription: what is there, what comes, and the end of the shard', async () => {
    const kinesis = newClient(options());
    const StreamName = await newStream(kinesis);
    const StreamARN = `arn:aws:kinesis:us-east-1:000000000000:stream/${StreamName}`;
    const register = new RegisterStreamConsumerCommand({ StreamARN, ConsumerName: 'c' });
    const { ConsumerARN } = (await kinesis.send(register)).Consumer!;
    await put(kinesis, StreamName, 'a');
    const start = { ConsumerARN, ShardId: '0', StartingPosition: { Type: 'TRIM_HORIZON' } } as const;
    const { EventStream } = await kinesis.send(new SubscribeToShardCommand(start));
    const again = newClient(options()).send(new SubscribeToShardCommand(start));
    await expect(again).rejects.toBeInstanceOf(ResourceInUseException);
    const producer = newClient(options());
    await put(producer, StreamName, 'b');
    const split = { StreamName, ShardToSplit: 'shardId-000000000000', NewStartingHashKey: '7' };
    await producer.send(new SplitShardCommand(split));
    const events: SubscribeToShardEvent[] = [];
    for await (const { SubscribeToShardEvent: event } of EventStream!)
      if (event !== undefined) events.push(event);
    const texts = events.flatMap(({ Records }) => Records!.map(({ Data }) => Buffer.from(Data!).toString()));
    expect(texts).toEqual(['a', 'b']);
    const last = events.at(-1)!;
    expect(last.ContinuationSequenceNumber).toBeUndefined();
    expect(last.ChildShards!.map(({ ShardId }) => ShardId)).toEqual([
      'shardId-000000000001',
      'shardId-000000000002',
    ]);
  });
});

test('records, sequence numbers and iterators outlive the daemon', async () => {
  const kinesis = newClient();
  const StreamName = await newStream(kinesis);
  const { SequenceNumber } = await put(kinesis, StreamName, 'a');
  await put(kinesis, StreamName, 'b');
  const from = { StreamName, ShardId: '0', ShardIteratorType: 'TRIM_HORIZON' } as const;
  const { ShardIterator } = await kinesis.send(new GetShardIteratorCommand(from));
  await daemon.restart();
  const later = newClient();
  const { Records } = await later.send(new GetRecordsCommand({ ShardIterator }));
  expect(Records!.map(({ Data }) => Buffer.from(Data!).toString())).toEqual(['a', 'b']);
  expect(Records![0]!.SequenceNumber).toBe(SequenceNumber);
  const { SequenceNumber: next } = await put(later, StreamName, 'c');
  expect(BigInt(next!)).toBeGreaterThan(BigInt(Records![1]!.SequenceNumber!));
  const after = {
    ShardIteratorType: 'AFTER_SEQUENCE_NUMBER',
    StartingSequenceNumber: SequenceNumber,
  } as const;
  expect(await readAll(later, { StreamName, ShardId: '0', ...after })).toEqual(['b', 'c']);
});

test('a daemon that stops ends its subscriptions', async () => {
  const kinesis = newClient();
  const StreamName = await newStream(kinesis);
  const StreamARN = `arn:aws:kinesis:us-east-1:000000000000:stream/${StreamName}`;
  const register = new RegisterStreamConsumerCommand({ StreamARN, ConsumerName: 'c' });
  const { ConsumerARN } = (await kinesis.send(register)).Consumer!;
  const start = { ConsumerARN, ShardId: '0', StartingPosition: { Type: 'LATEST' } } as const;
  const { EventStream } = await kinesis.send(new SubscribeToShardCommand(start));
  const restarted = daemon.restart();
  const events: unknown[] = [];
  for await (const event of EventStream!) events.push(event);
  await restarted;
  expect(events).toEqual([]);
});
