// Goal: what leaves the daemon for a rule is what the target's configuration says: API destinations with
// their connections, URLs, functions; and what is not taken comes to the dead-letter queue with the reason.
import * as eb from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { EventsSdk } from '../support/events-sdk.ts';
import { answering, type HttpEndpoint, openEndpoint, type SeenRequest } from '../support/http-endpoint.ts';

let endpoint: HttpEndpoint;
let daemon: Daemon;
let sdk: EventsSdk;
let answer = answering(200);
const patience = { timeout: 20_000, interval: 50 };

beforeAll(async () => {
  endpoint = await openEndpoint((request, response) => answer(request, response));
  daemon = await startDaemon({ config: `functions:\n  fn: { url: "${endpoint.url}/fn" }\n` });
  sdk = new EventsSdk(daemon);
});
afterAll(async () => {
  await daemon.stop();
  await endpoint.close();
});
beforeEach(() => {
  endpoint.seen.length = 0;
  answer = answering(200);
});

async function rule(name: string, target: Omit<eb.Target, 'Id'>): Promise<void> {
  const EventPattern = JSON.stringify({ source: [name] });
  await sdk.events.send(new eb.PutRuleCommand({ Name: name, EventPattern }));
  await sdk.events.send(new eb.PutTargetsCommand({ Rule: name, Targets: [{ Id: 't', ...target }] }));
}

async function destination(name: string, connection: Omit<eb.CreateConnectionCommandInput, 'Name'>) {
  const made = await sdk.events.send(new eb.CreateConnectionCommand({ Name: name, ...connection }));
  const { ApiDestinationArn } = await sdk.events.send(
    new eb.CreateApiDestinationCommand({
      Name: name,
      ConnectionArn: made.ConnectionArn,
      InvocationEndpoint: `${endpoint.url}/api/*`,
      HttpMethod: 'POST',
    }),
  );
  return ApiDestinationArn!;
}

async function request(path: string): Promise<SeenRequest> {
  const find = () => endpoint.seen.find((seen) => seen.path.startsWith(path));
  await expect.poll(find, patience).toBeDefined();
  return find()!;
}

test('an API destination is called with the key of its connection and what was added', async () => {
  const Arn = await destination('key', {
    AuthorizationType: 'API_KEY',
    AuthParameters: {
      ApiKeyAuthParameters: { ApiKeyName: 'X-Key', ApiKeyValue: 'k1' },
      InvocationHttpParameters: { BodyParameters: [{ Key: 'added', Value: 'b' }] },
    },
  });
  const HttpParameters = { PathParameterValues: ['$.detail.id'], QueryStringParameters: { q: '1' } };
  await rule('key', { Arn, HttpParameters, InputPath: '$.detail' });
  await sdk.put({ Source: 'key', Detail: '{"id":"a/b"}' });
  const seen = await request('/api/');
  expect(seen).toMatchObject({ method: 'POST', path: '/api/a%2Fb?q=1' });
  expect(seen.headers).toMatchObject({ 'x-key': 'k1', 'content-type': 'application/json; charset=utf-8' });
  expect(JSON.parse(seen.body)).toEqual({ id: 'a/b', added: 'b' });
});

test('a connection with OAuth gets a token first, and once', async () => {
  const token = answering(200, '{"access_token":"t1","expires_in":600}');
  answer = (seen, response) => (seen.path === '/token' ? token : answering(200))(seen, response);
  const Arn = await destination('oauth', {
    AuthorizationType: 'OAUTH_CLIENT_CREDENTIALS',
    AuthParameters: {
      OAuthParameters: {
        ClientParameters: { ClientID: 'id', ClientSecret: 'secret' },
        AuthorizationEndpoint: `${endpoint.url}/token`,
        HttpMethod: 'POST',
      },
    },
  });
  await rule('oauth', { Arn });
  const calls = () => endpoint.seen.filter(({ path }) => path.startsWith('/api/'));
  for (let n = 1; n <= 2; n++) {
    await sdk.put({ Source: 'oauth' });
    await expect.poll(() => calls().length, patience).toBe(n);
  }
  expect(calls().map(({ headers }) => headers.authorization)).toEqual(['Bearer t1', 'Bearer t1']);
  expect(endpoint.seen.filter(({ path }) => path === '/token')).toHaveLength(1);
});

test('a URL and a function get the event', async () => {
  await rule('url', { Arn: `${endpoint.url}/hook` });
  await rule('fn', { Arn: 'arn:aws:lambda:us-east-1:000000000000:function:fn' });
  const [first, second] = await sdk.put({ Source: 'url' }, { Source: 'fn' });
  expect(JSON.parse((await request('/hook')).body)).toMatchObject({ id: first, source: 'url' });
  expect(JSON.parse((await request('/fn')).body)).toMatchObject({ id: second, source: 'fn' });
});

test('what fails for good, or too often, is a dead letter', async () => {
  const DeadLetterConfig = { Arn: await sdk.queue('dead') };
  await rule('dead', {
    Arn: `${endpoint.url}/dead`,
    Input: '1',
    DeadLetterConfig,
    RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 },
  });
  const letter = async (status: number) => {
    answer = answering(status);
    const [id] = await sdk.put({ Source: 'dead' });
    const [message] = await sdk.take('dead', 1);
    expect(JSON.parse(message!.Body!)).toMatchObject({ id, source: 'dead' });
    const attributes = Object.entries(message!.MessageAttributes ?? {});
    return Object.fromEntries(attributes.map(([name, { StringValue: value }]) => [name, value]));
  };
  const common = {
    RULE_ARN: 'arn:aws:events:us-east-1:000000000000:rule/dead',
    TARGET_ARN: `${endpoint.url}/dead`,
    ERROR_CODE: 'ERROR_FROM_TARGET',
    RETRY_ATTEMPTS: '0',
  };
  expect(await letter(400)).toEqual({ ...common, ERROR_MESSAGE: 'the endpoint answered 400' });
  expect(await letter(503)).toEqual({
    ...common,
    ERROR_MESSAGE: 'the endpoint answered 503',
    EXHAUSTED_RETRY_CONDITION: 'MaximumRetryAttempts',
  });
});

test('what a target takes the second time is tried again', async () => {
  let left = 1;
  answer = (seen, response) => answering(left-- > 0 ? 503 : 200)(seen, response);
  await rule('again', { Arn: `${endpoint.url}/again` });
  await sdk.put({ Source: 'again' });
  await expect.poll(() => endpoint.seen.length, patience).toBe(2);
});
