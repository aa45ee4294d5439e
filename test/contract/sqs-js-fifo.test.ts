// Goal: FIFO queues deliver as AWS was recorded to deliver: the longest prefix of a group with nothing in
// flight, duplicates answered with the first send, order kept through every return.
import {
  ChangeMessageVisibilityBatchCommand,
  type Message,
  PurgeQueueCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SendMessageCommandOutput,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { type Attributes, bodies, describeSqs, failureOf } from '../support/sqs-suite.ts';

const fifo: Attributes = { FifoQueue: 'true', ContentBasedDeduplication: 'true' };

describeSqs('SQS FIFO queues, JavaScript SDK', (sqs) => {
  const send = (
    QueueUrl: string,
    MessageGroupId: string,
    MessageBody: string,
    MessageDeduplicationId?: string,
  ): Promise<SendMessageCommandOutput> =>
    sqs.client.send(
      new SendMessageCommand({ QueueUrl, MessageBody, MessageGroupId, MessageDeduplicationId }),
    );

  /** A queue with these messages in one group, all received. */
  async function received(...names: string[]): Promise<[string, Message[]]> {
    const url = await sqs.createQueue({ ...fifo, VisibilityTimeout: '600' });
    for (const name of names) await send(url, 'g', name);
    const messages = await sqs.receiveAll(url, names.length);
    expect(bodies(messages)).toEqual(names);
    return [url, messages];
  }

  async function show(url: string, messages: readonly Message[], timeouts: readonly number[]): Promise<void> {
    const Entries = messages.map(({ ReceiptHandle }, i) => ({
      Id: `${i}`,
      ReceiptHandle,
      VisibilityTimeout: timeouts[i],
    }));
    const command = new ChangeMessageVisibilityBatchCommand({ QueueUrl: url, Entries });
    expect((await sqs.client.send(command)).Failed).toEqual([]);
  }

  describe.concurrent('what of a group can be delivered', () => {
    test('m1 of [m1,m2] made visible: m1 alone', async () => {
      const [url, [m1]] = await received('m1', 'm2');
      await show(url, [m1!], [0]);
      expect(bodies(await sqs.receive(url))).toEqual(['m1']);
    });

    test.each<[string, readonly number[], readonly string[]]>([
      ['m2 held', [0, 600, 0], ['m1']],
      ['m3 held', [0, 0, 600], ['m1', 'm2']],
      ['m1 held', [600, 0, 0], []],
      ['none held', [0, 0, 0], ['m1', 'm2', 'm3']],
    ])('[m1,m2,m3] received, %s', async (_title, timeouts, expected) => {
      const [url, messages] = await received('m1', 'm2', 'm3');
      await show(url, messages, timeouts);
      expect(bodies(await sqs.receive(url))).toEqual(expected);
    });

    test('m1 deleted, m2 in flight: nothing, and new sends do not unlock the group', async () => {
      const [url, [m1, m2]] = await received('m1', 'm2');
      await sqs.remove(url, m1!);
      await send(url, 'g', 'm3');
      expect(await sqs.receive(url)).toEqual([]);
      await sqs.remove(url, m2!);
      expect(bodies(await sqs.receive(url))).toEqual(['m3']);
    });

    test('expired messages come back in their places', async () => {
      const url = await sqs.createQueue(fifo);
      for (const name of ['m1', 'm2', 'm3']) await send(url, 'g', name);
      await sqs.receiveAll(url, 2, { MaxNumberOfMessages: 2, VisibilityTimeout: 1 });
      expect(await sqs.receive(url)).toEqual([]);
      expect(bodies(await sqs.receiveAll(url, 1, { MaxNumberOfMessages: 1, VisibilityTimeout: 0 }))).toEqual([
        'm1',
      ]);
    });

    test('as many as possible from one group, then the next; groups do not block each other', async () => {
      const url = await sqs.createQueue(fifo);
      for (const name of ['a1', 'b1', 'a2', 'b2']) await send(url, name[0]!, name);
      expect(bodies(await sqs.receive(url, { MaxNumberOfMessages: 3 }))).toEqual(['a1', 'a2', 'b1']);
      expect(await sqs.receive(url)).toEqual([]);
      await send(url, 'c', 'c1');
      expect(bodies(await sqs.receive(url))).toEqual(['c1']);
    });

    test('a waiting receive is woken when a group is unlocked', async () => {
      const [url, [m1]] = await received('m1');
      await send(url, 'g', 'm2');
      const waiting = sqs.receiveAll(url, 1, { WaitTimeSeconds: 10 });
      await sqs.receive(url);
      await sqs.remove(url, m1!);
      expect(bodies(await waiting)).toEqual(['m2']);
    });

    test('the delay of the queue holds the group, a delay per message is refused', async () => {
      const url = await sqs.createQueue({ ...fifo, DelaySeconds: '1' });
      await send(url, 'g', 'm1');
      expect(await sqs.receive(url)).toEqual([]);
      expect(bodies(await sqs.receiveAll(url, 1))).toEqual(['m1']);
      await sqs.send(url, 'zero', { MessageGroupId: 'h', DelaySeconds: 0 });
      expect(await sqs.receive(url)).toEqual([]);
      expect(await failureOf(sqs.send(url, 'x', { MessageGroupId: 'h', DelaySeconds: 2 }))).toMatchObject({
        Code: 'InvalidParameterValue',
        message:
          'Value 2 for parameter DelaySeconds is invalid. Reason: The request include parameter that ' +
          'is not valid for this queue type.',
      });
    });
  });

  describe.concurrent('deduplication', () => {
    test('a duplicate is answered with the first send, also after that one was deleted', async () => {
      const url = await sqs.createQueue({ FifoQueue: 'true' });
      const first = await send(url, 'g', 'one', 'id');
      const second = await send(url, 'g', 'two', 'id');
      expect(second.MessageId).toBe(first.MessageId);
      expect(second.SequenceNumber).toBe(first.SequenceNumber);
      const [message] = await sqs.receiveAll(url, 1);
      expect(message?.Body).toBe('one');
      await sqs.remove(url, message!);
      expect((await send(url, 'g', 'three', 'id')).MessageId).toBe(first.MessageId);
      expect(await sqs.receive(url)).toEqual([]);
    });

    test('by content: attributes do not matter, an explicit id does', async () => {
      const url = await sqs.createQueue(fifo);
      const first = await send(url, 'g', 'same');
      const MessageAttributes = { a: { DataType: 'String', StringValue: 'b' } };
      const again = await sqs.send(url, 'same', { MessageGroupId: 'g', MessageAttributes });
      expect(again).toBe(first.MessageId);
      expect((await send(url, 'g', 'same', 'other')).MessageId).not.toBe(first.MessageId);
      const attributes = { MessageSystemAttributeNames: ['MessageDeduplicationId' as const] };
      const [message] = await sqs.receiveAll(url, 2, attributes);
      expect(message?.Attributes?.MessageDeduplicationId).toMatch(/^[0-9a-f]{64}$/);
    });

    test('scope queue: another group is the same message; scope messageGroup: it is not', async () => {
      const byQueue = await sqs.createQueue({ FifoQueue: 'true' });
      const first = await send(byQueue, 'g', 'x', 'id');
      expect((await send(byQueue, 'h', 'x', 'id')).MessageId).toBe(first.MessageId);
      const scope: Attributes = {
        DeduplicationScope: 'messageGroup',
        FifoThroughputLimit: 'perMessageGroupId',
      };
      const byGroup = await sqs.createQueue({ FifoQueue: 'true', ...scope });
      const other = await send(byGroup, 'g', 'x', 'id');
      expect((await send(byGroup, 'h', 'x', 'id')).MessageId).not.toBe(other.MessageId);
      expect((await send(byGroup, 'g', 'x', 'id')).MessageId).toBe(other.MessageId);
      // The scope is frozen at creation, whatever the attributes say later.
      const Attributes: Attributes = { FifoThroughputLimit: 'perQueue', DeduplicationScope: 'queue' };
      await sqs.client.send(new SetQueueAttributesCommand({ QueueUrl: byGroup, Attributes }));
      expect((await sqs.attributes(byGroup)).DeduplicationScope).toBe('queue');
      expect((await send(byGroup, 'i', 'x', 'id')).MessageId).not.toBe(other.MessageId);
    });

    test('a purge forgets the ids, of what is there and of what was deleted', async () => {
      const url = await sqs.createQueue({ FifoQueue: 'true' });
      const first = await send(url, 'g', 'deleted', 'id-1');
      await sqs.remove(url, (await sqs.receiveAll(url, 1))[0]!);
      expect((await send(url, 'g', 'again', 'id-1')).MessageId).toBe(first.MessageId);
      await sqs.client.send(new PurgeQueueCommand({ QueueUrl: url }));
      const second = await send(url, 'g', 'one', 'id-1');
      expect(second.MessageId).not.toBe(first.MessageId);
      await send(url, 'g', 'two', 'id-2');
      await sqs.client.send(new PurgeQueueCommand({ QueueUrl: url }));
      const third = await send(url, 'g', 'new one', 'id-1');
      expect((await send(url, 'g', 'duplicate', 'id-1')).MessageId).toBe(third.MessageId);
      await send(url, 'g', 'new two', 'id-2');
      expect(bodies(await sqs.receiveAll(url, 2))).toEqual(['new one', 'new two']);
    });

    test('inside of one batch too', async () => {
      const url = await sqs.createQueue(fifo);
      const Entries = ['a', 'b'].map((Id) => ({ Id, MessageBody: 'same', MessageGroupId: 'g' }));
      const { Successful } = await sqs.client.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
      expect(Successful).toHaveLength(2);
      expect(Successful?.[0]?.MessageId).toBe(Successful?.[1]?.MessageId);
      expect(await sqs.receive(url)).toHaveLength(1);
    });
  });

  describe.concurrent('sequence numbers, handles, errors', () => {
    test('20 digits, rising, shown on receive', async () => {
      const url = await sqs.createQueue(fifo);
      const first = await send(url, 'g', 'a');
      const second = await send(url, 'h', 'b');
      expect(first.SequenceNumber).toMatch(/^\d{20}$/);
      expect(second.SequenceNumber! > first.SequenceNumber!).toBe(true);
      const [message] = await sqs.receiveAll(url, 1, { MaxNumberOfMessages: 1, AttributeNames: ['All'] });
      expect(message?.Attributes).toMatchObject({
        SequenceNumber: first.SequenceNumber,
        MessageGroupId: 'g',
      });
    });

    test('a handle whose time is over does not delete; an extended one does', async () => {
      const url = await sqs.createQueue({ ...fifo, VisibilityTimeout: '1' });
      await send(url, 'g', 'm');
      const [old] = await sqs.receiveAll(url, 1);
      const [held] = await sqs.receiveAll(url, 1);
      expect((await failureOf(sqs.remove(url, old!))).message).toBe(
        `Value ${old!.ReceiptHandle} for parameter ReceiptHandle is invalid. Reason: The receipt ` +
          'handle has expired.',
      );
      await show(url, [held!], [600]);
      await sqs.remove(url, held!);
      expect(await sqs.counts(url)).toEqual({ ready: 0, leased: 0, delayed: 0 });
    });

    test('a receive attempt repeated: the same messages, the same handles', async () => {
      const url = await sqs.createQueue({ ...fifo, VisibilityTimeout: '600' });
      for (const name of ['m1', 'm2']) await send(url, 'g', name);
      const more = { ReceiveRequestAttemptId: 'attempt-1', AttributeNames: ['All' as const] };
      const first = await sqs.receiveAll(url, 2, more);
      const again = await sqs.receive(url, more);
      expect(again.map(({ ReceiptHandle }) => ReceiptHandle)).toEqual(
        first.map(({ ReceiptHandle }) => ReceiptHandle),
      );
      expect(again[0]?.Attributes?.ApproximateReceiveCount).toBe('1');
      expect(await sqs.receive(url, { ReceiveRequestAttemptId: 'attempt-2' })).toEqual([]);
      await sqs.remove(url, first[0]!);
      expect(await sqs.receive(url, more)).toEqual([]);
    });

    test('what a send must have', async () => {
      const url = await sqs.createQueue({ FifoQueue: 'true' });
      expect(await failureOf(sqs.send(url, 'x'))).toMatchObject({
        Code: 'MissingParameter',
        message: 'The request must contain the parameter MessageGroupId.',
      });
      expect(await failureOf(sqs.send(url, 'x', { MessageGroupId: 'g' }))).toMatchObject({
        Code: 'InvalidParameterValue',
        message:
          'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId ' +
          'provided explicitly',
      });
      expect((await failureOf(sqs.send(url, 'x', { MessageGroupId: '' }))).message).toBe(
        'Value  for parameter MessageGroupId is invalid. Reason: MessageGroupId can only include ' +
          'alphanumeric and punctuation characters. 1 to 128 in length.',
      );
      const Entries = [
        { Id: 'a', MessageBody: 'x', MessageGroupId: 'g', MessageDeduplicationId: 'd' },
        { Id: 'b', MessageBody: 'y' },
      ];
      const batch = sqs.client.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
      expect(await failureOf(batch)).toMatchObject({
        Code: 'InvalidParameterValue',
        message: 'The request must contain the parameter MessageGroupId.',
      });
      expect(await sqs.counts(url)).toEqual({ ready: 0, leased: 0, delayed: 0 });
    });
  });
});
