// Goal: definitions of queues: made once, changed whole or not at all, listed in pages, named back correctly.
import { beforeEach, describe, expect, test } from 'vitest';
import { fakeSqs, type FakeSqs } from '../../../../../../test/support/fake-sqs.ts';
import { brokerError, nameKey, type MoveTask } from '../../../../../broker/index.ts';
import type { SqsInput } from '../model.ts';
import { queueName } from '../names.ts';
import { getQueueAttributes, setQueueAttributes } from './attributes.ts';
import { listDeadLetterSourceQueues } from './dead-letters.ts';
import { cancelMessageMoveTask, listMessageMoveTasks, startMessageMoveTask } from './moves.ts';
import { createQueue, deleteQueue, getQueueUrl, listQueues, purgeQueue } from './queues.ts';
import { listQueueTags, tagQueue, untagQueue } from './tags.ts';

let fake: FakeSqs;
beforeEach(() => {
  fake = fakeSqs();
});

const arn = (name: string): string => `arn:aws:sqs:us-east-1:000000000000:${name}`;
const create = (
  QueueName: string,
  Attributes: Record<string, string> = {},
  tags = {},
): ReturnType<typeof createQueue> => createQueue(fake.sqs, { QueueName, Attributes, tags }, fake.call());
const redriveTo = (name: string, maxReceiveCount: unknown = 3): Record<string, string> => ({
  RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arn(name), maxReceiveCount }),
});

describe('CreateQueue', () => {
  test('answers with a URL under the address that the client used', async () => {
    expect(await create('q')).toEqual({ QueueUrl: 'http://localhost:4566/000000000000/q' });
  });

  test('again with the same attributes, or none: the same queue; with others: an error', async () => {
    await create('q', { DelaySeconds: '5' });
    expect(await create('q')).toEqual(await create('q', { DelaySeconds: '5' }));
    await expect(create('q', { DelaySeconds: '6' })).rejects.toThrow(
      expect.objectContaining({
        message: 'A queue already exists with the same name and a different value for attribute DelaySeconds',
        type: 'QueueNameExists',
        code: 'QueueAlreadyExists',
      }),
    );
  });

  test.each<[string, Record<string, string>, string]>([
    ['a.b', {}, 'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length'],
    ['a.fifo', {}, 'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length'],
    ['a.fifo', { FifoQueue: 'false' }, 'Can only include alphanumeric characters'],
    [
      'a',
      { FifoQueue: 'true' },
      'The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, ' +
        'must end with .fifo suffix and be 1 to 80 in length',
    ],
    ['a', { FifoQueue: 'false' }, 'Unknown Attribute FifoQueue.'],
  ])('%s %j', async (name, attributes, message) => {
    await expect(create(name, attributes)).rejects.toThrow(message);
  });

  test('not within 60 s of its deletion, under limits: aws alone', async () => {
    fake.broker.deletedAtMs = fake.clock.nowMs();
    fake.clock.advance(59_999);
    await create('q');
    fake.profile = 'aws';
    await expect(create('r')).rejects.toThrow(expect.objectContaining({ type: 'QueueDeletedRecently' }));
    fake.clock.advance(1);
    await create('r');
  });

  test('on a queue path it is no action (Query)', async () => {
    const call = fake.call({ isQuery: true, path: '/000000000000/q', operationName: 'CreateQueue' });
    await expect(createQueue(fake.sqs, { QueueName: 'q' }, call)).rejects.toThrow(
      'The action CreateQueue is not valid for this endpoint.',
    );
  });
});

describe('RedrivePolicy', () => {
  beforeEach(async () => {
    await create('dlq');
    await create('dlq.fifo', { FifoQueue: 'true' });
    await create('closed', { RedriveAllowPolicy: '{"redrivePermission":"denyAll"}' });
    const one = { redrivePermission: 'byQueue', sourceQueueArns: [arn('friend')] };
    await create('some', { RedriveAllowPolicy: JSON.stringify(one) });
  });

  test('becomes the policy of the core, count as number or text, and is shown with a number', async () => {
    for (const [name, count] of [
      ['a', 3],
      ['b', '3'],
    ] as const) {
      const attributes = redriveTo('dlq', count);
      await create(name, attributes);
      const definition = fake.broker.catalog.find(queueName('000000000000', 'us-east-1', name))!;
      expect(definition.settings.deadLetter).toMatchObject({ target: { name: 'dlq' }, maxReceives: 3 });
      expect(definition.annotations['RedrivePolicy']).toBe(redriveTo('dlq')['RedrivePolicy']);
    }
    const listed = listDeadLetterSourceQueues(fake.sqs, { QueueUrl: 'dlq' }, fake.call());
    expect(listed.queueUrls?.map((url) => url.slice(-1))).toEqual(['a', 'b']);
    await create('friend', redriveTo('some'));
  });

  test('an empty one removes it', async () => {
    await create('a', redriveTo('dlq'));
    const Attributes = { RedrivePolicy: '' };
    await setQueueAttributes(fake.sqs, { QueueUrl: 'a', Attributes }, fake.call());
    expect(listDeadLetterSourceQueues(fake.sqs, { QueueUrl: 'dlq' }, fake.call()).queueUrls).toEqual([]);
  });

  test('a dead-letter queue that is gone does not stand in the way of other changes', async () => {
    await create('a', redriveTo('dlq'));
    fake.broker.queues.delete(nameKey(queueName('000000000000', 'us-east-1', 'dlq')));
    const Attributes = { DelaySeconds: '1' };
    const changed = setQueueAttributes(fake.sqs, { QueueUrl: 'a', Attributes }, fake.call());
    await expect(changed).resolves.toEqual({});
  });

  const elsewhere = JSON.stringify({
    deadLetterTargetArn: 'arn:aws:sqs:eu-west-1:000000000000:dlq',
    maxReceiveCount: 1,
  });
  test.each<[string, Record<string, string>]>([
    [
      'Invalid value for maxReceiveCount: 0, valid values are from 1 to 1000 both inclusive.',
      redriveTo('dlq', 0),
    ],
    ['Invalid value for maxReceiveCount: 1001, valid', redriveTo('dlq', 1001)],
    ['Invalid value for maxReceiveCount: x, valid', redriveTo('dlq', 'x')],
    ['The specified queue does not exist.', redriveTo('none')],
    ['same type of queue', redriveTo('dlq.fifo')],
    ['same account and region', { RedrivePolicy: elsewhere }],
    ['does not have permission', redriveTo('closed')],
    ['does not have permission', redriveTo('some')],
    ['The specified queue does not exist.', redriveTo('x')],
    ['not a valid JSON map', { RedrivePolicy: '[]' }],
    [
      'mandatory attribute: maxReceiveCount',
      { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arn('dlq') }) },
    ],
    ['mandatory attribute: deadLetterTargetArn', { RedrivePolicy: '{"maxReceiveCount":1}' }],
    ['deadLetterTargetArn: dlq', { RedrivePolicy: '{"maxReceiveCount":1,"deadLetterTargetArn":"dlq"}' }],
    ['redrivePermission', { RedriveAllowPolicy: '{"redrivePermission":"some"}' }],
    [
      'sourceQueueArns can only',
      { RedriveAllowPolicy: '{"redrivePermission":"allowAll","sourceQueueArns":[]}' },
    ],
    ['list of 1 to 10', { RedriveAllowPolicy: '{"redrivePermission":"byQueue","sourceQueueArns":[]}' }],
  ])('%s', async (message, attributes) => {
    await expect(create('x', attributes)).rejects.toThrow(message);
  });
});

describe('GetQueueUrl, ListQueues', () => {
  test('a queue of the caller, of another account, of nobody', async () => {
    await create('q');
    const get = (input: SqsInput<'GetQueueUrl'>, account = '000000000000'): unknown =>
      getQueueUrl(fake.sqs, input, fake.call({ principal: { account, arn: '', id: '' } }));
    const QueueUrl = 'http://localhost:4566/000000000000/q';
    expect(get({ QueueName: 'q' })).toEqual({ QueueUrl });
    expect(get({ QueueName: 'q', QueueOwnerAWSAccountId: '000000000000' }, '111111111111')).toEqual({
      QueueUrl,
    });
    const missing = expect.objectContaining({ code: 'AWS.SimpleQueueService.NonExistentQueue' });
    expect(() => get({ QueueName: 'q' }, '111111111111')).toThrow(missing);
    expect(() => get({ QueueName: 'r' })).toThrow(missing);
  });

  test('pages by token, bound to what was asked for; none without MaxResults', async () => {
    for (const name of ['a1', 'a2', 'a3', 'b1']) await create(name);
    const list = (input: SqsInput<'ListQueues'>): ReturnType<typeof listQueues> =>
      listQueues(fake.sqs, input, fake.call());
    expect(list({}).QueueUrls).toHaveLength(4);
    expect(list({ QueueNamePrefix: 'zz' })).toEqual({});
    const page = list({ QueueNamePrefix: 'a', MaxResults: 2 });
    expect(page.QueueUrls?.map((url) => url.slice(-2))).toEqual(['a1', 'a2']);
    const rest = list({ QueueNamePrefix: 'a', MaxResults: 2, NextToken: page.NextToken });
    expect(rest).toEqual({ QueueUrls: ['http://localhost:4566/000000000000/a3'] });
    expect(() => list({ QueueNamePrefix: 'b', MaxResults: 2, NextToken: page.NextToken })).toThrow(
      'NextToken',
    );
    expect(() => list({ MaxResults: 2, NextToken: 'x' })).toThrow('Invalid NextToken value.');
    expect(() => list({ MaxResults: 1001 })).toThrow('Must be between 1 and 1000, if provided.');
  });
});

describe('attributes of a queue', () => {
  test('counts are asked for only when wanted; no names, no attributes', async () => {
    await create('q');
    fake.broker.commands.length = 0;
    fake.broker.next = { kind: 'queueStats', readyCount: 1, leasedCount: 2, delayedCount: 3 };
    const get = (AttributeNames?: string[]): ReturnType<typeof getQueueAttributes> =>
      getQueueAttributes(fake.sqs, { QueueUrl: 'q', AttributeNames }, fake.call());
    expect(await get()).toEqual({});
    expect((await get(['QueueArn', 'RedrivePolicy'])).Attributes).toEqual({ QueueArn: arn('q') });
    expect(fake.broker.commands).toEqual([]);
    expect((await get(['All'])).Attributes).toMatchObject({
      ApproximateNumberOfMessages: '1',
      ApproximateNumberOfMessagesNotVisible: '2',
      ApproximateNumberOfMessagesDelayed: '3',
    });
    await expect(get(['Foobar'])).rejects.toThrow('Unknown Attribute Foobar.');
  });

  test('a set is all or nothing, and is tried again when somebody else was quicker', async () => {
    await create('q');
    const set = (Attributes: Record<string, string>, call = fake.call()): Promise<object> =>
      setQueueAttributes(fake.sqs, { QueueUrl: 'q', Attributes }, call);
    await expect(set({ DelaySeconds: '1', VisibilityTimeout: '-1' })).rejects.toThrow('VisibilityTimeout');
    expect([...fake.broker.queues.values()][0]?.settings.delayMs).toBe(0);
    const call = fake.call();
    const run = call.run.bind(call);
    let isFirst = true;
    call.run = async (command) => {
      if (!isFirst) return run(command);
      isFirst = false;
      await set({ VisibilityTimeout: '7' });
      return run(command);
    };
    await set({ DelaySeconds: '1' }, call);
    expect([...fake.broker.queues.values()][0]?.settings).toMatchObject({ delayMs: 1000, leaseMs: 7000 });
  });
});

describe('tags', () => {
  test('added, replaced, removed, listed, bounded', async () => {
    await create('q', {}, { a: '1' });
    const tag = (Tags: Record<string, string>): Promise<object> =>
      tagQueue(fake.sqs, { QueueUrl: 'q', Tags }, fake.call());
    const list = (): unknown => listQueueTags(fake.sqs, { QueueUrl: 'q' }, fake.call()).Tags;
    await tag({ a: '2', b: '' });
    expect(list()).toEqual({ a: '2', b: '' });
    const untag = (TagKeys: string[]): Promise<object> =>
      untagQueue(fake.sqs, { QueueUrl: 'q', TagKeys }, fake.call());
    await untag(['a', 'none']);
    expect(list()).toEqual({ b: '' });
    await untag(['b']);
    expect(list()).toBeUndefined();
    const many = Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`k${i}`, '']));
    await expect(tag(many)).rejects.toThrow('Too many tags added for queue q.');
    await expect(untag([])).rejects.toThrow('Tag keys must be between 1 and 128 characters in length.');
  });
});

test('PurgeQueue: again within 60 s is refused under limits: aws alone', async () => {
  await create('q');
  const purge = (): Promise<object> => purgeQueue(fake.sqs, { QueueUrl: 'q' }, fake.call());
  await purge();
  await purge();
  fake.profile = 'aws';
  await purge();
  await expect(purge()).rejects.toThrow(
    expect.objectContaining({
      message: 'Only one PurgeQueue operation on q is allowed every 60 seconds.',
      status: 403,
    }),
  );
  fake.clock.advance(60_000);
  await purge();
});

test('what only the owner may do is refused to others whatever the policy says', async () => {
  await create('q');
  const other = fake.call({ principal: { account: '111111111111', arn: '', id: '' } });
  const denied = expect.objectContaining({ code: 'AccessDenied', status: 403 });
  const QueueUrl = '/000000000000/q';
  await expect(deleteQueue(fake.sqs, { QueueUrl }, other)).rejects.toThrow(denied);
  await expect(tagQueue(fake.sqs, { QueueUrl, Tags: { a: '' } }, other)).rejects.toThrow(denied);
  await purgeQueue(fake.sqs, { QueueUrl }, other);
  expect(other.asked).toEqual([`sqs:PurgeQueue ${arn('q')}`]);
});

describe('move tasks', () => {
  const task: MoveTask = {
    taskId: 'a6a9f0d0-7bd0-4d7c-8a3c-1f1f1f1f1f1f',
    entity: 1,
    status: 'running',
    startedAtMs: 5,
    movedCount: 1,
    toMoveCount: 2,
  };
  beforeEach(async () => {
    await create('dlq');
    await create('src', redriveTo('dlq'));
    await create('dlq.fifo', { FifoQueue: 'true' });
    fake.broker.next = { kind: 'move', task };
  });
  const start = (input: SqsInput<'StartMessageMoveTask'>): ReturnType<typeof startMessageMoveTask> =>
    startMessageMoveTask(fake.sqs, input, fake.call());

  test('a handle names task and source, and cancels it', async () => {
    const { TaskHandle } = await start({ SourceArn: arn('dlq') });
    expect(JSON.parse(Buffer.from(TaskHandle!, 'base64').toString())).toEqual({
      taskId: task.taskId,
      sourceArn: arn('dlq'),
    });
    expect(await cancelMessageMoveTask(fake.sqs, { TaskHandle }, fake.call())).toEqual({
      ApproximateNumberOfMessagesMoved: 1,
    });
    expect(fake.broker.commands.at(-1)).toEqual({ kind: 'cancelMove', entity: 1, taskId: task.taskId });
  });

  test('listed newest first, one by default, a handle only while it runs', async () => {
    const failure = brokerError('queue_not_found', 'gone');
    const failed: MoveTask = { ...task, status: 'failed', failure, ratePerSecondMax: 5 };
    fake.broker.next = { kind: 'moves', tasks: [task, failed] };
    const list = (MaxResults?: number): ReturnType<typeof listMessageMoveTasks> =>
      listMessageMoveTasks(fake.sqs, { SourceArn: arn('dlq'), MaxResults }, fake.call());
    const { Results: [newest, none] = [] } = await list();
    expect(newest).toMatchObject({
      Status: 'RUNNING',
      SourceArn: arn('dlq'),
      ApproximateNumberOfMessagesMoved: 1,
      ApproximateNumberOfMessagesToMove: 2,
      StartedTimestamp: 5,
    });
    expect(newest?.TaskHandle).toBeDefined();
    expect(none).toBeUndefined();
    const second = (await list(10)).Results?.[1];
    expect(second?.TaskHandle).toBeUndefined();
    expect(second).toMatchObject({
      Status: 'FAILED',
      FailureReason: 'AWS.SimpleQueueService.NonExistentQueue',
      MaxNumberOfMessagesPerSecond: 5,
    });
  });

  test.each<[string, string, SqsInput<'StartMessageMoveTask'>]>([
    [
      'ResourceNotFoundException',
      "The resource that you specified for the SourceArn parameter doesn't exist.",
      { SourceArn: arn('none') },
    ],
    [
      'InvalidParameterValue',
      'Source queue must be configured as a Dead Letter Queue.',
      { SourceArn: arn('src') },
    ],
    [
      'ResourceNotFoundException',
      "The resource that you specified for the DestinationArn parameter doesn't exist.",
      { SourceArn: arn('dlq'), DestinationArn: arn('none') },
    ],
    ['InvalidParameterValue', 'same type', { SourceArn: arn('dlq'), DestinationArn: arn('dlq.fifo') }],
    ['InvalidParameterValue', 'can not be the same', { SourceArn: arn('dlq'), DestinationArn: arn('dlq') }],
    [
      'InvalidParameterValue',
      'MaxNumberOfMessagesPerSecond',
      { SourceArn: arn('dlq'), MaxNumberOfMessagesPerSecond: 501 },
    ],
    ['MissingParameter', 'SourceArn', {}],
  ])('%s: %s', async (code, message, input) => {
    await expect(start(input)).rejects.toThrow(message);
    await expect(start(input)).rejects.toThrow(expect.objectContaining({ code }));
  });

  test('errors of the core', async () => {
    const failWith = async (
      code: 'task_running' | 'task_not_found' | 'task_not_running',
    ): Promise<unknown> => {
      fake.broker.next = { kind: 'error', error: brokerError(code, 'x') };
      return start({ SourceArn: arn('dlq') });
    };
    await expect(failWith('task_running')).rejects.toThrow(
      'There is already a task running. Only one active task is allowed for a source queue arn at a ' +
        'given time.',
    );
    await expect(failWith('task_not_found')).rejects.toThrow('Task does not exist.');
    await expect(failWith('task_not_running')).rejects.toThrow('Only active tasks can be cancelled.');
  });

  test('a handle that is none', async () => {
    for (const TaskHandle of [
      'garbage',
      Buffer.from('{}').toString('base64'),
      Buffer.from('1').toString('base64'),
    ]) {
      await expect(cancelMessageMoveTask(fake.sqs, { TaskHandle }, fake.call())).rejects.toThrow(
        'Value for parameter TaskHandle is invalid.',
      );
    }
  });
});
