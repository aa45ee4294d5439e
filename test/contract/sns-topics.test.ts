// Goal: topics, their attributes, tags, permissions and lists behave on the JavaScript SDK as on AWS.
import {
  AddPermissionCommand,
  CreateTopicCommand,
  DeleteTopicCommand,
  GetDataProtectionPolicyCommand,
  GetTopicAttributesCommand,
  ListTagsForResourceCommand,
  paginateListTopics,
  PutDataProtectionPolicyCommand,
  RemovePermissionCommand,
  SetTopicAttributesCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-sns';
import { expect, test } from 'vitest';
import { describeSns, refusal } from '../support/sns-suite.ts';
import { account, region, uniqueName } from '../support/sqs-suite.ts';

const invalid = 'InvalidParameterException';

describeSns('SNS topics, JavaScript SDK', (suite) => {
  const attributes = async (TopicArn: string): Promise<Record<string, string>> =>
    (await suite.sns.send(new GetTopicAttributesCommand({ TopicArn }))).Attributes!;
  const set = (TopicArn: string, AttributeName: string, AttributeValue: string): Promise<unknown> =>
    suite.sns.send(new SetTopicAttributesCommand({ TopicArn, AttributeName, AttributeValue }));
  const create = (Name: string, Attributes = {}, Tags: { Key: string; Value: string }[] = []) =>
    suite.sns.send(new CreateTopicCommand({ Name, Attributes, Tags }));

  test('create, show, delete', async () => {
    const name = uniqueName('t');
    const topicArn = await suite.createTopic({}, name);
    expect(topicArn).toBe(`arn:aws:sns:${region}:${account}:${name}`);
    const shown = await attributes(topicArn);
    expect(shown).toMatchObject({
      TopicArn: topicArn,
      Owner: account,
      DisplayName: '',
      SubscriptionsConfirmed: '0',
      SubscriptionsPending: '0',
      SubscriptionsDeleted: '0',
    });
    expect(shown).not.toHaveProperty('FifoTopic');
    expect(JSON.parse(shown['Policy']!)).toMatchObject({
      Id: '__default_policy_ID',
      Statement: [{ Sid: '__default_statement_ID', Resource: topicArn }],
    });
    expect(JSON.parse(shown['EffectiveDeliveryPolicy']!)).toEqual({
      http: {
        defaultHealthyRetryPolicy: {
          minDelayTarget: 20,
          maxDelayTarget: 20,
          numRetries: 3,
          numMaxDelayRetries: 0,
          numNoDelayRetries: 0,
          numMinDelayRetries: 0,
          backoffFunction: 'linear',
        },
        disableSubscriptionOverrides: false,
        defaultRequestPolicy: { headerContentType: 'text/plain; charset=UTF-8' },
      },
    });
    await suite.sns.send(new DeleteTopicCommand({ TopicArn: topicArn }));
    await suite.sns.send(new DeleteTopicCommand({ TopicArn: topicArn }));
    await expect(attributes(topicArn)).rejects.toMatchObject(
      refusal('NotFoundException', 'Topic does not exist'),
    );
  });

  test('creating is idempotent while nothing differs', async () => {
    const name = uniqueName('t');
    const tag = { Key: 'a', Value: '1' };
    const first = await create(name, { DisplayName: 'x' }, [tag]);
    expect((await create(name)).TopicArn).toBe(first.TopicArn);
    expect((await create(name, { DisplayName: 'x' }, [tag])).TopicArn).toBe(first.TopicArn);
    const text = (what: string): string =>
      `Invalid parameter: ${what} Reason: Topic already exists with different ${what.toLowerCase()}`;
    await expect(create(name, { DisplayName: 'y' })).rejects.toMatchObject(
      refusal(invalid, text('Attributes')),
    );
    await expect(create(name, {}, [{ Key: 'a', Value: '2' }])).rejects.toMatchObject(
      refusal(invalid, text('Tags')),
    );
    const doubled = create(uniqueName(), {}, [tag, tag]);
    await expect(doubled).rejects.toMatchObject(
      refusal(invalid, 'Invalid parameter: Duplicated keys are not allowed.'),
    );
  });

  test('names go with the type', async () => {
    for (const name of ['', 'a b', 'x'.repeat(257), 'a.fifo']) {
      await expect(create(name)).rejects.toMatchObject(refusal(invalid, 'Invalid parameter: Topic Name'));
    }
    await expect(create('a', { FifoTopic: 'true' })).rejects.toMatchObject(
      refusal(invalid, 'Invalid parameter: Topic Name'),
    );
    const topicArn = await suite.createTopic({ FifoTopic: 'true' });
    expect(await attributes(topicArn)).toMatchObject({
      FifoTopic: 'true',
      ContentBasedDeduplication: 'false',
    });
    expect(await attributes(topicArn)).not.toHaveProperty('FifoThroughputScope');
    await set(topicArn, 'FifoThroughputScope', 'MessageGroup');
    expect(await attributes(topicArn)).toMatchObject({ FifoThroughputScope: 'MessageGroup' });
    await expect(set(topicArn, 'FifoTopic', 'false')).rejects.toMatchObject(
      refusal(invalid, 'Invalid parameter: AttributeName'),
    );
    await set(topicArn, 'ContentBasedDeduplication', 'true');
    expect((await attributes(topicArn))['ContentBasedDeduplication']).toBe('true');
  });

  test('ARNs in the words of the service', async () => {
    await expect(attributes('arn:aws:sns')).rejects.toMatchObject(
      refusal(invalid, 'Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 3'),
    );
    const elsewhere = `arn:aws:sns:eu-west-1:${account}:x`;
    await expect(attributes(elsewhere)).rejects.toMatchObject(
      refusal(invalid, 'Invalid parameter: TopicArn'),
    );
    const missing = `arn:aws:sns:${region}:${account}:missing`;
    await expect(attributes(missing)).rejects.toMatchObject(
      refusal('NotFoundException', 'Topic does not exist'),
    );
    await expect(
      suite.sns.send(new ListTagsForResourceCommand({ ResourceArn: missing })),
    ).rejects.toMatchObject(refusal('ResourceNotFoundException', 'Resource does not exist'));
  });

  test('attributes are set, and taken away by an empty text', async () => {
    const topicArn = await suite.createTopic();
    await set(topicArn, 'DisplayName', 'shown');
    await set(topicArn, 'TracingConfig', 'Active');
    await set(topicArn, 'SignatureVersion', '2');
    await set(topicArn, 'SQSSuccessFeedbackSampleRate', '50');
    expect(await attributes(topicArn)).toMatchObject({
      DisplayName: 'shown',
      TracingConfig: 'Active',
      SignatureVersion: '2',
      SQSSuccessFeedbackSampleRate: '50',
    });
    await set(topicArn, 'DisplayName', '');
    expect((await attributes(topicArn))['DisplayName']).toBe('');
    await expect(set(topicArn, 'Nonsense', 'x')).rejects.toMatchObject(
      refusal(invalid, 'Invalid parameter: AttributeName'),
    );
    await expect(set(topicArn, 'SignatureVersion', '3')).rejects.toMatchObject(refusal(invalid));
    await expect(set(topicArn, 'Policy', 'x')).rejects.toMatchObject(
      refusal(invalid, 'Invalid parameter: Policy Error: null'),
    );
    const policy = { http: { defaultHealthyRetryPolicy: { numRetries: 7 } } };
    await set(topicArn, 'DeliveryPolicy', JSON.stringify(policy));
    const effective = JSON.parse((await attributes(topicArn))['EffectiveDeliveryPolicy']!);
    expect(effective.http.defaultHealthyRetryPolicy).toMatchObject({ numRetries: 7, minDelayTarget: 20 });
    await expect(set(topicArn, 'DeliveryPolicy', '{')).rejects.toMatchObject(refusal(invalid));
  });

  test('permissions are statements of the policy', async () => {
    const topicArn = await suite.createTopic();
    const grant = { TopicArn: topicArn, Label: 'l', AWSAccountId: ['111111111111'], ActionName: ['Publish'] };
    await suite.sns.send(new AddPermissionCommand(grant));
    const policy = JSON.parse((await attributes(topicArn))['Policy']!);
    expect(policy.Statement[1]).toEqual({
      Sid: 'l',
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::111111111111:root' },
      Action: 'SNS:Publish',
      Resource: topicArn,
    });
    await expect(suite.sns.send(new AddPermissionCommand(grant))).rejects.toMatchObject(
      refusal(invalid, 'Invalid parameter: Statement already exists'),
    );
    await expect(
      suite.sns.send(new AddPermissionCommand({ ...grant, Label: 'm', ActionName: ['Fly'] })),
    ).rejects.toMatchObject(
      refusal(invalid, 'Invalid parameter: Policy statement action out of service scope!'),
    );
    await suite.sns.send(new RemovePermissionCommand({ TopicArn: topicArn, Label: 'l' }));
    expect(JSON.parse((await attributes(topicArn))['Policy']!).Statement).toHaveLength(1);
  });

  test('tags and data protection', async () => {
    const topicArn = await suite.createTopic();
    const tags = async () =>
      (await suite.sns.send(new ListTagsForResourceCommand({ ResourceArn: topicArn }))).Tags;
    const both = [
      { Key: 'a', Value: '1' },
      { Key: 'b', Value: '' },
    ];
    await suite.sns.send(new TagResourceCommand({ ResourceArn: topicArn, Tags: both }));
    expect(await tags()).toEqual(both);
    await suite.sns.send(new UntagResourceCommand({ ResourceArn: topicArn, TagKeys: ['a', 'x'] }));
    expect(await tags()).toEqual([both[1]]);
    const many = Array.from({ length: 50 }, (_, i) => ({ Key: `k${i}`, Value: '' }));
    const tooMany = suite.sns.send(new TagResourceCommand({ ResourceArn: topicArn, Tags: many }));
    await expect(tooMany).rejects.toMatchObject(refusal('TagLimitExceededException'));
    const get = new GetDataProtectionPolicyCommand({ ResourceArn: topicArn });
    expect((await suite.sns.send(get)).DataProtectionPolicy ?? '').toBe('');
    const DataProtectionPolicy = '{"Name":"n"}';
    await suite.sns.send(new PutDataProtectionPolicyCommand({ ResourceArn: topicArn, DataProtectionPolicy }));
    expect((await suite.sns.send(get)).DataProtectionPolicy).toBe(DataProtectionPolicy);
  });

  test('a hundred topics a page, each once, of this region alone', async () => {
    const client = suite.newSns({ region: 'eu-central-1' });
    const made: string[] = [];
    for (let i = 0; i < 205; i++) {
      made.push((await client.send(new CreateTopicCommand({ Name: `page-${i}` }))).TopicArn!);
    }
    const pages: string[][] = [];
    for await (const { Topics = [] } of paginateListTopics({ client }, {})) {
      pages.push(Topics.map(({ TopicArn }) => TopicArn!));
    }
    expect(pages.map(({ length }) => length)).toEqual([100, 100, 5]);
    expect(pages.flat().toSorted()).toEqual(made.toSorted());
  });
});
