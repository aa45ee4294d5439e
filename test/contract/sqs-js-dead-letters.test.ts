// Goal: messages that fail too often go where their queue says, with what they were, and can be brought back.
import {
  CancelMessageMoveTaskCommand,
  DeleteQueueCommand,
  ListDeadLetterSourceQueuesCommand,
  ListMessageMoveTasksCommand,
  type ListMessageMoveTasksResultEntry,
  SetQueueAttributesCommand,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { arnOf, type Attributes, bodies, describeSqs, eventually, failureOf } from '../support/sqs-suite.ts';

const fifo: Attributes = { FifoQueue: 'true', ContentBasedDeduplication: 'true' };

describeSqs('SQS dead letters, JavaScript SDK', (sqs) => {
  /** A source whose messages go to a dead-letter queue after so many receives. */
  async function pair(maxReceiveCount = 1, more: Attributes = {}): Promise<{ source: string; dead: string }> {
    const isFifo = more.FifoQueue === 'true' ? { FifoQueue: 'true' } : {};
    const dead = await sqs.createQueue({
      ...isFifo,
      ...(isFifo.FifoQueue ? { ContentBasedDeduplication: 'true' } : {}),
    });
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arnOf(dead), maxReceiveCount });
    return { dead, source: await sqs.createQueue({ VisibilityTimeout: '0', RedrivePolicy, ...more }) };
  }

  describe.concurrent('by receive count', () => {
    test('moved at the receive that is one too many, with id, times and where it came from', async () => {
      const { source, dead } = await pair(2);
      const id = await sqs.send(source, 'x', {
        MessageAttributes: { a: { DataType: 'Number', StringValue: '1' } },
      });
      const all = { MessageSystemAttributeNames: ['All' as const], MessageAttributeNames: ['All'] };
      const [first] = await sqs.receive(source, all);
      expect(await sqs.receive(source)).toHaveLength(1);
      expect(await sqs.receive(source)).toEqual([]);
      const [moved] = await sqs.receiveAll(dead, 1, all);
      expect(moved?.MessageId).toBe(id);
      expect(moved?.MessageAttributes).toEqual(first?.MessageAttributes);
      expect(moved?.Attributes).toMatchObject({
        SentTimestamp: first?.Attributes?.SentTimestamp,
        DeadLetterQueueSourceArn: arnOf(source),
        ApproximateReceiveCount: '3',
      });
      expect(await sqs.counts(source)).toEqual({ ready: 0, leased: 0, delayed: 0 });
    });

    test('the receive that moves one goes on to the next', async () => {
      const { source, dead } = await pair();
      await sqs.send(source, 'bad');
      await sqs.receiveAll(source, 1);
      await sqs.send(source, 'good');
      expect(bodies(await sqs.receive(source))).toEqual(['good']);
      expect(bodies(await sqs.receiveAll(dead, 1))).toEqual(['bad']);
    });

    test('a queue may be its own dead-letter queue: its messages stay, and nothing spins', async () => {
      const url = await sqs.createQueue({ VisibilityTimeout: '0' });
      const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arnOf(url), maxReceiveCount: 1 });
      await sqs.client.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { RedrivePolicy } }));
      expect((await sqs.attributes(url)).RedrivePolicy).toBe(RedrivePolicy);
      await sqs.send(url, 'x');
      const all = { MessageSystemAttributeNames: ['All' as const] };
      for (const count of ['1', '2', '3']) {
        const [message] = await sqs.receiveAll(url, 1, all);
        expect(message?.Attributes?.ApproximateReceiveCount).toBe(count);
      }
    });

    test('an arrival wakes who waits at the dead-letter queue', async () => {
      const { source, dead } = await pair();
      await sqs.send(source, 'x');
      await sqs.receiveAll(source, 1);
      const waiting = sqs.receiveAll(dead, 1, { WaitTimeSeconds: 10 });
      await sqs.receive(dead);
      expect(await sqs.receive(source)).toEqual([]);
      expect(bodies(await waiting)).toEqual(['x']);
    });

    test('FIFO: the head moves and its group goes on, ids are kept', async () => {
      const { source, dead } = await pair(1, fifo);
      const id = await sqs.send(source, 'm1', { MessageGroupId: 'g' });
      await sqs.send(source, 'm2', { MessageGroupId: 'g' });
      expect(bodies(await sqs.receive(source, { MaxNumberOfMessages: 1 }))).toEqual(['m1']);
      expect(bodies(await sqs.receive(source, { VisibilityTimeout: 600 }))).toEqual(['m2']);
      const [moved] = await sqs.receiveAll(dead, 1, { MessageSystemAttributeNames: ['All'] });
      expect(moved).toMatchObject({ Body: 'm1', MessageId: id });
      expect(moved?.Attributes).toMatchObject({
        MessageGroupId: 'g',
        // Its own id, so that two dead letters whose sender gave them one id stay two.
        MessageDeduplicationId: id,
        DeadLetterQueueSourceArn: arnOf(source),
      });
    });

    test('a dead-letter queue that is gone: messages stay', async () => {
      const { source, dead } = await pair();
      await sqs.send(source, 'x');
      await sqs.receiveAll(source, 1);
      await sqs.client.send(new DeleteQueueCommand({ QueueUrl: dead }));
      await sqs.receive(source);
      await eventually(async () => (await sqs.counts(source)).ready === 1, 'the message is back');
      expect(await sqs.counts(source)).toEqual({ ready: 1, leased: 0, delayed: 0 });
    });
  });

  test('ListDeadLetterSourceQueues, in pages', async () => {
    const { source, dead } = await pair();
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arnOf(dead), maxReceiveCount: '1000' });
    const others = [await sqs.createQueue({ RedrivePolicy }), await sqs.createQueue({ RedrivePolicy })];
    const list = async (NextToken?: string): Promise<string[]> => {
      const command = new ListDeadLetterSourceQueuesCommand({ QueueUrl: dead, MaxResults: 2, NextToken });
      const page = await sqs.client.send(command);
      return [...page.queueUrls!, ...(page.NextToken === undefined ? [] : await list(page.NextToken))];
    };
    expect((await list()).toSorted()).toEqual([source, ...others].toSorted());
  });

  test('policies that are refused', async () => {
    const closed = await sqs.createQueue({ RedriveAllowPolicy: '{"redrivePermission":"denyAll"}' });
    const fifoQueue = await sqs.createQueue(fifo);
    const refuse = async (
      deadLetterTargetArn: string,
      maxReceiveCount: unknown = 1,
    ): Promise<string | undefined> => {
      const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount });
      return (await failureOf(sqs.createQueue({ RedrivePolicy }))).Code;
    };
    expect(await refuse(arnOf(closed))).toBe('InvalidParameterValue');
    expect(await refuse(arnOf(fifoQueue))).toBe('InvalidParameterValue');
    expect(await refuse('nonsense')).toBe('InvalidParameterValue');
    expect(await refuse(arnOf(closed), 0)).toBe('InvalidParameterValue');
    expect(await refuse(`${arnOf(closed)}x`)).toBe('AWS.SimpleQueueService.NonExistentQueue');
  });

  describe.concurrent('move tasks', () => {
    async function filled(count: number): Promise<{ source: string; dead: string }> {
      const queues = await pair();
      for (let i = 0; i < count; i++) await sqs.send(queues.source, `m${i}`);
      await sqs.receiveAll(queues.source, count);
      await eventually(async () => {
        await sqs.receive(queues.source);
        return (await sqs.counts(queues.dead)).ready === count;
      }, `${count} messages are in the dead-letter queue`);
      return queues;
    }
    const tasks = async (dead: string, MaxResults = 10): Promise<ListMessageMoveTasksResultEntry[]> => {
      const command = new ListMessageMoveTasksCommand({ SourceArn: arnOf(dead), MaxResults });
      return (await sqs.client.send(command)).Results ?? [];
    };
    const ended = (dead: string): Promise<void> =>
      eventually(
        async () => !/RUNNING|CANCELLING/.test((await tasks(dead))[0]!.Status!),
        'the task has ended',
      );
    const start = async (dead: string, more: object = {}): Promise<string> => {
      const command = new StartMessageMoveTaskCommand({ SourceArn: arnOf(dead), ...more });
      return (await sqs.client.send(command)).TaskHandle!;
    };

    test('back to where they came from, as new messages, waking who waits', async () => {
      const { source, dead } = await filled(1);
      const all = { MessageSystemAttributeNames: ['All' as const] };
      const [before] = await sqs.receiveAll(dead, 1, { ...all, VisibilityTimeout: 0 });
      const waiting = sqs.receiveAll(source, 1, { ...all, WaitTimeSeconds: 10, VisibilityTimeout: 600 });
      const handle = await start(dead);
      expect(JSON.parse(Buffer.from(handle, 'base64').toString())).toMatchObject({ sourceArn: arnOf(dead) });
      const [after] = await waiting;
      expect(after?.Body).toBe('m0');
      expect(after?.MessageId).not.toBe(before?.MessageId);
      expect(after?.Attributes?.ApproximateReceiveCount).toBe('1');
      expect(after?.Attributes?.DeadLetterQueueSourceArn).toBeUndefined();
      await ended(dead);
      const [task] = await tasks(dead);
      expect(task).toMatchObject({
        Status: 'COMPLETED',
        SourceArn: arnOf(dead),
        ApproximateNumberOfMessagesMoved: 1,
        ApproximateNumberOfMessagesToMove: 1,
      });
      expect(task?.TaskHandle).toBeUndefined();
      expect(task?.DestinationArn).toBeUndefined();
      expect(String(task?.StartedTimestamp)).toMatch(/^\d{13}$/);
    });

    test('to a queue of choice', async () => {
      const { source, dead } = await filled(3);
      const target = await sqs.createQueue();
      await start(dead, { DestinationArn: arnOf(target) });
      expect(bodies(await sqs.receiveAll(target, 3)).toSorted()).toEqual(['m0', 'm1', 'm2']);
      await ended(dead);
      expect((await tasks(dead))[0]?.DestinationArn).toBe(arnOf(target));
      expect(await sqs.counts(source)).toEqual({ ready: 0, leased: 0, delayed: 0 });
    });

    test('one at a time, slowly, cancelled: what is moved stays moved', async () => {
      const { dead } = await filled(5);
      const target = await sqs.createQueue();
      const handle = await start(dead, { DestinationArn: arnOf(target), MaxNumberOfMessagesPerSecond: 1 });
      expect((await tasks(dead))[0]).toMatchObject({
        Status: 'RUNNING',
        TaskHandle: handle,
        MaxNumberOfMessagesPerSecond: 1,
        ApproximateNumberOfMessagesToMove: 5,
      });
      expect((await failureOf(start(dead))).message).toBe(
        'There is already a task running. Only one active task is allowed for a source queue arn at ' +
          'a given time.',
      );
      await sqs.receiveAll(target, 1);
      const cancel = new CancelMessageMoveTaskCommand({ TaskHandle: handle });
      const { ApproximateNumberOfMessagesMoved: moved } = await sqs.client.send(cancel);
      expect(moved).toBeGreaterThanOrEqual(1);
      await ended(dead);
      expect((await tasks(dead, 1))[0]?.Status).toBe('CANCELLED');
      const left = await sqs.counts(dead);
      expect(left.ready + left.leased).toBeGreaterThanOrEqual(1);
      expect((await failureOf(sqs.client.send(cancel))).name).toMatch(
        /UnsupportedOperation|ResourceNotFound/,
      );
    });

    test('without a destination each goes back to its own source', async () => {
      const { source, dead } = await filled(2);
      const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arnOf(dead), maxReceiveCount: 1 });
      const second = await sqs.createQueue({ VisibilityTimeout: '0', RedrivePolicy });
      await sqs.send(second, 'other');
      await sqs.receiveAll(second, 1);
      await eventually(async () => {
        await sqs.receive(second);
        return (await sqs.counts(dead)).ready === 3;
      }, 'three messages are dead');
      await start(dead);
      const held = { VisibilityTimeout: 600 };
      expect(bodies(await sqs.receiveAll(second, 1, held))).toEqual(['other']);
      expect(bodies(await sqs.receiveAll(source, 2, held)).toSorted()).toEqual(['m0', 'm1']);
    });

    test('FIFO: moved in order, with their groups', async () => {
      const { source, dead } = await pair(1, fifo);
      const sent = ['m1', 'm2', 'm3'];
      for (const body of sent) await sqs.send(source, body, { MessageGroupId: 'g' });
      await eventually(async () => {
        await sqs.receive(source);
        return (await sqs.counts(dead)).ready === sent.length;
      }, 'all messages are dead');
      // Not back to the source: there the ids of the first sends are still remembered.
      const target = await sqs.createQueue(fifo);
      await start(dead, { DestinationArn: arnOf(target) });
      await ended(dead);
      const more = { VisibilityTimeout: 600, MessageSystemAttributeNames: ['MessageGroupId' as const] };
      const back = await sqs.receiveAll(target, sent.length, more);
      expect(bodies(back)).toEqual(sent);
      expect(back[0]?.Attributes?.MessageGroupId).toBe('g');
    });

    test('a destination that vanishes ends the task, and says why', async () => {
      const { dead } = await filled(5);
      const target = await sqs.createQueue();
      await start(dead, { DestinationArn: arnOf(target), MaxNumberOfMessagesPerSecond: 1 });
      await sqs.receiveAll(target, 1);
      await sqs.client.send(new DeleteQueueCommand({ QueueUrl: target }));
      await ended(dead);
      const [task] = await tasks(dead);
      expect(task).toMatchObject({
        Status: 'FAILED',
        FailureReason: 'AWS.SimpleQueueService.NonExistentQueue',
      });
    });

    test('what can not be started or cancelled', async () => {
      const { source, dead } = await pair();
      expect(await failureOf(start(`${dead}-none`))).toMatchObject({
        name: 'ResourceNotFoundException',
        message: "The resource that you specified for the SourceArn parameter doesn't exist.",
        $metadata: { httpStatusCode: 404 },
      });
      expect((await failureOf(start(source))).message).toBe(
        'Source queue must be configured as a Dead Letter Queue.',
      );
      expect((await failureOf(start(dead, { DestinationArn: `${arnOf(dead)}-none` }))).message).toBe(
        "The resource that you specified for the DestinationArn parameter doesn't exist.",
      );
      const cancel = (TaskHandle: string): Promise<unknown> =>
        sqs.client.send(new CancelMessageMoveTaskCommand({ TaskHandle }));
      expect((await failureOf(cancel('garbage'))).message).toBe('Value for parameter TaskHandle is invalid.');
      const unknown = { taskId: '00000000-0000-4000-8000-000000000000', sourceArn: arnOf(dead) };
      expect(await failureOf(cancel(Buffer.from(JSON.stringify(unknown)).toString('base64')))).toMatchObject({
        name: 'ResourceNotFoundException',
        message: 'Task does not exist.',
      });
    });
  });
});
