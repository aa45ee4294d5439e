// Goal: buses, rules, targets, permissions and tags can be set, shown, listed page by page and taken away
// through the JavaScript SDK, and what is wrong is refused in the words of the service.
import * as eb from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { busArn, EventsSdk, queueArn, refusal } from '../support/events-sdk.ts';

let daemon: Daemon;
let client: eb.EventBridgeClient;
beforeAll(async () => {
  daemon = await startDaemon();
  client = new EventsSdk(daemon).events;
});
afterAll(async () => {
  await daemon.stop();
});

const pattern = '{"source":["a"]}';
const ruleArn = (name: string): string => `arn:aws:events:us-east-1:000000000000:rule/${name}`;
const putRule = (input: Partial<eb.PutRuleCommandInput> & { Name: string }) =>
  client.send(new eb.PutRuleCommand({ EventPattern: pattern, ...input }));
const putTargets = (Rule: string, ...Targets: eb.Target[]) =>
  client.send(new eb.PutTargetsCommand({ Rule, Targets }));

describe('buses', () => {
  test('are made, shown, changed, listed and deleted', async () => {
    const made = await client.send(
      new eb.CreateEventBusCommand({ Name: 'orders', Description: 'd', Tags: [{ Key: 'k', Value: 'v' }] }),
    );
    expect(made).toMatchObject({ EventBusArn: busArn('orders'), Description: 'd' });
    const again = client.send(new eb.CreateEventBusCommand({ Name: 'orders' }));
    expect(await refusal(again)).toBe('ResourceAlreadyExistsException: Event bus orders already exists.');
    const log = { Level: 'INFO', IncludeDetail: 'FULL' } as const;
    await client.send(new eb.UpdateEventBusCommand({ Name: 'orders', LogConfig: log }));
    const shown = await client.send(new eb.DescribeEventBusCommand({ Name: busArn('orders') }));
    expect(shown).toMatchObject({ Name: 'orders', Arn: busArn('orders'), Description: 'd', LogConfig: log });
    expect(shown.CreationTime).toBeInstanceOf(Date);
    const { EventBuses: buses } = await client.send(new eb.ListEventBusesCommand({}));
    expect(buses!.map(({ Name: name }) => name)).toEqual(['default', 'orders']);
    await client.send(new eb.DeleteEventBusCommand({ Name: 'orders' }));
    await client.send(new eb.DeleteEventBusCommand({ Name: 'orders' }));
    const gone = client.send(new eb.DescribeEventBusCommand({ Name: 'orders' }));
    expect(await refusal(gone)).toBe('ResourceNotFoundException: Event bus orders does not exist.');
  });

  test('the default one stays, one with rules too, and no name has a slash', async () => {
    const send = (Name: string) => client.send(new eb.DeleteEventBusCommand({ Name }));
    expect(await refusal(send('default'))).toBe('ValidationException: Cannot delete event bus default.');
    await client.send(new eb.CreateEventBusCommand({ Name: 'kept' }));
    await putRule({ Name: 'r', EventBusName: 'kept' });
    expect(await refusal(send('kept'))).toContain('since it has rules');
    const slash = client.send(new eb.CreateEventBusCommand({ Name: 'a/b' }));
    expect(await refusal(slash)).toContain("must not contain '/'");
  });
});

describe('rules', () => {
  test('are put, shown, replaced and deleted', async () => {
    const { RuleArn } = await putRule({ Name: 'r1', Description: 'd', RoleArn: 'arn:aws:iam::1:role/x' });
    expect(RuleArn).toBe(ruleArn('r1'));
    expect(await client.send(new eb.DescribeRuleCommand({ Name: 'r1' }))).toMatchObject({
      Name: 'r1',
      Arn: RuleArn,
      EventPattern: pattern,
      State: 'ENABLED',
      Description: 'd',
      RoleArn: 'arn:aws:iam::1:role/x',
      EventBusName: 'default',
      CreatedBy: '000000000000',
    });
    await putTargets('r1', { Id: 't', Arn: queueArn('q') });
    const schedule = { EventPattern: undefined, ScheduleExpression: 'rate(5 minutes)' };
    await putRule({ Name: 'r1', State: 'DISABLED', ...schedule });
    const replaced = await client.send(new eb.DescribeRuleCommand({ Name: 'r1' }));
    expect(replaced).toMatchObject({ State: 'DISABLED', ScheduleExpression: 'rate(5 minutes)' });
    expect([replaced.EventPattern, replaced.Description, replaced.RoleArn]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    const remove = () => client.send(new eb.DeleteRuleCommand({ Name: 'r1' }));
    expect(await refusal(remove())).toBe("ValidationException: Rule can't be deleted since it has targets.");
    await client.send(new eb.RemoveTargetsCommand({ Rule: 'r1', Ids: ['t'] }));
    await remove();
    await remove();
    expect(await refusal(client.send(new eb.DescribeRuleCommand({ Name: 'r1' })))).toBe(
      'ResourceNotFoundException: Rule r1 does not exist on EventBus default.',
    );
  });

  test.each<[Partial<eb.PutRuleCommandInput>, RegExp]>([
    [
      { EventPattern: '{"source":"a"}' },
      /^InvalidEventPatternException: Event pattern is not valid. Reason: /,
    ],
    [{ EventPattern: undefined }, /^ValidationException: Parameter\(s\) EventPattern or ScheduleExpression/],
    [{ ScheduleExpression: 'rate(1 minutes)' }, /^ValidationException: Parameter ScheduleExpression is not/],
    [{ EventBusName: 'nowhere' }, /^ResourceNotFoundException: Event bus nowhere does not exist\.$/],
    [{ EventBusName: 'own', ScheduleExpression: 'rate(1 day)' }, /only on the default event bus\.$/],
    [{ Name: 'a b' }, /^ValidationException: 1 validation error detected: Value 'a b' at 'name' failed/],
  ])('%j is refused', async (input, text) => {
    await client.send(new eb.CreateEventBusCommand({ Name: 'own' })).catch(() => undefined);
    const rule = { Name: 'bad', EventPattern: pattern, ...input };
    expect(await refusal(client.send(new eb.PutRuleCommand(rule)))).toMatch(text);
  });

  test('are listed page by page, and by target', async () => {
    await client.send(new eb.CreateEventBusCommand({ Name: 'many' }));
    const names = Array.from({ length: 7 }, (_, i) => `n${i}`);
    for (const Name of [...names, 'other']) await putRule({ Name, EventBusName: 'many' });
    const found: string[] = [];
    const input = { EventBusName: 'many', NamePrefix: 'n', Limit: 3 };
    for (let NextToken: string | undefined, pages = 0; pages < 5; pages++) {
      const page = await client.send(new eb.ListRulesCommand({ ...input, NextToken }));
      found.push(...page.Rules!.map(({ Name: name }) => name!));
      NextToken = page.NextToken;
      if (NextToken === undefined) break;
    }
    expect(found).toEqual(names);
    for (const Rule of ['n2', 'n5']) {
      const Targets = [{ Id: 't', Arn: queueArn('x') }];
      await client.send(new eb.PutTargetsCommand({ Rule, EventBusName: 'many', Targets }));
    }
    const byTarget = { EventBusName: 'many', TargetArn: queueArn('x') };
    const { RuleNames: targeting } = await client.send(new eb.ListRuleNamesByTargetCommand(byTarget));
    expect(targeting).toEqual(['n2', 'n5']);
    const token = client.send(new eb.ListRulesCommand({ NextToken: 'strange' }));
    expect(await refusal(token)).toBe('ValidationException: Token is invalid.');
  });
});

describe('targets', () => {
  test('are given back as they were given, in pages', async () => {
    await putRule({ Name: 'tr' });
    const targets: eb.Target[] = [
      { Id: 'a', Arn: 'arn:aws:lambda:us-east-1:000000000000:function:f', Input: '{"a":1}' },
      {
        Id: 'b',
        Arn: queueArn('q'),
        RetryPolicy: { MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 60 },
        DeadLetterConfig: { Arn: queueArn('d') },
      },
      { Id: 'c', Arn: 'http://127.0.0.1:9/hook' },
    ];
    await putTargets('tr', ...targets);
    await putTargets('tr', { Id: 'c', Arn: queueArn('q2') });
    const first = await client.send(new eb.ListTargetsByRuleCommand({ Rule: 'tr', Limit: 2 }));
    expect(first.Targets).toEqual(targets.slice(0, 2));
    const { NextToken } = first;
    const second = await client.send(new eb.ListTargetsByRuleCommand({ Rule: 'tr', Limit: 2, NextToken }));
    expect(second).toMatchObject({ Targets: [{ Id: 'c', Arn: queueArn('q2') }] });
    expect(second.NextToken).toBeUndefined();
  });

  test.each<[Partial<eb.Target>, string]>([
    [{ Arn: 'arn:aws:firehose:us-east-1:000000000000:deliverystream/d' }, 'firehose are not built'],
    [{ Arn: 'strange' }, 'Parameter Arn is not valid. Reason: Provided Arn is not in correct format.'],
    [{ InputPath: '$.a[' }, 'InputPath for target t is invalid.'],
    [{ Input: '{' }, 'JSON syntax error in input for target t'],
    [{ InputTransformer: { InputTemplate: '<x>' } }, 'contains invalid placeholder x.'],
    [{ DeadLetterConfig: { Arn: 'arn:aws:sns:us-east-1:000000000000:t' } }, 'DeadLetterConfig.Arn'],
    [{ RetryPolicy: { MaximumRetryAttempts: 186 } }, 'Member must have value less than or equal to 185'],
  ])('%j is refused, and nothing is changed', async (target, text) => {
    await putRule({ Name: 'tb' });
    const put = putTargets(
      'tb',
      { Id: 'good', Arn: queueArn('q') },
      { Id: 't', Arn: queueArn('q'), ...target },
    );
    expect(await refusal(put)).toMatch(/^ValidationException: /);
    const { Targets: targets } = await client.send(new eb.ListTargetsByRuleCommand({ Rule: 'tb' }));
    expect(targets).toEqual([]);
    const again = putTargets('tb', { Id: 't', Arn: queueArn('q'), ...target });
    expect(await refusal(again)).toContain(text);
  });
});

test('tags of buses and rules', async () => {
  await putRule({ Name: 'tagged', Tags: [{ Key: 'a', Value: '1' }] });
  for (const ResourceARN of [ruleArn('tagged'), busArn('default')]) {
    const Tags = [
      { Key: 'a', Value: '2' },
      { Key: 'b', Value: '' },
    ];
    await client.send(new eb.TagResourceCommand({ ResourceARN, Tags }));
    const list = () => client.send(new eb.ListTagsForResourceCommand({ ResourceARN }));
    expect((await list()).Tags).toEqual(Tags);
    await client.send(new eb.UntagResourceCommand({ ResourceARN, TagKeys: ['a'] }));
    expect((await list()).Tags).toEqual([{ Key: 'b', Value: '' }]);
  }
  const missing = client.send(new eb.ListTagsForResourceCommand({ ResourceARN: ruleArn('none') }));
  expect(await refusal(missing)).toBe(
    'ResourceNotFoundException: Rule none does not exist on EventBus default.',
  );
});

test('statements of a policy are put and removed one by one', async () => {
  const statement = (StatementId: string, Principal: string) =>
    client.send(new eb.PutPermissionCommand({ StatementId, Principal, Action: 'events:PutEvents' }));
  const policy = async (): Promise<unknown> => {
    const { Policy: text } = await client.send(new eb.DescribeEventBusCommand({}));
    return text === undefined ? undefined : JSON.parse(text);
  };
  await statement('one', '111111111111');
  await statement('two', '*');
  expect(await policy()).toEqual({
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'one',
        Effect: 'Allow',
        Principal: { AWS: 'arn:aws:iam::111111111111:root' },
        Action: 'events:PutEvents',
        Resource: busArn('default'),
      },
      {
        Sid: 'two',
        Effect: 'Allow',
        Principal: '*',
        Action: 'events:PutEvents',
        Resource: busArn('default'),
      },
    ],
  });
  const remove = (StatementId: string) => client.send(new eb.RemovePermissionCommand({ StatementId }));
  await remove('one');
  expect(await refusal(remove('one'))).toBe(
    'ResourceNotFoundException: Statement with the provided id does not exist.',
  );
  await client.send(new eb.RemovePermissionCommand({ RemoveAllPermissions: true }));
  expect(await policy()).toBeUndefined();
});

test('a pattern is held against an event', async () => {
  const ids = { id: 'i', account: '1', time: '2026-01-02T03:04:05Z', region: 'r', 'detail-type': 't' };
  const event = JSON.stringify({ ...ids, source: 'a', detail: { n: 1 } });
  const held = (EventPattern: string, Event = event) =>
    client.send(new eb.TestEventPatternCommand({ EventPattern, Event }));
  expect((await held('{"detail":{"n":[{"numeric":[">",0]}]}}')).Result).toBe(true);
  expect((await held('{"source":["b"]}')).Result).toBe(false);
  expect(await refusal(held('{"source":[]}'))).toContain('InvalidEventPatternException');
  expect(await refusal(held(pattern, 'x'))).toContain('Parameter Event is not valid.');
});

test('what is not built says so', async () => {
  expect(await refusal(client.send(new eb.ListEndpointsCommand({})))).toBe(
    'OperationDisabledException: Global endpoints are not implemented.',
  );
  expect(await refusal(client.send(new eb.ListEventSourcesCommand({})))).toBe(
    'OperationDisabledException: Partner event sources are not implemented.',
  );
});
