// Goal: what is known of how popular clients use SQS works here; each test is one client's way of starting
// up or of going on. Method: their calls as they make them, by the JavaScript SDK or by hand.
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  ListQueueTagsCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { createHash } from 'node:crypto';
import { Agent, request } from 'node:http';
import { expect, test } from 'vitest';
import { rawJson } from '../support/sqs-raw.ts';
import {
  arnOf,
  type Attributes,
  bodies,
  credentials,
  describeSqs,
  failureOf,
  region,
  uniqueName,
} from '../support/sqs-suite.ts';

describeSqs('SQS as its clients use it', (sqs) => {
  test('JavaScript SDK without an endpoint: the QueueUrl says where to go', async () => {
    const url = await sqs.createQueue();
    const client = new SQSClient({ region, credentials, maxAttempts: 1 });
    await client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: 'x' }));
    client.destroy();
    expect(bodies(await sqs.receiveAll(url, 1))).toEqual(['x']);
  });

  test('Java SDK: sums of attributes are recomputed from what it got', async () => {
    const url = await sqs.createQueue();
    const MessageAttributes = {
      zeta: { DataType: 'String.json', StringValue: '{"a":"€"}' },
      Alpha: { DataType: 'Number', StringValue: '1e3' },
      blob: { DataType: 'Binary.gzip', BinaryValue: new Uint8Array([1, 0, 255]) },
    };
    const sent = await sqs.client.send(
      new SendMessageCommand({ QueueUrl: url, MessageBody: 'x', MessageAttributes }),
    );
    const [message] = await sqs.receiveAll(url, 1, { MessageAttributeNames: ['All'] });
    const part = (value: string | Uint8Array): Buffer => {
      const bytes = Buffer.from(value as string);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return Buffer.concat([length, bytes]);
    };
    const sum = createHash('md5');
    for (const [name, value] of Object.entries(message!.MessageAttributes!).toSorted(([a], [b]) =>
      a < b ? -1 : 1,
    )) {
      sum.update(part(name)).update(part(value.DataType!));
      const isBinary = value.BinaryValue !== undefined;
      sum
        .update(Buffer.from([isBinary ? 2 : 1]))
        .update(part(isBinary ? value.BinaryValue! : value.StringValue!));
    }
    const expected = sum.digest('hex');
    expect([sent.MD5OfMessageAttributes, message?.MD5OfMessageAttributes]).toEqual([expected, expected]);
  });

  test('Spring Cloud AWS: look up, create when the error says so, many at once', async () => {
    const QueueName = uniqueName('spring');
    const resolve = async (): Promise<string> => {
      try {
        return (await sqs.client.send(new GetQueueUrlCommand({ QueueName }))).QueueUrl!;
      } catch (error) {
        if ((error as Error).name !== 'QueueDoesNotExist') throw error;
        return (await sqs.client.send(new CreateQueueCommand({ QueueName }))).QueueUrl!;
      }
    };
    const urls = await Promise.all(Array.from({ length: 10 }, resolve));
    expect(new Set(urls).size).toBe(1);
    expect(Object.keys(await sqs.attributes(urls[0]!)).length).toBeGreaterThanOrEqual(12);
  });

  test('Celery: its queue with its timeout, found by prefix, sized and purged', async () => {
    const prefix = uniqueName('celery');
    const create = (): Promise<string> => sqs.createQueue({ VisibilityTimeout: '1800' }, `${prefix}-default`);
    const url = await create();
    expect(await create()).toBe(url);
    expect(await failureOf(sqs.createQueue({ VisibilityTimeout: '60' }, `${prefix}-default`))).toMatchObject({
      Code: 'QueueAlreadyExists',
    });
    const found = await sqs.client.send(new ListQueuesCommand({ QueueNamePrefix: prefix }));
    expect(found.QueueUrls).toEqual([url]);
    const body = Buffer.from(JSON.stringify({ task: 'add', args: [1, 2] })).toString('base64');
    for (let i = 0; i < 3; i++) await sqs.send(url, body);
    const size = await sqs.attributes(url, 'ApproximateNumberOfMessages');
    expect(size).toEqual({ ApproximateNumberOfMessages: '3' });
    expect(bodies(await sqs.receiveAll(url, 2, { MaxNumberOfMessages: 2, WaitTimeSeconds: 10 }))).toEqual([
      body,
      body,
    ]);
    await sqs.client.send(new PurgeQueueCommand({ QueueUrl: url }));
    expect(await sqs.counts(url)).toEqual({ ready: 0, leased: 0, delayed: 0 });
  });

  test('MassTransit: makes its queues at every start, sets a policy for SNS, sends in batches', async () => {
    const name = uniqueName('order-service');
    for (let start = 0; start < 2; start++) {
      for (const end of ['', '_error', '_skipped']) {
        const url = await sqs.createQueue({}, `${name}${end}`);
        const names = ['QueueArn', 'Policy'] as const;
        const shown = await sqs.attributes(url, ...names);
        expect(shown.QueueArn).toBe(arnOf(url));
        const Policy = JSON.stringify({
          Version: '2012-10-17',
          Statement: [
            {
              Sid: 'topic',
              Effect: 'Allow',
              Principal: { Service: 'sns.amazonaws.com' },
              Action: 'sqs:SendMessage',
              Resource: shown.QueueArn,
              Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:sns:us-east-1:000000000000:orders' } },
            },
          ],
        });
        await sqs.client.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { Policy } }));
        expect((await sqs.attributes(url)).Policy).toBe(Policy);
      }
    }
    const url = await sqs.createQueue({}, name);
    const MessageAttributes = { 'Content-Type': { DataType: 'String', StringValue: 'application/json' } };
    const Entries = Array.from({ length: 10 }, (_, i) => ({
      Id: `${i}`,
      MessageBody: `{"n":${i}}`,
      MessageAttributes,
    }));
    await sqs.client.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
    const received = await sqs.receiveAll(url, 10, { MessageAttributeNames: ['All'] });
    expect(received[0]?.MessageAttributes).toEqual(MessageAttributes);
  });

  test('Terraform: what it set is what it reads, and a deleted queue is not there', async () => {
    const dead = await sqs.createQueue();
    const Attributes: Attributes = {
      DelaySeconds: '90',
      MaximumMessageSize: '2048',
      MessageRetentionPeriod: '86400',
      ReceiveMessageWaitTimeSeconds: '10',
      VisibilityTimeout: '30',
      RedrivePolicy: `{"deadLetterTargetArn":"${arnOf(dead)}","maxReceiveCount":4}`,
      SqsManagedSseEnabled: 'true',
    };
    const QueueName = uniqueName('terraform');
    const created = new CreateQueueCommand({ QueueName, Attributes, tags: { Environment: 'production' } });
    const QueueUrl = (await sqs.client.send(created)).QueueUrl!;
    const shown = await sqs.attributes(QueueUrl);
    expect(shown).toMatchObject(Attributes);
    expect(shown).not.toHaveProperty('Policy');
    expect(shown).not.toHaveProperty('KmsMasterKeyId');
    expect((await sqs.client.send(new ListQueueTagsCommand({ QueueUrl }))).Tags).toEqual({
      Environment: 'production',
    });
    await sqs.client.send(new DeleteQueueCommand({ QueueUrl }));
    const read = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] });
    expect((await failureOf(sqs.client.send(read))).Code).toBe('AWS.SimpleQueueService.NonExistentQueue');
  });

  test('Laravel: JSON posted to the URL of the queue; a job is released with a delay', async () => {
    const QueueUrl = await sqs.createQueue();
    const { pathname: path } = new URL(QueueUrl);
    const post = (action: string, input: object): ReturnType<typeof rawJson> =>
      rawJson(sqs.daemon.endpoint, action, { QueueUrl, ...input }, { path, queryMode: true });
    await post('SendMessage', { MessageBody: '{"job":"x"}' });
    const { json } = await post('ReceiveMessage', { AttributeNames: ['ApproximateReceiveCount'] });
    const [job] = json['Messages'] as { ReceiptHandle: string; Attributes: Record<string, string> }[];
    expect(job?.Attributes).toEqual({ ApproximateReceiveCount: '1' });
    await post('ChangeMessageVisibility', { ReceiptHandle: job?.ReceiptHandle, VisibilityTimeout: 1 });
    const [again] = await sqs.receiveAll(QueueUrl, 1, {
      MessageSystemAttributeNames: ['ApproximateReceiveCount'],
    });
    expect(again?.Attributes?.ApproximateReceiveCount).toBe('2');
  });

  test('FIFO listeners rely on the lock: a group is with one of many consumers at a time', async () => {
    const url = await sqs.createQueue({ FifoQueue: 'true', ContentBasedDeduplication: 'true' });
    const groups = ['a', 'b', 'c'];
    for (let i = 0; i < 10; i++) {
      const Entries = groups.map((group) => ({
        Id: group,
        MessageBody: `${group}${i}`,
        MessageGroupId: group,
      }));
      await sqs.client.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
    }
    const held = new Map<string, number>();
    const done = new Map<string, string[]>(groups.map((group) => [group, []]));
    let leftCount = 30;
    const consume = async (worker: number): Promise<void> => {
      while (leftCount > 0) {
        const more = {
          MaxNumberOfMessages: 2,
          WaitTimeSeconds: 1,
          MessageSystemAttributeNames: ['MessageGroupId' as const],
        };
        const messages = await sqs.receive(url, more);
        for (const message of messages) {
          const group = message.Attributes!.MessageGroupId!;
          expect(held.get(group) ?? worker).toBe(worker);
          held.set(group, worker);
        }
        for (const message of messages) {
          done.get(message.Attributes!.MessageGroupId!)!.push(message.Body!);
          leftCount--;
        }
        for (const message of messages) held.delete(message.Attributes!.MessageGroupId!);
        for (const message of messages) await sqs.remove(url, message);
      }
    };
    await Promise.all([1, 2, 3, 4].map(consume));
    for (const group of groups)
      expect(done.get(group)).toEqual(Array.from({ length: 10 }, (_, i) => `${group}${i}`));
  });

  test('boto3 long polls on one connection: it is kept, and for longer than the longest poll', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const sockets = new Set<unknown>();
    const get = (): Promise<string> =>
      new Promise((settle, fail) => {
        const outgoing = request(`${sqs.daemon.endpoint}/health`, { agent }, (answer) => {
          sockets.add(answer.socket);
          answer.resume().once('end', () => settle(String(answer.headers['keep-alive'] ?? '')));
        });
        outgoing.once('error', fail).end();
      });
    const keepAlive = await get();
    await get();
    agent.destroy();
    expect(sockets.size).toBe(1);
    // Absent means: no limit that a client should know of.
    const seconds = /timeout=(\d+)/.exec(keepAlive)?.[1];
    expect(Number(seconds ?? Number.POSITIVE_INFINITY)).toBeGreaterThan(20);
  });

  test('a wait that ends without a message answers with none, after the wait', async () => {
    const url = await sqs.createQueue();
    const more = { QueueUrl: url, WaitTimeSeconds: 1 };
    expect((await sqs.client.send(new ReceiveMessageCommand(more))).Messages).toBeUndefined();
  });

  test('sqs-consumer takes any 403 for a lost connection: a garbage handle is none', async () => {
    const url = await sqs.createQueue();
    const change = { QueueUrl: url, ReceiptHandle: 'garbage', VisibilityTimeout: 0 };
    const error = await failureOf(sqs.client.send(new ChangeMessageVisibilityCommand(change)));
    expect(error.$metadata?.httpStatusCode).toBe(404);
  });
});
