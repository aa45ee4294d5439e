// Goal: what is scheduled comes to its target at its time, once, also over a kill of the daemon: one-time
// schedules and rates, into queues, topics, buses and streams. Through the JavaScript SDK.
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { CreateStreamCommand, KinesisClient, DescribeStreamCommand } from '@aws-sdk/client-kinesis';
import { GetRecordsCommand, GetShardIteratorCommand } from '@aws-sdk/client-kinesis';
import {
  CreateScheduleCommand,
  GetScheduleCommand,
  ListSchedulesCommand,
  SchedulerClient,
} from '@aws-sdk/client-scheduler';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Daemon, startDaemon } from '../support/daemon.ts';

let daemon: Daemon;
let scheduler: SchedulerClient;
let events: EventBridgeClient;
let sqs: SQSClient;
let sns: SNSClient;
let kinesis: KinesisClient;

/** Fails when it is called; what it was called with goes to the dead letters. */
const functionConfig = "functions:\n  fails:\n    command: ['false']\n";

beforeAll(async () => {
  daemon = await startDaemon({ queueCells: 2, config: functionConfig });
  const config = {
    endpoint: daemon.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  };
  scheduler = new SchedulerClient(config);
  events = new EventBridgeClient(config);
  sqs = new SQSClient(config);
  sns = new SNSClient(config);
  kinesis = new KinesisClient(config);
});
afterAll(async () => {
  for (const client of [scheduler, events, sqs, sns, kinesis]) client.destroy();
  await daemon.stop();
});

const RoleArn = 'arn:aws:iam::000000000000:role/scheduler';
const off = { Mode: 'OFF' } as const;
const arnOf = (service: string, name: string): string => `arn:aws:${service}:us-east-1:000000000000:${name}`;

async function receive(queue: string, seconds = 10): Promise<string[]> {
  const QueueUrl = `${daemon.endpoint}/000000000000/${queue}`;
  const { Messages: messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: seconds, MaxNumberOfMessages: 10 }),
  );
  return messages.map(({ Body: body }) => body!);
}

/** `at(..)` of an instant that comes in the next seconds. */
function soon(): { readonly expression: string; readonly time: string } {
  const time = new Date(Math.ceil(Date.now() / 1000) * 1000 + 1000).toISOString().slice(0, 19);
  return { expression: `at(${time})`, time: `${time}Z` };
}

async function isGone(name: string): Promise<boolean> {
  for (let tries = 0; tries < 100; tries++) {
    const { Schedules: found = [] } = await scheduler.send(new ListSchedulesCommand({ NamePrefix: name }));
    if (found.length === 0) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

test('a one-time schedule puts its input into a queue and goes away when it shall', async () => {
  await sqs.send(new CreateQueueCommand({ QueueName: 'once' }));
  const { expression, time } = soon();
  const { ScheduleArn: arn } = await scheduler.send(
    new CreateScheduleCommand({
      Name: 'once',
      ScheduleExpression: expression,
      FlexibleTimeWindow: off,
      ActionAfterCompletion: 'DELETE',
      Target: {
        Arn: arnOf('sqs', 'once'),
        RoleArn,
        Input:
          'at <aws.scheduler.scheduled-time> by <aws.scheduler.schedule-arn> #<aws.scheduler.attempt-number>',
      },
    }),
  );
  expect(arn).toBe(arnOf('scheduler', 'schedule/default/once'));
  expect(await receive('once')).toEqual([`at ${time} by ${arn} #1`]);
  expect(await isGone('once')).toBe(true);
});

test('without an input the target gets a notification; the schedule stays', async () => {
  await sqs.send(new CreateQueueCommand({ QueueName: 'plain' }));
  const { expression, time } = soon();
  await scheduler.send(
    new CreateScheduleCommand({
      Name: 'plain',
      ScheduleExpression: expression,
      FlexibleTimeWindow: off,
      Target: { Arn: arnOf('sqs', 'plain'), RoleArn },
    }),
  );
  const [body] = await receive('plain');
  expect(JSON.parse(body!)).toEqual({
    version: '0',
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    'detail-type': 'Scheduled Event',
    source: 'aws.scheduler',
    account: '000000000000',
    time,
    region: 'us-east-1',
    resources: [arnOf('scheduler', 'schedule/default/plain')],
    detail: '{}',
  });
  const { Name: name } = await scheduler.send(new GetScheduleCommand({ Name: 'plain' }));
  expect(name).toBe('plain');
});

test('a rate is due at once; it reaches the queues of a topic', async () => {
  const { TopicArn: topicArn } = await sns.send(new CreateTopicCommand({ Name: 'ticks' }));
  await sqs.send(new CreateQueueCommand({ QueueName: 'of-topic' }));
  const Endpoint = arnOf('sqs', 'of-topic');
  const Attributes = { RawMessageDelivery: 'true' };
  await sns.send(new SubscribeCommand({ TopicArn: topicArn, Protocol: 'sqs', Endpoint, Attributes }));
  await scheduler.send(
    new CreateScheduleCommand({
      Name: 'ticks',
      ScheduleExpression: 'rate(1 hour)',
      FlexibleTimeWindow: off,
      Target: { Arn: topicArn, RoleArn, Input: 'tick' },
    }),
  );
  expect(await receive('of-topic')).toEqual(['tick']);
});

test('a schedule puts an event on a bus, where rules match it', async () => {
  await sqs.send(new CreateQueueCommand({ QueueName: 'of-bus' }));
  const pattern = { source: ['my.app'], 'detail-type': ['nightly'], detail: { n: [1] } };
  await events.send(new PutRuleCommand({ Name: 'nightly', EventPattern: JSON.stringify(pattern) }));
  const Targets = [{ Id: 'q', Arn: arnOf('sqs', 'of-bus') }];
  await events.send(new PutTargetsCommand({ Rule: 'nightly', Targets }));
  await scheduler.send(
    new CreateScheduleCommand({
      Name: 'to-bus',
      ScheduleExpression: 'rate(1 hour)',
      FlexibleTimeWindow: off,
      Target: {
        Arn: arnOf('events', 'event-bus/default'),
        RoleArn,
        Input: '{"n":1}',
        EventBridgeParameters: { Source: 'my.app', DetailType: 'nightly' },
      },
    }),
  );
  const [body] = await receive('of-bus');
  expect(JSON.parse(body!)).toMatchObject({ source: 'my.app', 'detail-type': 'nightly', detail: { n: 1 } });
});

test('a record comes to the stream under the key that was given', async () => {
  await kinesis.send(new CreateStreamCommand({ StreamName: 'ticks', ShardCount: 1 }));
  const { StreamDescription: stream } = await kinesis.send(
    new DescribeStreamCommand({ StreamName: 'ticks' }),
  );
  await scheduler.send(
    new CreateScheduleCommand({
      Name: 'to-stream',
      ScheduleExpression: 'rate(1 hour)',
      FlexibleTimeWindow: off,
      Target: {
        Arn: stream!.StreamARN,
        RoleArn,
        Input: 'tick',
        KinesisParameters: { PartitionKey: 'everybody' },
      },
    }),
  );
  const ShardId = stream!.Shards![0]!.ShardId!;
  let { ShardIterator } = await kinesis.send(
    new GetShardIteratorCommand({ StreamName: 'ticks', ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
  );
  let found: { key: string | undefined; text: string }[] = [];
  for (let tries = 0; tries < 100 && found.length === 0; tries++) {
    const page = await kinesis.send(new GetRecordsCommand({ ShardIterator: ShardIterator! }));
    ShardIterator = page.NextShardIterator;
    found = page.Records!.map(({ PartitionKey: key, Data: data }) => ({
      key,
      text: Buffer.from(data!).toString(),
    }));
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(found).toEqual([{ key: 'everybody', text: 'tick' }]);
});

test.each([
  ['sqs:sendMessage', (url: string) => ({ QueueUrl: url, MessageBody: 'universal' }), 'universal'],
  ['sns:publish', () => ({ TopicArn: arnOf('sns', 'universal'), Message: 'published' }), 'published'],
  [
    'eventbridge:putEvents',
    () => ({ Entries: [{ Source: 'my.universal', DetailType: 'd', Detail: '{"n":2}' }] }),
    '{"n":2}',
  ],
])('the universal target %s does what its request says', async (action, requestOf, expected) => {
  const QueueName = action.replace(':', '-');
  const { QueueUrl: url } = await sqs.send(new CreateQueueCommand({ QueueName }));
  const Arn = arnOf('sqs', QueueName);
  if (action === 'sns:publish') {
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'universal' }));
    const Attributes = { RawMessageDelivery: 'true' };
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: Arn, Attributes }));
  } else if (action === 'eventbridge:putEvents') {
    const EventPattern = '{"source":["my.universal"]}';
    await events.send(new PutRuleCommand({ Name: 'universal', EventPattern }));
    const Targets = [{ Id: 'q', Arn, InputPath: '$.detail' }];
    await events.send(new PutTargetsCommand({ Rule: 'universal', Targets }));
  }
  const Target = {
    Arn: `arn:aws:scheduler:::aws-sdk:${action}`,
    RoleArn,
    Input: JSON.stringify(requestOf(url!)),
  };
  const plan = { ScheduleExpression: 'rate(1 hour)', FlexibleTimeWindow: off };
  await scheduler.send(new CreateScheduleCommand({ Name: QueueName, ...plan, Target }));
  expect(await receive(QueueName)).toEqual([expected]);
  const shown = await scheduler.send(new GetScheduleCommand({ Name: QueueName }));
  expect(shown.Target).toMatchObject(Target);
});

test('a function that fails is given up, and then the schedule goes', async () => {
  await sqs.send(new CreateQueueCommand({ QueueName: 'dead' }));
  const { expression } = soon();
  await scheduler.send(
    new CreateScheduleCommand({
      Name: 'to-function',
      ScheduleExpression: expression,
      FlexibleTimeWindow: off,
      ActionAfterCompletion: 'DELETE',
      Target: {
        Arn: arnOf('lambda', 'function:fails'),
        RoleArn,
        Input: '{"n":1}',
        RetryPolicy: { MaximumRetryAttempts: 0 },
        DeadLetterConfig: { Arn: arnOf('sqs', 'dead') },
      },
    }),
  );
  expect(await receive('dead')).toEqual(['{"n":1}']);
  expect(await isGone('to-function')).toBe(true);
});

test('what came due while the daemon was down is fired once', async () => {
  const missed = soon();
  await sqs.send(new CreateQueueCommand({ QueueName: 'missed' }));
  await scheduler.send(
    new CreateScheduleCommand({
      Name: 'missed',
      ScheduleExpression: missed.expression,
      FlexibleTimeWindow: off,
      Target: { Arn: arnOf('sqs', 'missed'), RoleArn, Input: 'late' },
    }),
  );
  await daemon.kill9();
  const dueMs = Date.parse(missed.time);
  while (Date.now() <= dueMs) await new Promise((resolve) => setTimeout(resolve, 50));
  await daemon.restart();
  expect(await receive('missed')).toEqual(['late']);
  await daemon.kill9();
  await daemon.restart();
  expect(await receive('missed', 1)).toEqual([]);
});
