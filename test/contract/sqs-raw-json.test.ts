// Goal: the JSON 1.0 wire as it is: both halves of errors, statuses with and without query mode, what is
// left out, what is tolerated. Method: requests made and signed by hand.
import { describe, expect, test } from 'vitest';
import { describeSqs, uniqueName } from '../support/sqs-suite.ts';
import { type JsonAnswer, rawJson, rawRequest } from '../support/sqs-raw.ts';

describeSqs('SQS on the JSON wire', (sqs) => {
  const json = (action: string, input: object | string, options = {}): Promise<JsonAnswer> =>
    rawJson(sqs.daemon.endpoint, action, input, options);

  test('answers: content type, request id, nothing that is not there', async () => {
    const QueueUrl = await sqs.createQueue();
    const received = await json('ReceiveMessage', { QueueUrl });
    expect(received.status).toBe(200);
    expect(received.headers['content-type']).toBe('application/x-amz-json-1.0');
    expect(received.headers['x-amzn-requestid']).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(received.json).toEqual({});
    const sent = await json('SendMessage', { QueueUrl, MessageBody: 'x' });
    expect(Object.keys(sent.json).toSorted()).toEqual(['MD5OfMessageBody', 'MessageId']);
    const Entries = [{ Id: 'a', MessageBody: 'x' }];
    const batch = await json('SendMessageBatch', { QueueUrl, Entries });
    expect(Object.keys(batch.json)).toEqual(['Successful']);
    const bad = [{ Id: 'a', ReceiptHandle: 'garbage' }];
    expect(
      Object.keys((await json('DeleteMessageBatch', { QueueUrl, Entries: bad })).json).toSorted(),
    ).toEqual(['Failed', 'Successful']);
    expect((await json('ListQueueTags', { QueueUrl })).json).toEqual({});
    expect((await json('GetQueueAttributes', { QueueUrl })).json).toEqual({});
    expect((await json('ListQueues', { QueueNamePrefix: uniqueName('none') })).json).toEqual({});
    const nothing = await json('SetQueueAttributes', { QueueUrl, Attributes: { DelaySeconds: '0' } });
    expect(['', '{}']).toContain(nothing.text);
  });

  test('nulls and unknown members are ignored, numbers may come as text', async () => {
    const QueueUrl = await sqs.createQueue();
    const input = {
      QueueUrl,
      MessageBody: 'x',
      DelaySeconds: '0',
      MessageGroupId: null,
      Unknown: { a: [1] },
    };
    expect((await json('SendMessage', input)).status).toBe(200);
    const received = await json('ReceiveMessage', { QueueUrl, AttributeNames: null, MaxNumberOfMessages: 1 });
    expect(received.json['Messages']).toHaveLength(1);
  });

  test('a POST to the path of the queue is told apart by its target (PHP, Laravel)', async () => {
    const QueueUrl = await sqs.createQueue();
    const path = new URL(QueueUrl).pathname;
    expect((await json('SendMessage', { QueueUrl, MessageBody: 'x' }, { path })).status).toBe(200);
    expect((await json('ReceiveMessage', { QueueUrl }, { path })).json['Messages']).toHaveLength(1);
  });

  describe('errors', () => {
    interface Expected {
      readonly type: string;
      readonly code: string;
      readonly status: number;
    }
    const sqsError = (name: string): string => `com.amazonaws.sqs#${name}`;
    const coral = (name: string): string => `com.amazon.coral.service#${name}`;
    const prefix = 'AWS.SimpleQueueService.';
    const cases: readonly (readonly [string, (url: string) => readonly [string, object], Expected])[] = [
      [
        'a missing queue',
        () => ['SendMessage', { QueueUrl: 'none', MessageBody: 'x' }],
        { type: sqsError('QueueDoesNotExist'), code: `${prefix}NonExistentQueue`, status: 400 },
      ],
      [
        'a garbage handle',
        (QueueUrl) => ['DeleteMessage', { QueueUrl, ReceiptHandle: 'garbage' }],
        { type: sqsError('ReceiptHandleIsInvalid'), code: 'ReceiptHandleIsInvalid', status: 404 },
      ],
      [
        'a parameter out of range',
        (QueueUrl) => ['ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 11 }],
        { type: coral('InvalidParameterValueException'), code: 'InvalidParameterValue', status: 400 },
      ],
      [
        'a parameter that is missing',
        (QueueUrl) => ['SendMessage', { QueueUrl }],
        { type: coral('MissingRequiredParameterException'), code: 'MissingParameter', status: 400 },
      ],
      [
        'an unknown attribute',
        (QueueUrl) => ['SetQueueAttributes', { QueueUrl, Attributes: { Foobar: '1' } }],
        { type: sqsError('InvalidAttributeName'), code: 'InvalidAttributeName', status: 400 },
      ],
      [
        'an attribute out of range',
        (QueueUrl) => ['SetQueueAttributes', { QueueUrl, Attributes: { DelaySeconds: '901' } }],
        { type: sqsError('InvalidAttributeValue'), code: 'InvalidAttributeValue', status: 400 },
      ],
      [
        'illegal characters',
        (QueueUrl) => ['SendMessage', { QueueUrl, MessageBody: '\u0000' }],
        { type: sqsError('InvalidMessageContents'), code: 'InvalidMessageContents', status: 400 },
      ],
      [
        'an empty batch',
        (QueueUrl) => ['DeleteMessageBatch', { QueueUrl, Entries: [] }],
        { type: sqsError('EmptyBatchRequest'), code: `${prefix}EmptyBatchRequest`, status: 400 },
      ],
      [
        'too many actions',
        (QueueUrl) => [
          'AddPermission',
          {
            QueueUrl,
            Label: 'l',
            AWSAccountIds: ['111111111111'],
            Actions: ['1', '2', '3', '4', '5', '6', '7', '8'],
          },
        ],
        { type: sqsError('OverLimit'), code: 'OverLimit', status: 403 },
      ],
      [
        'a source that is not there',
        () => ['StartMessageMoveTask', { SourceArn: 'arn:aws:sqs:us-east-1:000000000000:none' }],
        { type: sqsError('ResourceNotFoundException'), code: 'ResourceNotFoundException', status: 404 },
      ],
    ];

    test.each(cases)('%s: shape in the body, code in the header', async (_title, request, expected) => {
      const [action, input] = request(await sqs.createQueue());
      const inQueryMode = await json(action, input, { queryMode: true });
      expect(inQueryMode.status).toBe(expected.status);
      expect(inQueryMode.json['__type']).toBe(expected.type);
      expect(inQueryMode.headers['x-amzn-query-error']).toBe(`${expected.code};Sender`);
      expect(inQueryMode.headers['x-amzn-requestid']).toBeDefined();
      expect(inQueryMode.json['message']).toEqual(expect.any(String));
      const plain = await json(action, input);
      expect(plain.status).toBe(400);
      expect(plain.json).toEqual(inQueryMode.json);
    });

    test.each([
      ['text where a list belongs', { QueueUrl: 'q', Entries: 'x' }],
      ['not JSON', '{"QueueUrl":'],
      ['a list as the input', '[]'],
    ])('%s: refused, and the next request is answered', async (_title, input) => {
      const answer = await json('SendMessageBatch', input, { queryMode: true });
      expect(answer.status).toBe(400);
      expect(answer.json['__type']).toEqual(expect.stringMatching(/#\w+/));
      expect((await json('ListQueues', {})).status).toBe(200);
    });

    test('an action that does not exist', async () => {
      const answer = await json('LaunchMessage', {}, { queryMode: true });
      expect(answer.status).toBe(400);
      expect(answer.json['__type']).toMatch(/UnknownOperation|InvalidAction/);
    });
  });

  test('Expect: 100-continue, and a body of more than a MiB', async () => {
    const QueueUrl = await sqs.createQueue();
    // Escapes make the request six times as long as the message.
    const escaped = '\\u20ac'.repeat(349_525);
    const answer = await rawRequest(sqs.daemon.endpoint, {
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': 'AmazonSQS.SendMessage',
        expect: '100-continue',
      },
      body: `{"QueueUrl":"${QueueUrl}","MessageBody":"${escaped}"}`,
    });
    expect(answer.status).toBe(200);
    const [message] = await sqs.receiveAll(QueueUrl, 1);
    expect(message?.Body).toBe('€'.repeat(349_525));
  });

  test('attributes with the names of a JavaScript object are attributes like any other', async () => {
    const QueueUrl = await sqs.createQueue();
    const value = '{"DataType":"String","StringValue":"v"}';
    const attributes = `{"__proto__":${value},"constructor":${value},"toString":${value}}`;
    const sent = await json(
      'SendMessage',
      `{"QueueUrl":"${QueueUrl}","MessageBody":"x","MessageAttributes":${attributes}}`,
    );
    const received = await json('ReceiveMessage', { QueueUrl, MessageAttributeNames: ['All'] });
    const [message] = received.json['Messages'] as Record<string, unknown>[];
    expect(Object.keys(message!['MessageAttributes'] as object).toSorted()).toEqual([
      '__proto__',
      'constructor',
      'toString',
    ]);
    expect(message!['MD5OfMessageAttributes']).toBe(sent.json['MD5OfMessageAttributes']);
  });

  test('a trace header of the request becomes the system attribute', async () => {
    const QueueUrl = await sqs.createQueue();
    await rawRequest(sqs.daemon.endpoint, {
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': 'AmazonSQS.SendMessage',
        'x-amzn-trace-id': 'Root=1-abc',
      },
      body: JSON.stringify({ QueueUrl, MessageBody: 'x' }),
    });
    const [message] = await sqs.receiveAll(QueueUrl, 1, { MessageSystemAttributeNames: ['All'] });
    expect(message?.Attributes?.AWSTraceHeader).toBe('Root=1-abc');
  });
});
