// Goal: messages are written out as asked for, and the leases in their handles find back through delete and
// change.
import { beforeEach, describe, expect, test } from 'vitest';
import { fakeSqs, type FakeSqs } from '../../../../../../test/support/fake-sqs.ts';
import {
  brokerError,
  type BrokerErrorCode,
  type Delivery,
  type StoredMessage,
} from '../../../../../broker/index.ts';
import type { SqsInput, SqsOutput } from '../model.ts';
import { deleteMessage, deleteMessageBatch } from './delete.ts';
import { createQueue } from './queues.ts';
import { receiveMessage } from './receive.ts';
import { changeMessageVisibility, changeMessageVisibilityBatch } from './visibility.ts';

let fake: FakeSqs;
beforeEach(async () => {
  fake = fakeSqs();
  await createQueue(fake.sqs, { QueueName: 'q' }, fake.call());
  await createQueue(fake.sqs, { QueueName: 'f.fifo', Attributes: { FifoQueue: 'true' } }, fake.call());
  fake.broker.next = { kind: 'received', deliveries: [delivery()] };
});

function delivery(fields: Partial<StoredMessage> = {}): Delivery {
  const message: StoredMessage = {
    id: 'id-1',
    sentAtMs: 1000,
    sender: 'AIDA1',
    group: undefined,
    dedupId: undefined,
    trace: undefined,
    origin: undefined,
    copy: undefined,
    subject: undefined,
    attributes: [],
    bodyBytes: 5,
    isText: true,
    body: () => Buffer.from('hello'),
    bodyText: () => 'hello',
    ...fields,
  };
  return {
    sequence: 5,
    generation: 9,
    receiveCount: 2,
    firstReceivedAtMs: 2000,
    leaseUntilMs: 3000,
    message,
  };
}

type ReceiveInput = SqsInput<'ReceiveMessage'>;
type Message = NonNullable<SqsOutput<'ReceiveMessage'>['Messages']>[number];

function receive(input: ReceiveInput = {}): SqsOutput<'ReceiveMessage'> {
  return receiveMessage(fake.sqs, { QueueUrl: 'q', ...input }, fake.call());
}
const first = (input: ReceiveInput = {}): Message => receive(input).Messages![0]!;
const lastCommand = (): unknown => fake.broker.commands.at(-1);

describe('ReceiveMessage', () => {
  test('asked for nothing, it shows nothing but the message', () => {
    expect(first()).toEqual({
      MessageId: 'id-1',
      ReceiptHandle: fake.sqs.receipts.encode(1, 5, 9),
      MD5OfBody: '5d41402abc4b2a76b9719d911017c592',
      Body: 'hello',
    });
    expect(lastCommand()).toMatchObject({ kind: 'receive', messagesMax: 1 });
  });

  test('nothing there: no Messages at all', () => {
    fake.broker.next = { kind: 'received', deliveries: [] };
    expect(receive()).toEqual({});
  });

  test('times are handed on in milliseconds, zeros included', () => {
    receive({ VisibilityTimeout: 0, WaitTimeSeconds: 0, MaxNumberOfMessages: 10 });
    expect(lastCommand()).toMatchObject({ leaseMs: 0, waitMs: 0, messagesMax: 10 });
    receive({ VisibilityTimeout: 43_200, WaitTimeSeconds: 20 });
    expect(lastCommand()).toMatchObject({ leaseMs: 43_200_000, waitMs: 20_000 });
  });

  test('All on a standard queue: only what the message has', () => {
    expect(first({ MessageSystemAttributeNames: ['All'] }).Attributes).toEqual({
      SenderId: 'AIDA1',
      SentTimestamp: '1000',
      ApproximateReceiveCount: '2',
      ApproximateFirstReceiveTimestamp: '2000',
    });
  });

  test('All on a FIFO queue, from a dead-letter move', () => {
    const origin = { namespace: '000000000000/us-east-1', name: 's.fifo' };
    const moved = delivery({ group: 'g', dedupId: 'd', trace: 'Root=1', origin });
    fake.broker.next = { kind: 'received', deliveries: [moved] };
    expect(first({ QueueUrl: 'f.fifo', AttributeNames: ['All'] }).Attributes).toEqual({
      SenderId: 'AIDA1',
      SentTimestamp: '1000',
      ApproximateReceiveCount: '2',
      ApproximateFirstReceiveTimestamp: '2000',
      SequenceNumber: '18840000000000000005',
      MessageDeduplicationId: 'd',
      MessageGroupId: 'g',
      AWSTraceHeader: 'Root=1',
      DeadLetterQueueSourceArn: 'arn:aws:sqs:us-east-1:000000000000:s.fifo',
    });
  });

  test('user attributes: the sum is over those that are returned', () => {
    const attributes = [
      { name: 'Foo', type: 'String', value: 'Bar' },
      { name: 'bin', type: 'Binary', value: Buffer.from('x') },
    ];
    fake.broker.next = { kind: 'received', deliveries: [delivery({ attributes })] };
    const some = first({ MessageAttributeNames: ['Foo'] });
    expect(some.MessageAttributes).toEqual({ Foo: { DataType: 'String', StringValue: 'Bar' } });
    expect(some.MD5OfMessageAttributes).toBe('ae7155c6026991b6d54b11589678bf9c');
    const all = first({ MessageAttributeNames: ['All'] });
    expect(all.MessageAttributes?.['bin']).toEqual({ DataType: 'Binary', BinaryValue: Buffer.from('x') });
    expect(all.MD5OfMessageAttributes).not.toBe(some.MD5OfMessageAttributes);
    expect(first({ MessageAttributeNames: ['none'] })).not.toHaveProperty('MessageAttributes.Foo');
  });

  test.each<[string, ReceiveInput]>([
    [
      'Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.',
      { MaxNumberOfMessages: 11 },
    ],
    ['Value 0 for parameter MaxNumberOfMessages is invalid.', { MaxNumberOfMessages: 0 }],
    [
      'Value 21 for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided.',
      { WaitTimeSeconds: 21 },
    ],
    [
      'Value 43201 for parameter VisibilityTimeout is invalid. Reason: VisibilityTimeout must be an ' +
        'integer between 0 and 43200',
      { VisibilityTimeout: 43_201 },
    ],
    ['Value a for parameter ReceiveRequestAttemptId is invalid.', { ReceiveRequestAttemptId: 'a' }],
    ['Unknown Attribute Nope.', { AttributeNames: ['Nope'] }],
  ])('%s', (message, input) => {
    expect(() => receive(input)).toThrow(message);
  });

  test('all that may be in flight is: OverLimit on a standard queue, nothing on a FIFO queue', () => {
    fake.broker.next = { kind: 'error', error: brokerError('leases_exhausted', 'full') };
    expect(() => receive()).toThrow(expect.objectContaining({ type: 'OverLimit', status: 403 }));
    expect(receive({ QueueUrl: 'f.fifo' })).toEqual({});
  });

  test('the queue is deleted while a receive waits', () => {
    fake.broker.next = { kind: 'error', error: brokerError('queue_not_found', 'gone') };
    expect(() => receive()).toThrow(expect.objectContaining({ type: 'QueueDoesNotExist' }));
  });
});

function outcomes(...codes: (BrokerErrorCode | undefined)[]): void {
  fake.broker.next = {
    kind: 'outcomes',
    outcomes: codes.map((code) => (code === undefined ? undefined : brokerError(code, 'x'))),
  };
}

describe('DeleteMessage', () => {
  const drop = (ReceiptHandle?: string, QueueUrl = 'q'): unknown =>
    deleteMessage(fake.sqs, { QueueUrl, ReceiptHandle }, fake.call());

  test('the handle names the lease that was handed out', () => {
    const { ReceiptHandle: handle } = first();
    outcomes(undefined);
    expect(drop(handle)).toEqual({});
    expect(lastCommand()).toEqual({ kind: 'settle', entity: 1, leases: [{ sequence: 5, generation: 9 }] });
    outcomes('message_gone');
    expect(drop(handle)).toEqual({});
  });

  test('garbage and handles of other queues are refused without asking the core', () => {
    const { ReceiptHandle: handle } = first();
    fake.broker.commands.length = 0;
    const text = 'The input receipt handle "garbage" is not a valid receipt handle.';
    expect(() => drop('garbage')).toThrow(text);
    const refused = expect.objectContaining({ type: 'ReceiptHandleIsInvalid', status: 404 });
    expect(() => drop('garbage')).toThrow(refused);
    expect(() => drop(handle, 'f.fifo')).toThrow(refused);
    expect(() => drop()).toThrow('The request must contain the parameter ReceiptHandle.');
    expect(fake.broker.commands).toEqual([]);
  });

  test('FIFO: a lease that is over can not be deleted with', () => {
    const { ReceiptHandle: handle } = first({ QueueUrl: 'f.fifo' });
    outcomes('lease_expired');
    expect(() => drop(handle, 'f.fifo')).toThrow(
      `Value ${handle} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.`,
    );
  });

  test('a batch reports each entry', () => {
    const handle = first().ReceiptHandle!;
    outcomes(undefined, 'lease_expired');
    const Entries = ['a', 'b', 'c'].map((Id) => ({ Id, ReceiptHandle: Id === 'b' ? 'garbage' : handle }));
    expect(deleteMessageBatch(fake.sqs, { QueueUrl: 'q', Entries }, fake.call())).toMatchObject({
      Successful: [{ Id: 'a' }],
      Failed: [
        { Id: 'b', Code: 'ReceiptHandleIsInvalid', SenderFault: true },
        { Id: 'c', Code: 'InvalidParameterValue', SenderFault: true },
      ],
    });
  });
});

describe('ChangeMessageVisibility', () => {
  const change = (VisibilityTimeout: number | undefined, handle: string): unknown =>
    changeMessageVisibility(
      fake.sqs,
      { QueueUrl: 'q', ReceiptHandle: handle, VisibilityTimeout },
      fake.call(),
    );

  test('the deadline is handed on; the core refusals are worded', () => {
    const handle = first().ReceiptHandle!;
    outcomes(undefined);
    expect(change(0, handle)).toEqual({});
    expect(lastCommand()).toMatchObject({ leases: [{ sequence: 5, generation: 9, leaseMs: 0 }] });
    outcomes('message_gone');
    expect(() => change(5, handle)).toThrow(
      `Value ${handle} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is ` +
        'not available for visibility timeout change.',
    );
    outcomes('lease_too_long');
    expect(() => change(43_200, handle)).toThrow('beyond the limit [43200 seconds]');
    expect(() => change(undefined, handle)).toThrow(
      'The request must contain the parameter VisibilityTimeout.',
    );
    expect(() => change(43_201, handle)).toThrow('Value 43201 for parameter VisibilityTimeout is invalid.');
  });

  test('a batch reports each entry', () => {
    const handle = first().ReceiptHandle!;
    outcomes(undefined);
    const Entries = [
      { Id: 'a', ReceiptHandle: handle, VisibilityTimeout: 1 },
      { Id: 'b', ReceiptHandle: handle, VisibilityTimeout: 43_201 },
      { Id: 'c', ReceiptHandle: 'garbage', VisibilityTimeout: 1 },
    ];
    expect(changeMessageVisibilityBatch(fake.sqs, { QueueUrl: 'q', Entries }, fake.call())).toMatchObject({
      Successful: [{ Id: 'a' }],
      Failed: [
        { Id: 'b', Code: 'InvalidParameterValue' },
        { Id: 'c', Code: 'ReceiptHandleIsInvalid' },
      ],
    });
  });
});
