// Goal: the Query/XML wire of old SDKs, curl and proxies: parameter names, flattened lists, escaping,
// errors, paths.
import { describe, expect, test } from 'vitest';
import { account, arnOf, describeSqs, uniqueName } from '../support/sqs-suite.ts';
import { type RawAnswer, rawQuery, rawRequest } from '../support/sqs-raw.ts';

const namespace = 'http://queue.amazonaws.com/doc/2012-11-05/';

/** Text of the first element of that name; undefined when there is none. */
function textOf(xml: string, element: string): string | undefined {
  return new RegExp(`<${element}>([^<]*)</${element}>`).exec(xml)?.[1];
}

const count = (xml: string, element: string): number => xml.split(`<${element}>`).length - 1;

describeSqs('SQS on the Query wire', (sqs) => {
  const query = (Action: string, parameters: Record<string, string> = {}, options = {}): Promise<RawAnswer> =>
    rawQuery(sqs.daemon.endpoint, { Action, ...parameters }, options);
  const pathOf = (url: string): string => new URL(url).pathname;

  test('create with attributes and tags, GET and POST', async () => {
    const QueueName = uniqueName();
    const created = await query('CreateQueue', {
      QueueName,
      'Attribute.1.Name': 'DelaySeconds',
      'Attribute.1.Value': '3',
      'Tag.1.Key': 'team',
      'Tag.1.Value': 'a b&c',
    });
    expect(created.status).toBe(200);
    expect(created.headers['content-type']).toMatch(/^text\/xml/);
    expect(created.text).toContain(`<CreateQueueResponse xmlns="${namespace}"><CreateQueueResult><QueueUrl>`);
    expect(created.text).toMatch(
      /<ResponseMetadata><RequestId>[0-9a-f-]{36}<\/RequestId><\/ResponseMetadata>/,
    );
    const QueueUrl = textOf(created.text, 'QueueUrl')!;
    expect(QueueUrl).toBe(`${sqs.daemon.endpoint}/${account}/${QueueName}`);
    const found = await query('GetQueueUrl', { QueueName }, { method: 'GET' });
    expect(textOf(found.text, 'QueueUrl')).toBe(QueueUrl);
    const tags = await query('ListQueueTags', { QueueUrl });
    expect(tags.text).toContain('<Tag><Key>team</Key><Value>a b&amp;c</Value></Tag>');
    const attributes = await query('GetQueueAttributes', { QueueUrl, 'AttributeName.1': 'DelaySeconds' });
    expect(attributes.text).toContain('<Attribute><Name>DelaySeconds</Name><Value>3</Value></Attribute>');
    for (const name of ['Tag', 'Tags']) {
      const tagged = await query('TagQueue', { QueueUrl, [`${name}.1.Key`]: name, [`${name}.1.Value`]: 'x' });
      expect(tagged.status).toBe(200);
      expect(tagged.text).not.toContain('TagQueueResult');
    }
    await query('UntagQueue', { QueueUrl, 'TagKey.1': 'team', 'TagKey.2': 'Tag' });
    expect(count((await query('ListQueueTags', { QueueUrl })).text, 'Tag')).toBe(1);
  });

  test('a message with attributes, by the path of the queue, and back', async () => {
    const path = pathOf(await sqs.createQueue());
    const body = 'a "quote" <&> \r\n\t€ 😀';
    const sent = await query(
      'SendMessage',
      {
        MessageBody: body,
        'MessageAttribute.1.Name': 'Foo',
        'MessageAttribute.1.Value.DataType': 'String',
        'MessageAttribute.1.Value.StringValue': 'Bar',
        'MessageAttribute.2.Name': 'bin',
        'MessageAttribute.2.Value.DataType': 'Binary',
        'MessageAttribute.2.Value.BinaryValue': 'AP8=',
        'MessageSystemAttribute.1.Name': 'AWSTraceHeader',
        'MessageSystemAttribute.1.Value.DataType': 'String',
        'MessageSystemAttribute.1.Value.StringValue': 'Root=1',
      },
      { path },
    );
    expect(textOf(sent.text, 'MD5OfMessageSystemAttributes')).toMatch(/^[0-9a-f]{32}$/);
    expect(textOf(sent.text, 'SequenceNumber')).toBeUndefined();
    const names = {
      'MessageAttributeName.1': 'Foo',
      'AttributeName.1': 'SenderId',
      'AttributeName.2': 'AWSTraceHeader',
    };
    const received = await query('ReceiveMessage', { ...names, MaxNumberOfMessages: '10' }, { path });
    // A raw CR would be read as LF by every XML parser, and the MD5 would not fit.
    expect(textOf(received.text, 'Body')).toBe('a &quot;quote&quot; &lt;&amp;&gt; &#xD;\n\t€ 😀');
    expect(textOf(received.text, 'MD5OfMessageAttributes')).toBe('ae7155c6026991b6d54b11589678bf9c');
    expect(received.text).toContain(
      '' +
        '<MessageAttribute><Name>Foo</Name><Value><DataType>String</DataType>' +
        '<StringValue>Bar</StringValue></Value></MessageAttribute>',
    );
    expect(received.text).not.toContain('<Name>bin</Name>');
    expect(received.text).toContain(
      '<Attribute><Name>AWSTraceHeader</Name><Value>Root=1</Value></Attribute>',
    );
    const ReceiptHandle = textOf(received.text, 'ReceiptHandle')!;
    const changed = await query(
      'ChangeMessageVisibility',
      { ReceiptHandle, VisibilityTimeout: '0' },
      { path },
    );
    expect(changed.status).toBe(200);
    const again = await query(
      'ReceiveMessage',
      { 'MessageSystemAttributeName.1': 'ApproximateReceiveCount', 'MessageAttributeName.1': 'bin' },
      { path },
    );
    expect(again.text).toContain('<Name>ApproximateReceiveCount</Name><Value>2</Value>');
    expect(again.text).toContain('<BinaryValue>AP8=</BinaryValue>');
    const deleted = await query(
      'DeleteMessage',
      { ReceiptHandle: textOf(again.text, 'ReceiptHandle')! },
      { path },
    );
    expect(deleted.text).toContain('<DeleteMessageResponse');
    expect(deleted.text).not.toContain('DeleteMessageResult');
    const empty = await query('ReceiveMessage', {}, { path });
    expect(empty.text).toContain('<ReceiveMessageResult/>');
  });

  test('batches: entries in, entries out', async () => {
    const QueueUrl = await sqs.createQueue();
    const sent = await query('SendMessageBatch', {
      QueueUrl,
      'SendMessageBatchRequestEntry.1.Id': 'a',
      'SendMessageBatchRequestEntry.1.MessageBody': 'one',
      'SendMessageBatchRequestEntry.2.Id': 'b',
      'SendMessageBatchRequestEntry.2.MessageBody': '\u0001',
      'SendMessageBatchRequestEntry.3.Id': 'c',
      'SendMessageBatchRequestEntry.3.MessageBody': 'three',
      'SendMessageBatchRequestEntry.3.MessageAttribute.1.Name': 'Foo',
      'SendMessageBatchRequestEntry.3.MessageAttribute.1.Value.DataType': 'String',
      'SendMessageBatchRequestEntry.3.MessageAttribute.1.Value.StringValue': 'Bar',
    });
    expect(count(sent.text, 'SendMessageBatchResultEntry')).toBe(2);
    expect(textOf(sent.text, 'MD5OfMessageAttributes')).toBe('ae7155c6026991b6d54b11589678bf9c');
    expect(sent.text).toMatch(
      /<BatchResultErrorEntry><Id>b<\/Id><SenderFault>true<\/SenderFault><Code>InvalidMessageContents</,
    );
    const messages = await sqs.receiveAll(QueueUrl, 2);
    const handles = Object.fromEntries(
      messages.flatMap(({ ReceiptHandle }, i) => [
        [`DeleteMessageBatchRequestEntry.${i + 1}.Id`, `m${i}`],
        [`DeleteMessageBatchRequestEntry.${i + 1}.ReceiptHandle`, ReceiptHandle!],
      ]),
    );
    expect(
      count(
        (await query('DeleteMessageBatch', { QueueUrl, ...handles })).text,
        'DeleteMessageBatchResultEntry',
      ),
    ).toBe(2);
    const garbage = await query('ChangeMessageVisibilityBatch', {
      QueueUrl,
      'ChangeMessageVisibilityBatchRequestEntry.1.Id': 'x',
      'ChangeMessageVisibilityBatchRequestEntry.1.ReceiptHandle': 'garbage',
      'ChangeMessageVisibilityBatchRequestEntry.1.VisibilityTimeout': '1',
    });
    expect(textOf(garbage.text, 'Code')).toBe('ReceiptHandleIsInvalid');
  });

  test('permissions, dead-letter sources and lists', async () => {
    const dead = await sqs.createQueue();
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arnOf(dead), maxReceiveCount: 1 });
    const source = await sqs.createQueue({ RedrivePolicy });
    const sources = await query('ListDeadLetterSourceQueues', { QueueUrl: dead });
    expect(sources.text).toContain(`<ListDeadLetterSourceQueuesResult><QueueUrl>${source}</QueueUrl>`);
    const added = await query('AddPermission', {
      QueueUrl: dead,
      Label: 'l',
      'AWSAccountId.1': '111111111111',
      'ActionName.1': 'SendMessage',
      'ActionName.2': 'ReceiveMessage',
    });
    expect(added.status).toBe(200);
    expect((await sqs.attributes(dead)).Policy).toContain('SQS:ReceiveMessage');
    const listed = await query('ListQueues', {
      QueueNamePrefix: dead.slice(dead.lastIndexOf('/') + 1),
      MaxResults: '1',
    });
    expect(listed.text).toContain(`<ListQueuesResult><QueueUrl>${dead}</QueueUrl>`);
  });

  describe('errors', () => {
    test('the body of an error', async () => {
      const answer = await query('SendMessage', { QueueUrl: 'none', MessageBody: 'x' });
      expect(answer.status).toBe(400);
      expect(answer.text.replace(/<\?xml[^>]*\?>\s*/, '')).toMatch(
        new RegExp(
          `^<ErrorResponse xmlns="${namespace}"><Error><Type>Sender</Type>` +
            '<Code>AWS.SimpleQueueService.NonExistentQueue</Code>' +
            '<Message>The specified queue does not exist for this wsdl version.</Message><Detail/></Error>' +
            '<RequestId>[0-9a-f-]{36}</RequestId></ErrorResponse>$',
        ),
      );
    });

    test.each<[string, Record<string, string>, number, string]>([
      ['DeleteMessage', { ReceiptHandle: 'garbage' }, 404, 'ReceiptHandleIsInvalid'],
      ['SendMessage', {}, 400, 'MissingParameter'],
      ['ReceiveMessage', { MaxNumberOfMessages: '11' }, 400, 'InvalidParameterValue'],
      ['DeleteMessageBatch', {}, 400, 'AWS.SimpleQueueService.EmptyBatchRequest'],
      ['LaunchMessage', {}, 400, 'InvalidAction'],
    ])('%s %j: %i %s', async (action, parameters, status, code) => {
      const QueueUrl = await sqs.createQueue();
      const answer = await query(action, { QueueUrl, ...parameters });
      expect([answer.status, textOf(answer.text, 'Code')]).toEqual([status, code]);
    });

    test('a number that is none is refused', async () => {
      const QueueUrl = await sqs.createQueue();
      const answer = await query('ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 'ten' });
      expect(answer.status).toBe(400);
    });

    test('no action at all: 404, whatever is accepted', async () => {
      for (const accept of ['*/*', 'application/json']) {
        const answer = await rawQuery(sqs.daemon.endpoint, {}, { accept });
        expect(answer.status).toBe(404);
        expect(answer.text).toContain('<UnknownOperationException/>');
      }
    });
  });

  describe('paths', () => {
    test('actions of the service are none of a queue; GetQueueUrl is allowed for any', async () => {
      const url = await sqs.createQueue();
      const other = await sqs.createQueue();
      const path = pathOf(url);
      for (const action of ['CreateQueue', 'ListQueues']) {
        const answer = await query(action, { QueueName: uniqueName() }, { path });
        expect(answer.status).toBe(400);
        expect(textOf(answer.text, 'Code')).toBe('InvalidAction');
        expect(textOf(answer.text, 'Message')).toBe(`The action ${action} is not valid for this endpoint.`);
      }
      const QueueName = other.slice(other.lastIndexOf('/') + 1);
      expect(textOf((await query('GetQueueUrl', { QueueName }, { path })).text, 'QueueUrl')).toBe(other);
    });

    test('an explicit QueueUrl wins over the path', async () => {
      const url = await sqs.createQueue();
      const other = await sqs.createQueue();
      await query('SendMessage', { QueueUrl: other, MessageBody: 'x' }, { path: pathOf(url) });
      expect((await sqs.counts(other)).ready).toBe(1);
      expect((await sqs.counts(url)).ready).toBe(0);
    });
  });

  test('Accept: application/json gives the same tree as JSON', async () => {
    const url = await sqs.createQueue();
    await sqs.send(url, 'x');
    const options = { accept: 'application/json', method: 'GET' };
    const listed = await query(
      'ListQueues',
      { QueueNamePrefix: url.slice(url.lastIndexOf('/') + 1) },
      options,
    );
    expect(listed.headers['content-type']).toMatch(/^application\/json/);
    expect(JSON.parse(listed.text)).toMatchObject({ ListQueuesResponse: expect.any(Object) });
    const received = await query('ReceiveMessage', { QueueUrl: url }, options);
    const tree = JSON.parse(received.text) as {
      ReceiveMessageResponse: { ReceiveMessageResult: { messages: unknown[] } };
    };
    expect(tree.ReceiveMessageResponse.ReceiveMessageResult.messages).toHaveLength(1);
    const failed = await query('ReceiveMessage', { QueueUrl: 'none' }, options);
    expect(JSON.parse(failed.text)).toMatchObject({
      Error: { Code: 'AWS.SimpleQueueService.NonExistentQueue', Type: 'Sender' },
      RequestId: expect.any(String),
    });
  });

  test('a form of three MiB: a message of one MiB that is all escapes', async () => {
    const QueueUrl = await sqs.createQueue();
    const body = '€'.repeat(349_525);
    expect((await query('SendMessage', { QueueUrl, MessageBody: body })).status).toBe(200);
    expect((await sqs.receiveAll(QueueUrl, 1))[0]?.Body).toBe(body);
  });

  test('a GET with everything in its query string, as curl sends it', async () => {
    const url = await sqs.createQueue();
    const answer = await rawRequest(sqs.daemon.endpoint, {
      method: 'GET',
      path: `${pathOf(url)}?Action=SendMessage&MessageBody=hello%20there`,
    });
    expect(answer.status).toBe(200);
    expect((await sqs.receiveAll(url, 1))[0]?.Body).toBe('hello there');
  });
});
