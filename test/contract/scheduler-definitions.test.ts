// Goal: schedules and their groups can be made, changed, shown, listed, tagged and deleted through the
// JavaScript SDK, and what is wrong with a request is refused in the words of the service.
import {
  type CreateScheduleCommandInput,
  CreateScheduleCommand,
  CreateScheduleGroupCommand,
  DeleteScheduleCommand,
  DeleteScheduleGroupCommand,
  GetScheduleCommand,
  GetScheduleGroupCommand,
  ListScheduleGroupsCommand,
  ListSchedulesCommand,
  ListTagsForResourceCommand,
  SchedulerClient,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';
import { ListTopicsCommand, SNSClient } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Daemon, startDaemon } from '../support/daemon.ts';

let daemon: Daemon;
let scheduler: SchedulerClient;
let sns: SNSClient;

beforeAll(async () => {
  daemon = await startDaemon();
  const config = {
    endpoint: daemon.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  };
  scheduler = new SchedulerClient(config);
  sns = new SNSClient(config);
});
afterAll(async () => {
  scheduler.destroy();
  sns.destroy();
  await daemon.stop();
});

const start = 'arn:aws:scheduler:us-east-1:000000000000';
const queueArn = 'arn:aws:sqs:us-east-1:000000000000:q';
const RoleArn = 'arn:aws:iam::000000000000:role/scheduler';

function plan(changes: Partial<CreateScheduleCommandInput> = {}): CreateScheduleCommandInput {
  return {
    Name: 's',
    ScheduleExpression: 'cron(0 3 * * ? *)',
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: { Arn: queueArn, RoleArn, Input: 'x' },
    ...changes,
  };
}

test('a schedule is shown as it was given, and an update sets all of it anew', async () => {
  const StartDate = new Date('2030-01-01T00:00:00Z');
  const EndDate = new Date('2031-01-01T00:00:00Z');
  const full = plan({
    Name: 'full',
    Description: 'nightly',
    ScheduleExpressionTimezone: 'Europe/Berlin',
    StartDate,
    EndDate,
    FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 15 },
    State: 'DISABLED',
    ActionAfterCompletion: 'DELETE',
    Target: {
      Arn: `${queueArn}.fifo`,
      RoleArn,
      Input: 'x',
      SqsParameters: { MessageGroupId: 'g' },
      RetryPolicy: { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0 },
      DeadLetterConfig: { Arn: queueArn },
    },
  });
  const { ScheduleArn: arn } = await scheduler.send(new CreateScheduleCommand(full));
  expect(arn).toBe(`${start}:schedule/default/full`);
  const shown = await scheduler.send(new GetScheduleCommand({ Name: 'full' }));
  expect(shown).toMatchObject({ ...full, Arn: arn, GroupName: 'default' });
  expect(shown.CreationDate).toBeInstanceOf(Date);

  await scheduler.send(new UpdateScheduleCommand(plan({ Name: 'full', ScheduleExpression: 'rate(2 days)' })));
  const updated = await scheduler.send(new GetScheduleCommand({ Name: 'full' }));
  expect(updated).toMatchObject({
    ScheduleExpression: 'rate(2 days)',
    ScheduleExpressionTimezone: 'UTC',
    State: 'ENABLED',
    ActionAfterCompletion: 'NONE',
    FlexibleTimeWindow: { Mode: 'OFF' },
    CreationDate: shown.CreationDate,
  });
  expect([updated.Description, updated.StartDate, updated.EndDate]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  await scheduler.send(new DeleteScheduleCommand({ Name: 'full' }));
  for (const command of [
    new GetScheduleCommand({ Name: 'full' }),
    new DeleteScheduleCommand({ Name: 'full' }),
  ]) {
    await expect(scheduler.send(command)).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'Schedule full does not exist.',
      $metadata: { httpStatusCode: 404 },
    });
  }
  const unknown = scheduler.send(new UpdateScheduleCommand(plan({ Name: 'full' })));
  await expect(unknown).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

test('a name is taken once, unless the same client repeats its request', async () => {
  const first = await scheduler.send(new CreateScheduleCommand(plan({ Name: 'taken', ClientToken: 'a' })));
  const again = await scheduler.send(new CreateScheduleCommand(plan({ Name: 'taken', ClientToken: 'a' })));
  expect(again.ScheduleArn).toBe(first.ScheduleArn);
  const other = scheduler.send(new CreateScheduleCommand(plan({ Name: 'taken', ClientToken: 'b' })));
  await expect(other).rejects.toMatchObject({
    name: 'ConflictException',
    $metadata: { httpStatusCode: 409 },
  });
});

const target = plan().Target!;
const at = 'arn:aws';
const refused: [string, Partial<CreateScheduleCommandInput>][] = [
  ['no expression', { ScheduleExpression: 'every day' }],
  ['a rate of 0', { ScheduleExpression: 'rate(0 minutes)' }],
  ['no time zone', { ScheduleExpressionTimezone: 'Mars/Base' }],
  ['a window without length', { FlexibleTimeWindow: { Mode: 'FLEXIBLE' } }],
  ['a length without window', { FlexibleTimeWindow: { Mode: 'OFF', MaximumWindowInMinutes: 5 } }],
  [
    'an end before the start',
    { StartDate: new Date(2_000_000_000_000), EndDate: new Date(1_900_000_000_000) },
  ],
  ['no ARN', { Target: { ...target, Arn: 'somewhere' } }],
  [
    'a service that is not built',
    { Target: { ...target, Arn: `${at}:ecs:us-east-1:000000000000:cluster/c` } },
  ],
  ['an action that is not built', { Target: { ...target, Arn: `${at}:scheduler:::aws-sdk:s3:putObject` } }],
  ['an action without request', { Target: { ...target, Arn: `${at}:scheduler:::aws-sdk:sqs:sendMessage` } }],
  ['a FIFO queue without group', { Target: { ...target, Arn: `${queueArn}.fifo` } }],
  ['a stream without key', { Target: { ...target, Arn: `${at}:kinesis:us-east-1:000000000000:stream/s` } }],
  [
    'a bus without source',
    { Target: { ...target, Arn: `${at}:events:us-east-1:000000000000:event-bus/default`, Input: '{}' } },
  ],
  [
    'a function without JSON',
    { Target: { ...target, Arn: `${at}:lambda:us-east-1:000000000000:function:f`, Input: 'x' } },
  ],
];
test.each(refused)('%s is refused', async (_, changes) => {
  const create = scheduler.send(new CreateScheduleCommand(plan({ Name: 'refused', ...changes })));
  await expect(create).rejects.toMatchObject({ name: 'ValidationException' });
  const get = scheduler.send(new GetScheduleCommand({ Name: 'refused' }));
  await expect(get).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

test('groups hold schedules, and take them with them', async () => {
  const { ScheduleGroupArn: arn } = await scheduler.send(
    new CreateScheduleGroupCommand({ Name: 'jobs', Tags: [{ Key: 'a', Value: '1' }] }),
  );
  expect(arn).toBe(`${start}:schedule-group/jobs`);
  const again = scheduler.send(new CreateScheduleGroupCommand({ Name: 'jobs', ClientToken: 'other' }));
  await expect(again).rejects.toMatchObject({ name: 'ConflictException' });
  await scheduler.send(new CreateScheduleCommand(plan({ Name: 'job', GroupName: 'jobs' })));
  expect(await scheduler.send(new GetScheduleGroupCommand({ Name: 'jobs' }))).toMatchObject({
    Arn: arn,
    State: 'ACTIVE',
  });
  const { ScheduleGroups: groups } = await scheduler.send(new ListScheduleGroupsCommand({}));
  expect(groups!.map(({ Name: name }) => name)).toEqual(['default', 'jobs']);

  await scheduler.send(new TagResourceCommand({ ResourceArn: arn, Tags: [{ Key: 'b', Value: '2' }] }));
  await scheduler.send(new UntagResourceCommand({ ResourceArn: arn, TagKeys: ['a'] }));
  const { Tags: tags } = await scheduler.send(new ListTagsForResourceCommand({ ResourceArn: arn }));
  expect(tags).toEqual([{ Key: 'b', Value: '2' }]);
  expect((await sns.send(new ListTopicsCommand({}))).Topics ?? []).toEqual([]);

  await scheduler.send(new DeleteScheduleGroupCommand({ Name: 'jobs' }));
  const job = scheduler.send(new GetScheduleCommand({ Name: 'job', GroupName: 'jobs' }));
  await expect(job).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  const lost = scheduler.send(new CreateScheduleCommand(plan({ GroupName: 'jobs' })));
  await expect(lost).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: 'Schedule group jobs does not exist.',
  });
  const fallen = scheduler.send(new DeleteScheduleGroupCommand({ Name: 'default' }));
  await expect(fallen).rejects.toMatchObject({ name: 'ValidationException' });
});

test('listings go page by page, by group, prefix and state', async () => {
  await scheduler.send(new CreateScheduleGroupCommand({ Name: 'listed' }));
  for (const [name, state] of [
    ['a-1', 'ENABLED'],
    ['a-2', 'DISABLED'],
    ['b-1', 'ENABLED'],
  ] as const) {
    await scheduler.send(new CreateScheduleCommand(plan({ Name: name, GroupName: 'listed', State: state })));
  }
  const list = async (input: object): Promise<string[]> => {
    const names: string[] = [];
    let NextToken: string | undefined;
    do {
      const page = await scheduler.send(new ListSchedulesCommand({ ...input, NextToken, MaxResults: 1 }));
      expect(page.Schedules!.length).toBeLessThanOrEqual(1);
      names.push(...page.Schedules!.map(({ GroupName: group, Name: name }) => `${group}/${name}`));
      ({ NextToken } = page);
    } while (NextToken !== undefined && names.length < 20);
    return names;
  };
  expect(await list({ GroupName: 'listed' })).toEqual(['listed/a-1', 'listed/a-2', 'listed/b-1']);
  expect(await list({ GroupName: 'listed', NamePrefix: 'a-' })).toEqual(['listed/a-1', 'listed/a-2']);
  expect(await list({ NamePrefix: 'a-', State: 'DISABLED' })).toEqual(['listed/a-2']);
  const stranger = scheduler.send(new ListSchedulesCommand({ NextToken: 'eHh4' }));
  await expect(stranger).rejects.toMatchObject({ name: 'ValidationException' });
});
