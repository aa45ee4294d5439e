// Goal: requests, payloads and dead letters of pushed targets are what EventBridge sends.
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Delivery, PushTarget, StoredMessage } from '../../../../broker/index.ts';
import { LocalEvents, namespace, testSecrets } from '../../../../../test/support/local-events.ts';
import { openConnection } from './connection.ts';
import {
  deadLetter,
  functionInvocation,
  httpRequest,
  httpTarget,
  pushedTarget,
  type PushedTarget,
  retryOf,
} from './delivery.ts';
import type { Target } from './rule-ref.ts';

let local: LocalEvents;
beforeEach(async () => {
  local = await LocalEvents.start();
});
afterEach(() => local.close());

const event = '{"id":"i","source":"s","detail":{"who":"Ann B","n":1.0}}';
const delivery = {
  receiveCount: 3,
  message: {
    id: 'm1',
    sentAtMs: 1_700_000_000_000,
    sender: 'someone',
    bodyText: () => event,
  } as unknown as StoredMessage,
} as Delivery;

async function put(target: Omit<Target, 'Id'>): Promise<PushedTarget> {
  await local.call('PutRule', { Name: 'r', EventPattern: '{"source":["s"]}' });
  await local.call('PutTargets', { Rule: 'r', Targets: [{ Id: 't', ...target }] });
  const binding = local.broker.catalog.bindings.find({ namespace, kind: 'binding', name: 'bus/default/r' })!;
  return pushedTarget(binding, binding.targets[0] as PushTarget)!;
}

async function destination(input: object = {}): Promise<string> {
  const { ConnectionArn } = await local.call('CreateConnection', {
    Name: 'c',
    AuthorizationType: 'BASIC',
    AuthParameters: {
      BasicAuthParameters: { Username: 'u', Password: 'p' },
      InvocationHttpParameters: { QueryStringParameters: [{ Key: 'q', Value: 'v', IsValueSecret: true }] },
    },
  });
  const made = await local.call('CreateApiDestination', {
    Name: 'd',
    ConnectionArn,
    InvocationEndpoint: 'https://example.org/a/*/b/*?x=1',
    HttpMethod: 'PUT',
    ...input,
  });
  return made['ApiDestinationArn'] as string;
}

test('an API destination gets its path, query and headers out of the event', async () => {
  const pushed = await put({
    Arn: await destination(),
    Input: '{"a":1}',
    HttpParameters: {
      PathParameterValues: ['$.detail.who', 'plain/1'],
      HeaderParameters: { 'X-N': '$.detail.n', 'X-None': '$.none' },
      QueryStringParameters: { who: '$.detail.who' },
    },
  });
  const target = httpTarget(local.broker.catalog, pushed)!;
  expect(target).toMatchObject({ ratePerSecond: 300, method: 'PUT' });
  expect(httpRequest(pushed, target, delivery)).toEqual({
    method: 'PUT',
    url: 'https://example.org/a/Ann%20B/b/plain%2F1?x=1&who=Ann+B',
    headers: {
      'x-n': '1.0',
      'x-none': '',
      'content-type': 'application/json; charset=utf-8',
      'user-agent': 'Amazon/EventBridge/ApiDestinations',
    },
    body: '{"a":1}',
  });
  expect(openConnection(local.broker.catalog, target.connectionArn!, testSecrets)).toMatchObject({
    auth: { kind: 'basic', username: 'u', password: 'p' },
    parameters: { headers: [], query: [['q', 'v']], body: [] },
  });
  await local.call('DeauthorizeConnection', { Name: 'c' });
  expect(openConnection(local.broker.catalog, target.connectionArn!, testSecrets)).toBeUndefined();
});

test('GET has no body, and a destination that is gone is none', async () => {
  const pushed = await put({ Arn: await destination({ HttpMethod: 'GET' }) });
  const target = httpTarget(local.broker.catalog, pushed)!;
  expect(httpRequest(pushed, target, delivery)).not.toHaveProperty('body');
  await local.call('DeleteApiDestination', { Name: 'd' });
  expect(httpTarget(local.broker.catalog, pushed)).toBeUndefined();
});

test('a URL gets the event as it is', async () => {
  const pushed = await put({ Arn: 'http://localhost:1/hook' });
  const request = httpRequest(pushed, httpTarget(local.broker.catalog, pushed)!, delivery);
  expect(request).toMatchObject({ method: 'POST', url: 'http://localhost:1/hook', body: event });
});

test('a function gets what its input makes of the event', async () => {
  const Arn = 'arn:aws:lambda:us-east-1:000000000000:function:fn:live';
  const InputTransformer = {
    InputPathsMap: { who: '$.detail.who' },
    InputTemplate: '{"who":<who>,"at":"<aws.events.event.ingestion-time>"}',
  };
  expect(functionInvocation(await put({ Arn, InputTransformer }), delivery)).toEqual({
    arn: Arn,
    name: 'fn',
    event: '{"who":"Ann B","at":"2023-11-14T22:13:20.000Z"}',
    requestId: 'm1',
  });
});

test('retries follow the target, and the defaults of the service', async () => {
  const Arn = 'http://localhost:1/';
  expect(retryOf(await put({ Arn }))).toEqual({ retriesMax: 185, maxAgeMs: 86_400_000 });
  const RetryPolicy = { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 };
  expect(retryOf(await put({ Arn, RetryPolicy }))).toEqual({ retriesMax: 0, maxAgeMs: 60_000 });
});

test('a dead letter is the event, with the reason beside it', async () => {
  const pushed = await put({ Arn: 'http://localhost:1/', Input: '1' });
  const failure = { code: 'http_503', message: 'the endpoint answered 503' };
  const letter = deadLetter(pushed, delivery, { condition: 'attempts', attempts: 3, failure });
  expect(letter).toMatchObject({ body: event, sender: 'someone' });
  const attributes = letter.attributes.map(({ name, value }) => [name, value]);
  expect(Object.fromEntries(attributes)).toEqual({
    RULE_ARN: 'arn:aws:events:us-east-1:000000000000:rule/r',
    TARGET_ARN: 'http://localhost:1/',
    ERROR_CODE: 'ERROR_FROM_TARGET',
    ERROR_MESSAGE: 'the endpoint answered 503',
    EXHAUSTED_RETRY_CONDITION: 'MaximumRetryAttempts',
    RETRY_ATTEMPTS: '2',
  });
  const permanent = deadLetter(pushed, delivery, { condition: 'permanent', attempts: 1, failure: undefined });
  expect(permanent.attributes.map(({ name }) => name)).not.toContain('EXHAUSTED_RETRY_CONDITION');
});
