// Goal: a rule routes what is put on a bus to its targets through the JavaScript SDK: the event as it was
// written, or what the target's input makes of it, to queues, streams, topics and other buses.
import {
  CreateEventBusCommand,
  DisableRuleCommand,
  EnableRuleCommand,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  type Target,
} from '@aws-sdk/client-eventbridge';
import {
  CreateStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
} from '@aws-sdk/client-kinesis';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { busArn, EventsSdk, queueArn, refusal, sdkConfig } from '../support/events-sdk.ts';

let daemon: Daemon;
let sdk: EventsSdk;
beforeAll(async () => {
  daemon = await startDaemon({ queueCells: 3 });
  sdk = new EventsSdk(daemon);
});
afterAll(async () => {
  await daemon.stop();
});

interface Wanted {
  readonly bus?: string;
  readonly pattern: object;
  readonly targets: Target[];
}

async function rule(Name: string, { bus, pattern, targets }: Wanted): Promise<void> {
  const on = bus === undefined ? {} : { EventBusName: bus };
  await sdk.events.send(new PutRuleCommand({ Name, EventPattern: JSON.stringify(pattern), ...on }));
  const put = new PutTargetsCommand({ Rule: Name, Targets: targets, ...on });
  expect(await sdk.events.send(put)).toMatchObject({ FailedEntryCount: 0, FailedEntries: [] });
}

describe('the event', () => {
  test('comes to a queue as it was written but for white space', async () => {
    const arn = await sdk.queue('plain');
    await rule('plain', { pattern: { source: ['plain'] }, targets: [{ Id: 'q', Arn: arn }] });
    const detail = '{"n": 1.0,  "big":12345678901234567890}';
    const Time = new Date(1_700_000_000_999);
    const { Entries: entries } = await sdk.events.send(
      new PutEventsCommand({
        Entries: [
          { Source: 'plain', DetailType: 'a "b"', Detail: detail, Time, Resources: ['r1', 'r2'] },
          { Source: 'other', DetailType: 'a', Detail: '{}' },
        ],
      }),
    );
    const [message] = await sdk.take('plain', 1);
    expect(message!.Body).toBe(
      `{"version":"0","id":"${entries![0]!.EventId}","detail-type":"a \\"b\\"","source":"plain",` +
        '"account":"000000000000","time":"2023-11-14T22:13:20Z","region":"us-east-1",' +
        `"resources":["r1","r2"],"detail":${detail.replaceAll(' ', '')}}`,
    );
  });

  test('fails alone where it is wrong', async () => {
    const { FailedEntryCount: failedCount, Entries: entries } = await sdk.events.send(
      new PutEventsCommand({
        Entries: [
          { Source: 's', DetailType: 't', Detail: '[1]' },
          { DetailType: 't', Detail: '{}' },
          { Source: 's', DetailType: 't', Detail: '{}', EventBusName: 'nowhere' },
          { Source: 'aws.s3', DetailType: 't', Detail: '{}' },
        ],
      }),
    );
    expect(failedCount).toBe(3);
    expect(entries!.map(({ ErrorCode: code }) => code)).toEqual([
      'MalformedDetail',
      'InvalidArgument',
      undefined,
      'NotAuthorizedForSourceException',
    ]);
    const large = { Source: 's', DetailType: 't', Detail: `{"a":"${'x'.repeat(600_000)}"}` };
    const tooLarge = sdk.events.send(new PutEventsCommand({ Entries: [large, large] }));
    expect(await refusal(tooLarge)).toBe(
      'ValidationException: Total size of the entries in the request is over the limit.',
    );
  });
});

test('a disabled rule lets nothing through, an enabled one does again', async () => {
  const arn = await sdk.queue('switch');
  await rule('switch', { pattern: { source: ['switch'] }, targets: [{ Id: 'q', Arn: arn }] });
  await sdk.events.send(new DisableRuleCommand({ Name: 'switch' }));
  await sdk.put({ Source: 'switch', DetailType: 'lost' });
  await sdk.events.send(new EnableRuleCommand({ Name: 'switch' }));
  await sdk.put({ Source: 'switch', DetailType: 'found' });
  expect(await sdk.bodies('switch', 1)).toMatchObject([{ 'detail-type': 'found' }]);
  await sdk.events.send(new RemoveTargetsCommand({ Rule: 'switch', Ids: ['q', 'unknown'] }));
  await sdk.put({ Source: 'switch' });
  expect(await sdk.poll('switch')).toEqual([]);
});

test('the input of a target is a constant, a part of the event, or a template', async () => {
  const inputs: Omit<Target, 'Id' | 'Arn'>[] = [
    { Input: '{"constant":1.0}' },
    { InputPath: '$.detail.list' },
    {
      InputTransformer: {
        InputPathsMap: { who: '$.detail.who' },
        InputTemplate: '{"who":<who>,"text":"by <who>","rule":"<aws.events.rule-name>"}',
      },
    },
  ];
  const targets = await Promise.all(
    inputs.map(async (input, i) => ({ Id: `t${i}`, Arn: await sdk.queue(`input${i}`), ...input })),
  );
  await rule('inputs', { pattern: { source: ['inputs'] }, targets });
  await sdk.put({ Source: 'inputs', Detail: '{"who":"Ann \\"A\\"","list":[1.0, 2]}' });
  const bodies = await Promise.all(inputs.map((_, i) => sdk.take(`input${i}`, 1)));
  expect(bodies.map(([message]) => message!.Body)).toEqual([
    '{"constant":1.0}',
    '[1.0,2]',
    '{"who":"Ann \\"A\\"","text":"by Ann \\"A\\"","rule":"inputs"}',
  ]);
});

test('a FIFO queue gets it in the group that the target says', async () => {
  const arn = await sdk.queue('f.fifo', { FifoQueue: 'true' });
  const without = sdk.events.send(new PutTargetsCommand({ Rule: 'plain', Targets: [{ Id: 'f', Arn: arn }] }));
  expect(await refusal(without)).toBe(
    'ValidationException: Parameter(s) SqsParameters must be specified for target: f.',
  );
  const target = { Id: 'f', Arn: arn, SqsParameters: { MessageGroupId: 'g' } };
  await rule('fifo', { pattern: { source: ['fifo'] }, targets: [target] });
  await sdk.put({ Source: 'fifo', DetailType: '1' }, { Source: 'fifo', DetailType: '2' });
  const messages = await sdk.take('f.fifo', 2);
  expect(messages.map(({ Attributes: attributes }) => attributes!['MessageGroupId'])).toEqual(['g', 'g']);
  expect(messages.map(({ Body: body }) => JSON.parse(body!)['detail-type'])).toEqual(['1', '2']);
});

test('a stream gets it under the key that the target says', async () => {
  const kinesis = new KinesisClient(sdkConfig(daemon.endpoint));
  await kinesis.send(new CreateStreamCommand({ StreamName: 'st', ShardCount: 1 }));
  const Arn = 'arn:aws:kinesis:us-east-1:000000000000:stream/st';
  const byKey = { Id: 'k', Arn, KinesisParameters: { PartitionKeyPath: '$.detail.key' } };
  await rule('stream', { pattern: { source: ['stream'] }, targets: [byKey] });
  await sdk.put({ Source: 'stream', Detail: '{"key":"k1"}' });
  const { ShardIterator } = await kinesis.send(
    new GetShardIteratorCommand({
      StreamName: 'st',
      ShardId: 'shardId-000000000000',
      ShardIteratorType: 'TRIM_HORIZON',
    }),
  );
  await expect
    .poll(
      async () => {
        const { Records: records } = await kinesis.send(new GetRecordsCommand({ ShardIterator }));
        return records!.map(({ PartitionKey, Data }) => [
          PartitionKey,
          (JSON.parse(Buffer.from(Data!).toString()) as { source: string }).source,
        ]);
      },
      { timeout: 10_000, interval: 250 },
    )
    .toEqual([['k1', 'stream']]);
});

test('another bus and a topic pass it on', async () => {
  const sns = new SNSClient(sdkConfig(daemon.endpoint));
  const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'on' }));
  const raw = { RawMessageDelivery: 'true' };
  const viaTopic = { TopicArn, Protocol: 'sqs', Endpoint: await sdk.queue('via-topic'), Attributes: raw };
  await sns.send(new SubscribeCommand(viaTopic));
  await sdk.events.send(new CreateEventBusCommand({ Name: 'second' }));
  const all = { source: [{ exists: true }] };
  const queue = { Id: 'q', Arn: await sdk.queue('via-bus') };
  await rule('all', { bus: 'second', pattern: all, targets: [queue] });
  await rule('on', {
    pattern: { source: ['on'] },
    targets: [
      { Id: 'bus', Arn: busArn('second') },
      { Id: 'topic', Arn: TopicArn! },
    ],
  });
  const [id] = await sdk.put({ Source: 'on', Detail: '{"a":1}' });
  expect(await sdk.bodies('via-bus', 1)).toMatchObject([{ id, source: 'on', detail: { a: 1 } }]);
  expect(await sdk.bodies('via-topic', 1)).toMatchObject([{ id, source: 'on' }]);
});

test('what a target does not take goes to its dead-letter queue', async () => {
  const dead = await sdk.queue('dead');
  const target = { Id: 'gone', Arn: queueArn('no-such-queue'), DeadLetterConfig: { Arn: dead } };
  await rule('dead', { pattern: { source: ['dead'] }, targets: [target] });
  const [id] = await sdk.put({ Source: 'dead' });
  const [message] = await sdk.take('dead', 1);
  expect(JSON.parse(message!.Body!)).toMatchObject({ id });
  expect(message!.MessageAttributes).toMatchObject({
    RULE_ARN: { StringValue: 'arn:aws:events:us-east-1:000000000000:rule/dead' },
    TARGET_ARN: { StringValue: queueArn('no-such-queue') },
    ERROR_CODE: { StringValue: 'NO_RESOURCE' },
  });
});

test('rules and their targets are there after kill -9', async () => {
  const arn = await sdk.queue('again');
  await rule('again', { pattern: { source: ['again'] }, targets: [{ Id: 'q', Arn: arn }] });
  await daemon.kill9();
  await daemon.restart();
  sdk = new EventsSdk(daemon);
  await sdk.put({ Source: 'again' });
  expect(await sdk.bodies('again', 1)).toMatchObject([{ source: 'again' }]);
});
