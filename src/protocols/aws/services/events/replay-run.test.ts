// Goal: a replay publishes exactly its window, ends where it is cancelled or cannot go on, and goes on after
// a restart without publishing anything twice.
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Reply } from '../../../../broker/index.ts';
import { account, LocalEvents, namespace, region } from '../../../../../test/support/local-events.ts';
import type { ReplayValue } from './replay.ts';

let local: LocalEvents;
beforeEach(async () => {
  local = await LocalEvents.start();
  const EventSourceArn = `arn:aws:events:${region}:${account}:event-bus/default`;
  await local.call('CreateArchive', { ArchiveName: 'a', EventSourceArn });
  queue = await createQueue();
  await local.call('PutRule', { Name: 'r', EventPattern: '{"replay-name":[{"exists":true}]}' });
  const Arn = `arn:aws:sqs:${region}:${account}:q`;
  await local.call('PutTargets', { Rule: 'r', Targets: [{ Id: 'q', Arn }] });
});
afterEach(() => local.close());

let queue: number;

async function createQueue(): Promise<number> {
  const settings = {
    ordering: 'none',
    leaseMs: 30_000,
    delayMs: 0,
    retentionMs: 86_400_000,
    maxMessageBytes: 1_048_576,
    waitMs: 0,
    dedup: 'none',
    durability: 'memory',
  } as const;
  const name = { namespace, kind: 'queue', name: 'q' } as const;
  const reply = await local.run({ kind: 'createQueue', name, settings, annotations: {}, tags: {} });
  return (reply as Extract<Reply, { kind: 'catalog' }>).definition.entity;
}

/** One event a second, and all of them in the archive. */
async function put(count: number): Promise<void> {
  const before = await archived();
  for (let n = 0; n < count; n++) {
    local.clock.advance(1_000);
    await local.call('PutEvents', { Entries: [{ Source: 's', DetailType: 't', Detail: `{"n":${n}}` }] });
  }
  for (let tries = 0; (await archived()) < before + count; tries++) {
    if (tries > 200) throw new Error('the archive lacks events');
    await local.broker.tick();
  }
}

const archived = async (): Promise<number> =>
  (await local.call('DescribeArchive', { ArchiveName: 'a' }))['EventCount'] as number;

async function start(fromMs: number, toMs: number): Promise<void> {
  await local.call('StartReplay', {
    ReplayName: 'p',
    EventSourceArn: `arn:aws:events:${region}:${account}:archive/a`,
    EventStartTime: fromMs / 1_000,
    EventEndTime: toMs / 1_000,
    Destination: { Arn: `arn:aws:events:${region}:${account}:event-bus/default` },
  });
}

const document = () =>
  local.broker.catalog.documents.find({ namespace, kind: 'document', name: 'events/replay/p' })!;
const state = () => (document().value as ReplayValue).state;

async function replayedNumbers(): Promise<number[]> {
  const query = { kind: 'peek', entity: queue, view: 'all', after: 0, limit: 1_000 } as const;
  const reply = await new Promise<Reply>((resolve) =>
    local.broker.query(query, { reveal: resolve, isOpen: () => true }),
  );
  const { messages } = reply as Extract<Reply, { kind: 'peeked' }>;
  return messages.map(
    ({ message }) => (JSON.parse(message.bodyText()) as { detail: { n: number } }).detail.n,
  );
}

test('exactly the window, its end excluded, in order', async () => {
  const baseMs = local.clock.nowMs();
  await put(10);
  await start(baseMs + 3_000, baseMs + 7_000);
  await local.until(() => state() === 'COMPLETED');
  expect(await replayedNumbers()).toEqual([2, 3, 4, 5]);
  expect(document().value).toMatchObject({ lastReplayedMs: baseMs + 6_000 });
});

test('more than a page, and what ran is not run again at the next start', async () => {
  await put(130);
  await start(0, local.clock.nowMs() + 1);
  await local.until(() => state() === 'COMPLETED');
  local.serveAgain();
  await local.broker.tick();
  expect(await replayedNumbers()).toEqual(Array.from({ length: 130 }, (_, n) => n));
});

test('progress that was lost repeats nothing', async () => {
  await put(5);
  await start(0, local.clock.nowMs() + 1);
  await local.until(() => state() === 'COMPLETED');
  // As after a crash between the publications and the document: that is back where it began.
  const { name, revision, value } = document();
  const { endedAtMs: _, lastReplayedMs: __, ...before } = value as ReplayValue;
  const again = { ...before, state: 'RUNNING', position: 1 };
  await local.run({ kind: 'putDocument', name, expectedRevision: revision, value: again });
  local.serveAgain();
  await local.until(() => state() === 'COMPLETED');
  expect(await replayedNumbers()).toEqual([0, 1, 2, 3, 4]);
});

test('a replay whose archive goes fails, one that is cancelled ends', async () => {
  await put(1);
  const { name } = await (async () => {
    await start(0, local.clock.nowMs() + 1);
    return document();
  })();
  await local.until(() => state() === 'COMPLETED');
  const reset = async (change: object) => {
    const { revision, value } = document();
    const { endedAtMs: _, ...rest } = value as ReplayValue;
    await local.run({ kind: 'putDocument', name, expectedRevision: revision, value: { ...rest, ...change } });
  };
  await reset({ state: 'RUNNING' });
  expect(await local.call('CancelReplay', { ReplayName: 'p' })).toMatchObject({ State: 'CANCELLING' });
  await local.until(() => state() === 'CANCELLED');
  await local.call('DeleteArchive', { ArchiveName: 'a' });
  await reset({ state: 'RUNNING' });
  local.serveAgain();
  await local.until(() => state() === 'FAILED');
  expect((document().value as ReplayValue).stateReason).toBe('The archive does not exist any more.');
});
