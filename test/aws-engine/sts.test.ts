// STS by the JavaScript SDK against a real listener: identities, sessions, roles, and the SDK's own signer as
// the proof that ours reads what clients send.
import {
  AssumeRoleCommand,
  type AssumeRoleCommandOutput,
  AssumeRoleWithWebIdentityCommand,
  GetAccessKeyInfoCommand,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
  type GetSessionTokenCommandOutput,
  STSClient,
} from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import type { HttpListener } from '../../src/net/http.ts';
import { listenHttp } from '../../src/net/index.ts';
import { stsService } from '../../src/protocols/aws/services/sts/index.ts';
import { createToy } from './toy-service.ts';

const account = '111111111111';
const roleArn = (name: string) => `arn:aws:iam::${account}:role/${name}`;
const trustOfBob = {
  Statement: {
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${account}:user/bob` },
    Action: 'sts:AssumeRole',
    Condition: { StringEquals: { 'sts:ExternalId': 'secret' } },
  },
};
const users = [
  { name: 'ann', account, accessKeys: [{ id: 'AKIAANN', secret: 'anns' }] },
  { name: 'bob', account, accessKeys: [{ id: 'AKIABOB', secret: 'bobs' }], policies: [] },
];
const roles = [
  { name: 'reader', account },
  { name: 'guarded', account, trust: JSON.stringify(trustOfBob), sessionSecondsMax: 7200 },
];

interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}
const ann: Keys = { accessKeyId: 'AKIAANN', secretAccessKey: 'anns' };
const bob: Keys = { accessKeyId: 'AKIABOB', secretAccessKey: 'bobs' };
const root: Keys = { accessKeyId: 'test', secretAccessKey: 'test' };

let listener: HttpListener;
const clients: STSClient[] = [];

beforeAll(async () => {
  const { aws } = createToy({ users, roles, services: [stsService], clock: systemClock });
  listener = await listenHttp({ host: '127.0.0.1', port: 0, engine: 'auto', handler: aws.handler });
});
afterAll(async () => {
  for (const client of clients) client.destroy();
  await listener.close(1000);
});

function as(credentials: Keys, region = 'eu-west-1'): STSClient {
  const client = new STSClient({
    endpoint: `http://127.0.0.1:${listener.port}`,
    region,
    credentials,
    maxAttempts: 1,
  });
  clients.push(client);
  return client;
}

const whoAmI = async (keys: Keys) => (await as(keys).send(new GetCallerIdentityCommand({}))).Arn;
const keysOf = ({ Credentials: issued }: GetSessionTokenCommandOutput | AssumeRoleCommandOutput): Keys => ({
  accessKeyId: issued!.AccessKeyId!,
  secretAccessKey: issued!.SecretAccessKey!,
  sessionToken: issued!.SessionToken!,
});
const assume = (keys: Keys, name: string, rest: object = {}) =>
  as(keys).send(new AssumeRoleCommand({ RoleArn: roleArn(name), RoleSessionName: 'session', ...rest }));

describe('GetCallerIdentity', () => {
  test('of a user, the root key, and somebody with no rights at all', async () => {
    expect(await as(ann).send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: account,
      Arn: `arn:aws:iam::${account}:user/ann`,
      UserId: expect.stringMatching(/^AIDA[A-Z2-7]{17}$/),
    });
    expect(await whoAmI(root)).toBe('arn:aws:iam::000000000000:root');
    expect(await whoAmI(bob)).toBe(`arn:aws:iam::${account}:user/bob`);
  });

  test('of nobody', async () => {
    await expect(whoAmI({ ...ann, secretAccessKey: 'wrong' })).rejects.toMatchObject({
      name: 'SignatureDoesNotMatch',
    });
    await expect(whoAmI({ ...ann, accessKeyId: 'AKIAEVE' })).rejects.toMatchObject({
      name: 'InvalidClientTokenId',
    });
  });
});

describe('GetSessionToken', () => {
  test('gives keys that are the user for as long as asked', async () => {
    const output = await as(ann).send(new GetSessionTokenCommand({ DurationSeconds: 900 }));
    const leftMs = output.Credentials!.Expiration!.getTime() - Date.now();
    expect(leftMs).toBeGreaterThan(800_000);
    expect(leftMs).toBeLessThanOrEqual(900_000);
    expect(await whoAmI(keysOf(output))).toBe(`arn:aws:iam::${account}:user/ann`);
  });

  test('is not for sessions, and has bounds', async () => {
    const output = await as(ann).send(new GetSessionTokenCommand({}));
    const again = as(keysOf(output)).send(new GetSessionTokenCommand({}));
    await expect(again).rejects.toMatchObject({ name: 'AccessDenied', $metadata: { httpStatusCode: 403 } });
    const short = as(ann).send(new GetSessionTokenCommand({ DurationSeconds: 1 }));
    await expect(short).rejects.toMatchObject({
      name: 'ValidationError',
      message:
        "1 validation error detected: Value '1' at 'durationSeconds' failed to satisfy constraint: " +
        'Member must have value greater than or equal to 900',
    });
  });
});

describe('AssumeRole', () => {
  test('makes a session of the role', async () => {
    const output = await assume(ann, 'reader', { SourceIdentity: 'ann' });
    expect(output.AssumedRoleUser?.Arn).toBe(`arn:aws:sts::${account}:assumed-role/reader/session`);
    expect(output.SourceIdentity).toBe('ann');
    expect(await whoAmI(keysOf(output))).toBe(`arn:aws:sts::${account}:assumed-role/reader/session`);
  });

  test('is refused alike for a role that is not there and one that does not trust the caller', async () => {
    const message = (name: string) =>
      'User: arn:aws:iam::000000000000:root is not authorized to perform: sts:AssumeRole on resource: ' +
      roleArn(name);
    for (const name of ['nobody', 'reader', 'guarded']) {
      await expect(assume(root, name)).rejects.toMatchObject({
        name: 'AccessDenied',
        message: message(name),
      });
    }
    await expect(assume(ann, 'nobody')).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  test('follows the trust policy, its conditions and the longest session of the role', async () => {
    await expect(assume(bob, 'guarded')).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(assume(bob, 'guarded', { ExternalId: 'wrong' })).rejects.toMatchObject({
      name: 'AccessDenied',
    });
    const output = await assume(bob, 'guarded', { ExternalId: 'secret', DurationSeconds: 7200 });
    await expect(
      assume(bob, 'guarded', { ExternalId: 'secret', DurationSeconds: 7201 }),
    ).rejects.toMatchObject({
      name: 'ValidationError',
      message: 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    });
    await expect(assume(keysOf(output), 'reader', { DurationSeconds: 3601 })).rejects.toThrow(
      /role chaining/,
    );
  });

  test('can give away less than the role has, never more', async () => {
    const Policy = JSON.stringify({ Statement: { Effect: 'Allow', Action: 'sqs:*', Resource: '*' } });
    const keys = keysOf(await assume(ann, 'reader', { Policy }));
    await expect(assume(keys, 'reader')).rejects.toMatchObject({ name: 'AccessDenied' });
    expect(keysOf(await assume(keysOf(await assume(ann, 'reader')), 'reader')).accessKeyId).toMatch(/^ASIA/);
    await expect(assume(ann, 'reader', { Policy: '{' })).rejects.toMatchObject({
      name: 'MalformedPolicyDocumentException',
    });
  });

  test('checks its input', async () => {
    await expect(assume(ann, 'reader', { RoleSessionName: 'a b' })).rejects.toThrow(
      /pattern: \[\\w\+=,\.@-\]\*/,
    );
    await expect(assume(ann, 'reader', { RoleArn: 'arn:aws:s3:::bucket/with/name' })).rejects.toThrow(
      'is invalid',
    );
  });
});

test('GetAccessKeyInfo tells the account of a key', async () => {
  const info = await as(ann).send(new GetAccessKeyInfoCommand({ AccessKeyId: 'AKIABOB' }));
  expect(info.Account).toBe(account);
});

test('AssumeRoleWithWebIdentity, which needs no signature, says that it is not there', async () => {
  const input = { RoleArn: roleArn('reader'), RoleSessionName: 'session', WebIdentityToken: 'token' };
  const call = as(ann).send(new AssumeRoleWithWebIdentityCommand(input));
  await expect(call).rejects.toMatchObject({ name: 'NotImplemented', $metadata: { httpStatusCode: 501 } });
  const body = `Action=AssumeRoleWithWebIdentity&Version=2011-06-15&${new URLSearchParams(input).toString()}`;
  const response = await fetch(`http://127.0.0.1:${listener.port}/`, {
    method: 'POST',
    body: new URLSearchParams(body),
  });
  expect(response.status).toBe(501);
});
