// Goal: an application on sqs-consumer (npm) runs as on AWS: it deletes what it handled, gives back what it
// could not, keeps long work with heartbeats, and its failures end in the dead-letter queue.
import type { Message } from '@aws-sdk/client-sqs';
import { Consumer, type ConsumerOptions } from 'sqs-consumer';
import { expect, test } from 'vitest';
import { arnOf, bodies, describeSqs, eventually } from '../support/sqs-suite.ts';

describeSqs('SQS under sqs-consumer', (sqs) => {
  interface App {
    readonly errors: Error[];
    stop(): Promise<void>;
  }

  function start(queueUrl: string, options: Partial<ConsumerOptions>): App {
    const consumer = Consumer.create({
      queueUrl,
      sqs: sqs.newClient(),
      waitTimeSeconds: 5,
      suppressFifoWarning: true,
      ...options,
    });
    const errors: Error[] = [];
    consumer.on('error', (error) => errors.push(error));
    consumer.on('processing_error', () => {});
    consumer.start();
    return {
      errors,
      stop: () =>
        new Promise((settle) => {
          consumer.once('stopped', () => settle());
          consumer.stop({ abort: true });
        }),
    };
  }

  const isEmpty = (url: string) => async (): Promise<boolean> => {
    const { ready, leased, delayed } = await sqs.counts(url);
    return ready + leased + delayed === 0;
  };

  test('one by one: all are handled once and deleted', async () => {
    const url = await sqs.createQueue();
    const seen: string[] = [];
    const handleMessage = async (message: Message): Promise<Message> => {
      seen.push(message.Body!);
      return message;
    };
    const app = start(url, { handleMessage });
    const sent = Array.from({ length: 20 }, (_, i) => `m${i}`);
    await Promise.all(sent.map((body) => sqs.send(url, body)));
    await eventually(isEmpty(url), 'the queue is empty');
    await app.stop();
    expect(seen.toSorted()).toEqual(sent.toSorted());
    expect(app.errors).toEqual([]);
  });

  test('in batches: what the handler returns is deleted, the rest comes back', async () => {
    const url = await sqs.createQueue({ VisibilityTimeout: '1' });
    const refused = new Set(['m3']);
    const seen: string[] = [];
    const handleMessageBatch = async (messages: Message[]): Promise<Message[]> => {
      seen.push(...bodies(messages));
      return messages.filter(({ Body }) => !refused.delete(Body!));
    };
    for (let i = 0; i < 5; i++) await sqs.send(url, `m${i}`);
    const app = start(url, { batchSize: 10, handleMessageBatch });
    await eventually(isEmpty(url), 'the queue is empty');
    await app.stop();
    expect(seen.filter((body) => body === 'm3')).toHaveLength(2);
    expect(app.errors).toEqual([]);
  });

  test('a message whose handler fails is given back at once, and ends in the dead-letter queue', async () => {
    const dead = await sqs.createQueue();
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arnOf(dead), maxReceiveCount: 3 });
    const url = await sqs.createQueue({ VisibilityTimeout: '600', RedrivePolicy });
    let attemptCount = 0;
    const handleMessage = async (): Promise<Message> => {
      attemptCount++;
      throw new Error('can not handle it');
    };
    const app = start(url, { handleMessage, terminateVisibilityTimeout: true });
    await sqs.send(url, 'poison');
    expect(bodies(await sqs.receiveAll(dead, 1))).toEqual(['poison']);
    await app.stop();
    expect(attemptCount).toBe(3);
  });

  test('heartbeats keep a message through work that takes longer than its timeout', async () => {
    const url = await sqs.createQueue({ VisibilityTimeout: '2' });
    let handledCount = 0;
    const handleMessage = async (message: Message): Promise<Message> => {
      handledCount++;
      await new Promise((resolve) => setTimeout(resolve, 3000));
      return message;
    };
    const app = start(url, { handleMessage, visibilityTimeout: 2, heartbeatInterval: 1 });
    await sqs.send(url, 'long');
    await eventually(isEmpty(url), 'the queue is empty');
    await app.stop();
    expect(handledCount).toBe(1);
  });

  test('FIFO in batches: each group in its order', async () => {
    const url = await sqs.createQueue({ FifoQueue: 'true', ContentBasedDeduplication: 'true' });
    const seen: string[] = [];
    const handleMessageBatch = async (messages: Message[]): Promise<Message[]> => {
      seen.push(...bodies(messages));
      return messages;
    };
    for (let i = 0; i < 15; i++)
      await sqs.send(url, `${'abc'[i % 3]}${10 + i}`, { MessageGroupId: 'abc'[i % 3] });
    const app = start(url, { batchSize: 10, handleMessageBatch });
    await eventually(isEmpty(url), 'the queue is empty');
    await app.stop();
    for (const group of 'abc') {
      const own = seen.filter((body) => body.startsWith(group));
      expect(own).toHaveLength(5);
      expect(own).toEqual(own.toSorted());
    }
  });

  test('a queue that is not there is reported by its name', async () => {
    const app = start(`${sqs.daemon.endpoint}/000000000000/none-such`, {
      handleMessage: async (message) => message,
    });
    await eventually(async () => app.errors.length > 0, 'the application hears of it');
    await app.stop();
    expect(app.errors[0]?.message).toContain('The specified queue does not exist.');
    expect(app.errors[0]).toMatchObject({ code: 'QueueDoesNotExist' });
  });
});
