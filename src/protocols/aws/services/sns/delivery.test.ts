// Goal: what endpoints outside get, from the request of a client to the request of the connector:
// confirmation, notification, raw, and the way out; signed so that a client's validator takes it.
import {
  CreatePlatformApplicationCommand,
  CreatePlatformEndpointCommand,
  CreateTopicCommand,
  GetSubscriptionAttributesCommand,
  ListSubscriptionsCommand,
  PublishCommand,
  SetSMSAttributesCommand,
  SetTopicAttributesCommand,
  SubscribeCommand,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import { createVerify } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LocalSns } from '../../../../../test/support/local-sns.ts';
import type { EmailDelivery, HttpDelivery, SnsDelivery } from './delivery.ts';
import { createSigningIdentity, type SigningIdentity } from './certificate.ts';
import { snsDelivery } from './delivery.ts';
import { snsDeadLetter, snsRetryPolicy } from './retry.ts';
import { notificationToSign, SnsSigner } from './signature.ts';

const certificateUrl = 'https://sns.us-east-1.amazonaws.com/SimpleNotificationService-x.pem';
let identity: SigningIdentity;
let signer: SnsSigner;
let local: LocalSns;
let serial = 0;

beforeAll(async () => {
  identity = await createSigningIdentity(Date.now());
  signer = new SnsSigner({ privateKeyPem: identity.privateKeyPem, certificateUrl });
  local = await LocalSns.start({ settings: { signer }, auth: 'sigv4' });
});
afterAll(() => local.close());

async function topic(Attributes: Record<string, string> = {}): Promise<string> {
  serial++;
  const made = await local.sns.send(new CreateTopicCommand({ Name: `t${serial}`, Attributes }));
  return made.TopicArn!;
}

async function subscribe(
  TopicArn: string,
  Protocol: string,
  Endpoint: string,
  Attributes: Record<string, string> = {},
): Promise<string> {
  const command = { TopicArn, Protocol, Endpoint, Attributes, ReturnSubscriptionArn: true };
  return (await local.sns.send(new SubscribeCommand(command))).SubscriptionArn!;
}

async function deliveries(topicArn: string): Promise<SnsDelivery[]> {
  const deps = { broker: local.broker, signer, baseUrl: 'http://nowhere' };
  const pushed = await local.pushed(topicArn);
  return Promise.all(pushed.map(({ binding, message }) => snsDelivery(deps, binding, message)));
}

const pendingOf = async (SubscriptionArn: string): Promise<string | undefined> =>
  (await local.sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }))).Attributes?.[
    'PendingConfirmation'
  ];

/** Subscribed and confirmed by the link of the confirmation. */
async function confirmed(topicArn: string, protocol: string, endpoint: string, given = {}): Promise<string> {
  const arn = await subscribe(topicArn, protocol, endpoint, given);
  const [asked] = await deliveries(topicArn);
  const link = JSON.parse((asked as HttpDelivery).body).SubscribeURL as string;
  expect((await local.follow(link)).status).toBe(200);
  return arn;
}

test('an HTTP endpoint is asked first, gets nothing meanwhile, and agrees by the link', async () => {
  const topicArn = await topic();
  const arn = await subscribe(topicArn, 'http', 'http://example.com/hook');
  expect(await pendingOf(arn)).toBe('true');
  await local.sns.send(new PublishCommand({ TopicArn: topicArn, Message: 'too early' }));
  const [asked, ...others] = (await deliveries(topicArn)) as HttpDelivery[];
  expect(others).toEqual([]);
  expect(asked).toMatchObject({
    kind: 'http',
    method: 'POST',
    url: 'http://example.com/hook',
    timeoutMs: 15_000,
  });
  expect(asked!.headers).toEqual({
    'x-amz-sns-message-type': 'SubscriptionConfirmation',
    'x-amz-sns-message-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
    'x-amz-sns-topic-arn': topicArn,
    'content-type': 'text/plain; charset=UTF-8',
    'user-agent': 'Amazon Simple Notification Service Agent',
    'accept-encoding': 'gzip,deflate',
  });
  const body = JSON.parse(asked!.body) as Record<string, string>;
  expect(body).toMatchObject({ Type: 'SubscriptionConfirmation', TopicArn: topicArn });
  expect(body['Token']).toMatch(/^[0-9a-f]{288}$/);
  expect(body['SubscribeURL']).toContain('http://127.0.0.1:4566/?Action=ConfirmSubscription&');
  const answer = await local.follow(body['SubscribeURL']!);
  expect(answer.text).toContain(`<SubscriptionArn>${arn}</SubscriptionArn>`);
  expect(await pendingOf(arn)).toBe('false');
  // Confirming again changes nothing.
  expect((await local.follow(body['SubscribeURL']!)).status).toBe(200);
});

test('a notification to HTTP, signed', async () => {
  const topicArn = await topic({ SignatureVersion: '2' });
  const arn = await confirmed(topicArn, 'https', 'https://example.com/a');
  const attributes = { a: { DataType: 'String', StringValue: 'x' } };
  const message = { Subject: 's', Message: 'm', MessageAttributes: attributes };
  const sent = await local.sns.send(new PublishCommand({ TopicArn: topicArn, ...message }));
  const [delivery] = (await deliveries(topicArn)) as HttpDelivery[];
  expect(delivery!.headers).toMatchObject({
    'x-amz-sns-message-type': 'Notification',
    'x-amz-sns-message-id': sent.MessageId,
    'x-amz-sns-subscription-arn': arn,
  });
  expect(delivery!.headers).not.toHaveProperty('x-amz-sns-rawdelivery');
  const body = JSON.parse(delivery!.body);
  expect(body).toMatchObject({
    Type: 'Notification',
    MessageId: sent.MessageId,
    Subject: 's',
    Message: 'm',
    SignatureVersion: '2',
    SigningCertURL: certificateUrl,
    MessageAttributes: { a: { Type: 'String', Value: 'x' } },
  });
  const facts = {
    messageId: body.MessageId,
    topicArn,
    subject: 's',
    message: 'm',
    timestamp: body.Timestamp,
    attributes: [],
    unsubscribeUrl: '',
  };
  const verifier = createVerify('RSA-SHA256').update(notificationToSign(facts));
  expect(verifier.verify(identity.certificatePem, body.Signature, 'base64')).toBe(true);
});

test('raw delivery and the type of content', async () => {
  const topicArn = await topic();
  await confirmed(topicArn, 'http', 'http://example.com/raw', {
    RawMessageDelivery: 'true',
    DeliveryPolicy: '{"requestPolicy":{"headerContentType":"application/json"}}',
  });
  await local.sns.send(new PublishCommand({ TopicArn: topicArn, Message: '{"a":1}', Subject: 's' }));
  const [delivery] = (await deliveries(topicArn)) as HttpDelivery[];
  expect(delivery!.body).toBe('{"a":1}');
  expect(delivery!.headers).toMatchObject({
    'x-amz-sns-rawdelivery': 'true',
    'content-type': 'application/json',
  });
});

test('leaving by the link, and coming back by the link of the farewell', async () => {
  const topicArn = await topic();
  const arn = await confirmed(topicArn, 'http', 'http://example.com/leaver');
  await local.sns.send(new PublishCommand({ TopicArn: topicArn, Message: 'm' }));
  const [first] = (await deliveries(topicArn)) as HttpDelivery[];
  expect((await local.follow(JSON.parse(first!.body).UnsubscribeURL)).status).toBe(200);
  const listed = await local.sns.send(new ListSubscriptionsCommand({}));
  expect(listed.Subscriptions?.map(({ SubscriptionArn }) => SubscriptionArn)).not.toContain(arn);
  await local.sns.send(new PublishCommand({ TopicArn: topicArn, Message: 'not for those who left' }));
  const [farewell, ...others] = (await deliveries(topicArn)) as HttpDelivery[];
  expect(others).toEqual([]);
  expect(farewell!.headers).toMatchObject({ 'x-amz-sns-message-type': 'UnsubscribeConfirmation' });
  const body = JSON.parse(farewell!.body);
  expect(body.Message).toContain(arn);
  expect((await local.follow(body.SubscribeURL)).status).toBe(200);
  expect(await pendingOf(arn)).toBe('false');
  // Its owner takes it away at once, and for good.
  await local.sns.send(new UnsubscribeCommand({ SubscriptionArn: arn }));
  expect((await local.follow(body.SubscribeURL)).text).toContain('<Message>Invalid token</Message>');
  expect(await deliveries(topicArn)).toEqual([]);
});

test('a link cannot end what must be authenticated to end', async () => {
  const topicArn = await topic();
  const arn = await subscribe(topicArn, 'http', 'http://example.com/strict');
  const [asked] = (await deliveries(topicArn)) as HttpDelivery[];
  const link = `${JSON.parse(asked!.body).SubscribeURL}&AuthenticateOnUnsubscribe=true`;
  expect((await local.follow(link)).status).toBe(200);
  const url = `http://x/?Action=Unsubscribe&SubscriptionArn=${encodeURIComponent(arn)}`;
  const refused = await local.follow(url);
  expect(refused.status).toBe(403);
  expect(refused.text).toContain('<Code>AuthorizationError</Code>');
});

test('e-mail, as text and as JSON', async () => {
  const topicArn = await topic();
  await subscribe(topicArn, 'email', 'a@example.com');
  const [asked] = (await deliveries(topicArn)) as EmailDelivery[];
  expect(asked).toMatchObject({ kind: 'email', to: ['a@example.com'] });
  const link = /http:\/\/\S+/.exec(asked!.text)![0];
  expect((await local.follow(link)).status).toBe(200);
  const structured = JSON.stringify({ default: 'd', email: 'for people' });
  const command = { TopicArn: topicArn, Message: structured, MessageStructure: 'json', Subject: 'hi' };
  await local.sns.send(new PublishCommand(command));
  const [mail] = (await deliveries(topicArn)) as EmailDelivery[];
  expect(mail).toMatchObject({ subject: 'hi' });
  expect(mail!.text).toMatch(/^for people\n/);
});

test('functions get an event', async () => {
  const topicArn = await topic();
  const functionArn = 'arn:aws:lambda:us-east-1:000000000000:function:f';
  const arn = await subscribe(topicArn, 'lambda', functionArn);
  await local.sns.send(new PublishCommand({ TopicArn: topicArn, Message: 'm' }));
  const [call] = await deliveries(topicArn);
  expect(call).toMatchObject({ kind: 'function', functionArn });
  const { Records: records } = JSON.parse((call as { event: string }).event);
  expect(records[0]).toMatchObject({ EventSubscriptionArn: arn, Sns: { Message: 'm', Subject: null } });
});

test('a phone: by subscription and by number', async () => {
  const topicArn = await topic();
  await subscribe(topicArn, 'sms', '+15550001');
  await local.sns.send(new SetSMSAttributesCommand({ attributes: { DefaultSMSType: 'Transactional' } }));
  await local.sns.send(new PublishCommand({ TopicArn: topicArn, Message: 'm' }));
  const wanted = { kind: 'sms', to: ['+15550001'], text: 'm', sender: undefined, isTransactional: true };
  expect(await deliveries(topicArn)).toEqual([wanted]);
  const sender = { DataType: 'String', StringValue: 'ME' };
  const type = { DataType: 'String', StringValue: 'Promotional' };
  const MessageAttributes = { 'AWS.SNS.SMS.SenderID': sender, 'AWS.SNS.SMS.SMSType': type };
  await local.sns.send(
    new PublishCommand({ PhoneNumber: '+15550002', Message: 'direct', MessageAttributes }),
  );
  expect(await deliveries('arn:sns/direct')).toEqual([
    { kind: 'sms', to: ['+15550002'], text: 'direct', sender: 'ME', isTransactional: false },
  ]);
});

test('a device: by its endpoint', async () => {
  const account = { project_id: 'p', client_email: 'c', private_key: 'k' };
  const Attributes = { PlatformCredential: JSON.stringify(account) };
  const made = await local.sns.send(
    new CreatePlatformApplicationCommand({ Name: 'app', Platform: 'GCM', Attributes }),
  );
  const { PlatformApplicationArn } = made;
  const { EndpointArn: TargetArn } = await local.sns.send(
    new CreatePlatformEndpointCommand({ PlatformApplicationArn, Token: 'device' }),
  );
  const Message = JSON.stringify({ default: 'd', GCM: '{"notification":{"body":"b"},"data":{"n":1}}' });
  await local.sns.send(new PublishCommand({ TargetArn, Message, MessageStructure: 'json' }));
  await local.sns.send(new PublishCommand({ TargetArn, Message: 'plain' }));
  const [first, second] = await deliveries('arn:sns/direct');
  expect(first).toMatchObject({
    kind: 'fcm',
    to: ['device'],
    account: { projectId: 'p', clientEmail: 'c', privateKey: 'k' },
    message: { notification: { body: 'b' }, data: { n: '1' } },
  });
  expect(second).toMatchObject({ message: { data: { default: 'plain' } } });
});

test('retries follow the policies, and a dead letter is what would have been delivered', async () => {
  const topicArn = await topic();
  await subscribe(topicArn, 'sqs', 'arn:aws:sqs:us-east-1:000000000000:q');
  await confirmed(topicArn, 'http', 'http://example.com/dead');
  const policy = { http: { defaultHealthyRetryPolicy: { numRetries: 5, numNoDelayRetries: 2 } } };
  const AttributeValue = JSON.stringify(policy);
  const command = { TopicArn: topicArn, AttributeName: 'DeliveryPolicy', AttributeValue };
  await local.sns.send(new SetTopicAttributesCommand(command));
  await local.sns.send(new PublishCommand({ TopicArn: topicArn, Message: 'm' }));
  const [{ binding, message }] = (await local.pushed(topicArn)) as [{ binding: never; message: never }];
  const name = topicArn.split(':').at(-1)!;
  const definition = local.broker.catalog.topics.find({
    kind: 'topic',
    namespace: '000000000000/us-east-1',
    name,
  });
  expect(snsRetryPolicy(definition, binding)).toMatchObject({
    minDelayMs: 20_000,
    immediateCount: 2,
    rampCount: 3,
    ramp: 'linear',
  });
  const deps = { broker: local.broker, signer, baseUrl: '' };
  const letter = snsDeadLetter(deps, binding, message, { code: 'http_404', message: 'not found' });
  expect(JSON.parse(letter!.body as string)).toMatchObject({ Type: 'Notification', Message: 'm' });
  expect(letter!.attributes.map(({ name: attribute }) => attribute)).toEqual([
    'RequestID',
    'ErrorCode',
    'ErrorMessage',
  ]);
});
