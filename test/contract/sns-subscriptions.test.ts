// Goal: subscriptions, their attributes and lists behave on the JavaScript SDK as on AWS.
import {
  ConfirmSubscriptionCommand,
  GetTopicAttributesCommand,
  ListSubscriptionsByTopicCommand,
  paginateListSubscriptionsByTopic,
  SetSubscriptionAttributesCommand,
  SubscribeCommand,
  type SubscribeCommandInput,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import { describe, expect, test } from 'vitest';
import { describeSns, refusal } from '../support/sns-suite.ts';
import { account, region } from '../support/sqs-suite.ts';

const invalid = 'InvalidParameterException';
const queue = (name: string): string => `arn:aws:sqs:${region}:${account}:${name}`;

describeSns('SNS subscriptions, JavaScript SDK', (suite) => {
  const subscribe = async (input: SubscribeCommandInput): Promise<string> =>
    (await suite.sns.send(new SubscribeCommand(input))).SubscriptionArn!;
  const set = (SubscriptionArn: string, AttributeName: string, AttributeValue: string): Promise<unknown> =>
    suite.sns.send(new SetSubscriptionAttributesCommand({ SubscriptionArn, AttributeName, AttributeValue }));
  const listed = async (TopicArn: string) =>
    (await suite.sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }))).Subscriptions!;

  test('a queue of the account is confirmed at once', async () => {
    const topicArn = await suite.createTopic();
    const { subscriptionArn, queueArn } = await suite.subscribedQueue(topicArn);
    expect(subscriptionArn).toMatch(new RegExp(`^${topicArn}:[0-9a-f-]{36}$`));
    expect(await suite.subscriptionAttributes(subscriptionArn)).toEqual({
      SubscriptionArn: subscriptionArn,
      TopicArn: topicArn,
      Protocol: 'sqs',
      Endpoint: queueArn,
      Owner: account,
      SubscriptionPrincipal: `arn:aws:iam::${account}:root`,
      PendingConfirmation: 'false',
      ConfirmationWasAuthenticated: 'true',
      RawMessageDelivery: 'false',
    });
    expect(await listed(topicArn)).toEqual([
      {
        SubscriptionArn: subscriptionArn,
        Owner: account,
        Protocol: 'sqs',
        Endpoint: queueArn,
        TopicArn: topicArn,
      },
    ]);
    await suite.sns.send(new UnsubscribeCommand({ SubscriptionArn: subscriptionArn }));
    await suite.sns.send(new UnsubscribeCommand({ SubscriptionArn: subscriptionArn }));
    expect(await listed(topicArn)).toEqual([]);
    await expect(suite.subscriptionAttributes(subscriptionArn)).rejects.toMatchObject(
      refusal('NotFoundException', 'Subscription does not exist'),
    );
  });

  test('subscribing again is the same subscription, unless attributes differ', async () => {
    const TopicArn = await suite.createTopic();
    const input = { TopicArn, Protocol: 'sqs', Endpoint: queue('again') };
    const Attributes = { RawMessageDelivery: 'True', FilterPolicy: '{"a":["b"]}' };
    const many = await Promise.all([1, 2, 3, 4].map(() => subscribe({ ...input, Attributes })));
    expect(new Set(many).size).toBe(1);
    expect(await subscribe(input)).toBe(many[0]);
    await expect(
      subscribe({ ...input, Attributes: { ...Attributes, RawMessageDelivery: 'false' } }),
    ).rejects.toMatchObject(
      refusal(
        invalid,
        'Invalid parameter: Attributes Reason: Subscription already exists with different attributes',
      ),
    );
    expect(await suite.subscriptionAttributes(many[0]!)).toMatchObject({ RawMessageDelivery: 'true' });
  });

  test('endpoints outside are asked first', async () => {
    const TopicArn = await suite.createTopic();
    const input = { TopicArn, Protocol: 'http', Endpoint: 'http://127.0.0.1:9/none' };
    expect(await subscribe(input)).toBe('pending confirmation');
    const arn = await subscribe({ ...input, ReturnSubscriptionArn: true });
    expect(await suite.subscriptionAttributes(arn)).toMatchObject({
      PendingConfirmation: 'true',
      ConfirmationWasAuthenticated: 'false',
      EffectiveDeliveryPolicy: expect.stringContaining('"numRetries":3'),
    });
    expect((await listed(TopicArn))[0]?.SubscriptionArn).toBe('PendingConfirmation');
    const shown = await suite.sns.send(new GetTopicAttributesCommand({ TopicArn }));
    expect(shown.Attributes).toMatchObject({ SubscriptionsPending: '1', SubscriptionsConfirmed: '0' });
  });

  test('tokens', async () => {
    const TopicArn = await suite.createTopic();
    const confirm = (Token: string, topicArn = TopicArn): Promise<unknown> =>
      suite.sns.send(new ConfirmSubscriptionCommand({ TopicArn: topicArn, Token }));
    await expect(confirm('nonsense')).rejects.toMatchObject(refusal(invalid, 'Invalid token'));
    await expect(confirm('0'.repeat(288))).rejects.toMatchObject(
      refusal(invalid, 'Invalid parameter: Token'),
    );
    await expect(confirm('0'.repeat(288), 'arn:aws:sns')).rejects.toMatchObject(
      refusal(invalid, 'Invalid parameter: Topic'),
    );
  });

  test.each([
    ['pigeon', 'x', 'Invalid parameter: Amazon SNS does not support this protocol string: pigeon'],
    ['http', 'https://x', 'Invalid parameter: Endpoint must match the specified protocol'],
    ['sqs', 'http://127.0.0.1/000000000000/q', 'Invalid parameter: SQS endpoint ARN'],
    ['sms', '12-ab', 'Invalid SMS endpoint: 12-ab'],
    ['email', 'nobody', 'Invalid parameter: Email address'],
    ['lambda', 'f', 'Invalid parameter: Lambda endpoint ARN'],
    [
      'sqs',
      queue('q.fifo'),
      'Invalid parameter: Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to ' +
        'standard SNS topics',
    ],
  ])('%s %s is refused', async (Protocol, Endpoint, text) => {
    const TopicArn = await suite.createTopic();
    await expect(subscribe({ TopicArn, Protocol, Endpoint })).rejects.toMatchObject(refusal(invalid, text));
  });

  test('ARNs in the words of the service', async () => {
    const shown = (arn: string) => suite.subscriptionAttributes(arn);
    const topicArn = await suite.createTopic();
    await expect(shown(topicArn)).rejects.toMatchObject(
      refusal(invalid, 'Invalid parameter: SubscriptionId'),
    );
    await expect(shown('x:y')).rejects.toMatchObject(
      refusal(
        invalid,
        'Invalid parameter: SubscriptionArn Reason: An ARN must have at least 6 elements, not 2',
      ),
    );
    await expect(shown('')).rejects.toMatchObject(
      refusal(invalid, 'Invalid parameter: SubscriptionArn Reason: no value for required parameter'),
    );
    const unknown = `${topicArn}:00000000-0000-4000-8000-000000000000`;
    await expect(shown(unknown)).rejects.toMatchObject(
      refusal('NotFoundException', 'Subscription does not exist'),
    );
    await suite.sns.send(new UnsubscribeCommand({ SubscriptionArn: unknown }));
  });

  describe('attributes', () => {
    test('are set, checked, and taken away', async () => {
      const { subscriptionArn: arn } = await suite.subscribedQueue(await suite.createTopic());
      await set(arn, 'RawMessageDelivery', 'TRUE');
      await set(arn, 'FilterPolicy', '{"a":{"b":["c"]}}').then(
        () => expect.unreachable(),
        (error: Error) =>
          expect(error.message).toBe(
            'Invalid parameter: Filter policy scope MessageAttributes does not support nested filter policy',
          ),
      );
      await set(arn, 'FilterPolicyScope', 'MessageBody');
      await set(arn, 'FilterPolicy', '{"a":{"b":["c"]}}');
      expect(await suite.subscriptionAttributes(arn)).toMatchObject({
        RawMessageDelivery: 'true',
        FilterPolicy: '{"a":{"b":["c"]}}',
        FilterPolicyScope: 'MessageBody',
      });
      await set(arn, 'FilterPolicy', '{}');
      const shown = await suite.subscriptionAttributes(arn);
      expect(shown).not.toHaveProperty('FilterPolicy');
      expect(shown).not.toHaveProperty('FilterPolicyScope');
    });

    test('say what is wrong with them', async () => {
      const TopicArn = await suite.createTopic();
      const { subscriptionArn: arn, queueArn } = await suite.subscribedQueue(TopicArn);
      const redrive = JSON.stringify({ deadLetterTargetArn: queueArn });
      await set(arn, 'RedrivePolicy', redrive);
      expect((await suite.subscriptionAttributes(arn))['RedrivePolicy']).toBe(redrive);
      const cases: [string, string, string | RegExp][] = [
        ['Nonsense', 'x', 'Invalid parameter: AttributeName'],
        [
          'RawMessageDelivery',
          'yes',
          'Invalid parameter: RawMessageDelivery: Invalid value [yes]. Must be true or false.',
        ],
        [
          'FilterPolicyScope',
          'x',
          'Invalid parameter: FilterPolicyScope: Invalid value [x]. Please use either MessageBody or ' +
            'MessageAttributes',
        ],
        ['FilterPolicy', '{', /^Invalid parameter: FilterPolicy: failed to parse JSON\. /],
        ['FilterPolicy', '{"a":"b"}', /^Invalid parameter: FilterPolicy: "a" must be an object or an array/],
        [
          'RedrivePolicy',
          '{"deadLetterTargetArn":"x"}',
          'Invalid parameter: RedrivePolicy: deadLetterTargetArn is an invalid arn',
        ],
        ['RedrivePolicy', '{', /^Invalid parameter: RedrivePolicy: failed to parse JSON\. /],
        ['DeliveryPolicy', '{}', /^Invalid parameter: /],
      ];
      for (const [name, value, text] of cases)
        await expect(set(arn, name, value)).rejects.toMatchObject(refusal(invalid, text));
      const Attributes = { RawMessageDelivery: 'yes' };
      await expect(
        subscribe({ TopicArn, Protocol: 'sqs', Endpoint: queue('x'), Attributes }),
      ).rejects.toMatchObject(
        refusal(
          invalid,
          'Invalid parameter: Attributes Reason: RawMessageDelivery: Invalid value [yes]. Must be true or ' +
            'false.',
        ),
      );
    });

    test('a delivery policy of a subscription comes back whole', async () => {
      const TopicArn = await suite.createTopic();
      const Endpoint = 'http://127.0.0.1:9/policy';
      const arn = await subscribe({ TopicArn, Protocol: 'http', Endpoint, ReturnSubscriptionArn: true });
      await set(arn, 'DeliveryPolicy', '{"requestPolicy":{"headerContentType":"text/csv"}}');
      const shown = await suite.subscriptionAttributes(arn);
      expect(JSON.parse(shown['DeliveryPolicy']!)).toEqual({
        healthyRetryPolicy: null,
        sicklyRetryPolicy: null,
        throttlePolicy: null,
        requestPolicy: { headerContentType: 'text/csv' },
        guaranteed: false,
      });
      expect(JSON.parse(shown['EffectiveDeliveryPolicy']!)).toMatchObject({
        requestPolicy: { headerContentType: 'text/csv' },
        healthyRetryPolicy: { numRetries: 3 },
      });
    });
  });

  test('a hundred subscriptions a page, each once, in the order in which they were made', async () => {
    const TopicArn = await suite.createTopic();
    const endpoints = Array.from({ length: 120 }, (_, i) => queue(`page-${i}`));
    for (const Endpoint of endpoints) await subscribe({ TopicArn, Protocol: 'sqs', Endpoint });
    const pages: string[][] = [];
    const { sns: client } = suite;
    for await (const { Subscriptions = [] } of paginateListSubscriptionsByTopic({ client }, { TopicArn })) {
      pages.push(Subscriptions.map(({ Endpoint }) => Endpoint!));
    }
    expect(pages.map(({ length }) => length)).toEqual([100, 20]);
    expect(pages.flat()).toEqual(endpoints);
  });
});
