// Goal: what is published arrives as on AWS: enveloped and raw, filtered, by protocol, in order, once; and
// bad messages are refused in the words of the service.
import {
  PublishBatchCommand,
  type PublishBatchRequestEntry,
  PublishCommand,
  type PublishCommandInput,
  SetSubscriptionAttributesCommand,
} from '@aws-sdk/client-sns';
import { DeleteQueueCommand, type Message } from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { describeSns, refusal } from '../support/sns-suite.ts';
import { arnOf, bodies } from '../support/sqs-suite.ts';

const invalid = 'InvalidParameterException';
const badValue = 'InvalidParameterValueException';
const fifo = { FifoTopic: 'true' };
const fifoQueue = { FifoQueue: 'true' };
const text = (StringValue: string) => ({ DataType: 'String', StringValue });

describeSns('SNS publishing, JavaScript SDK', (suite) => {
  const publish = (TopicArn: string, Message: string, more: Partial<PublishCommandInput> = {}) =>
    suite.sns.send(new PublishCommand({ TopicArn, Message, ...more }));
  const batch = (TopicArn: string, PublishBatchRequestEntries: PublishBatchRequestEntry[]) =>
    suite.sns.send(new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries }));
  const parsed = (bodyText: string | undefined) => JSON.parse(bodyText!) as Record<string, unknown>;

  describe('to queues', () => {
    test('as an envelope', async () => {
      const topicArn = await suite.createTopic();
      const { url, subscriptionArn } = await suite.subscribedQueue(topicArn);
      const bytes = { DataType: 'Binary', BinaryValue: Uint8Array.of(1, 2) };
      const MessageAttributes = { a: text('x'), b: bytes };
      const sent = await publish(topicArn, 'grüße "€" 😀', { Subject: 'subject', MessageAttributes });
      const [message] = await suite.sqs.receiveAll(url, 1, { MessageAttributeNames: ['All'] });
      expect(message!.MessageAttributes).toBeUndefined();
      const body = parsed(message!.Body);
      expect(body).toMatchObject({
        Type: 'Notification',
        MessageId: sent.MessageId,
        TopicArn: topicArn,
        Subject: 'subject',
        Message: 'grüße "€" 😀',
        Timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        MessageAttributes: {
          a: { Type: 'String', Value: 'x' },
          b: { Type: 'Binary', Value: 'AQI=' },
        },
      });
      const url2 = new URL(body['UnsubscribeURL'] as string);
      expect(url2.searchParams.get('SubscriptionArn')).toBe(subscriptionArn);
      expect(body).toMatchObject({
        SignatureVersion: '1',
        Signature: expect.stringMatching(/^[\w+/]{342}==$/),
      });
      expect(body).not.toHaveProperty('SequenceNumber');
    });

    test('raw, with attributes of the queue and without a subject', async () => {
      const topicArn = await suite.createTopic();
      const { url } = await suite.subscribedQueue(topicArn, { RawMessageDelivery: 'true' });
      const MessageAttributes = { n: { DataType: 'Number.int', StringValue: '1' } };
      await publish(topicArn, 'raw', { Subject: 'unseen', MessageAttributes, MessageGroupId: 'tenant' });
      const wanted = { MessageAttributeNames: ['All'], MessageSystemAttributeNames: ['All' as const] };
      const [message] = await suite.sqs.receiveAll(url, 1, wanted);
      expect(message).toMatchObject({ Body: 'raw', MessageAttributes });
      expect(message!.Attributes).toMatchObject({ MessageGroupId: 'tenant' });
    });

    test('raw with more than ten attributes goes to the dead letters', async () => {
      const topicArn = await suite.createTopic();
      const deadUrl = await suite.sqs.createQueue();
      const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arnOf(deadUrl) });
      const { url } = await suite.subscribedQueue(topicArn, { RawMessageDelivery: 'true', RedrivePolicy });
      const MessageAttributes = Object.fromEntries(
        Array.from({ length: 11 }, (_, i) => [`a${i}`, text('x')]),
      );
      await publish(topicArn, 'eleven', { MessageAttributes });
      const [dead] = await suite.sqs.receiveAll(deadUrl, 1, { MessageAttributeNames: ['All'] });
      expect(dead!.Body).toBe('eleven');
      expect(dead!.MessageAttributes).toMatchObject({ a0: text('x'), a10: text('x') });
      expect(await suite.sqs.receive(url)).toEqual([]);
    });

    test('that are gone: to the dead letters too', async () => {
      const topicArn = await suite.createTopic();
      const deadUrl = await suite.sqs.createQueue();
      const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arnOf(deadUrl) });
      const { subscriptionArn } = await suite.subscribedQueue(topicArn, { RedrivePolicy });
      const attributes = await suite.subscriptionAttributes(subscriptionArn);
      const QueueUrl = deadUrl.replace(/[^/]+$/, attributes['Endpoint']!.split(':').at(-1)!);
      await suite.sqs.client.send(new DeleteQueueCommand({ QueueUrl }));
      await publish(topicArn, 'late');
      const [dead] = await suite.sqs.receiveAll(deadUrl, 1);
      expect(parsed(dead!.Body)).toMatchObject({ Type: 'Notification', Message: 'late' });
    });

    test('by filter: attributes, body, and a change of it', async () => {
      const topicArn = await suite.createTopic();
      const raw = { RawMessageDelivery: 'true' };
      const byAttribute = await suite.subscribedQueue(topicArn, {
        ...raw,
        FilterPolicy: '{"k":["a",{"prefix":"b"}]}',
      });
      const byBody = await suite.subscribedQueue(topicArn, {
        ...raw,
        FilterPolicyScope: 'MessageBody',
        FilterPolicy: '{"n":{"m":[{"numeric":[">",5]}]}}',
      });
      await publish(topicArn, '{"n":{"m":6}}', { MessageAttributes: { k: text('x') } });
      await publish(topicArn, '{"n":{"m":5}}', { MessageAttributes: { k: text('bee') } });
      await publish(topicArn, 'no JSON');
      expect(bodies(await suite.sqs.receiveAll(byAttribute.url, 1))).toEqual(['{"n":{"m":5}}']);
      expect(bodies(await suite.sqs.receiveAll(byBody.url, 1))).toEqual(['{"n":{"m":6}}']);
      expect(await suite.sqs.receive(byAttribute.url)).toEqual([]);
      const change = { SubscriptionArn: byAttribute.subscriptionArn, AttributeName: 'FilterPolicy' };
      await suite.sns.send(new SetSubscriptionAttributesCommand({ ...change, AttributeValue: '{}' }));
      await publish(topicArn, 'unfiltered');
      expect(bodies(await suite.sqs.receiveAll(byAttribute.url, 1))).toEqual(['unfiltered']);
    });

    test('with a text of their own', async () => {
      const topicArn = await suite.createTopic();
      const { url } = await suite.subscribedQueue(topicArn, { RawMessageDelivery: 'true' });
      const MessageStructure = 'json';
      await publish(topicArn, '{"default":"d","sqs":"for queues","http":7}', { MessageStructure });
      await publish(topicArn, '{"default":"d","sqs":7}', { MessageStructure });
      expect(bodies(await suite.sqs.receiveAll(url, 2)).toSorted()).toEqual(['d', 'for queues']);
      const none = 'Invalid parameter: Message Structure - No default entry in JSON message body';
      for (const message of ['{}', '{"sqs":"x"}', '{"default":{}}']) {
        await expect(publish(topicArn, message, { MessageStructure })).rejects.toMatchObject(
          refusal(invalid, none),
        );
      }
      const broken = 'Invalid parameter: Message Structure - JSON message body failed to parse';
      await expect(publish(topicArn, '{', { MessageStructure })).rejects.toMatchObject(
        refusal(invalid, broken),
      );
    });

    test('ten at once', async () => {
      const topicArn = await suite.createTopic();
      const { url } = await suite.subscribedQueue(topicArn, { RawMessageDelivery: 'true' });
      const entries = Array.from({ length: 10 }, (_, i) => ({ Id: `e${i}`, Message: `m${i}` }));
      const { Successful: successful = [], Failed } = await batch(topicArn, entries);
      expect(successful.map(({ Id }) => Id)).toEqual(entries.map(({ Id }) => Id));
      expect(new Set(successful.map(({ MessageId }) => MessageId)).size).toBe(10);
      expect(Failed).toEqual([]);
      const arrived = bodies(await suite.sqs.receiveAll(url, 10));
      expect(arrived.toSorted()).toEqual(entries.map(({ Message }) => Message));
    });
  });

  describe('in order', () => {
    test('groups keep their order, numbers grow, and repeats are answered alike', async () => {
      const topicArn = await suite.createTopic(fifo);
      const raw = { RawMessageDelivery: 'true' };
      const { url } = await suite.subscribedQueue(topicArn, raw, fifoQueue);
      const standard = await suite.subscribedQueue(topicArn);
      const sent: { MessageId?: string | undefined; SequenceNumber?: string | undefined }[] = [];
      for (let i = 0; i < 5; i++) {
        const more = { MessageGroupId: 'g', MessageDeduplicationId: `d${i}` };
        sent.push(await publish(topicArn, `m${i}`, more));
      }
      const numbers = sent.map(({ SequenceNumber }) => SequenceNumber!);
      for (const number of numbers) expect(number).toMatch(/^\d{20}$/);
      expect(numbers).toEqual(numbers.toSorted());
      const again = await publish(topicArn, 'm0', { MessageGroupId: 'g', MessageDeduplicationId: 'd0' });
      expect(again.MessageId).toBe(sent[0]!.MessageId);
      expect(again.SequenceNumber).toBe(numbers[0]);
      // Copies arrive after the publish is answered, and a group that is held gives nothing more.
      const ordered: Message[] = [];
      while (ordered.length < 5) {
        const wanted = { MaxNumberOfMessages: 1, MessageSystemAttributeNames: ['All' as const] };
        const [message] = await suite.sqs.receiveAll(url, 1, wanted);
        await suite.sqs.remove(url, message!);
        ordered.push(message!);
      }
      expect(bodies(ordered)).toEqual(['m0', 'm1', 'm2', 'm3', 'm4']);
      expect(ordered[0]!.Attributes).toMatchObject({ MessageGroupId: 'g', MessageDeduplicationId: 'd0' });
      const enveloped = (await suite.sqs.receiveAll(standard.url, 5)).map(({ Body }) => parsed(Body));
      const first = enveloped.find(({ Message }) => Message === 'm0');
      expect(first).toMatchObject({ SequenceNumber: numbers[0] });
      expect(first).not.toHaveProperty('Signature');
    });

    test('content names a message, for the whole topic or for a group', async () => {
      const byContent = { ...fifo, ContentBasedDeduplication: 'true' };
      const first = await suite.createTopic(byContent);
      const [a, b] = [
        await publish(first, 'same', { MessageGroupId: 'a' }),
        await publish(first, 'same', { MessageGroupId: 'b' }),
      ];
      expect(b.MessageId).toBe(a.MessageId);
      const second = await suite.createTopic({ ...byContent, FifoThroughputScope: 'MessageGroup' });
      const [c, d, e] = [
        await publish(second, 'same', { MessageGroupId: 'a' }),
        await publish(second, 'same', { MessageGroupId: 'b' }),
        await publish(second, 'same', { MessageGroupId: 'b' }),
      ];
      expect(d.MessageId).not.toBe(c.MessageId);
      expect(e.MessageId).toBe(d.MessageId);
    });

    test('needs a group and an id', async () => {
      const topicArn = await suite.createTopic(fifo);
      await expect(publish(topicArn, 'x')).rejects.toMatchObject(
        refusal(invalid, 'Invalid parameter: The MessageGroupId parameter is required for FIFO topics'),
      );
      await expect(publish(topicArn, 'x', { MessageGroupId: 'g' })).rejects.toMatchObject(
        refusal(
          invalid,
          'Invalid parameter: The topic should either have ContentBasedDeduplication enabled or ' +
            'MessageDeduplicationId provided explicitly',
        ),
      );
      await expect(
        publish(await suite.createTopic(), 'x', { MessageDeduplicationId: 'd' }),
      ).rejects.toMatchObject(
        refusal(
          invalid,
          'Invalid parameter: MessageDeduplicationId Reason: The request includes MessageDeduplicationId ' +
            'parameter that is not valid for this topic type',
        ),
      );
      await expect(batch(topicArn, [{ Id: 'a', Message: 'x' }])).rejects.toMatchObject(
        refusal(invalid, /MessageGroupId parameter is required/),
      );
    });
  });

  describe('refusals', () => {
    test('of messages', async () => {
      const topicArn = await suite.createTopic();
      await expect(publish(topicArn, '')).rejects.toMatchObject(
        refusal(invalid, 'Invalid parameter: Empty message'),
      );
      for (const Subject of ['', 'x'.repeat(101), 'a\nb']) {
        await expect(publish(topicArn, 'x', { Subject })).rejects.toMatchObject(
          refusal(invalid, 'Invalid parameter: Subject'),
        );
      }
      await publish(topicArn, 'x'.repeat(262_144));
      const tooLong = 'Invalid parameter: Message too long';
      await expect(publish(topicArn, 'x'.repeat(262_145))).rejects.toMatchObject(refusal(invalid, tooLong));
      const MessageAttributes = { abc: text('def') };
      await expect(publish(topicArn, 'x'.repeat(262_133), { MessageAttributes })).rejects.toMatchObject(
        refusal(invalid, tooLong),
      );
      const gone = `${topicArn}-gone`;
      await expect(publish(gone, 'x')).rejects.toMatchObject(
        refusal('NotFoundException', 'Topic does not exist'),
      );
      await expect(
        suite.sns.send(new PublishCommand({ PhoneNumber: 'abc', Message: 'x' })),
      ).rejects.toMatchObject(
        refusal(invalid, 'Invalid parameter: PhoneNumber Reason: abc is not valid to publish to'),
      );
      const endpoint = topicArn.replace(/[^:]+$/, 'endpoint/GCM/a/b');
      await expect(
        suite.sns.send(new PublishCommand({ TargetArn: endpoint, Message: 'x' })),
      ).rejects.toMatchObject(
        refusal(
          invalid,
          'Invalid parameter: TargetArn Reason: No endpoint found for the target arn specified',
        ),
      );
      const byTarget = await suite.sns.send(new PublishCommand({ TargetArn: topicArn, Message: 'x' }));
      expect(byTarget.MessageId).toMatch(/^[0-9a-f-]{36}$/);
    });

    const bytes = Uint8Array.of(1);
    const start = "The message attribute 'a' ";
    test.each([
      [
        'a',
        { DataType: 'String', StringValue: '' },
        `${start}must contain non-empty message attribute value for message attribute type 'String'.`,
      ],
      [
        'a',
        { DataType: 'Number', BinaryValue: bytes },
        `${start}with type 'Number' must use field 'String'.`,
      ],
      ['a', { DataType: 'Binary', StringValue: 'x' }, `${start}with type 'Binary' must use field 'Binary'.`],
      [
        'a',
        { DataType: 'Strange', StringValue: 'x' },
        `${start}has an invalid message attribute type, the set of supported type prefixes is Binary, ` +
          'Number, and String.',
      ],
      ['x'.repeat(256), text('x'), 'Length of message attribute name must be less than 256 bytes.'],
      [
        'a^b',
        text('x'),
        "Invalid non-alphanumeric character '#x5E' was found in the message attribute name. Can only " +
          'include alphanumeric characters, hyphens, underscores, or dots.',
      ],
      ['.a', text('x'), "Invalid message attribute name starting with character '.' was found."],
      ['a.', text('x'), "Invalid message attribute name ending with character '.' was found."],
      ['a..b', text('x'), "Message attribute name can not have successive '.' character."],
    ])('of the attribute %.20s %j', async (name, value, words) => {
      const topicArn = await suite.createTopic();
      await expect(publish(topicArn, 'x', { MessageAttributes: { [name]: value } })).rejects.toMatchObject(
        refusal(badValue, words),
      );
    });

    test('of batches', async () => {
      const topicArn = await suite.createTopic();
      const entries = (...ids: string[]) => ids.map((Id) => ({ Id, Message: 'x' }));
      const many = Array.from({ length: 11 }, (_, i) => `e${i}`);
      await expect(batch(topicArn, entries(...many))).rejects.toMatchObject(
        refusal(
          'TooManyEntriesInBatchRequestException',
          'The batch request contains more entries than permissible.',
        ),
      );
      await expect(batch(topicArn, entries('a', 'a'))).rejects.toMatchObject(
        refusal(
          'BatchEntryIdsNotDistinctException',
          'Two or more batch entries in the request have the same Id.',
        ),
      );
      await expect(batch(topicArn, entries('a b'))).rejects.toMatchObject(
        refusal(
          'InvalidBatchEntryIdException',
          'The Id of a batch entry in the batch request contains an impermissible character: a b',
        ),
      );
      const long = 'x'.repeat(81);
      await expect(batch(topicArn, entries(long))).rejects.toMatchObject(
        refusal(
          'InvalidBatchEntryIdException',
          `The Id of a batch entry in the batch request is too long: ${long}`,
        ),
      );
      const half = 'x'.repeat(131_073);
      await expect(
        batch(topicArn, [
          { Id: 'a', Message: half },
          { Id: 'b', Message: half },
        ]),
      ).rejects.toMatchObject(
        refusal(
          'BatchRequestTooLongException',
          'The length of all the messages put together is more than the limit.',
        ),
      );
    });
  });
});
