// Goal: the wire of SNS byte by byte, as old SDKs, curl and links in messages use it; without
// authentication, so that nothing but the parameters counts.
import { expect, test } from 'vitest';
import { describeSns } from '../support/sns-suite.ts';
import { account, region, uniqueName } from '../support/sqs-suite.ts';

const namespace = 'http://sns.amazonaws.com/doc/2010-03-31/';
const id = '[0-9a-f-]{36}';

function textOf(xml: string, element: string): string | undefined {
  return new RegExp(`<${element}>([^<]*)</${element}>`).exec(xml)?.[1];
}

describeSns(
  'SNS on the Query wire',
  (suite) => {
    const ask = async (parameters: Record<string, string>, method: 'GET' | 'POST' = 'POST') => {
      const form = new URLSearchParams({ Version: '2010-03-31', ...parameters });
      const { endpoint } = suite.sqs.daemon;
      const signal = AbortSignal.timeout(15_000);
      const answer =
        method === 'GET'
          ? await fetch(`${endpoint}/?${form.toString()}`, { signal })
          : await fetch(endpoint, { method: 'POST', body: form, signal });
      return { status: answer.status, headers: answer.headers, text: await answer.text() };
    };

    test('answers, with results and without', async () => {
      const Name = uniqueName('t');
      const created = await ask({
        Action: 'CreateTopic',
        Name,
        'Attributes.entry.1.key': 'DisplayName',
        'Attributes.entry.1.value': 'a & b',
        'Tags.member.1.Key': 'k',
        'Tags.member.1.Value': 'v',
      });
      const topicArn = `arn:aws:sns:${region}:${account}:${Name}`;
      expect(created.status).toBe(200);
      expect(created.headers.get('content-type')).toMatch(/^text\/xml/);
      expect(created.headers.get('x-amzn-requestid')).toMatch(new RegExp(`^${id}$`));
      expect(created.text.replace(/^<\?xml[^>]*\?>/, '')).toMatch(
        new RegExp(
          `^<CreateTopicResponse xmlns="${namespace}"><CreateTopicResult><TopicArn>${topicArn}</TopicArn>` +
            `</CreateTopicResult><ResponseMetadata><RequestId>${id}</RequestId></ResponseMetadata>` +
            '</CreateTopicResponse>$',
        ),
      );
      const shown = await ask({ Action: 'GetTopicAttributes', TopicArn: topicArn }, 'GET');
      expect(shown.text).toContain('<entry><key>DisplayName</key><value>a &amp; b</value></entry>');
      const listed = await ask({ Action: 'ListTopics' });
      expect(listed.text).toContain(`<member><TopicArn>${topicArn}</TopicArn></member>`);
      const tags = await ask({ Action: 'ListTagsForResource', ResourceArn: topicArn });
      expect(tags.text).toContain('<Tags><member><Key>k</Key><Value>v</Value></member></Tags>');
      const untagged = await ask({
        Action: 'UntagResource',
        ResourceArn: topicArn,
        'TagKeys.member.1': 'k',
      });
      expect(untagged.text).toContain('<UntagResourceResult/>');
      const deleted = await ask({ Action: 'DeleteTopic', TopicArn: topicArn });
      expect(deleted.text).not.toContain('Result');
      expect(deleted.text).toMatch(new RegExp(`<ResponseMetadata><RequestId>${id}</RequestId>`));
    });

    test('publishing with attributes, alone and in batches', async () => {
      const topicArn = await suite.createTopic();
      const { url } = await suite.subscribedQueue(topicArn, { RawMessageDelivery: 'true' });
      const published = await ask({
        Action: 'Publish',
        TopicArn: topicArn,
        Message: 'm',
        'MessageAttributes.entry.1.Name': 'a',
        'MessageAttributes.entry.1.Value.DataType': 'Binary',
        'MessageAttributes.entry.1.Value.BinaryValue': 'AQI=',
      });
      expect(textOf(published.text, 'MessageId')).toMatch(new RegExp(id));
      const wanted = { MessageAttributeNames: ['All'] };
      const [message] = await suite.sqs.receiveAll(url, 1, wanted);
      expect(message?.MessageAttributes?.['a']?.BinaryValue).toEqual(Uint8Array.of(1, 2));
      const batch = await ask({
        Action: 'PublishBatch',
        TopicArn: topicArn,
        'PublishBatchRequestEntries.member.1.Id': 'one',
        'PublishBatchRequestEntries.member.1.Message': 'b',
      });
      expect(batch.text).toMatch(new RegExp(`<Successful><member><Id>one</Id><MessageId>${id}</MessageId>`));
      expect(batch.text).toContain('<Failed/>');
    });

    test('errors', async () => {
      const TopicArn = `arn:aws:sns:${region}:${account}:missing`;
      const gone = await ask({ Action: 'GetTopicAttributes', TopicArn });
      expect(gone.status).toBe(404);
      expect(gone.text).toContain(`<ErrorResponse xmlns="${namespace}"><Error><Type>Sender</Type>`);
      expect(textOf(gone.text, 'Code')).toBe('NotFound');
      expect(textOf(gone.text, 'Message')).toBe('Topic does not exist');
      const none = await ask({ Action: 'GetTopicAttributes' });
      expect(none.status).toBe(400);
      expect(textOf(none.text, 'Code')).toBe('ValidationError');
      expect(none.text).toContain('1 validation error detected: Value null at');
      const topicArn = await suite.createTopic();
      const typeless = await ask({
        Action: 'Publish',
        TopicArn: topicArn,
        Message: 'm',
        'MessageAttributes.entry.1.Name': 'a',
        'MessageAttributes.entry.1.Value.StringValue': 'x',
      });
      expect(textOf(typeless.text, 'Code')).toBe('ValidationError');
      expect(typeless.text).toContain('.member.dataType');
      const unknown = await ask({ Action: 'Fly' });
      expect(textOf(unknown.text, 'Code')).toBe('InvalidAction');
    });
  },
  { flags: ['--auth', 'none'] },
);
