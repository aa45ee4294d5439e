// Goal: what is hidden comes back when it is due and not before, and a waiting receive notices each way in
// which a message can become visible. Method: short times for what must come (long polls wait for it), long
// ones for what must not.
import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  type Message,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { bodies, describeSqs, failureOf } from '../support/sqs-suite.ts';

describeSqs('SQS visibility and waiting, JavaScript SDK', (sqs) => {
  const change = (QueueUrl: string, message: Message, VisibilityTimeout: number): Promise<unknown> =>
    sqs.client.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl,
        ReceiptHandle: message.ReceiptHandle,
        VisibilityTimeout,
      }),
    );

  describe.concurrent('visibility timeout', () => {
    test('a received message is hidden, and comes back when its time is over', async () => {
      const url = await sqs.createQueue({ VisibilityTimeout: '1' });
      await sqs.send(url, 'x');
      const [first] = await sqs.receiveAll(url, 1, { VisibilityTimeout: 2 });
      expect(await sqs.receive(url)).toEqual([]);
      const [second] = await sqs.receiveAll(url, 1);
      expect(second?.MessageId).toBe(first?.MessageId);
      expect(second?.ReceiptHandle).not.toBe(first?.ReceiptHandle);
    });

    test('a handle deletes after its time is over, when nobody else has the message', async () => {
      const url = await sqs.createQueue();
      await sqs.send(url, 'x');
      const [message] = await sqs.receiveAll(url, 1, { VisibilityTimeout: 0 });
      await sqs.remove(url, message!);
      expect(await sqs.counts(url)).toEqual({ ready: 0, leased: 0, delayed: 0 });
    });

    test('received with timeout 0 it stays visible and is counted', async () => {
      const url = await sqs.createQueue();
      await sqs.send(url, 'x');
      const more = {
        VisibilityTimeout: 0,
        MessageSystemAttributeNames: ['ApproximateReceiveCount' as const],
      };
      for (const count of ['1', '2', '3']) {
        const [message] = await sqs.receive(url, more);
        expect(message?.Attributes?.ApproximateReceiveCount).toBe(count);
      }
    });

    test('ChangeMessageVisibility: the new time counts from now; 0 shows it at once', async () => {
      const url = await sqs.createQueue();
      await sqs.send(url, 'x');
      const [message] = await sqs.receiveAll(url, 1, { VisibilityTimeout: 43_000 });
      await change(url, message!, 600);
      expect(await sqs.receive(url)).toEqual([]);
      await change(url, message!, 0);
      const [again] = await sqs.receive(url);
      expect(again?.MessageId).toBe(message?.MessageId);
      await change(url, again!, 1);
      expect((await sqs.receiveAll(url, 1))[0]?.MessageId).toBe(message?.MessageId);
    });

    test('a time-out that is over but unnoticed can still be changed', async () => {
      const url = await sqs.createQueue();
      await sqs.send(url, 'x');
      const [message] = await sqs.receiveAll(url, 1, { VisibilityTimeout: 0 });
      await change(url, message!, 600);
      expect(await sqs.receive(url)).toEqual([]);
    });

    test('an older handle hides and shows the message that somebody else has by now', async () => {
      const url = await sqs.createQueue();
      await sqs.send(url, 'x');
      const [older] = await sqs.receiveAll(url, 1, { VisibilityTimeout: 0 });
      const [newer] = await sqs.receiveAll(url, 1, { VisibilityTimeout: 600 });
      await change(url, older!, 600);
      expect(await sqs.receive(url)).toEqual([]);
      await change(url, older!, 0);
      expect(await sqs.receive(url, { VisibilityTimeout: 600 })).toHaveLength(1);
      await sqs.remove(url, newer!);
      expect(await sqs.counts(url)).toEqual({ ready: 0, leased: 0, delayed: 0 });
    });

    test('what can not be changed, and why', async () => {
      const url = await sqs.createQueue();
      const other = await sqs.createQueue();
      await sqs.send(url, 'x');
      const [message] = await sqs.receiveAll(url, 1);
      const handle = message!.ReceiptHandle!;
      expect(await failureOf(change(url, { ReceiptHandle: 'garbage' }, 1))).toMatchObject({
        name: 'ReceiptHandleIsInvalid',
        message: 'The input receipt handle "garbage" is not a valid receipt handle.',
        $metadata: { httpStatusCode: 404 },
      });
      expect((await failureOf(change(other, message!, 1))).name).toBe('ReceiptHandleIsInvalid');
      expect((await failureOf(change(url, message!, 43_201))).Code).toBe('InvalidParameterValue');
      await sqs.remove(url, message!);
      expect((await failureOf(change(url, message!, 1))).message).toBe(
        `Value ${handle} for parameter ReceiptHandle is invalid. Reason: Message does not exist or ` +
          'is not available for visibility timeout change.',
      );
    });

    test('a batch of changes reports each', async () => {
      const url = await sqs.createQueue();
      await sqs.send(url, 'a');
      const [message] = await sqs.receiveAll(url, 1);
      const Entries = [
        { Id: 'ok', ReceiptHandle: message!.ReceiptHandle, VisibilityTimeout: 0 },
        { Id: 'far', ReceiptHandle: message!.ReceiptHandle, VisibilityTimeout: 43_201 },
        { Id: 'bad', ReceiptHandle: 'garbage', VisibilityTimeout: 1 },
      ];
      const answer = await sqs.client.send(
        new ChangeMessageVisibilityBatchCommand({ QueueUrl: url, Entries }),
      );
      expect(answer.Successful).toEqual([{ Id: 'ok' }]);
      expect(answer.Failed?.map(({ Id, Code }) => [Id, Code])).toEqual([
        ['far', 'InvalidParameterValue'],
        ['bad', 'ReceiptHandleIsInvalid'],
      ]);
      expect(await sqs.receive(url)).toHaveLength(1);
    });
  });

  describe.concurrent('delay', () => {
    test('of a message: hidden and counted until due', async () => {
      const url = await sqs.createQueue();
      await sqs.send(url, 'later', { DelaySeconds: 1 });
      await sqs.send(url, 'much later', { DelaySeconds: 900 });
      expect(await sqs.counts(url)).toMatchObject({ ready: 0, delayed: 2 });
      expect(bodies(await sqs.receiveAll(url, 1))).toEqual(['later']);
      expect(await sqs.counts(url)).toMatchObject({ ready: 0, leased: 1, delayed: 1 });
    });

    test('of a queue; a message overrides it, with 0 too', async () => {
      const url = await sqs.createQueue({ DelaySeconds: '900' });
      await sqs.send(url, 'queue');
      await sqs.send(url, 'now', { DelaySeconds: 0 });
      expect(bodies(await sqs.receiveAll(url, 1))).toEqual(['now']);
      expect(await sqs.counts(url)).toMatchObject({ delayed: 1 });
    });
  });

  describe.concurrent('a waiting receive is woken', () => {
    const wait = (url: string): Promise<Message[]> => sqs.receiveAll(url, 1, { WaitTimeSeconds: 10 });

    test('by a send', async () => {
      const url = await sqs.createQueue();
      const waiting = wait(url);
      await sqs.receive(url);
      await sqs.send(url, 'x');
      expect(bodies(await waiting)).toEqual(['x']);
    });

    test('by the end of a delay', async () => {
      const url = await sqs.createQueue({ DelaySeconds: '1' });
      await sqs.send(url, 'x');
      expect(bodies(await wait(url))).toEqual(['x']);
    });

    test('by the end of a visibility timeout', async () => {
      const url = await sqs.createQueue({ VisibilityTimeout: '1' });
      await sqs.send(url, 'x');
      await sqs.receiveAll(url, 1);
      expect(bodies(await wait(url))).toEqual(['x']);
    });

    test('by a visibility timeout of 0', async () => {
      const url = await sqs.createQueue({ VisibilityTimeout: '600' });
      await sqs.send(url, 'x');
      const [message] = await sqs.receiveAll(url, 1);
      const waiting = wait(url);
      await sqs.receive(url);
      await change(url, message!, 0);
      expect(bodies(await waiting)).toEqual(['x']);
    });

    test('by messages for as many as wait, one each', async () => {
      const url = await sqs.createQueue();
      const more = { MaxNumberOfMessages: 1, WaitTimeSeconds: 10 };
      const waiting = Promise.all(Array.from({ length: 5 }, () => sqs.receiveAll(url, 1, more)));
      await sqs.receive(url);
      await Promise.all(['a', 'b', 'c', 'd', 'e'].map((body) => sqs.send(url, body)));
      expect(bodies((await waiting).flat()).toSorted()).toEqual(['a', 'b', 'c', 'd', 'e']);
    });

    test('the queue decides how long to wait, the request overrides it', async () => {
      const url = await sqs.createQueue({ ReceiveMessageWaitTimeSeconds: '20' });
      expect(await sqs.receive(url, { WaitTimeSeconds: 0 })).toEqual([]);
      const waiting = sqs.client.send(new ReceiveMessageCommand({ QueueUrl: url }));
      await sqs.send(url, 'x');
      expect((await waiting).Messages).toHaveLength(1);
    });

    test('a client that goes away takes no message with it', async () => {
      const url = await sqs.createQueue();
      const leaver = sqs.newClient();
      const aborted = new AbortController();
      const command = new ReceiveMessageCommand({ QueueUrl: url, WaitTimeSeconds: 20 });
      const waiting = failureOf(leaver.send(command, { abortSignal: aborted.signal }));
      await sqs.receive(url);
      aborted.abort();
      expect((await waiting).name).toBe('AbortError');
      await sqs.receive(url);
      await sqs.send(url, 'x');
      const [message] = await sqs.receiveAll(url, 1, {
        MessageSystemAttributeNames: ['ApproximateReceiveCount'],
      });
      expect(message?.Attributes?.ApproximateReceiveCount).toBe('1');
    });
  });
});
