// Goal: an HTTP endpoint of a user's own lives through a subscription as on AWS: asked, confirmed by the
// link, notified with a signature that it can check, retried, given up, and rid of it by the link.
import { createVerify } from 'node:crypto';
import {
  PublishCommand,
  SetSubscriptionAttributesCommand,
  SubscribeCommand,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import { afterEach, expect, test } from 'vitest';
import { answering, type Answer, type HttpEndpoint, openEndpoint } from '../support/http-endpoint.ts';
import { describeSns } from '../support/sns-suite.ts';
import { arnOf, eventually, patienceMs } from '../support/sqs-suite.ts';

type Body = Record<string, string>;

const open: HttpEndpoint[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

async function endpoint(answer: Answer): Promise<HttpEndpoint> {
  const opened = await openEndpoint(answer);
  open.push(opened);
  return opened;
}

/** Waits for the n-th request, from 0. */
async function request(hook: HttpEndpoint, index: number) {
  await eventually(() => Promise.resolve(hook.seen.length > index), `request ${index} came`);
  const seen = hook.seen[index]!;
  return { ...seen, json: (seen.body.startsWith('{') ? JSON.parse(seen.body) : {}) as Body };
}

const follow = (url: string) => fetch(url, { signal: AbortSignal.timeout(patienceMs) });

/** As clients check it: these members, each with its name, a line each. */
async function isSigned(body: Body, names: readonly string[]): Promise<boolean> {
  const text = names.filter((name) => name in body).map((name) => `${name}\n${body[name]}\n`);
  const certificate = await (await follow(body['SigningCertURL']!)).text();
  const verifier = createVerify(body['SignatureVersion'] === '2' ? 'RSA-SHA256' : 'RSA-SHA1');
  return verifier.update(text.join('')).verify(certificate, body['Signature']!, 'base64');
}

describeSns(
  'SNS to HTTP endpoints',
  (suite) => {
    /** Subscribed and confirmed; the confirmation was the first request. */
    const confirmed = async (TopicArn: string, hook: HttpEndpoint, Attributes = {}): Promise<string> => {
      const command = {
        TopicArn,
        Protocol: 'http',
        Endpoint: hook.url,
        Attributes,
        ReturnSubscriptionArn: true,
      };
      const { SubscriptionArn } = await suite.sns.send(new SubscribeCommand(command));
      const asked = await request(hook, 0);
      expect((await follow(asked.json['SubscribeURL']!)).status).toBe(200);
      return SubscriptionArn!;
    };
    const publish = (TopicArn: string, Message: string, more = {}) =>
      suite.sns.send(new PublishCommand({ TopicArn, Message, ...more }));

    test('from the question to the farewell', async () => {
      const hook = await endpoint(answering(200));
      const topicArn = await suite.createTopic({ SignatureVersion: '2' });
      const subscriptionArn = await confirmed(topicArn, hook);
      const asked = await request(hook, 0);
      expect(asked.headers).toMatchObject({
        'x-amz-sns-message-type': 'SubscriptionConfirmation',
        'x-amz-sns-topic-arn': topicArn,
        'content-type': 'text/plain; charset=UTF-8',
        'user-agent': 'Amazon Simple Notification Service Agent',
      });
      expect(asked.headers).not.toHaveProperty('x-amz-sns-subscription-arn');
      const confirmationNames = [
        'Message',
        'MessageId',
        'SubscribeURL',
        'Timestamp',
        'Token',
        'TopicArn',
        'Type',
      ];
      expect(await isSigned(asked.json, confirmationNames)).toBe(true);
      expect(await suite.subscriptionAttributes(subscriptionArn)).toMatchObject({
        PendingConfirmation: 'false',
        ConfirmationWasAuthenticated: 'false',
      });

      const sent = await publish(topicArn, 'hello', { Subject: 'subject' });
      const notified = await request(hook, 1);
      expect(notified.method).toBe('POST');
      expect(notified.headers).toMatchObject({
        'x-amz-sns-message-type': 'Notification',
        'x-amz-sns-message-id': sent.MessageId,
        'x-amz-sns-subscription-arn': subscriptionArn,
      });
      expect(notified.json).toMatchObject({
        Message: 'hello',
        Subject: 'subject',
        MessageId: sent.MessageId,
      });
      const names = ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'];
      expect(await isSigned(notified.json, names)).toBe(true);
      expect(await isSigned({ ...notified.json, Message: 'forged' }, names)).toBe(false);

      expect((await follow(notified.json['UnsubscribeURL']!)).status).toBe(200);
      const farewell = await request(hook, 2);
      expect(farewell.headers['x-amz-sns-message-type']).toBe('UnsubscribeConfirmation');
      expect(await isSigned(farewell.json, confirmationNames)).toBe(true);
      await publish(topicArn, 'nobody hears it');
      // Back again, by the link of the farewell: what comes next is the first that it hears.
      expect((await follow(farewell.json['SubscribeURL']!)).status).toBe(200);
      await publish(topicArn, 'heard again');
      expect((await request(hook, 3)).json['Message']).toBe('heard again');
      await suite.sns.send(new UnsubscribeCommand({ SubscriptionArn: subscriptionArn }));
    });

    test('raw, with a type of its own, by filter', async () => {
      const hook = await endpoint(answering(204));
      const topicArn = await suite.createTopic();
      await confirmed(topicArn, hook, {
        RawMessageDelivery: 'true',
        FilterPolicy: '{"k":["yes"]}',
        DeliveryPolicy: '{"requestPolicy":{"headerContentType":"application/json"}}',
      });
      const attribute = (StringValue: string) => ({
        MessageAttributes: { k: { DataType: 'String', StringValue } },
      });
      await publish(topicArn, '{"n":1}', attribute('no'));
      await publish(topicArn, '{"n":2}', attribute('yes'));
      const notified = await request(hook, 1);
      expect(notified.body).toBe('{"n":2}');
      expect(notified.headers).toMatchObject({
        'x-amz-sns-rawdelivery': 'true',
        'content-type': 'application/json',
      });
    });

    test('a failing endpoint is tried again; one that refuses is not', async () => {
      let failures = 0;
      const hook = await endpoint((seen, response) => {
        const isRefused = seen.body.includes('refuse me');
        const isFailed = seen.body.includes('fail twice') && failures++ < 2;
        response.writeHead(isRefused ? 403 : isFailed ? 500 : 200).end();
      });
      const topicArn = await suite.createTopic();
      const deadUrl = await suite.sqs.createQueue();
      const policy = { minDelayTarget: 1, maxDelayTarget: 1, numRetries: 5, numNoDelayRetries: 1 };
      const subscriptionArn = await confirmed(topicArn, hook, {
        DeliveryPolicy: JSON.stringify({ healthyRetryPolicy: policy }),
      });
      const redrive = {
        SubscriptionArn: subscriptionArn,
        AttributeName: 'RedrivePolicy',
        AttributeValue: JSON.stringify({ deadLetterTargetArn: arnOf(deadUrl) }),
      };
      await suite.sns.send(new SetSubscriptionAttributesCommand(redrive));
      await publish(topicArn, 'fail twice');
      expect((await request(hook, 3)).json['Message']).toBe('fail twice');
      await publish(topicArn, 'refuse me');
      const [dead] = await suite.sqs.receiveAll(deadUrl, 1, { MessageAttributeNames: ['All'] });
      expect(JSON.parse(dead!.Body!)).toMatchObject({ Type: 'Notification', Message: 'refuse me' });
      expect(Object.keys(dead!.MessageAttributes!).toSorted()).toEqual([
        'ErrorCode',
        'ErrorMessage',
        'RequestID',
      ]);
      expect(hook.seen.filter(({ body }) => body.includes('refuse me'))).toHaveLength(1);
    });
  },
  { config: 'outbound:\n  allow: ["127.0.0.0/8"]\n' },
);
