// Goal: queues, their attributes, tags, policies and lists behave on the JavaScript SDK as on AWS.
import {
  AddPermissionCommand,
  type AddPermissionCommandInput,
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  ListQueueTagsCommand,
  paginateListQueues,
  PurgeQueueCommand,
  RemovePermissionCommand,
  SetQueueAttributesCommand,
  TagQueueCommand,
  UntagQueueCommand,
} from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import {
  account,
  arnOf,
  type Attributes,
  describeSqs,
  failureOf,
  region,
  uniqueName,
} from '../support/sqs-suite.ts';

describeSqs('SQS queues, JavaScript SDK', (sqs) => {
  const set = (QueueUrl: string, given: Attributes): Promise<unknown> =>
    sqs.client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: given }));

  describe('create, find, delete', () => {
    test('the URL leads back to the daemon, GetQueueUrl finds it again', async () => {
      const name = uniqueName();
      const url = await sqs.createQueue({}, name);
      expect(url).toBe(`${sqs.daemon.endpoint}/${account}/${name}`);
      expect((await sqs.client.send(new GetQueueUrlCommand({ QueueName: name }))).QueueUrl).toBe(url);
      const owned = new GetQueueUrlCommand({ QueueName: name, QueueOwnerAWSAccountId: account });
      expect((await sqs.client.send(owned)).QueueUrl).toBe(url);
      expect((await failureOf(sqs.client.send(new GetQueueUrlCommand({ QueueName: `${name}x` })))).name).toBe(
        'QueueDoesNotExist',
      );
    });

    test('creating again: the same, or a clear error', async () => {
      const name = uniqueName();
      const url = await sqs.createQueue({ DelaySeconds: '5' }, name);
      expect(await sqs.createQueue({}, name)).toBe(url);
      expect(await sqs.createQueue({ DelaySeconds: '5', VisibilityTimeout: '30' }, name)).toBe(url);
      expect(await failureOf(sqs.createQueue({ DelaySeconds: '6' }, name))).toMatchObject({
        name: 'QueueNameExists',
        Code: 'QueueAlreadyExists',
        message: 'A queue already exists with the same name and a different value for attribute DelaySeconds',
      });
    });

    test('many creations of one queue at once are one queue', async () => {
      const name = uniqueName();
      const urls = await Promise.all(Array.from({ length: 8 }, () => sqs.createQueue({}, name)));
      expect(new Set(urls).size).toBe(1);
      const found = await sqs.client.send(new ListQueuesCommand({ QueueNamePrefix: name }));
      expect(found.QueueUrls).toEqual([urls[0]]);
    });

    test('a deleted queue is gone at once, and its successor is empty', async () => {
      const name = uniqueName();
      const url = await sqs.createQueue({}, name);
      await sqs.send(url, 'old');
      const [old] = await sqs.receiveAll(url, 1);
      await sqs.client.send(new DeleteQueueCommand({ QueueUrl: url }));
      expect((await failureOf(sqs.send(url, 'x'))).name).toBe('QueueDoesNotExist');
      expect((await failureOf(sqs.receive(url))).name).toBe('QueueDoesNotExist');
      expect((await failureOf(sqs.client.send(new DeleteQueueCommand({ QueueUrl: url })))).name).toBe(
        'QueueDoesNotExist',
      );
      await sqs.createQueue({}, name);
      expect(await sqs.receive(url)).toEqual([]);
      expect((await failureOf(sqs.remove(url, old!))).name).toBe('ReceiptHandleIsInvalid');
    });

    test.each([
      ['a.b', {}],
      ['x'.repeat(81), {}],
      ['a.fifo', {}],
      ['a', { FifoQueue: 'true' }],
    ])('bad name %s %j', async (QueueName, Attributes) => {
      const error = await failureOf(sqs.client.send(new CreateQueueCommand({ QueueName, Attributes })));
      expect(error).toMatchObject({ name: 'InvalidParameterValue', Code: 'InvalidParameterValue' });
    });

    test('regions are rooms of their own', async () => {
      const name = uniqueName();
      await sqs.createQueue({}, name);
      const elsewhere = sqs.newClient({ region: 'eu-west-1' });
      expect((await failureOf(elsewhere.send(new GetQueueUrlCommand({ QueueName: name })))).name).toBe(
        'QueueDoesNotExist',
      );
      const { QueueUrl } = await elsewhere.send(new CreateQueueCommand({ QueueName: name }));
      const there = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] });
      expect((await elsewhere.send(there)).Attributes?.QueueArn).toBe(
        `arn:aws:sqs:eu-west-1:${account}:${name}`,
      );
    });

    test('every form of the URL leads to the queue', async () => {
      const name = uniqueName();
      await sqs.createQueue({}, name);
      const forms = [
        name,
        `/${account}/${name}`,
        `https://sqs.${region}.amazonaws.com/${account}/${name}`,
        `https://${region}.queue.amazonaws.com/${account}/${name}`,
        `https://queue.amazonaws.com/${account}/${name}`,
        `http://sqs.${region}.localhost:4566/${account}/${name}`,
        `http://localhost:4566/queue/${region}/${account}/${name}`,
        `http://localhost:9324/queue/${name}`,
      ];
      for (const form of forms) await sqs.send(form, form);
      expect(await sqs.counts(name)).toMatchObject({ ready: forms.length });
    });
  });

  describe('attributes', () => {
    test('defaults of a standard and of a FIFO queue', async () => {
      const standard = await sqs.createQueue();
      const shown = await sqs.attributes(standard);
      expect(shown).toEqual({
        QueueArn: arnOf(standard),
        ApproximateNumberOfMessages: '0',
        ApproximateNumberOfMessagesNotVisible: '0',
        ApproximateNumberOfMessagesDelayed: '0',
        CreatedTimestamp: expect.stringMatching(/^\d{10}$/),
        LastModifiedTimestamp: expect.stringMatching(/^\d{10}$/),
        VisibilityTimeout: '30',
        MaximumMessageSize: '1048576',
        MessageRetentionPeriod: '345600',
        DelaySeconds: '0',
        ReceiveMessageWaitTimeSeconds: '0',
        SqsManagedSseEnabled: 'true',
      });
      expect(await sqs.attributes(await sqs.createQueue({ FifoQueue: 'true' }))).toMatchObject({
        FifoQueue: 'true',
        ContentBasedDeduplication: 'false',
        DeduplicationScope: 'queue',
        FifoThroughputLimit: 'perQueue',
      });
      const none = new GetQueueAttributesCommand({ QueueUrl: standard, AttributeNames: [] });
      expect((await sqs.client.send(none)).Attributes).toBeUndefined();
      expect(await sqs.attributes(standard, 'Policy', 'VisibilityTimeout')).toEqual({
        VisibilityTimeout: '30',
      });
    });

    test('what is set is what is got, texts unchanged', async () => {
      const url = await sqs.createQueue();
      const dead = await sqs.createQueue();
      const given = {
        VisibilityTimeout: '0',
        MaximumMessageSize: '1024',
        MessageRetentionPeriod: '1209600',
        DelaySeconds: '900',
        ReceiveMessageWaitTimeSeconds: '20',
        Policy:
          '{"Version": "2012-10-17",  "Statement": [{"Effect": "Allow", "Principal": "*", ' +
          `"Action": "sqs:SendMessage", "Resource": "${arnOf(url)}"}]}`,
        RedrivePolicy: `{ "maxReceiveCount" : 5, "deadLetterTargetArn":"${arnOf(dead)}"}`,
        RedriveAllowPolicy: '{"redrivePermission": "denyAll"}',
        KmsMasterKeyId: 'alias/aws/sqs',
        KmsDataKeyReusePeriodSeconds: '60',
      };
      await set(url, given);
      expect(await sqs.attributes(url)).toMatchObject({ ...given, SqsManagedSseEnabled: 'false' });
      await set(url, { Policy: '', RedrivePolicy: '', RedriveAllowPolicy: '', KmsMasterKeyId: '' });
      const after = await sqs.attributes(url);
      for (const name of ['Policy', 'RedrivePolicy', 'RedriveAllowPolicy', 'KmsMasterKeyId'] as const) {
        expect(after[name]).toBeUndefined();
      }
    });

    test('a redrive policy that counts in text is shown with a number', async () => {
      const deadLetterTargetArn = arnOf(await sqs.createQueue());
      const policy = (maxReceiveCount: unknown): Record<string, string> => ({
        RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount }),
      });
      const name = uniqueName();
      const url = await sqs.createQueue(policy('1'), name);
      const shown = async (): Promise<unknown> => JSON.parse((await sqs.attributes(url)).RedrivePolicy!);
      expect(await shown()).toEqual({ deadLetterTargetArn, maxReceiveCount: 1 });
      await set(url, policy('12'));
      expect(await shown()).toEqual({ deadLetterTargetArn, maxReceiveCount: 12 });
      // Both forms say the same.
      for (const count of ['12', 12]) expect(await sqs.createQueue(policy(count), name)).toBe(url);
    });

    test('a set is all or nothing', async () => {
      const url = await sqs.createQueue();
      const error = await failureOf(set(url, { DelaySeconds: '7', VisibilityTimeout: '43201' }));
      expect(error).toMatchObject({ name: 'InvalidAttributeValue', Code: 'InvalidAttributeValue' });
      expect((await sqs.attributes(url)).DelaySeconds).toBe('0');
    });

    test.each<[{ kind: string; name: string; value: string }, string, string]>([
      [{ kind: 'standard', name: 'Foobar', value: '1' }, 'InvalidAttributeName', 'Unknown Attribute Foobar.'],
      [
        { kind: 'standard', name: 'QueueArn', value: 'x' },
        'InvalidAttributeName',
        'Unknown Attribute QueueArn.',
      ],
      [
        { kind: 'standard', name: 'ContentBasedDeduplication', value: 'true' },
        'InvalidAttributeName',
        'Unknown Attribute ContentBasedDeduplication.',
      ],
      [
        { kind: 'standard', name: 'DeduplicationScope', value: 'queue' },
        'InvalidAttributeName',
        'You can specify the DeduplicationScope only when FifoQueue is set to true.',
      ],
      [
        { kind: 'fifo', name: 'FifoQueue', value: 'false' },
        'InvalidAttributeValue',
        'Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported.',
      ],
    ])('%j is refused', async ({ kind, name, value }, type, message) => {
      const url = await sqs.createQueue(kind === 'fifo' ? { FifoQueue: 'true' } : {});
      expect(await failureOf(set(url, { [name]: value }))).toMatchObject({
        name: type,
        message,
      });
    });

    test('GetQueueAttributes refuses names that do not exist', async () => {
      const url = await sqs.createQueue();
      const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['Foobar' as 'All'] });
      expect(await failureOf(sqs.client.send(command))).toMatchObject({
        name: 'InvalidAttributeName',
        message: 'Unknown Attribute Foobar.',
      });
    });
  });

  describe('lists', () => {
    test('by prefix, in pages, through the SDK paginator', async () => {
      const prefix = uniqueName('list');
      const urls = await Promise.all(
        ['a', 'b', 'c', 'd', 'e'].map((end) => sqs.createQueue({}, `${prefix}-${end}`)),
      );
      const all = await sqs.client.send(new ListQueuesCommand({ QueueNamePrefix: prefix }));
      expect(all.QueueUrls?.toSorted()).toEqual(urls);
      expect(all.NextToken).toBeUndefined();
      const pages: (string[] | undefined)[] = [];
      const listing = paginateListQueues({ client: sqs.client, pageSize: 2 }, { QueueNamePrefix: prefix });
      for await (const page of listing) pages.push(page.QueueUrls);
      expect(pages.map((page) => page?.length)).toEqual([2, 2, 1]);
      expect(new Set(pages.flat())).toEqual(new Set(urls));
      const nothing = await sqs.client.send(new ListQueuesCommand({ QueueNamePrefix: `${prefix}-zz` }));
      expect(nothing.QueueUrls).toBeUndefined();
    });

    test('a token is good for its own list only', async () => {
      const prefix = uniqueName('token');
      for (const end of ['a', 'b']) await sqs.createQueue({}, `${prefix}-${end}`);
      const first = new ListQueuesCommand({ QueueNamePrefix: prefix, MaxResults: 1 });
      const { NextToken } = await sqs.client.send(first);
      const wrong = new ListQueuesCommand({ QueueNamePrefix: 'other', MaxResults: 1, NextToken });
      expect((await failureOf(sqs.client.send(wrong))).Code).toBe('InvalidParameterValue');
      const tooMany = new ListQueuesCommand({ MaxResults: 1001 });
      expect((await failureOf(sqs.client.send(tooMany))).Code).toBe('InvalidParameterValue');
    });
  });

  test('tags: at creation, added, replaced, removed', async () => {
    const QueueName = uniqueName();
    const created = await sqs.client.send(new CreateQueueCommand({ QueueName, tags: { team: 'a' } }));
    const QueueUrl = created.QueueUrl!;
    const tags = async (): Promise<unknown> =>
      (await sqs.client.send(new ListQueueTagsCommand({ QueueUrl }))).Tags;
    expect(await tags()).toEqual({ team: 'a' });
    const { LastModifiedTimestamp } = await sqs.attributes(QueueUrl);
    await sqs.client.send(new TagQueueCommand({ QueueUrl, Tags: { team: 'b', empty: '', 'ü €': 'x' } }));
    expect(await tags()).toEqual({ team: 'b', empty: '', 'ü €': 'x' });
    await sqs.client.send(new UntagQueueCommand({ QueueUrl, TagKeys: ['team', 'empty', 'ü €', 'none'] }));
    expect(await tags()).toBeUndefined();
    expect((await sqs.attributes(QueueUrl)).LastModifiedTimestamp).toBe(LastModifiedTimestamp);
    const many = Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`k${i}`, 'v']));
    expect(await failureOf(sqs.client.send(new TagQueueCommand({ QueueUrl, Tags: many })))).toMatchObject({
      Code: 'InvalidParameterValue',
      message: `Too many tags added for queue ${QueueName}.`,
    });
    expect((await failureOf(sqs.client.send(new UntagQueueCommand({ QueueUrl, TagKeys: [] })))).message).toBe(
      'Tag keys must be between 1 and 128 characters in length.',
    );
  });

  test('permissions make and unmake the policy', async () => {
    const url = await sqs.createQueue();
    const add = (Label: string, ...Actions: string[]): Promise<unknown> =>
      sqs.client.send(
        new AddPermissionCommand({ QueueUrl: url, Label, AWSAccountIds: ['111111111111'], Actions }),
      );
    const drop = (Label: string): Promise<unknown> =>
      sqs.client.send(new RemovePermissionCommand({ QueueUrl: url, Label }));
    await add('one', 'SendMessage');
    await add('two', 'ReceiveMessage', 'DeleteMessage');
    const policy = JSON.parse((await sqs.attributes(url)).Policy!) as {
      Statement: { Sid: string; Action: unknown }[];
    };
    expect(policy).toMatchObject({ Version: '2008-10-17', Id: `${arnOf(url)}/SQSDefaultPolicy` });
    expect(policy.Statement.map(({ Sid, Action }) => [Sid, Action])).toEqual([
      ['one', 'SQS:SendMessage'],
      ['two', ['SQS:ReceiveMessage', 'SQS:DeleteMessage']],
    ]);
    expect((await failureOf(add('one', 'SendMessage'))).message).toBe(
      'Value one for parameter Label is invalid. Reason: Already exists.',
    );
    const grant = { QueueUrl: url, Label: 'three', AWSAccountIds: [account], Actions: ['SendMessage'] };
    for (const [lack, text] of [
      [{ Actions: [] }, 'The request must contain the parameter Actions.'],
      [{ AWSAccountIds: [] }, 'Value [] for parameter PrincipalId is invalid. Reason: Unable to verify.'],
      [{ AWSAccountIds: undefined }, 'The request must contain the parameter PrincipalId.'],
    ] as const) {
      const lacking = { ...grant, ...lack } as AddPermissionCommandInput;
      expect((await failureOf(sqs.client.send(new AddPermissionCommand(lacking)))).message).toBe(text);
    }
    await drop('one');
    await drop('two');
    expect((await sqs.attributes(url)).Policy).toBeUndefined();
    expect((await failureOf(drop('two'))).message).toBe(
      "Value two for parameter Label is invalid. Reason: can't find label.",
    );
  });

  test('purge drops what is there: ready, in flight and delayed', async () => {
    const url = await sqs.createQueue();
    await sqs.send(url, 'leased');
    await sqs.receiveAll(url, 1);
    await sqs.send(url, 'ready');
    await sqs.send(url, 'delayed', { DelaySeconds: 900 });
    expect(await sqs.counts(url)).toEqual({ ready: 1, leased: 1, delayed: 1 });
    await sqs.client.send(new PurgeQueueCommand({ QueueUrl: url }));
    expect(await sqs.counts(url)).toEqual({ ready: 0, leased: 0, delayed: 0 });
    await sqs.send(url, 'after');
    expect((await sqs.receiveAll(url, 1))[0]?.Body).toBe('after');
  });
});

describeSqs(
  'SQS under limits: aws',
  (sqs) => {
    test('the 60 s rules', async () => {
      const name = uniqueName();
      const url = await sqs.createQueue({}, name);
      await sqs.client.send(new PurgeQueueCommand({ QueueUrl: url }));
      expect(await failureOf(sqs.client.send(new PurgeQueueCommand({ QueueUrl: url })))).toMatchObject({
        name: 'PurgeQueueInProgress',
        Code: 'AWS.SimpleQueueService.PurgeQueueInProgress',
        message: `Only one PurgeQueue operation on ${name} is allowed every 60 seconds.`,
        $metadata: { httpStatusCode: 403 },
      });
      await sqs.client.send(new DeleteQueueCommand({ QueueUrl: url }));
      expect(await failureOf(sqs.createQueue({}, name))).toMatchObject({
        name: 'QueueDeletedRecently',
        Code: 'AWS.SimpleQueueService.QueueDeletedRecently',
        $metadata: { httpStatusCode: 400 },
      });
    });
  },
  { flags: ['--limits', 'aws'] },
);
