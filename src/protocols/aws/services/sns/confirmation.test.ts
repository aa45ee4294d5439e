// Goal: subscriptions that wait to be confirmed: tokens, two days, queues of other accounts; over the real
// core, with a clock that is moved.
import {
  ConfirmSubscriptionCommand,
  CreateTopicCommand,
  ListSubscriptionsByTopicCommand,
  PublishCommand,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import { CreateQueueCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LocalSns } from '../../../../../test/support/local-sns.ts';
import { ConfirmationTokens } from './confirmation-token.ts';

const hourMs = 3_600_000;
let local: LocalSns;
beforeEach(async () => {
  local = await LocalSns.start();
});
afterEach(() => local.close());

async function pendingHttp(): Promise<{ topicArn: string; token: string }> {
  const { TopicArn } = await local.sns.send(new CreateTopicCommand({ Name: 't' }));
  const command = { TopicArn, Protocol: 'http', Endpoint: 'http://example.com' };
  await local.sns.send(new SubscribeCommand(command));
  const asked = await local.pushed(TopicArn!);
  return { topicArn: TopicArn!, token: asked.at(-1)!.message.bodyText() };
}

const confirm = (topicArn: string, Token: string) =>
  local.sns.send(new ConfirmSubscriptionCommand({ TopicArn: topicArn, Token }));
const listed = async (TopicArn: string) =>
  (await local.sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }))).Subscriptions ?? [];

test('a token opens to what it was issued for, and to nothing when a digit of it differs', () => {
  const tokens = new ConfirmationTokens(new Uint8Array(32));
  const facts = { binding: 0xffff_fffe, purpose: 'restore', issuedAtMs: 1_700_000_000_123 } as const;
  const text = tokens.issue(facts);
  expect(text).toMatch(/^[0-9a-f]{288}$/);
  expect(tokens.open(text)).toEqual(facts);
  expect(tokens.issue(facts)).not.toBe(text);
  for (const at of [0, 9, 100, 287]) {
    const changed = text.slice(0, at) + (text[at] === '0' ? '1' : '0') + text.slice(at + 1);
    expect(tokens.open(changed)).toBe('unknown');
  }
  expect(new ConfirmationTokens(new Uint8Array(32).fill(1)).open(text)).toBe('unknown');
  expect(tokens.open('xyz')).toBe('malformed');
  expect(tokens.open('ab')).toBe('malformed');
});

test('a subscription that nobody confirms is gone after two days, and so is its token', async () => {
  const { topicArn, token } = await pendingHttp();
  local.clock.advance(47 * hourMs);
  expect(await listed(topicArn)).toHaveLength(1);
  local.clock.advance(hourMs);
  expect(await listed(topicArn)).toEqual([]);
  await expect(confirm(topicArn, token)).rejects.toThrow('Invalid token');
  const again = await pendingHttp();
  expect(again.token).not.toBe(token);
  // What was over is taken away by the next one.
  expect([...local.broker.catalog.bindings.all()]).toHaveLength(1);
  await confirm(topicArn, again.token);
  expect((await listed(topicArn))[0]?.SubscriptionArn).toContain(topicArn);
});

test('subscribing again while it waits asks again, and either token is good', async () => {
  const first = await pendingHttp();
  const second = await pendingHttp();
  expect(second.token).not.toBe(first.token);
  await confirm(first.topicArn, first.token);
  await confirm(first.topicArn, second.token);
  expect(await listed(first.topicArn)).toHaveLength(1);
});

test('what cannot be asked is no dead letter; what cannot be delivered later is', async () => {
  const { TopicArn } = await local.sns.send(new CreateTopicCommand({ Name: 'd' }));
  const deadLetterTargetArn = 'arn:aws:sqs:us-east-1:000000000000:dead';
  const Attributes = { RedrivePolicy: JSON.stringify({ deadLetterTargetArn }) };
  const command = { TopicArn, Protocol: 'http', Endpoint: 'http://example.com', Attributes };
  await local.sns.send(new SubscribeCommand(command));
  const [asked] = await local.pushed(TopicArn!);
  expect(asked!.binding.targets[0]!.deadLetter).toBeUndefined();
  await confirm(TopicArn!, asked!.message.bodyText());
  const binding = local.broker.catalog.bindings.byEntity(asked!.binding.entity);
  expect(binding!.targets[0]!.deadLetter).toMatchObject({ kind: 'queue', name: 'dead' });
});

test('the name of the topic is not held against the token; its region is', async () => {
  const { topicArn, token } = await pendingHttp();
  await expect(confirm(topicArn.replace('us-east-1', 'eu-west-1'), token)).rejects.toThrow(
    'Invalid parameter: Topic',
  );
  await confirm(`${topicArn}-other`, token);
  expect((await listed(topicArn))[0]?.SubscriptionArn).toContain(topicArn);
});

test('a queue of another account is asked through the queue itself, also for raw delivery', async () => {
  const { QueueUrl } = await local.sqs.send(new CreateQueueCommand({ QueueName: 'q' }));
  const stranger = local.newSns('222222222222');
  const { TopicArn } = await stranger.send(new CreateTopicCommand({ Name: 't' }));
  const subscription = await stranger.send(
    new SubscribeCommand({
      TopicArn,
      Protocol: 'sqs',
      Endpoint: 'arn:aws:sqs:us-east-1:000000000000:q',
      Attributes: { RawMessageDelivery: 'true' },
    }),
  );
  expect(subscription.SubscriptionArn).toBe('pending confirmation');
  const receive = async () =>
    (await local.sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }))).Messages ?? [];
  const [asked] = await receive();
  const body = JSON.parse(asked!.Body!) as { Type: string; Token: string };
  expect(body).toMatchObject({ Type: 'SubscriptionConfirmation', TopicArn });
  await stranger.send(new PublishCommand({ TopicArn, Message: 'too early' }));
  await confirm(TopicArn!, body.Token);
  await stranger.send(new PublishCommand({ TopicArn, Message: 'welcome' }));
  expect((await receive()).map(({ Body }) => Body)).toEqual(['welcome']);
});
