// Goal: what SQS answered before the daemon was killed holds after it is back: messages, handles,
// definitions, windows, tasks. Method: kill -9, then the same calls with what the clients still have in
// their hands.
import {
  ChangeMessageVisibilityCommand,
  DeleteQueueCommand,
  ListMessageMoveTasksCommand,
  ListQueueTagsCommand,
  SendMessageCommand,
  StartMessageMoveTaskCommand,
  TagQueueCommand,
} from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { arnOf, bodies, describeSqs, eventually, failureOf } from '../support/sqs-suite.ts';

describeSqs('SQS over kill -9', (sqs) => {
  async function killAndRestart(): Promise<void> {
    await sqs.daemon.kill9();
    await sqs.daemon.restart();
  }

  test('messages with all they have, and receipt handles', async () => {
    const url = await sqs.createQueue({ VisibilityTimeout: '600' });
    const MessageAttributes = {
      text: { DataType: 'String', StringValue: '€' },
      blob: { DataType: 'Binary', BinaryValue: new Uint8Array([0, 255]) },
    };
    const id = await sqs.send(url, 'kept €', { MessageAttributes });
    await sqs.send(url, 'held');
    await sqs.send(url, 'deleted');
    const all = { MessageAttributeNames: ['All'], MessageSystemAttributeNames: ['All' as const] };
    const before = await sqs.receiveAll(url, 3, all);
    const find = (body: string): (typeof before)[number] => before.find(({ Body }) => Body === body)!;
    await sqs.remove(url, find('deleted'));
    await killAndRestart();
    expect(await sqs.receive(url)).toEqual([]);
    expect(await sqs.counts(url)).toEqual({ ready: 0, leased: 2, delayed: 0 });
    await sqs.remove(url, find('held'));
    const shown = { QueueUrl: url, ReceiptHandle: find('kept €').ReceiptHandle, VisibilityTimeout: 0 };
    await sqs.client.send(new ChangeMessageVisibilityCommand(shown));
    const [after] = await sqs.receiveAll(url, 1, all);
    expect(after).toMatchObject({ MessageId: id, Body: 'kept €', MessageAttributes });
    const { SentTimestamp, ApproximateFirstReceiveTimestamp } = find('kept €').Attributes!;
    expect(after?.Attributes).toMatchObject({
      SentTimestamp,
      ApproximateFirstReceiveTimestamp,
      ApproximateReceiveCount: '2',
    });
    expect(after?.ReceiptHandle).not.toBe(find('kept €').ReceiptHandle);
  });

  test('definitions: attributes and tags; a deleted queue stays deleted', async () => {
    const dead = await sqs.createQueue();
    const RedrivePolicy = `{"maxReceiveCount": 5, "deadLetterTargetArn": "${arnOf(dead)}"}`;
    const url = await sqs.createQueue({ DelaySeconds: '7', RedrivePolicy });
    await sqs.client.send(new TagQueueCommand({ QueueUrl: url, Tags: { team: 'a' } }));
    const before = await sqs.attributes(url);
    const gone = await sqs.createQueue();
    await sqs.send(gone, 'old');
    await sqs.client.send(new DeleteQueueCommand({ QueueUrl: gone }));
    await killAndRestart();
    expect(await sqs.attributes(url)).toEqual(before);
    expect((await sqs.client.send(new ListQueueTagsCommand({ QueueUrl: url }))).Tags).toEqual({ team: 'a' });
    expect((await failureOf(sqs.receive(gone))).name).toBe('QueueDoesNotExist');
    await sqs.createQueue({}, gone.slice(gone.lastIndexOf('/') + 1));
    expect(await sqs.receive(gone)).toEqual([]);
  });

  test('FIFO: order, locks and the window of duplicates', async () => {
    const url = await sqs.createQueue({ FifoQueue: 'true', VisibilityTimeout: '600' });
    const send = async (body: string, id: string): Promise<unknown> => {
      const input = { QueueUrl: url, MessageBody: body, MessageGroupId: 'g', MessageDeduplicationId: id };
      const { MessageId, SequenceNumber } = await sqs.client.send(new SendMessageCommand(input));
      return { MessageId, SequenceNumber };
    };
    const first = await send('m1', 'id-1');
    const third = [await send('m2', 'id-2'), await send('m3', 'id-3')][1];
    const more = { MaxNumberOfMessages: 1, ReceiveRequestAttemptId: 'attempt' };
    const [held] = await sqs.receiveAll(url, 1, more);
    await killAndRestart();
    expect(await send('again', 'id-1')).toEqual(first);
    expect(await sqs.receive(url)).toEqual([]);
    await sqs.remove(url, held!);
    const later = (await send('m4', 'id-4')) as { SequenceNumber: string };
    expect(later.SequenceNumber > (third as { SequenceNumber: string }).SequenceNumber).toBe(true);
    expect(bodies(await sqs.receive(url))).toEqual(['m2', 'm3', 'm4']);
  });

  test('delays go on, and so do dead-letter counts', async () => {
    const dead = await sqs.createQueue();
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arnOf(dead), maxReceiveCount: 2 });
    const url = await sqs.createQueue({ VisibilityTimeout: '0', RedrivePolicy });
    await sqs.send(url, 'counted');
    await sqs.receiveAll(url, 1);
    await sqs.send(url, 'delayed', { DelaySeconds: 900 });
    await killAndRestart();
    expect(await sqs.counts(url)).toEqual({ ready: 1, leased: 0, delayed: 1 });
    expect(bodies(await sqs.receive(url))).toEqual(['counted']);
    expect(await sqs.receive(url)).toEqual([]);
    expect(bodies(await sqs.receiveAll(dead, 1))).toEqual(['counted']);
  });

  test('a move task goes on and moves each message once', async () => {
    const dead = await sqs.createQueue();
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arnOf(dead), maxReceiveCount: 1 });
    await sqs.createQueue({ RedrivePolicy });
    const target = await sqs.createQueue({ VisibilityTimeout: '600' });
    const sent = ['a', 'b', 'c', 'd'];
    for (const body of sent) await sqs.send(dead, body);
    const more = { SourceArn: arnOf(dead), DestinationArn: arnOf(target), MaxNumberOfMessagesPerSecond: 2 };
    await sqs.client.send(new StartMessageMoveTaskCommand(more));
    const moved = await sqs.receiveAll(target, 1);
    await killAndRestart();
    moved.push(...(await sqs.receiveAll(target, sent.length - moved.length)));
    expect(bodies(moved).toSorted()).toEqual(sent);
    const list = new ListMessageMoveTasksCommand({ SourceArn: arnOf(dead), MaxResults: 10 });
    await eventually(async () => {
      const { Results = [] } = await sqs.client.send(list);
      return Results.length === 1 && Results[0]?.Status === 'COMPLETED';
    }, 'the task is completed');
    const { Results = [] } = await sqs.client.send(list);
    expect(Results[0]?.ApproximateNumberOfMessagesMoved).toBe(sent.length);
    expect(await sqs.receive(target)).toEqual([]);
  });
});
