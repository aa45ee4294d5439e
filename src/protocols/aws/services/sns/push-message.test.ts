// Goal: one message becomes what Apple's and Google's services take.
import { expect, test } from 'vitest';
import { type PushFacts, pushMessage } from './push-message.ts';

const account = { project_id: 'p', client_email: 'c', private_key: 'k', token_uri: 'https://t' };

function facts(more: Partial<PushFacts>, attributes: Record<string, string> = {}): PushFacts {
  return {
    platform: 'APNS',
    token: 'device',
    application: {},
    text: 'hello',
    subject: undefined,
    sentAtMs: 1_700_000_000_500,
    attribute: (name) => attributes[name],
    ...more,
  };
}

test('Apple by certificate: a text becomes an alert', () => {
  const application = { PlatformPrincipal: 'cert', PlatformCredential: 'key' };
  expect(pushMessage(facts({ application }))).toEqual({
    kind: 'apns',
    endpoint: 'https://api.push.apple.com',
    credential: { kind: 'certificate', cert: 'cert', key: 'key' },
    to: ['device'],
    topic: undefined,
    pushType: 'alert',
    priority: undefined,
    expiresAtSeconds: undefined,
    collapseId: undefined,
    payload: '{"aps":{"alert":"hello"}}',
  });
});

test('Apple by token, in the sandbox, with attributes', () => {
  const application = {
    PlatformPrincipal: 'key-id',
    PlatformCredential: 'pem',
    ApplePlatformTeamID: 'team',
    ApplePlatformBundleID: 'bundle',
  };
  const text = '{"aps":{"content-available":1}}';
  const attributes = {
    'AWS.SNS.MOBILE.APNS_SANDBOX.TTL': '60',
    'AWS.SNS.MOBILE.APNS.PUSH_TYPE': 'background',
    'AWS.SNS.MOBILE.APNS.PRIORITY': '5',
    'AWS.SNS.MOBILE.APNS.COLLAPSE_ID': 'c',
  };
  expect(pushMessage(facts({ platform: 'APNS_SANDBOX', application, text }, attributes))).toMatchObject({
    endpoint: 'https://api.sandbox.push.apple.com',
    credential: { kind: 'token', teamId: 'team', keyId: 'key-id', privateKey: 'pem' },
    topic: 'bundle',
    pushType: 'background',
    priority: 5,
    expiresAtSeconds: 1_700_000_060,
    collapseId: 'c',
    payload: text,
  });
});

test.each([
  ['hello', { data: { default: 'hello' } }],
  ['{ no JSON', { data: { default: '{ no JSON' } }],
  ['{"data":{"a":1,"b":"x"}}', { data: { a: '1', b: 'x' } }],
  [
    '{"notification":{"title":"t"},"priority":"high","collapse_key":"k"}',
    { notification: { title: 't' }, android: { priority: 'HIGH', collapse_key: 'k' } },
  ],
  ['{"fcmV1Message":{"message":{"topic":"t"}}}', { topic: 't' }],
])('Google: %s', (text, message) => {
  const application = { PlatformCredential: JSON.stringify(account) };
  expect(pushMessage(facts({ platform: 'GCM', application, text }))).toEqual({
    kind: 'fcm',
    account: { projectId: 'p', clientEmail: 'c', privateKey: 'k', tokenUrl: 'https://t' },
    to: ['device'],
    message,
  });
});

test('Google with a time to live', () => {
  const application = { PlatformCredential: JSON.stringify(account) };
  const push = pushMessage(facts({ platform: 'GCM', application }, { 'AWS.SNS.MOBILE.GCM.TTL': '9' }));
  expect(push).toMatchObject({ message: { android: { ttl: '9s' } } });
});

test('what nothing can be sent with', () => {
  expect(
    pushMessage(facts({ platform: 'GCM', application: { PlatformCredential: 'old key' } })),
  ).toBeUndefined();
  expect(pushMessage(facts({ platform: 'BAIDU' }))).toBeUndefined();
});
