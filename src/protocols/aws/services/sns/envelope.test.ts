// The bodies that SNS sends, to the character: clients parse JSON, people and older consumers read lines.
import { expect, test } from 'vitest';
import { confirmationEmail, confirmationEnvelope, functionEvent } from './envelope.ts';
import { notificationEmail, notificationEnvelope } from './envelope.ts';
import type { ConfirmationFacts, NotificationFacts } from './envelope.ts';

const notification: NotificationFacts = {
  messageId: 'm1',
  topicArn: 'arn:aws:sns:us-east-1:123456789012:t',
  subject: 'a "subject"',
  message: 'line 1\nline 2',
  timestamp: '2012-05-02T00:54:06.655Z',
  attributes: [
    { name: 'text', type: 'String', value: 'x "y"' },
    { name: 'bytes', type: 'Binary', value: Uint8Array.of(1, 2, 255) },
  ],
  unsubscribeUrl: 'http://localhost/?Action=Unsubscribe',
  signature: { version: '1', text: 'c2ln', certificateUrl: 'https://sns.us-east-1.amazonaws.com/c.pem' },
};
const confirmation: ConfirmationFacts = {
  kind: 'SubscriptionConfirmation',
  messageId: 'm1',
  topicArn: 'arn:aws:sns:us-east-1:123456789012:t',
  token: 'abc',
  subscribeUrl: 'http://localhost/?Action=ConfirmSubscription',
  timestamp: '2012-05-02T00:54:06.655Z',
};

test('a notification: order of members and white space', () => {
  expect(notificationEnvelope(notification)).toBe(`{
  "Type" : "Notification",
  "MessageId" : "m1",
  "TopicArn" : "arn:aws:sns:us-east-1:123456789012:t",
  "Subject" : "a \\"subject\\"",
  "Message" : "line 1\\nline 2",
  "Timestamp" : "2012-05-02T00:54:06.655Z",
  "SignatureVersion" : "1",
  "Signature" : "c2ln",
  "SigningCertURL" : "https://sns.us-east-1.amazonaws.com/c.pem",
  "UnsubscribeURL" : "http://localhost/?Action=Unsubscribe",
  "MessageAttributes" : {
    "text" : {"Type":"String","Value":"x \\"y\\""},
    "bytes" : {"Type":"Binary","Value":"AQL/"}
  }
}`);
});

test('a notification of a FIFO topic has a number and no signature; what is absent is left out', () => {
  const { signature: _, subject: __, ...facts } = notification;
  const sequenceNumber = '10000000000000003000';
  const envelope = notificationEnvelope({ ...facts, attributes: [], sequenceNumber });
  expect(Object.entries(JSON.parse(envelope))).toStrictEqual([
    ['Type', 'Notification'],
    ['MessageId', 'm1'],
    ['SequenceNumber', sequenceNumber],
    ['TopicArn', facts.topicArn],
    ['Message', 'line 1\nline 2'],
    ['Timestamp', facts.timestamp],
    ['UnsubscribeURL', facts.unsubscribeUrl],
  ]);
});

test('confirmations', () => {
  const { signature } = notification;
  expect(Object.entries(JSON.parse(confirmationEnvelope({ ...confirmation, signature })))).toStrictEqual([
    ['Type', 'SubscriptionConfirmation'],
    ['MessageId', 'm1'],
    ['Token', 'abc'],
    ['TopicArn', confirmation.topicArn],
    [
      'Message',
      `You have chosen to subscribe to the topic ${confirmation.topicArn}.\n` +
        'To confirm the subscription, visit the SubscribeURL included in this message.',
    ],
    ['SubscribeURL', confirmation.subscribeUrl],
    ['Timestamp', confirmation.timestamp],
    ['SignatureVersion', '1'],
    ['Signature', 'c2ln'],
    ['SigningCertURL', signature?.certificateUrl],
  ]);
  const subscriptionArn = `${confirmation.topicArn}:s1`;
  const leaving = { ...confirmation, kind: 'UnsubscribeConfirmation', subscriptionArn } as const;
  const parsed = JSON.parse(confirmationEnvelope(leaving)) as Record<string, string>;
  expect(parsed['Type']).toBe('UnsubscribeConfirmation');
  expect(parsed['Message']).toBe(
    `You have chosen to deactivate subscription ${subscriptionArn}.\n` +
      'To cancel this operation and restore the subscription, visit the SubscribeURL included in this ' +
      'message.',
  );
});

test('the event of a function', () => {
  const { subject: _, ...facts } = notification;
  expect(JSON.parse(functionEvent(facts, 'arn:s1'))).toStrictEqual({
    Records: [
      {
        EventSource: 'aws:sns',
        EventVersion: '1.0',
        EventSubscriptionArn: 'arn:s1',
        Sns: {
          Type: 'Notification',
          MessageId: 'm1',
          TopicArn: notification.topicArn,
          Subject: null,
          Message: 'line 1\nline 2',
          Timestamp: notification.timestamp,
          SignatureVersion: '1',
          Signature: 'c2ln',
          SigningCertUrl: 'https://sns.us-east-1.amazonaws.com/c.pem',
          UnsubscribeUrl: notification.unsubscribeUrl,
          MessageAttributes: {
            text: { Type: 'String', Value: 'x "y"' },
            bytes: { Type: 'Binary', Value: 'AQL/' },
          },
        },
      },
    ],
  });
});

test('emails name the topic or hold the message, and the way out', () => {
  expect(notificationEmail(notification).subject).toBe('a "subject"');
  expect(notificationEmail({ ...notification, subject: undefined }).subject).toBe('AWS Notification Message');
  expect(notificationEmail(notification).text).toMatch(/^line 1\nline 2\n\n--\n/);
  expect(notificationEmail(notification).text).toContain(`\n${notification.unsubscribeUrl}\n`);
  const email = confirmationEmail(confirmation);
  expect(email.subject).toBe('AWS Notification - Subscription Confirmation');
  expect(email.text).toContain(confirmation.topicArn);
  expect(email.text).toContain(`\n${confirmation.subscribeUrl}\n`);
  const leaving = { ...confirmation, kind: 'UnsubscribeConfirmation' } as const;
  expect(confirmationEmail(leaving).text).toContain('deactivated');
});
