// Goal: what reaches the core is what the sender meant; what SQS refuses never gets there.
import { beforeEach, describe, expect, test } from 'vitest';
import { fakeSqs, type FakeSqs } from '../../../../../../test/support/fake-sqs.ts';
import type { Send } from '../../../../../broker/index.ts';
import type { SqsOutput } from '../model.ts';
import { createQueue } from './queues.ts';
import { sendMessage, sendMessageBatch } from './send.ts';

let fake: FakeSqs;
beforeEach(async () => {
  fake = fakeSqs();
  const { sqs } = fake;
  await createQueue(sqs, { QueueName: 'q', Attributes: { MaximumMessageSize: '1024' } }, fake.call());
  await createQueue(sqs, { QueueName: 'f.fifo', Attributes: { FifoQueue: 'true' } }, fake.call());
  const hashed = { FifoQueue: 'true', ContentBasedDeduplication: 'true' };
  await createQueue(sqs, { QueueName: 'c.fifo', Attributes: hashed }, fake.call());
  fake.broker.commands.length = 0;
  fake.broker.next = { kind: 'sent', messages: [{ id: 'id-1', sequence: 7, isDuplicate: false }] };
});

const lastSend = (): Send => fake.broker.commands.at(-1) as Send;
type SendInput = Parameters<typeof sendMessage>[1];

function send(input: SendInput, headers: Record<string, string> = {}): SqsOutput<'SendMessage'> {
  const call = fake.call();
  call.headers = headers;
  return sendMessage(fake.sqs, input, call);
}

describe('SendMessage', () => {
  test('a plain message', () => {
    expect(send({ QueueUrl: 'http://h/000000000000/q', MessageBody: 'hello' })).toEqual({
      MessageId: 'id-1',
      MD5OfMessageBody: '5d41402abc4b2a76b9719d911017c592',
    });
    expect(lastSend().messages).toEqual([{ body: 'hello', attributes: [], sender: 'AIDATEST' }]);
  });

  test('attributes, trace header and delay', () => {
    const trace = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';
    const sent = send({
      QueueUrl: 'q',
      MessageBody: 'x',
      DelaySeconds: 0,
      MessageGroupId: 'tenant',
      MessageAttributes: { timestamp: { DataType: 'Number', StringValue: '1493147359900' } },
      MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: trace } },
    });
    expect(sent.MD5OfMessageAttributes).toBe('235c5c510d26fb653d073faed50ae77c');
    expect(sent.MD5OfMessageSystemAttributes).toBe('5ae4d5d7636402d80f4eb6d213245a88');
    expect(lastSend().messages[0]).toMatchObject({ delayMs: 0, group: 'tenant', trace });
  });

  test('a trace header of the request is kept, without a sum for it', () => {
    const sent = send({ QueueUrl: 'q', MessageBody: 'x' }, { 'x-amzn-trace-id': 'Root=1' });
    expect(lastSend().messages[0]?.trace).toBe('Root=1');
    expect(sent.MD5OfMessageSystemAttributes).toBeUndefined();
  });

  test('a trace header that can not be stored: refused as an attribute, left out as a header', () => {
    const long = 'x'.repeat(1025);
    const MessageSystemAttributes = { AWSTraceHeader: { DataType: 'String', StringValue: long } };
    expect(() => send({ QueueUrl: 'q', MessageBody: 'x', MessageSystemAttributes })).toThrow('is invalid');
    send({ QueueUrl: 'q', MessageBody: 'x' }, { 'x-amzn-trace-id': long });
    expect(lastSend().messages[0]?.trace).toBeUndefined();
  });

  test('FIFO: explicit ids, the hash of the body, and the sequence number', () => {
    const fields = { MessageBody: 'hello', MessageGroupId: 'g' };
    const sent = send({ ...fields, QueueUrl: 'f.fifo', MessageDeduplicationId: 'd', DelaySeconds: 0 });
    expect(sent.SequenceNumber).toBe('18840000000000000007');
    expect(lastSend().messages[0]).toMatchObject({ group: 'g', dedupId: 'd' });
    expect(lastSend().messages[0]?.delayMs).toBeUndefined();
    send({ ...fields, QueueUrl: 'c.fifo' });
    expect(lastSend().messages[0]?.dedupId).toBe(
      '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
    );
  });

  const long = 'x'.repeat(1025);
  const invalid = 'InvalidParameterValue';
  test.each<[string, string, SendInput]>([
    ['AWS.SimpleQueueService.NonExistentQueue', 'The specified queue does not exist.', { QueueUrl: 'none' }],
    ['MissingParameter', 'The request must contain the parameter QueueUrl.', {}],
    ['MissingParameter', 'The request must contain the parameter MessageBody.', { QueueUrl: 'q' }],
    [
      'MissingParameter',
      'The request must contain the parameter MessageBody.',
      { QueueUrl: 'q', MessageBody: '' },
    ],
    ['InvalidMessageContents', 'Invalid characters found.', { QueueUrl: 'q', MessageBody: 'a\u0000' }],
    [
      invalid,
      'Value 901 for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.',
      { QueueUrl: 'q', MessageBody: 'x', DelaySeconds: 901 },
    ],
    [
      invalid,
      'One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes.',
      { QueueUrl: 'q', MessageBody: long },
    ],
    [
      invalid,
      'Value d for parameter MessageDeduplicationId is invalid. Reason: The request includes a ' +
        'parameter that is not valid for this queue type.',
      { QueueUrl: 'q', MessageBody: 'x', MessageDeduplicationId: 'd' },
    ],
    [
      'MissingParameter',
      'The request must contain the parameter MessageGroupId.',
      { QueueUrl: 'f.fifo', MessageBody: 'x' },
    ],
    [
      invalid,
      'Value  for parameter MessageGroupId is invalid. Reason: MessageGroupId can only include',
      { QueueUrl: 'f.fifo', MessageBody: 'x', MessageGroupId: '' },
    ],
    [
      invalid,
      'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId ' +
        'provided explicitly',
      { QueueUrl: 'f.fifo', MessageBody: 'x', MessageGroupId: 'g' },
    ],
    [
      invalid,
      'Value 2 for parameter DelaySeconds is invalid. Reason: The request include parameter that is ' +
        'not valid for this queue type.',
      { QueueUrl: 'c.fifo', MessageBody: 'x', MessageGroupId: 'g', DelaySeconds: 2 },
    ],
    [
      invalid,
      "Message system attribute name 'X' is invalid.",
      {
        QueueUrl: 'q',
        MessageBody: 'x',
        MessageSystemAttributes: { X: { DataType: 'String', StringValue: 'x' } },
      },
    ],
  ])('%s: %s', (code, message, input) => {
    expect(() => send(input)).toThrow(message);
    expect(() => send(input)).toThrow(expect.objectContaining({ code, status: 400 }));
    expect(fake.broker.commands).toEqual([]);
  });

  test('attributes count to the size, system attributes do not', () => {
    const at = (body: number): SendInput => ({
      QueueUrl: 'q',
      MessageBody: 'x'.repeat(body),
      MessageAttributes: { a: { DataType: 'String', StringValue: 'v' } },
      MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: 'y'.repeat(500) } },
    });
    expect(() => send(at(1024 - 8))).not.toThrow();
    expect(() => send(at(1024 - 7))).toThrow('Message must be shorter than 1024 bytes.');
  });

  test('the Query wire has its own words for a missing queue, and may name it by its path', () => {
    const call = fake.call({ isQuery: true, path: '/000000000000/none' });
    expect(() => sendMessage(fake.sqs, { MessageBody: 'x' }, call)).toThrow(
      'The specified queue does not exist for this wsdl version.',
    );
    const byPath = fake.call({ isQuery: true, path: '/000000000000/q' });
    expect(sendMessage(fake.sqs, { MessageBody: 'x' }, byPath)).toMatchObject({ MessageId: 'id-1' });
  });
});

describe('SendMessageBatch', () => {
  type Entries = NonNullable<Parameters<typeof sendMessageBatch>[1]['Entries']>;
  const batch = (QueueUrl: string, Entries: Entries): SqsOutput<'SendMessageBatch'> =>
    sendMessageBatch(fake.sqs, { QueueUrl, Entries }, fake.call());
  const entry = (Id: string, MessageBody = 'x'): Entries[number] => ({ Id, MessageBody });
  const ten = Array.from({ length: 10 }, (_, i) => `${i}`);

  test('good entries go as one command, bad ones are reported, in order', () => {
    fake.broker.next = {
      kind: 'sent',
      messages: ['id-a', 'id-d'].map((id, i) => ({ id, sequence: i, isDuplicate: false })),
    };
    const answer = batch('q', [entry('a'), entry('b', '\u0001'), entry('c', 'x'.repeat(1025)), entry('d')]);
    expect(answer.Successful?.map(({ Id, MessageId }) => [Id, MessageId])).toEqual([
      ['a', 'id-a'],
      ['d', 'id-d'],
    ]);
    expect(answer.Failed).toMatchObject([
      { Id: 'b', SenderFault: true, Code: 'InvalidMessageContents' },
      {
        Id: 'c',
        SenderFault: true,
        Code: 'InvalidParameterValue',
        Message:
          'One or more parameters cannot be validated. Reason: Message must be shorter than 1024 bytes.',
      },
    ]);
    expect(fake.broker.commands).toHaveLength(1);
    expect(lastSend().messages).toHaveLength(2);
  });

  test('Failed is left out when all went well; nothing is sent when nothing is good', () => {
    expect(batch('q', [entry('a')]).Failed).toBeUndefined();
    fake.broker.commands.length = 0;
    expect(batch('q', [entry('a', '\u0001')])).toMatchObject({ Successful: [], Failed: [{ Id: 'a' }] });
    expect(fake.broker.commands).toEqual([]);
  });

  test.each<[string, string, string, Entries]>([
    [
      'EmptyBatchRequest',
      'There should be at least one SendMessageBatchRequestEntry in the request.',
      'q',
      [],
    ],
    [
      'TooManyEntriesInBatchRequest',
      'Maximum number of entries per request are 10. You have sent 11.',
      'q',
      [...ten, 'x'].map((id) => entry(id)),
    ],
    ['BatchEntryIdsNotDistinct', 'Id id_2 repeated.', 'q', [entry('id_1'), entry('id_2'), entry('id_2')]],
    ['InvalidBatchEntryId', 'A batch entry id can only contain alphanumeric', 'q', [entry('')]],
    ['InvalidBatchEntryId', 'A batch entry id can only contain alphanumeric', 'q', [entry('a b')]],
    [
      'BatchRequestTooLong',
      'Batch requests cannot be longer than 1048576 bytes. You have sent 1048577 bytes.',
      'c.fifo',
      [
        { Id: 'a', MessageBody: 'x'.repeat(1_048_576), MessageGroupId: 'g' },
        { Id: 'b', MessageBody: 'x', MessageGroupId: 'g' },
      ],
    ],
  ])('%s', (type, message, queue, entries) => {
    expect(() => batch(queue, entries)).toThrow(message);
    expect(() => batch(queue, entries)).toThrow(
      expect.objectContaining({ type, code: `AWS.SimpleQueueService.${type}` }),
    );
    expect(fake.broker.commands).toEqual([]);
  });

  test('FIFO: an entry without a group fails the whole batch, with the code of a wrong value', () => {
    const attempt = (): unknown => batch('c.fifo', [{ ...entry('a'), MessageGroupId: 'g' }, entry('b')]);
    expect(attempt).toThrow('The request must contain the parameter MessageGroupId.');
    expect(attempt).toThrow(expect.objectContaining({ code: 'InvalidParameterValue' }));
  });

  test('FIFO: an entry that nothing tells from its duplicates fails the whole batch', () => {
    const grouped = (id: string): Entries[number] => ({ ...entry(id), MessageGroupId: 'g' });
    const attempt = (): unknown =>
      batch('f.fifo', [{ ...grouped('a'), MessageDeduplicationId: 'd' }, grouped('b')]);
    expect(attempt).toThrow('either have ContentBasedDeduplication enabled or MessageDeduplicationId');
    expect(attempt).toThrow(expect.objectContaining({ code: 'InvalidParameterValue' }));
    expect(fake.broker.commands).toEqual([]);
  });
});

describe('limits: aws', () => {
  test('a FIFO queue takes 300 calls a second, a standard one any number', () => {
    fake.profile = 'aws';
    const fifo = { QueueUrl: 'c.fifo', MessageBody: 'x', MessageGroupId: 'g' };
    for (let i = 0; i < 300; i++) send(fifo);
    expect(() => send(fifo)).toThrow(expect.objectContaining({ type: 'RequestThrottled', status: 403 }));
    for (let i = 0; i < 301; i++) send({ QueueUrl: 'q', MessageBody: 'x' });
    fake.clock.advance(1000);
    expect(() => send(fifo)).not.toThrow();
  });
});
