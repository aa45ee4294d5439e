// Goal: an archive keeps what was put on its bus, and a replay puts it there again, in order and each event
// once, for the rules that it names, also when the daemon is killed in between.
import * as eb from '@aws-sdk/client-eventbridge';
import { ListStreamsCommand, KinesisClient } from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { busArn, EventsSdk, refusal, sdkConfig } from '../support/events-sdk.ts';

let daemon: Daemon;
let sdk: EventsSdk;
beforeAll(async () => {
  daemon = await startDaemon({ queueCells: 2 });
  sdk = new EventsSdk(daemon);
});
afterAll(async () => {
  await daemon.stop();
});

const patience = { timeout: 20_000, interval: 100 };
const archiveArn = (name: string): string => `arn:aws:events:us-east-1:000000000000:archive/${name}`;
const ruleArn = (bus: string, name: string): string =>
  `arn:aws:events:us-east-1:000000000000:rule/${bus}/${name}`;

async function bus(name: string, ...rules: string[]): Promise<void> {
  await sdk.events.send(new eb.CreateEventBusCommand({ Name: name }));
  for (const rule of rules) {
    const EventPattern = '{"source":[{"exists":true}]}';
    await sdk.events.send(new eb.PutRuleCommand({ Name: rule, EventBusName: name, EventPattern }));
    const Targets = [{ Id: 'q', Arn: await sdk.queue(`${name}-${rule}`) }];
    await sdk.events.send(new eb.PutTargetsCommand({ Rule: rule, EventBusName: name, Targets }));
  }
}

const archive = (ArchiveName: string, on: string, more: Partial<eb.CreateArchiveCommandInput> = {}) =>
  sdk.events.send(new eb.CreateArchiveCommand({ ArchiveName, EventSourceArn: busArn(on), ...more }));

async function archivedCount(ArchiveName: string): Promise<number> {
  const { EventCount: count } = await sdk.events.send(new eb.DescribeArchiveCommand({ ArchiveName }));
  return count!;
}

const replay = (ReplayName: string, of: string, on: string, FilterArns?: string[]) =>
  sdk.events.send(
    new eb.StartReplayCommand({
      ReplayName,
      EventSourceArn: archiveArn(of),
      EventStartTime: new Date(0),
      EventEndTime: new Date(Date.now() + 60_000),
      Destination: { Arn: busArn(on), ...(FilterArns === undefined ? {} : { FilterArns }) },
    }),
  );

const stateOf = async (ReplayName: string): Promise<string | undefined> =>
  (await sdk.events.send(new eb.DescribeReplayCommand({ ReplayName }))).State;
const completed = (name: string) => expect.poll(() => stateOf(name), patience).toBe('COMPLETED');

test('what was archived is replayed to the rules that are named, once, and not archived again', async () => {
  await bus('b1', 'r1', 'r2');
  const made = await archive('a1', 'b1', { EventPattern: '{"detail":{"keep":[true]}}', RetentionDays: 2 });
  expect(made).toMatchObject({ ArchiveArn: archiveArn('a1'), State: 'ENABLED' });
  const details = [true, false, true].map((keep, n) => JSON.stringify({ keep, n }));
  const ids = await sdk.put(...details.map((Detail) => ({ Source: 's', EventBusName: 'b1', Detail })));
  await sdk.take('b1-r1', 3);
  await sdk.take('b1-r2', 3);
  await expect.poll(() => archivedCount('a1'), patience).toBe(2);
  const started = await replay('p1', 'a1', 'b1', [ruleArn('b1', 'r1')]);
  expect(started.ReplayArn).toBe('arn:aws:events:us-east-1:000000000000:replay/p1');
  expect(await sdk.bodies('b1-r1', 2)).toMatchObject([
    { id: ids[0], 'replay-name': 'p1', detail: { n: 0 } },
    { id: ids[2], 'replay-name': 'p1', detail: { n: 2 } },
  ]);
  await completed('p1');
  expect(await sdk.poll('b1-r2')).toEqual([]);
  expect(await archivedCount('a1')).toBe(2);
  const shown = await sdk.events.send(new eb.DescribeReplayCommand({ ReplayName: 'p1' }));
  expect(shown).toMatchObject({ State: 'COMPLETED', Destination: { FilterArns: [ruleArn('b1', 'r1')] } });
  expect(shown.EventLastReplayedTime).toBeInstanceOf(Date);
  expect(shown.ReplayEndTime).toBeInstanceOf(Date);
});

test('archives are neither rules nor streams', async () => {
  await bus('b2');
  await archive('a2', 'b2');
  expect((await sdk.events.send(new eb.ListRulesCommand({ EventBusName: 'b2' }))).Rules).toEqual([]);
  const kinesis = new KinesisClient(sdkConfig(daemon.endpoint));
  expect((await kinesis.send(new ListStreamsCommand({}))).StreamNames).toEqual([]);
});

test('an archive is changed, listed and deleted', async () => {
  await bus('b3');
  await archive('a3', 'b3');
  expect(await refusal(archive('a3', 'b3'))).toBe(
    'ResourceAlreadyExistsException: Archive a3 already exists.',
  );
  const ArchiveName = 'a3';
  const change = { ArchiveName, EventPattern: '{"source":["x"]}', RetentionDays: 1, Description: 'd' };
  await sdk.events.send(new eb.UpdateArchiveCommand(change));
  await sdk.put({ Source: 'x', EventBusName: 'b3' }, { Source: 'y', EventBusName: 'b3' });
  await expect.poll(() => archivedCount('a3'), patience).toBe(1);
  const shown = await sdk.events.send(new eb.DescribeArchiveCommand({ ArchiveName }));
  expect(shown).toMatchObject({ ...change, EventSourceArn: busArn('b3'), State: 'ENABLED' });
  expect(shown.SizeBytes).toBeGreaterThan(100);
  const { Archives: archives } = await sdk.events.send(
    new eb.ListArchivesCommand({ EventSourceArn: busArn('b3') }),
  );
  expect(archives!.map((found) => found.ArchiveName)).toEqual(['a3']);
  await sdk.events.send(new eb.DeleteArchiveCommand({ ArchiveName }));
  const gone = sdk.events.send(new eb.DescribeArchiveCommand({ ArchiveName }));
  expect(await refusal(gone)).toBe('ResourceNotFoundException: Archive a3 does not exist.');
  await archive('a3', 'b3');
  expect(await archivedCount('a3')).toBe(0);
});

test('what cannot be replayed is refused', async () => {
  await bus('b4');
  await bus('b5');
  await archive('a4', 'b4');
  expect(await refusal(replay('bad', 'none', 'b4'))).toContain('Archive none does not exist.');
  expect(await refusal(replay('bad', 'a4', 'b5'))).toContain('Cross event bus replay is not permitted.');
  expect(await refusal(replay('bad', 'a4', 'none'))).toContain('Event bus none does not exist.');
  await replay('twice', 'a4', 'b4');
  expect(await refusal(replay('twice', 'a4', 'b4'))).toBe(
    'ResourceAlreadyExistsException: Replay twice already exists.',
  );
  await completed('twice');
  const cancel = sdk.events.send(new eb.CancelReplayCommand({ ReplayName: 'twice' }));
  expect(await refusal(cancel)).toBe(
    'IllegalStatusException: Replay twice is not in a valid state for this operation.',
  );
});

test('a daemon that is killed within a replay goes on with it, and no event comes twice', async () => {
  const eventCount = 300;
  await bus('b6', 'r');
  await archive('a6', 'b6');
  for (let n = 0; n < eventCount; n += 10) {
    const entries = Array.from({ length: 10 }, (_, i) => ({
      Source: 's',
      EventBusName: 'b6',
      Detail: `{"n":${n + i}}`,
    }));
    await sdk.put(...entries);
  }
  await sdk.take('b6-r', eventCount);
  await expect.poll(() => archivedCount('a6'), patience).toBe(eventCount);
  await replay('p6', 'a6', 'b6');
  await daemon.kill9();
  await daemon.restart();
  sdk = new EventsSdk(daemon);
  await completed('p6');
  const bodies = await sdk.bodies('b6-r', eventCount);
  const numbers = bodies.map(({ detail }) => (detail as { n: number }).n).sort((a, b) => a - b);
  expect(numbers).toEqual(Array.from({ length: eventCount }, (_, n) => n));
  expect(await sdk.poll('b6-r')).toEqual([]);
}, 60_000);
