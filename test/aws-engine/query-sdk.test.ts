// Query/XML as the SDK's client for topics speaks it: lists with `member`, maps with `entry`, results with
// and without members, short codes of errors, and links that anybody may follow.
import {
  ConfirmSubscriptionCommand,
  CreateTopicCommand,
  DeleteTopicCommand,
  GetTopicAttributesCommand,
  ListTopicsCommand,
  PublishBatchCommand,
  PublishCommand,
  SNSClient,
  TagResourceCommand,
} from '@aws-sdk/client-sns';
import { describe, expect, test } from 'vitest';
import { AwsError } from '../../src/protocols/aws/engine/errors.ts';
import type { Service, ServiceFactory } from '../../src/protocols/aws/engine/service.ts';
import { blob, bool, list, map, str, struct } from '../../src/protocols/aws/engine/shapes.ts';
import { plainRequest } from '../support/aws-signer.ts';
import { ask } from './exchange.ts';
import { type Heard, inProcess } from './in-process-sdk.ts';
import { createToy, toyService } from './toy-service.ts';

const nothing = struct({});
const row = { output: nothing, action: 'sns:Use', errors: [] } as const;
const attributes = map(
  struct({ DataType: str({ isRequired: true }), StringValue: str(), BinaryValue: blob() }),
  { keyName: 'Name', valueName: 'Value' },
);
const tags = list(struct({ Key: str(), Value: str() }));
const entry = struct({ Id: str(), Message: str(), MessageAttributes: attributes });

const topicsModel = {
  id: 'sns',
  apiVersion: '2010-03-31',
  queryNamespace: 'http://sns.amazonaws.com/doc/2010-03-31/',
  operations: {
    CreateTopic: {
      ...row,
      input: struct({ Name: str(), Attributes: map(str()), Tags: tags }),
      output: struct({ TopicArn: str() }),
    },
    DeleteTopic: { ...row, input: struct({ TopicArn: str() }) },
    TagResource: { ...row, input: struct({ ResourceArn: str(), Tags: tags }), hasEmptyResult: true },
    GetTopicAttributes: {
      ...row,
      input: struct({ TopicArn: str() }),
      output: struct({ Attributes: map(str()) }),
    },
    ListTopics: {
      ...row,
      input: nothing,
      output: struct({ Topics: list(struct({ TopicArn: str() })), NextToken: str() }),
    },
    Publish: {
      ...row,
      input: struct({ Message: str(), MessageAttributes: attributes }),
      output: struct({ MessageId: str() }),
    },
    PublishBatch: {
      ...row,
      input: struct({ PublishBatchRequestEntries: list(entry) }),
      output: struct({
        Successful: list(struct({ Id: str() })),
        Failed: list(struct({ Id: str(), Code: str(), SenderFault: bool() })),
      }),
    },
    ConfirmSubscription: {
      ...row,
      input: struct({ TopicArn: str(), Token: str() }),
      output: struct({ SubscriptionArn: str() }),
      isOpen: true,
    },
  },
} as const satisfies Service;

function setUp(answer: (input: never) => object = () => ({})) {
  const inputs: object[] = [];
  const heard: Heard[] = [];
  const topics: ServiceFactory = (deps) => {
    const handle = (input: never) => {
      inputs.push(input);
      return answer(input);
    };
    const handlers = Object.fromEntries(Object.keys(topicsModel.operations).map((name) => [name, handle]));
    return { ...toyService(deps), service: topicsModel, handlers };
  };
  // The SDK signs with the time of day.
  const clock = { nowMs: () => Date.now(), monotonicMs: () => 0 } as never;
  const { aws } = createToy({ services: [toyService, topics], clock });
  return { aws, inputs, heard, client: new SNSClient(inProcess(aws.handler, heard)) };
}

const arn = 'arn:aws:sns:eu-west-1:000000000000:t';
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('input', () => {
  test('has maps in entries and lists in members', async () => {
    const { client, inputs, heard } = setUp(() => ({ TopicArn: arn }));
    const input = { Name: 't', Attributes: { A: '1', B: '' }, Tags: [{ Key: 'k', Value: 'v' }] };
    expect((await client.send(new CreateTopicCommand(input))).TopicArn).toBe(arn);
    expect(plain(inputs[0])).toEqual(input);
    expect(heard[0]!.reply.headers.get('content-type')).toBe('text/xml');
  });

  test('has attributes of messages, also in a batch', async () => {
    const { client, inputs } = setUp(({ Message }: { Message?: string }) =>
      Message === undefined ? { Successful: [{ Id: '1' }], Failed: [] } : { MessageId: 'm' },
    );
    const MessageAttributes = {
      text: { DataType: 'String', StringValue: 'é&=+' },
      bytes: { DataType: 'Binary', BinaryValue: Buffer.from([1, 255]) },
    };
    const read = { ...MessageAttributes, bytes: { DataType: 'Binary', BinaryValue: Buffer.from([1, 255]) } };
    const published = await client.send(
      new PublishCommand({ TopicArn: arn, Message: 'x', MessageAttributes }),
    );
    expect(published.MessageId).toBe('m');
    expect(plain(inputs[0])).toEqual(plain({ Message: 'x', MessageAttributes: read }));
    const entries = [{ Id: '1', Message: 'x', MessageAttributes }];
    const batch = await client.send(
      new PublishBatchCommand({ TopicArn: arn, PublishBatchRequestEntries: entries }),
    );
    expect([batch.Successful, batch.Failed]).toEqual([[{ Id: '1' }], []]);
    expect(plain(inputs[1])).toEqual(plain({ PublishBatchRequestEntries: entries }));
  });

  test('says where an attribute lacks its type', async () => {
    const { client } = setUp();
    const MessageAttributes = { a: { DataType: undefined, StringValue: 'x' } };
    await expect(client.send(new PublishCommand({ Message: 'x', MessageAttributes }))).rejects.toThrow(
      "Value null at 'messageAttributes.a.member.dataType' failed to satisfy constraint: " +
        'Member must not be null',
    );
  });
});

test('a service without a target prefix speaks no JSON', () => {
  const { aws } = setUp();
  expect(aws.describe().map(({ wires }) => wires)).toEqual([['json', 'query'], ['query']]);
  const headers = { 'x-amz-target': 'undefined.ListTopics' };
  expect(ask(aws.handler, plainRequest({ headers, body: '{}' })).status).toBe(400);
});

describe('output', () => {
  test('has maps in entries and lists in members', async () => {
    const Attributes = { Policy: '{"a":"<b>"}', DisplayName: '' };
    const { client, heard } = setUp(() => ({ Attributes, Topics: [{ TopicArn: arn }] }));
    const shown = await client.send(new GetTopicAttributesCommand({ TopicArn: arn }));
    expect(shown.Attributes).toEqual(Attributes);
    expect(heard[0]!.reply.body).toContain(
      '<Attributes><entry><key>Policy</key><value>{&quot;a&quot;:&quot;&lt;b&gt;&quot;}</value></entry>',
    );
    expect((await client.send(new ListTopicsCommand({}))).Topics).toEqual([{ TopicArn: arn }]);
    expect(heard[1]!.reply.body).toContain(
      `<ListTopicsResult><Topics><member><TopicArn>${arn}</TopicArn></member></Topics></ListTopicsResult>`,
    );
  });

  test('without members has an empty result only where the model has one', async () => {
    const { client, heard } = setUp();
    await client.send(new DeleteTopicCommand({ TopicArn: arn }));
    await client.send(new TagResourceCommand({ ResourceArn: arn, Tags: [{ Key: 'k', Value: 'v' }] }));
    expect(heard[0]!.reply.body).toMatch(/2010-03-31\/"><ResponseMetadata>/);
    expect(heard[1]!.reply.body).toMatch(/2010-03-31\/"><TagResourceResult\/><ResponseMetadata>/);
  });

  test('has the short code of an error, which the SDK knows', async () => {
    const { client } = setUp(() => {
      throw new AwsError('Topic does not exist', {
        type: 'NotFoundException',
        code: 'NotFound',
        status: 404,
      });
    });
    await expect(client.send(new DeleteTopicCommand({ TopicArn: arn }))).rejects.toMatchObject({
      name: 'NotFoundException',
      message: 'Topic does not exist',
      $metadata: { httpStatusCode: 404 },
    });
  });
});

test('a link is followed by anybody, also with a host of the operator', () => {
  const { aws, inputs } = setUp(() => ({ SubscriptionArn: `${arn}:id` }));
  const query = `Action=ConfirmSubscription&TopicArn=${encodeURIComponent(arn)}&Token=abc`;
  for (const host of ['127.0.0.1:4566', 'events.example.com', 'sns.us-east-1.localhost']) {
    const reply = ask(aws.handler, plainRequest({ method: 'GET', query, headers: { host } }));
    expect([reply.status, reply.body]).toEqual([200, expect.stringContaining(`${arn}:id`)]);
  }
  expect(inputs).toEqual(Array.from({ length: 3 }, () => ({ TopicArn: arn, Token: 'abc' })));
});

test('signed, it is an ordinary request', async () => {
  const { client, inputs } = setUp(() => ({ SubscriptionArn: 'x' }));
  await client.send(new ConfirmSubscriptionCommand({ TopicArn: arn, Token: 't' }));
  expect(inputs).toEqual([{ TopicArn: arn, Token: 't' }]);
});
