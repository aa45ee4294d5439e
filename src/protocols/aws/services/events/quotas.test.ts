// Goal: AWS's quotas hold under `limits: aws`, and http destinations are refused there.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LocalEvents } from '../../../../../test/support/local-events.ts';

let local: LocalEvents;
beforeEach(async () => {
  local = await LocalEvents.start('aws');
});
afterEach(() => local.close());

const tooMany = { name: 'LimitExceededException' };
const EventPattern = '{"source":["s"]}';

test('a rule has five targets', async () => {
  await local.call('PutRule', { Name: 'r', EventPattern });
  const targets = Array.from({ length: 6 }, (_, i) => ({ Id: `t${i}`, Arn: 'arn:aws:sqs:us-east-1:1:q' }));
  const put = (Targets: object[]) => local.call('PutTargets', { Rule: 'r', Targets });
  await expect(put(targets)).rejects.toMatchObject(tooMany);
  await put(targets.slice(0, 5));
  await put(targets.slice(0, 5));
  await expect(put(targets.slice(5))).rejects.toMatchObject(tooMany);
});

test('a bus has 300 rules, of which each can be changed', async () => {
  for (let i = 0; i < 300; i++) await local.call('PutRule', { Name: `r${i}`, EventPattern });
  await expect(local.call('PutRule', { Name: 'r300', EventPattern })).rejects.toMatchObject(tooMany);
  await local.call('PutRule', { Name: 'r299', EventPattern });
});

test('an API destination is https', async () => {
  const { ConnectionArn } = await local.call('CreateConnection', {
    Name: 'c',
    AuthorizationType: 'API_KEY',
    AuthParameters: { ApiKeyAuthParameters: { ApiKeyName: 'k', ApiKeyValue: 'v' } },
  });
  const create = (InvocationEndpoint: string) =>
    local.call('CreateApiDestination', { Name: 'd', ConnectionArn, HttpMethod: 'POST', InvocationEndpoint });
  await expect(create('http://example.org/')).rejects.toThrow('Parameter InvocationEndpoint is not valid.');
  await create('https://example.org/');
});
