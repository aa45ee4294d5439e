// Goal: connections and API destinations can be made, changed and shown through the JavaScript SDK; no secret
// is shown again or lies readable in the data directory.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as eb from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { EventsSdk, refusal } from '../support/events-sdk.ts';

let daemon: Daemon;
let client: eb.EventBridgeClient;
beforeAll(async () => {
  daemon = await startDaemon();
  client = new EventsSdk(daemon).events;
});
afterAll(async () => {
  await daemon.stop();
});

const secret = 'pa55-that-nobody-may-see';
const basic = { BasicAuthParameters: { Username: 'ann', Password: secret } };

const create = (Name: string, input: Partial<eb.CreateConnectionCommandInput> = {}) =>
  client.send(
    new eb.CreateConnectionCommand({ Name, AuthorizationType: 'BASIC', AuthParameters: basic, ...input }),
  );
const describeOne = (Name: string) => client.send(new eb.DescribeConnectionCommand({ Name }));

describe('connections', () => {
  test('keep their secrets to themselves', async () => {
    const InvocationHttpParameters = {
      HeaderParameters: [
        { Key: 'x-open', Value: 'shown', IsValueSecret: false },
        { Key: 'x-secret', Value: secret, IsValueSecret: true },
      ],
    };
    const made = await create('c1', {
      AuthParameters: { ...basic, InvocationHttpParameters },
      Description: 'd',
    });
    expect(made.ConnectionState).toBe('AUTHORIZED');
    expect(made.ConnectionArn).toMatch(/:connection\/c1\/[0-9a-f-]{36}$/);
    const shown = await describeOne('c1');
    expect(shown).toMatchObject({ Name: 'c1', Description: 'd', AuthorizationType: 'BASIC' });
    expect(shown.AuthParameters).toEqual({
      BasicAuthParameters: { Username: 'ann' },
      InvocationHttpParameters: {
        HeaderParameters: [
          { Key: 'x-open', Value: 'shown', IsValueSecret: false },
          { Key: 'x-secret', IsValueSecret: true },
        ],
      },
    });
    expect(JSON.stringify(shown)).not.toContain(secret);
    const files = await readdir(daemon.dataDir, { recursive: true, withFileTypes: true });
    const contents = await Promise.all(
      files.filter((file) => file.isFile()).map((file) => readFile(join(file.parentPath, file.name))),
    );
    expect(contents.some((bytes) => bytes.includes('x-open'))).toBe(true);
    expect(contents.some((bytes) => bytes.includes(secret))).toBe(false);
  });

  test('change their type and part of their parameters', async () => {
    await create('c2');
    const update = (input: Omit<eb.UpdateConnectionCommandInput, 'Name'>) =>
      client.send(new eb.UpdateConnectionCommand({ Name: 'c2', ...input }));
    await update({ AuthParameters: { BasicAuthParameters: { Username: 'bob' } } });
    expect((await describeOne('c2')).AuthParameters).toEqual({ BasicAuthParameters: { Username: 'bob' } });
    expect(await refusal(update({ AuthorizationType: 'API_KEY' }))).toBe(
      'ValidationException: AuthParameters: ApiKeyName must be specified.',
    );
    const apiKey = { ApiKeyAuthParameters: { ApiKeyName: 'k', ApiKeyValue: secret } };
    await update({ AuthorizationType: 'API_KEY', AuthParameters: apiKey });
    expect(await describeOne('c2')).toMatchObject({
      AuthorizationType: 'API_KEY',
      AuthParameters: { ApiKeyAuthParameters: { ApiKeyName: 'k' } },
    });
    const { ConnectionState: state } = await client.send(new eb.DeauthorizeConnectionCommand({ Name: 'c2' }));
    expect(state).toBe('DEAUTHORIZED');
    expect((await describeOne('c2')).AuthParameters).toBeUndefined();
  });

  test('of OAuth show their endpoint', async () => {
    const oauth = {
      ClientParameters: { ClientID: 'id', ClientSecret: secret },
      AuthorizationEndpoint: 'https://id.example/token',
      HttpMethod: 'POST' as const,
    };
    const AuthParameters = { OAuthParameters: oauth };
    await create('c3', { AuthorizationType: 'OAUTH_CLIENT_CREDENTIALS', AuthParameters });
    expect((await describeOne('c3')).AuthParameters).toEqual({
      OAuthParameters: { ...oauth, ClientParameters: { ClientID: 'id' } },
    });
  });

  test('are listed and deleted', async () => {
    await create('l1');
    await create('l2');
    expect(await refusal(create('l1'))).toBe('ResourceAlreadyExistsException: Connection l1 already exists.');
    const page = await client.send(new eb.ListConnectionsCommand({ NamePrefix: 'l', Limit: 1 }));
    expect(page.Connections).toMatchObject([{ Name: 'l1', ConnectionState: 'AUTHORIZED' }]);
    const { NextToken } = page;
    const next = await client.send(new eb.ListConnectionsCommand({ NamePrefix: 'l', Limit: 1, NextToken }));
    expect(next.Connections).toMatchObject([{ Name: 'l2' }]);
    const gone = await client.send(new eb.DeleteConnectionCommand({ Name: 'l1' }));
    expect(gone.ConnectionState).toBe('DELETING');
    expect(await refusal(describeOne('l1'))).toBe(
      "ResourceNotFoundException: Connection 'l1' does not exist.",
    );
  });
});

test('API destinations are made, changed, listed and deleted', async () => {
  const { ConnectionArn } = await create('d1');
  const common = { ConnectionArn, InvocationEndpoint: 'http://127.0.0.1:9/a/*', HttpMethod: 'POST' as const };
  const made = await client.send(new eb.CreateApiDestinationCommand({ Name: 'd', ...common }));
  expect(made.ApiDestinationArn).toMatch(/:api-destination\/d\/[0-9a-f-]{36}$/);
  expect(made.ApiDestinationState).toBe('ACTIVE');
  const ftp = { ...common, Name: 'x', InvocationEndpoint: 'ftp://a/b' };
  expect(await refusal(client.send(new eb.CreateApiDestinationCommand(ftp)))).toBe(
    'ValidationException: Parameter InvocationEndpoint is not valid.',
  );
  const again = client.send(new eb.CreateApiDestinationCommand({ Name: 'd', ...common }));
  expect(await refusal(again)).toContain('ResourceAlreadyExistsException');
  await client.send(new eb.UpdateApiDestinationCommand({ Name: 'd', InvocationRateLimitPerSecond: 5 }));
  const shown = () => client.send(new eb.DescribeApiDestinationCommand({ Name: 'd' }));
  expect(await shown()).toMatchObject({ ...common, Name: 'd', InvocationRateLimitPerSecond: 5 });
  const { ApiDestinations: listed } = await client.send(new eb.ListApiDestinationsCommand({ ConnectionArn }));
  expect(listed).toMatchObject([{ Name: 'd', ApiDestinationArn: made.ApiDestinationArn }]);
  await client.send(new eb.DeleteConnectionCommand({ Name: 'd1' }));
  expect((await shown()).ApiDestinationState).toBe('INACTIVE');
  await client.send(new eb.DeleteApiDestinationCommand({ Name: 'd' }));
  expect(await refusal(shown())).toMatch(/^ResourceNotFoundException: .*An api-destination 'd' does not/);
});
