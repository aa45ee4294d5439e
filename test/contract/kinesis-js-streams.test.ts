// Goal: streams, consumers and what is set of them work through the JavaScript SDK with its default HTTP/2
// client, survive a restart, and open to other accounts by policy alone. Records have suites of their own.
import {
  AddTagsToStreamCommand,
  CreateStreamCommand,
  DeleteStreamCommand,
  DescribeStreamCommand,
  DescribeStreamConsumerCommand,
  DescribeStreamSummaryCommand,
  IncreaseStreamRetentionPeriodCommand,
  KinesisClient,
  ListChannelsCommand,
  ListShardsCommand,
  ListTagsForStreamCommand,
  paginateListStreamConsumers,
  PutResourcePolicyCommand,
  RegisterStreamConsumerCommand,
  SplitShardCommand,
  UpdateShardCountCommand,
  waitUntilStreamExists,
  waitUntilStreamNotExists,
} from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Daemon, startDaemon } from '../support/daemon.ts';

const owner = '111111111111';
const other = '222222222222';
const policy = (action: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: other }, Action: action, Resource: '*' }],
  });

const config = `
kinesis:
  stateDelayMs: 200
  defaultRetentionHours: 24
streams:
  declared:
    account: "${owner}"
    attributes: { ShardCount: 3, RetentionPeriodHours: 48 }
    tags: { team: web }
users:
  owner:
    account: "${owner}"
    keys: [{ id: OWNER, secret: owner-secret }]
  other:
    account: "${other}"
    keys: [{ id: OTHER, secret: other-secret }]
`;

let daemon: Daemon;
const clients: KinesisClient[] = [];

function clientOf(user: 'owner' | 'other'): KinesisClient {
  const client = new KinesisClient({
    endpoint: daemon.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: user.toUpperCase(), secretAccessKey: `${user}-secret` },
    maxAttempts: 1,
  });
  clients.push(client);
  return client;
}

let kinesis: KinesisClient;
beforeAll(async () => {
  daemon = await startDaemon({ config });
  kinesis = clientOf('owner');
});
afterAll(async () => {
  for (const client of clients) client.destroy();
  await daemon.stop();
});

const wait = { maxWaitTime: 20, minDelay: 0.05, maxDelay: 0.2 } as const;

async function create(StreamName: string, ShardCount = 1): Promise<string> {
  await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount }));
  await waitUntilStreamExists({ client: kinesis, ...wait }, { StreamName });
  const found = await kinesis.send(new DescribeStreamSummaryCommand({ StreamName }));
  return found.StreamDescriptionSummary!.StreamARN!;
}

async function register(StreamARN: string, ConsumerName: string): Promise<string> {
  const answer = await kinesis.send(new RegisterStreamConsumerCommand({ StreamARN, ConsumerName }));
  return answer.Consumer!.ConsumerARN!;
}

const failureOf = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => expect.unreachable('it should have failed'),
    (error: unknown) => error,
  );

describe('the life of a stream', () => {
  test('made, resharded, deleted, with the waiters of the SDK', async () => {
    const StreamName = 'life';
    await create(StreamName, 2);
    const split = { StreamName, ShardToSplit: 'shardId-000000000000', NewStartingHashKey: '1000' };
    // At the same time: the second meets the first, however slow the machine is.
    const both = await Promise.allSettled([1, 2].map(() => kinesis.send(new SplitShardCommand(split))));
    const refused = both.filter(({ status }) => status === 'rejected');
    expect(refused).toMatchObject([
      {
        reason: {
          name: 'ResourceInUseException',
          message: `Stream life under account ${owner} not ACTIVE, instead in state UPDATING`,
        },
      },
    ]);
    await waitUntilStreamExists({ client: kinesis, ...wait }, { StreamName });
    const { Shards: open } = await kinesis.send(
      new ListShardsCommand({ StreamName, ShardFilter: { Type: 'AT_LATEST' } }),
    );
    expect(open!.map(({ ShardId }) => ShardId)).toEqual([
      'shardId-000000000001',
      'shardId-000000000002',
      'shardId-000000000003',
    ]);
    await kinesis.send(new DeleteStreamCommand({ StreamName }));
    await waitUntilStreamNotExists({ client: kinesis, ...wait }, { StreamName });
  });

  test('errors are the SDK classes, with the words of the service', async () => {
    expect(await failureOf(kinesis.send(new DescribeStreamCommand({ StreamName: 'none' })))).toMatchObject({
      name: 'ResourceNotFoundException',
      message: `Stream none under account ${owner} not found.`,
    });
    expect(
      await failureOf(kinesis.send(new DescribeStreamCommand({ StreamName: '@', Limit: 0 }))),
    ).toMatchObject({
      name: 'ValidationException',
      message:
        "2 validation errors detected: Value '0' at 'limit' failed to satisfy constraint: Member must have " +
        "value greater than or equal to 1; Value '@' at 'streamName' failed to satisfy constraint: Member " +
        'must satisfy regular expression pattern: [a-zA-Z0-9_.-]+',
    });
    expect(await failureOf(kinesis.send(new ListChannelsCommand({})))).toMatchObject({
      message: 'ListChannels is not implemented.',
    });
  });
});

test('declared streams are there', async () => {
  const StreamName = 'declared';
  const { StreamDescriptionSummary: found } = await kinesis.send(
    new DescribeStreamSummaryCommand({ StreamName }),
  );
  expect(found).toMatchObject({ OpenShardCount: 3, RetentionPeriodHours: 48, StreamStatus: 'ACTIVE' });
  const { Tags } = await kinesis.send(new ListTagsForStreamCommand({ StreamName }));
  expect(Tags).toEqual([{ Key: 'team', Value: 'web' }]);
});

test('everything is there again after a kill', async () => {
  const StreamName = 'kept';
  const StreamARN = await create(StreamName, 2);
  await kinesis.send(new AddTagsToStreamCommand({ StreamName, Tags: { a: 'ü' } }));
  await kinesis.send(new IncreaseStreamRetentionPeriodCommand({ StreamName, RetentionPeriodHours: 25 }));
  await kinesis.send(
    new UpdateShardCountCommand({ StreamName, TargetShardCount: 3, ScalingType: 'UNIFORM_SCALING' }),
  );
  const ConsumerARN = await register(StreamARN, 'c');
  await waitUntilStreamExists({ client: kinesis, ...wait }, { StreamName });
  const before = await kinesis.send(new DescribeStreamCommand({ StreamName }));
  const consumer = await kinesis.send(new DescribeStreamConsumerCommand({ ConsumerARN }));
  await daemon.kill9();
  await daemon.restart();
  kinesis.destroy();
  kinesis = clientOf('owner');
  const after = await kinesis.send(new DescribeStreamCommand({ StreamName }));
  expect(after.StreamDescription).toEqual(before.StreamDescription);
  const again = await kinesis.send(new DescribeStreamConsumerCommand({ ConsumerARN }));
  expect({ ...again.ConsumerDescription, ConsumerStatus: 'ACTIVE' }).toEqual({
    ...consumer.ConsumerDescription,
    ConsumerStatus: 'ACTIVE',
  });
  const { Tags } = await kinesis.send(new ListTagsForStreamCommand({ StreamName }));
  expect(Tags).toEqual([{ Key: 'a', Value: 'ü' }]);
});

test('consumers are listed by the paginator of the SDK', async () => {
  const StreamARN = await create('many');
  for (const name of ['a', 'b', 'c']) await register(StreamARN, name);
  const names: unknown[] = [];
  for await (const page of paginateListStreamConsumers({ client: kinesis, pageSize: 2 }, { StreamARN })) {
    names.push(page.Consumers!.map(({ ConsumerName }) => ConsumerName));
  }
  expect(names).toEqual([['a', 'b'], ['c']]);
});

describe('other accounts', () => {
  test('see a stream by its policy alone', async () => {
    const StreamARN = await create('shared');
    const stranger = clientOf('other');
    const look = () => stranger.send(new DescribeStreamSummaryCommand({ StreamARN }));
    expect(await failureOf(look())).toMatchObject({ name: 'AccessDeniedException' });
    const Policy = policy('kinesis:DescribeStreamSummary');
    await kinesis.send(new PutResourcePolicyCommand({ ResourceARN: StreamARN, Policy }));
    expect((await look()).StreamDescriptionSummary).toMatchObject({ StreamName: 'shared' });
    expect(await failureOf(stranger.send(new ListShardsCommand({ StreamARN })))).toMatchObject({
      name: 'AccessDeniedException',
    });
  });

  test('see a consumer by its own', async () => {
    const StreamARN = await create('watched');
    const ConsumerARN = await register(StreamARN, 'c');
    const stranger = clientOf('other');
    const look = () => stranger.send(new DescribeStreamConsumerCommand({ ConsumerARN }));
    expect(await failureOf(look())).toMatchObject({ name: 'AccessDeniedException' });
    const Policy = policy('kinesis:DescribeStreamConsumer');
    await kinesis.send(new PutResourcePolicyCommand({ ResourceARN: ConsumerARN, Policy }));
    expect((await look()).ConsumerDescription).toMatchObject({ ConsumerName: 'c', StreamARN });
  });

  test('are not told what there is', async () => {
    const StreamARN = `arn:aws:kinesis:us-east-1:${owner}:stream/nothing`;
    expect(
      await failureOf(clientOf('other').send(new DescribeStreamSummaryCommand({ StreamARN }))),
    ).toMatchObject({ name: 'AccessDeniedException' });
  });
});
