// Goal: an application on the JavaScript SDK sends, receives and deletes as it does on AWS: standard
// queues, attributes, batches, sizes, errors. The SDK itself checks the MD5 of bodies.
import {
  DeleteMessageBatchCommand,
  DeleteQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { bodies, describeSqs, failureOf, patienceMs } from '../support/sqs-suite.ts';

describeSqs('SQS messages, JavaScript SDK', (sqs) => {
  test('send, receive, delete: the message is gone for good', async () => {
    const url = await sqs.createQueue();
    const sent = await sqs.client.send(
      new SendMessageCommand({ QueueUrl: url, MessageBody: 'grüße € 😀\r\n\t<&>"' }),
    );
    expect(sent.MessageId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(sent.SequenceNumber).toBeUndefined();
    const [message] = await sqs.receiveAll(url, 1);
    expect(message?.Body).toBe('grüße € 😀\r\n\t<&>"');
    expect(message?.MessageId).toBe(sent.MessageId);
    expect(message?.Attributes).toBeUndefined();
    expect(await sqs.counts(url)).toEqual({ ready: 0, leased: 1, delayed: 0 });
    await sqs.remove(url, message!);
    await sqs.remove(url, message!);
    expect(await sqs.counts(url)).toEqual({ ready: 0, leased: 0, delayed: 0 });
  });

  test('an empty queue answers without Messages', async () => {
    const url = await sqs.createQueue();
    const answer = await sqs.client.send(new ReceiveMessageCommand({ QueueUrl: url }));
    expect(answer.Messages).toBeUndefined();
    expect(answer.$metadata.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('roughly oldest first, in batches of at most what was asked for', async () => {
    const url = await sqs.createQueue();
    for (let i = 0; i < 15; i++) await sqs.send(url, `m${i}`);
    expect(await sqs.receive(url, { MaxNumberOfMessages: 3 })).toHaveLength(3);
    const rest = await sqs.receiveAll(url, 12);
    expect(new Set(bodies(rest)).size).toBe(12);
  });

  describe('attributes', () => {
    test('system attributes: what was asked for, counted per receive', async () => {
      const url = await sqs.createQueue();
      const beforeMs = Date.now();
      await sqs.send(url, 'x', { MessageGroupId: 'tenant-1' });
      const all = { VisibilityTimeout: 0, MessageSystemAttributeNames: ['All' as const] };
      const [first] = await sqs.receiveAll(url, 1, all);
      const [second] = await sqs.receiveAll(url, 1, all);
      expect(Object.keys(first!.Attributes!).toSorted()).toEqual([
        'ApproximateFirstReceiveTimestamp',
        'ApproximateReceiveCount',
        'MessageGroupId',
        'SenderId',
        'SentTimestamp',
      ]);
      expect(first!.Attributes!.ApproximateReceiveCount).toBe('1');
      expect(second!.Attributes!.ApproximateReceiveCount).toBe('2');
      const { SentTimestamp, ApproximateFirstReceiveTimestamp: received } = first!.Attributes!;
      expect(Number(SentTimestamp)).toBeGreaterThanOrEqual(beforeMs - 1000);
      expect(Number(received)).toBeGreaterThanOrEqual(Number(SentTimestamp));
      expect(second!.Attributes!.ApproximateFirstReceiveTimestamp).toBe(received);
      expect(second!.ReceiptHandle).not.toBe(first!.ReceiptHandle);
      const one = {
        MessageSystemAttributeNames: ['SentTimestamp' as const],
        AttributeNames: ['All' as const],
      };
      const [third] = await sqs.receiveAll(url, 1, one);
      expect(third!.Attributes).toEqual({ SentTimestamp });
    });

    test('user attributes of every type, filtered by name and prefix', async () => {
      const url = await sqs.createQueue();
      const MessageAttributes = {
        'Help.Me': { DataType: 'String', StringValue: 'Me' },
        Hello: { DataType: 'String.custom', StringValue: 'There €' },
        price: { DataType: 'Number.float', StringValue: '-1.50e10' },
        blob: { DataType: 'Binary.png', BinaryValue: new Uint8Array([0, 255, 13, 10]) },
      };
      await sqs.send(url, 'x', { MessageAttributes });
      const get = async (...names: string[]): Promise<unknown> => {
        const more = { VisibilityTimeout: 0, MessageAttributeNames: names };
        return (await sqs.receiveAll(url, 1, more))[0]?.MessageAttributes;
      };
      expect(await get('All')).toEqual(MessageAttributes);
      expect(await get('.*')).toEqual(MessageAttributes);
      expect(await get('blob', 'none', 'ill egal')).toEqual({ blob: MessageAttributes.blob });
      expect(await get('Help.*')).toEqual({ 'Help.Me': MessageAttributes['Help.Me'] });
      expect(await get('none')).toBeUndefined();
      expect(await get()).toBeUndefined();
    });

    test('sums of attributes are those of AWS, on sending and over what is returned', async () => {
      const url = await sqs.createQueue();
      const String_ = (StringValue: string): object => ({ DataType: 'String', StringValue });
      const trace = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';
      const sent = await sqs.client.send(
        new SendMessageCommand({
          QueueUrl: url,
          MessageBody: 'x',
          MessageAttributes: {
            'Help.Me': String_('Me') as never,
            Hello: String_('There') as never,
            General: String_('Kenobi') as never,
            Foo: String_('Bar') as never,
          },
          MessageSystemAttributes: { AWSTraceHeader: String_(trace) as never },
        }),
      );
      expect(sent.MD5OfMessageSystemAttributes).toBe('5ae4d5d7636402d80f4eb6d213245a88');
      const [message] = await sqs.receiveAll(url, 1, {
        MessageAttributeNames: ['Foo'],
        MessageSystemAttributeNames: ['AWSTraceHeader'],
      });
      expect(message?.MD5OfMessageAttributes).toBe('ae7155c6026991b6d54b11589678bf9c');
      expect(message?.Attributes).toEqual({ AWSTraceHeader: trace });
    });
  });

  describe('sizes', () => {
    test('one MiB goes through, one byte more does not', async () => {
      const url = await sqs.createQueue();
      const body = 'x'.repeat(1_048_576);
      await sqs.send(url, body);
      const [message] = await sqs.receiveAll(url, 1);
      expect(message?.Body).toBe(body);
      const error = await failureOf(sqs.send(url, `${body}x`));
      expect(error).toMatchObject({
        Code: 'InvalidParameterValue',
        message: 'One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes.',
      });
    });

    test('MaximumMessageSize counts bytes of body and attributes', async () => {
      const url = await sqs.createQueue({ MaximumMessageSize: '1024' });
      await sqs.send(url, '€'.repeat(341));
      await failureOf(sqs.send(url, '€'.repeat(342)));
      const MessageAttributes = { n: { DataType: 'String', StringValue: 'v'.repeat(1000) } };
      await sqs.send(url, 'x'.repeat(17), { MessageAttributes });
      expect(await failureOf(sqs.send(url, 'x'.repeat(18), { MessageAttributes }))).toMatchObject({
        message: 'One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes.',
      });
    });
  });

  describe('batches', () => {
    const entry = (Id: string, MessageBody = `body ${Id}`): { Id: string; MessageBody: string } => ({
      Id,
      MessageBody,
    });

    test('ten at once, deleted at once', async () => {
      const url = await sqs.createQueue();
      const Entries = Array.from({ length: 10 }, (_, i) => entry(`id_${i}`));
      const sent = await sqs.client.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
      expect(sent.Successful?.map(({ Id }) => Id)).toEqual(Entries.map(({ Id }) => Id));
      expect(sent.Failed).toBeUndefined();
      const messages = await sqs.receiveAll(url, 10);
      expect(bodies(messages).toSorted()).toEqual(Entries.map(({ MessageBody }) => MessageBody));
      const gone = messages.map(({ ReceiptHandle }, i) => ({ Id: `${i}`, ReceiptHandle }));
      const deleted = await sqs.client.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries: gone }));
      expect(deleted.Successful).toHaveLength(10);
      expect(await sqs.counts(url)).toEqual({ ready: 0, leased: 0, delayed: 0 });
    });

    test('bad entries fail, good ones go through', async () => {
      const url = await sqs.createQueue({ MaximumMessageSize: '1024' });
      const Entries = [
        entry('good'),
        entry('long', 'x'.repeat(1025)),
        entry('bad', 'a\u0012'),
        entry('also'),
      ];
      const sent = await sqs.client.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
      expect(sent.Successful?.map(({ Id }) => Id)).toEqual(['good', 'also']);
      expect(sent.Failed).toEqual([
        {
          Id: 'long',
          SenderFault: true,
          Code: 'InvalidParameterValue',
          Message:
            'One or more parameters cannot be validated. Reason: Message must be shorter than 1024 bytes.',
        },
        expect.objectContaining({ Id: 'bad', SenderFault: true, Code: 'InvalidMessageContents' }),
      ]);
      expect(bodies(await sqs.receiveAll(url, 2)).toSorted()).toEqual(['body also', 'body good']);
      const handles = [{ Id: 'a', ReceiptHandle: 'garbage' }];
      const deleted = await sqs.client.send(
        new DeleteMessageBatchCommand({ QueueUrl: url, Entries: handles }),
      );
      expect(deleted.Successful).toEqual([]);
      expect(deleted.Failed).toMatchObject([{ Id: 'a', Code: 'ReceiptHandleIsInvalid', SenderFault: true }]);
    });

    test('a batch as a whole is refused', async () => {
      const url = await sqs.createQueue();
      const refuse = async (Entries: { Id: string; MessageBody: string }[]): Promise<unknown[]> => {
        const error = await failureOf(
          sqs.client.send(new SendMessageBatchCommand({ QueueUrl: url, Entries })),
        );
        return [error.name, error.Code, error.message];
      };
      const code = 'AWS.SimpleQueueService';
      expect(await refuse([])).toEqual([
        'EmptyBatchRequest',
        `${code}.EmptyBatchRequest`,
        'There should be at least one SendMessageBatchRequestEntry in the request.',
      ]);
      expect(await refuse(Array.from({ length: 20 }, (_, i) => entry(`${i}`)))).toEqual([
        'TooManyEntriesInBatchRequest',
        `${code}.TooManyEntriesInBatchRequest`,
        'Maximum number of entries per request are 10. You have sent 20.',
      ]);
      expect(await refuse([entry('id_1'), entry('id_2'), entry('id_2')])).toEqual([
        'BatchEntryIdsNotDistinct',
        `${code}.BatchEntryIdsNotDistinct`,
        'Id id_2 repeated.',
      ]);
      expect((await refuse([entry('a.b')]))[0]).toBe('InvalidBatchEntryId');
      const half = 'x'.repeat(524_288);
      expect(await refuse([entry('a', half), entry('b', `${half}x`)])).toEqual([
        'BatchRequestTooLong',
        `${code}.BatchRequestTooLong`,
        'Batch requests cannot be longer than 1048576 bytes. You have sent 1048577 bytes.',
      ]);
      expect(await sqs.counts(url)).toEqual({ ready: 0, leased: 0, delayed: 0 });
    });
  });

  // The SDK knows errors of the model by their shape, all others by the code of the header.
  describe('errors, both halves', () => {
    test.each([
      [
        'missing queue',
        { QueueUrl: 'none-such' },
        'QueueDoesNotExist',
        'AWS.SimpleQueueService.NonExistentQueue',
      ],
      [
        'missing queue comes first',
        { QueueUrl: 'none-such', MessageBody: '' },
        'QueueDoesNotExist',
        'AWS.SimpleQueueService.NonExistentQueue',
      ],
      ['empty body', { MessageBody: '' }, 'MissingParameter', 'MissingParameter'],
      ['illegal character', { MessageBody: 'a\u0000b' }, 'InvalidMessageContents', 'InvalidMessageContents'],
      ['delay out of range', { DelaySeconds: 901 }, 'InvalidParameterValue', 'InvalidParameterValue'],
      [
        'dedup id on a standard queue',
        { MessageDeduplicationId: 'd' },
        'InvalidParameterValue',
        'InvalidParameterValue',
      ],
      [
        'empty attribute',
        { MessageAttributes: { a: { DataType: 'String', StringValue: '' } } },
        'InvalidParameterValue',
        'InvalidParameterValue',
      ],
    ])('%s', async (_title, input, name, code) => {
      const url = await sqs.createQueue();
      const command = new SendMessageCommand({ QueueUrl: url, MessageBody: 'x', ...input });
      expect(await failureOf(sqs.client.send(command))).toMatchObject({
        name,
        Code: code,
        $metadata: { httpStatusCode: 400 },
      });
    });
  });

  test(
    'a queue that is deleted under a waiting receive answers QueueDoesNotExist',
    { timeout: patienceMs * 2 },
    async () => {
      const url = await sqs.createQueue();
      const waiting = failureOf(
        sqs.client.send(new ReceiveMessageCommand({ QueueUrl: url, WaitTimeSeconds: 20 })),
      );
      const other = sqs.newClient();
      await other.send(new DeleteQueueCommand({ QueueUrl: url }));
      expect((await waiting).name).toBe('QueueDoesNotExist');
    },
  );
});
