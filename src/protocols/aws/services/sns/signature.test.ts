// Signatures as AWS's own client checks them: npm `sns-validator` fetches the certificate (here: is handed
// it), checks its host and verifies the members of the message.
import { X509Certificate, verify } from 'node:crypto';
import { EventEmitter } from 'node:events';
import https from 'node:https';
import { createRequire } from 'node:module';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { certificateFileName, createSigningIdentity } from './certificate.ts';
import type { SigningIdentity } from './certificate.ts';
import { confirmationEnvelope, functionEvent, notificationEnvelope } from './envelope.ts';
import type { ConfirmationFacts, NotificationFacts } from './envelope.ts';
import { SnsSigner, confirmationToSign, notificationToSign } from './signature.ts';
import type { SignatureVersion } from './signature.ts';

type Done = (error: Error | null, message?: object) => void;
const MessageValidator = createRequire(import.meta.url)('sns-validator') as new () => {
  validate(message: object, done: Done): void;
};

const nowMs = Date.UTC(2026, 10, 5);
const notification: NotificationFacts = {
  messageId: 'm1',
  topicArn: 'arn:aws:sns:us-east-1:123456789012:t',
  subject: 'Ü',
  message: 'line 1\nline 2 ✓',
  timestamp: '2012-05-02T00:54:06.655Z',
  attributes: [{ name: 'a', type: 'String', value: 'b' }],
  unsubscribeUrl: 'http://localhost/?Action=Unsubscribe',
};
const confirmation: ConfirmationFacts = {
  kind: 'SubscriptionConfirmation',
  messageId: 'm1',
  topicArn: notification.topicArn,
  token: 'abc',
  subscribeUrl: 'http://localhost/?Action=ConfirmSubscription&Token=abc',
  timestamp: notification.timestamp,
};
let identity: SigningIdentity;
let signer: SnsSigner;

beforeAll(async () => {
  identity = await createSigningIdentity(nowMs);
  const fileName = certificateFileName(identity.certificatePem);
  const certificateUrl = `https://sns.us-east-1.amazonaws.com/${fileName}`;
  signer = new SnsSigner({ privateKeyPem: identity.privateKeyPem, certificateUrl });
});

afterEach(() => {
  vi.restoreAllMocks();
});

/** Resolves to the validator's error, or to undefined when it accepts the message. */
async function validate(message: object): Promise<string | undefined> {
  vi.spyOn(https, 'get').mockImplementation(((_url: string, take: (reply: EventEmitter) => void) => {
    const reply = Object.assign(new EventEmitter(), { statusCode: 200 });
    take(reply);
    reply.emit('data', Buffer.from(identity.certificatePem));
    reply.emit('end');
    return new EventEmitter();
  }) as unknown as typeof https.get);
  return new Promise((resolve) => {
    new MessageValidator().validate(message, (error) => resolve(error?.message));
  });
}

async function signatureOf(text: string, version: SignatureVersion): Promise<NotificationFacts['signature']> {
  return { version, text: await signer.sign(text, version), certificateUrl: signer.certificateUrl };
}

test.each(['1', '2'] as const)('the validator accepts what is signed in version %s', async (version) => {
  const bare = { ...notification, subject: undefined };
  for (const facts of [notification, bare]) {
    const signature = await signatureOf(notificationToSign(facts), version);
    expect(await validate(JSON.parse(notificationEnvelope({ ...facts, signature })))).toBeUndefined();
    const event = JSON.parse(functionEvent({ ...facts, signature }, 'arn:s')) as {
      Records: { Sns: object }[];
    };
    expect(await validate(event.Records[0]?.Sns ?? {})).toBeUndefined();
  }
  const signature = await signatureOf(confirmationToSign(confirmation), version);
  expect(await validate(JSON.parse(confirmationEnvelope({ ...confirmation, signature })))).toBeUndefined();
});

test('the validator refuses what was changed on the way', async () => {
  const signature = await signatureOf(notificationToSign(notification), '2');
  const envelope = JSON.parse(notificationEnvelope({ ...notification, signature })) as object;
  expect(await validate({ ...envelope, Message: 'other' })).toBe('The message signature is invalid.');
  expect(await validate({ ...envelope, SignatureVersion: '1' })).toBe('The message signature is invalid.');
});

test('what is signed of each kind of message', () => {
  expect(notificationToSign(notification)).toBe(
    'Message\nline 1\nline 2 ✓\nMessageId\nm1\nSubject\nÜ\nTimestamp\n2012-05-02T00:54:06.655Z\n' +
      'TopicArn\narn:aws:sns:us-east-1:123456789012:t\nType\nNotification\n',
  );
  // sns-validator leaves the token out of this kind; AWS documents it as signed.
  expect(confirmationToSign({ ...confirmation, kind: 'UnsubscribeConfirmation' })).toMatch(
    /\nToken\nabc\nTopicArn\n.*\nType\nUnsubscribeConfirmation\n$/,
  );
});

test('a signature is made once for all copies, prepared or not', async () => {
  const text = notificationToSign(notification);
  const sign = vi.spyOn(signer, 'sign');
  const signSync = vi.spyOn(signer, 'signSync');
  await Promise.all([signer.prepare('p1', text, '1'), signer.prepare('p1', text, '1')]);
  await signer.prepare('p1', text, '1');
  expect(sign).toHaveBeenCalledTimes(1);
  const kept = signer.kept('p1', text, '1');
  expect(signSync).toHaveBeenCalledTimes(0);
  expect(kept).toBe(await signer.sign(text, '1'));
  expect(signer.kept('p2', text, '2')).toBe(signer.kept('p2', text, '2'));
  expect(signSync).toHaveBeenCalledTimes(1);
  expect(signer.kept('p1', text, '2')).not.toBe(kept);
});

test('the certificate is for the name that clients look at, under its own CA', () => {
  const certificate = new X509Certificate(identity.certificatePem);
  const ca = new X509Certificate(identity.caCertificatePem);
  expect(certificate.subject).toBe('CN=sns.amazonaws.com');
  expect(certificate.checkHost('sns.amazonaws.com')).toBe('sns.amazonaws.com');
  expect(certificate.ca).toBe(false);
  expect(ca.ca).toBe(true);
  expect(certificate.checkIssued(ca)).toBe(true);
  expect(certificate.verify(ca.publicKey)).toBe(true);
  expect(ca.verify(ca.publicKey)).toBe(true);
  expect(Date.parse(certificate.validFrom)).toBe(nowMs - 86_400_000);
  expect(Date.parse(certificate.validTo)).toBeGreaterThan(nowMs);
  expect(certificate.publicKey.asymmetricKeyDetails?.modulusLength).toBe(2048);
  const signature = Buffer.from(signer.signSync('text', '2'), 'base64');
  expect(verify('sha256', Buffer.from('text'), certificate.publicKey, signature)).toBe(true);
  expect(certificateFileName(identity.certificatePem)).toMatch(
    /^SimpleNotificationService-[0-9a-f]{32}\.pem$/,
  );
});
