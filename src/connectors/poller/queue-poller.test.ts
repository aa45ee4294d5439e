// The queue poller over the real broker in memory: batches, what fails, what is filtered, and what a stop
// leaves.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/log.ts';
import { SeededRng } from '../../base/rng.ts';
import { createBroker } from '../../broker/broker.ts';
import type { Command, PeekReply, QueueSettings, Reply, ResourceName } from '../../broker/index.ts';
import { MemoryStorage } from '../../storage/index.ts';
import { failure } from '../driver.ts';
import { batchDone } from './poller.ts';
import { type QueuePoll, QueuePoller } from './queue-poller.ts';

const settings: QueueSettings = {
  ordering: 'none',
  leaseMs: 30_000,
  delayMs: 0,
  retentionMs: 86_400_000,
  maxMessageBytes: 1_048_576,
  waitMs: 0,
  dedup: 'none',
  durability: 'disk',
};
const name: ResourceName = { kind: 'queue', namespace: 'test', name: 'q' };

let broker: Awaited<ReturnType<typeof createBroker>>;
let entity: number;
let poller: QueuePoller | undefined;

beforeEach(async () => {
  const deps = { clock: systemClock, rng: new SeededRng(1), logger: silentLogger };
  broker = await createBroker({ ...deps, storage: new MemoryStorage(), queueCells: 1, tickMs: 5 });
  const made = await ask({ kind: 'createQueue', name, settings, annotations: {}, tags: {} });
  if (made.kind !== 'catalog') throw new Error('no queue');
  entity = made.definition.entity;
});
afterEach(async () => {
  await poller?.stop(0);
  await broker.close();
});

function ask(command: Command): Promise<Reply> {
  return new Promise((resolve) => broker.submit(command, { reveal: resolve, isOpen: () => true }));
}

const send = (...bodies: string[]) =>
  ask({ kind: 'send', entity, messages: bodies.map((body) => ({ body, attributes: [], sender: 's' })) });

function peek(): Promise<PeekReply['messages']> {
  return new Promise((resolve) =>
    broker.query(
      { kind: 'peek', entity, view: 'all', after: 0, limit: 100 },
      { reveal: (reply) => resolve(reply.kind === 'peeked' ? reply.messages : []), isOpen: () => true },
    ),
  );
}

function poll(more: Partial<QueuePoll> & Pick<QueuePoll, 'target'>): void {
  const plan = { batchItemsMax: 10, batchBytesMax: 1_000, windowMs: 0, concurrency: 1, timeoutMs: 1_000 };
  poller = new QueuePoller(
    { broker, clock: systemClock, logger: silentLogger },
    { key: 'test', queue: name, ...plan, ...more },
  );
  poller.start();
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let turns = 0; turns < 2_000; turns++) {
    if (await holds()) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error('it did not come to that');
}

const bodiesLeft = async () => (await peek()).map(({ message }) => message.bodyText());

it('hands over batches of at most the size, and settles what was taken', async () => {
  await send('a', 'b', 'c');
  const batches: string[][] = [];
  poll({
    batchItemsMax: 2,
    target: async (batch) => {
      batches.push(batch.map(({ message }) => message.bodyText()));
      return batchDone;
    },
  });
  await until(async () => (await peek()).length === 0);
  expect(batches).toEqual([['a', 'b'], ['c']]);
  expect(poller?.result).toBe('ok');
});

it('keeps what failed, leased or visible again by the retry', async () => {
  await send('good', 'bad');
  let calls = 0;
  poll({
    retryAfterMs: 0,
    target: async (batch) => {
      calls++;
      const index = batch.findIndex(({ message }) => message.bodyText() === 'bad');
      return calls === 3 ? batchDone : { kind: 'done', failed: new Set([index]) };
    },
  });
  await until(async () => (await peek()).length === 0);
  expect(calls).toBe(3);
});

it('settles nothing of a batch that failed as a whole', async () => {
  await send('a', 'b');
  poll({ target: async () => failure('broken', 'the target is broken') });
  await until(() => typeof poller?.result === 'object');
  expect(poller?.result).toEqual({ problem: 'the target is broken' });
  expect(await bodiesLeft()).toEqual(['a', 'b']);
});

it('drops what is filtered, without the target', async () => {
  await send('no', 'yes', 'no');
  const seen: string[] = [];
  poll({
    keeps: ({ message }) => message.bodyText() === 'yes',
    target: async (batch) => {
      seen.push(...batch.map(({ message }) => message.bodyText()));
      return batchDone;
    },
  });
  await until(async () => (await peek()).length === 0);
  expect(seen).toEqual(['yes']);
});

it('cuts a batch at its bytes, and carries the rest over', async () => {
  await send('x'.repeat(600), 'y'.repeat(600), 'z'.repeat(100));
  const sizes: number[] = [];
  poll({
    target: async (batch) => {
      sizes.push(batch.length);
      return batchDone;
    },
  });
  await until(async () => (await peek()).length === 0);
  expect(sizes).toEqual([1, 2]);
});

it('a stop gives back what its target has not taken, and takes no more', async () => {
  await send('a');
  let calls = 0;
  poll({
    target: (_, signal) => {
      calls++;
      return new Promise((resolve) =>
        signal.addEventListener('abort', () => resolve(failure('aborted', 'stopped'))),
      );
    },
  });
  await until(() => calls === 1);
  await poller?.stop(0);
  await send('b');
  expect((await peek()).map(({ state }) => state)).toEqual(['ready', 'ready']);
  expect(calls).toBe(1);
});
