// The delivery pump over the real broker in memory, with a clock that stands still: retries as leases, dead
// letters, rates, bounds, and what a change, an end or a crash leaves behind.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ManualClock } from '../base/clock.ts';
import { armFailpoint, disarmFailpoints } from '../base/failpoint.ts';
import { limits } from '../base/limits.ts';
import { silentLogger } from '../base/log.ts';
import { SeededRng } from '../base/rng.ts';
import { createBroker } from '../broker/broker.ts';
import type {
  Command,
  Delivery,
  PeekReply,
  QueueSettings,
  Reply,
  ReplySink,
  ResourceName,
} from '../broker/index.ts';
import { brokerError } from '../broker/index.ts';
import { MemoryStorage } from '../storage/index.ts';
import { DeliveryPump } from './delivery-pump.ts';
import type { Driver, GivenUp, Outcome, PushSource } from './driver.ts';
import { delivered, driverOf, failure } from './driver.ts';
import type { PhasedPolicy } from './retry-policy.ts';

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
const threeRetries: PhasedPolicy = {
  kind: 'phased',
  minDelayMs: 20_000,
  maxDelayMs: 20_000,
  immediateCount: 0,
  minDelayCount: 0,
  rampCount: 3,
  maxDelayCount: 0,
  ramp: 'linear',
};
const named = (name: string): ResourceName => ({ kind: 'queue', namespace: 'test', name });

let clock: ManualClock;
let storage: MemoryStorage;
let broker: Awaited<ReturnType<typeof createBroker>>;
let pump: DeliveryPump;

beforeEach(async () => {
  clock = new ManualClock();
  storage = new MemoryStorage();
  await open();
});
afterEach(async () => {
  await pump.close(0);
  await broker.close();
});

async function open(): Promise<void> {
  const deps = { clock, rng: new SeededRng(1), logger: silentLogger };
  broker = await createBroker({ ...deps, storage, queueCells: 1, tickMs: 0 });
  pump = new DeliveryPump({ ...deps, broker, tickMs: 0 });
}

function ask(command: Command): Promise<Reply> {
  return new Promise((resolve) => broker.submit(command, { reveal: resolve, isOpen: () => true }));
}

async function create(name: string, changed: Partial<QueueSettings> = {}): Promise<number> {
  const command = { name: named(name), settings: { ...settings, ...changed }, annotations: {}, tags: {} };
  const reply = await ask({ kind: 'createQueue', ...command });
  if (reply.kind !== 'catalog') throw new Error(reply.kind);
  return reply.definition.entity;
}

async function send(entity: number, bodies: readonly string[], group?: string): Promise<void> {
  const messages = bodies.map((body) => ({ body, attributes: [], sender: 'test', group }));
  expect((await ask({ kind: 'send', entity, messages })).kind).toBe('sent');
}

async function left(entity: number): Promise<PeekReply['messages']> {
  const reply = await new Promise<Reply>((resolve) =>
    broker.query(
      { kind: 'peek', entity, view: 'all', after: 0, limit: 100 },
      { reveal: resolve, isOpen: () => true },
    ),
  );
  if (reply.kind !== 'peeked') throw new Error(reply.kind);
  return reply.messages;
}

/** What comes due in this time is done, a step at a time. */
async function pass(ms: number, stepMs = 1_000): Promise<void> {
  for (let passed = 0; ; passed += stepMs) {
    await broker.tick();
    pump.tick();
    await broker.tick();
    if (passed >= ms) return;
    clock.advance(Math.min(stepMs, ms - passed));
  }
}

interface Recorded extends Driver {
  /** Body and time since the start, of each attempt. */
  readonly calls: (readonly [string, number])[];
}

function recording(
  answer: (delivery: Delivery, signal: AbortSignal) => Outcome | Promise<Outcome>,
): Recorded {
  const startedAtMs = clock.nowMs();
  const calls: (readonly [string, number])[] = [];
  return {
    calls,
    async deliver(delivery, signal) {
      calls.push([delivery.message.bodyText(), clock.nowMs() - startedAtMs]);
      return answer(delivery, signal);
    },
  };
}

function source(queueEntity: number, driver: Driver, changed: Partial<PushSource> = {}): PushSource {
  return { key: 'b/1', queueEntity, driver, retry: threeRetries, timeoutMs: 15_000, ...changed };
}

/** Dead letters as a front makes them: the body as it was, and why. */
function deadLetters(queue: string, givenUps: GivenUp[] = []): NonNullable<PushSource['deadLetter']> {
  return {
    queue: named(queue),
    message: (delivery, givenUp) => {
      givenUps.push(givenUp);
      const code = givenUp.failure?.code ?? 'none';
      return {
        body: delivery.message.body(),
        attributes: [{ name: 'ErrorCode', type: 'String', value: code }],
        sender: 'pump',
      };
    },
  };
}

it('delivers what is there and what comes, and settles it', async () => {
  const queue = await create('push');
  await send(queue, ['before']);
  const driver = recording(() => delivered);
  pump.watch(source(queue, driver));
  await pass(0);
  await send(queue, ['after', 'it']);
  await pass(0);
  expect(driver.calls.map(([body]) => body).toSorted()).toEqual(['after', 'before', 'it']);
  expect(await left(queue)).toEqual([]);
  expect(pump.counters('b/1')).toMatchObject({ attemptCount: 3, deliveredCount: 3, failedCount: 0 });
  expect(pump.runningCount).toBe(0);
});

it('tries again when the policy says, then gives up into the dead letters with the reason', async () => {
  const queue = await create('push');
  const dead = await create('dead');
  const givenUps: GivenUp[] = [];
  const driver = recording(() => failure('http_503', 'not now'));
  pump.watch(source(queue, driver, { deadLetter: deadLetters('dead', givenUps) }));
  await send(queue, ['a']);
  await pass(100_000);
  expect(driver.calls.map(([, atMs]) => atMs)).toEqual([0, 20_000, 40_000, 60_000]);
  expect(givenUps).toMatchObject([{ condition: 'attempts', attempts: 4, failure: { message: 'not now' } }]);
  expect(await left(queue)).toEqual([]);
  const letters = await left(dead);
  expect(letters.map(({ message }) => [message.bodyText(), message.attributes[0]?.value])).toEqual([
    ['a', 'http_503'],
  ]);
  expect(pump.counters('b/1')).toMatchObject({ failedCount: 4, deadLetteredCount: 1, droppedCount: 0 });
});

it('gives up at once what is permanent, and drops it where nobody wants it', async () => {
  const queue = await create('push');
  const driver = recording(() => failure('http_404', 'no such thing', true));
  pump.watch(source(queue, driver, { deadLetter: deadLetters('there is none') }));
  await send(queue, ['a']);
  await pass(60_000);
  expect(driver.calls.length).toBe(1);
  expect(await left(queue)).toEqual([]);
  expect(pump.counters('b/1')).toMatchObject({ deadLetteredCount: 0, droppedCount: 1 });
});

it('a dead letter for an ordered queue gets the group and the id that it lacks', async () => {
  const queue = await create('push');
  const dead = await create('dead', { ordering: 'group', dedup: 'queue' });
  pump.watch(
    source(
      queue,
      recording(() => failure('x', 'x', true)),
      { deadLetter: deadLetters('dead') },
    ),
  );
  await send(queue, ['same', 'same']);
  await pass(0);
  expect((await left(dead)).length).toBe(2);
});

it('waits as long as the target asks, and tries at once where the policy does', async () => {
  const queue = await create('push');
  const retry = { ...threeRetries, immediateCount: 1, rampCount: 1 };
  const driver = recording(({ receiveCount }) => ({
    ...failure('http_429', 'slowly'),
    retryAfterMs: receiveCount === 2 ? 45_000 : undefined,
  }));
  pump.watch(source(queue, driver, { retry }));
  await send(queue, ['a']);
  await pass(100_000);
  expect(driver.calls.map(([, atMs]) => atMs)).toEqual([0, 0, 45_000]);
});

it('a driver that throws or never ends has failed', async () => {
  const queue = await create('push');
  const signals: AbortSignal[] = [];
  const driver = recording(({ receiveCount }, signal) => {
    signals.push(signal);
    if (receiveCount === 1) throw new Error('broken');
    return receiveCount === 2 ? new Promise(() => {}) : delivered;
  });
  pump.watch(source(queue, driver));
  await send(queue, ['a']);
  await pass(100_000);
  // 20 s after the throw; 15 s of timeout and 20 s after that.
  expect(driver.calls.map(([, atMs]) => atMs)).toEqual([0, 20_000, 55_000]);
  expect(signals.map(({ aborted }) => aborted)).toEqual([false, true, false]);
  expect(await left(queue)).toEqual([]);
});

it('runs no more at once than the source allows', async () => {
  const queue = await create('push');
  const ends: (() => void)[] = [];
  const driver = recording(() => new Promise((resolve) => ends.push(() => resolve(delivered))));
  pump.watch(source(queue, driver, { concurrency: 3 }));
  await send(queue, ['1', '2', '3', '4', '5']);
  await pass(0);
  expect([driver.calls.length, pump.runningCount]).toEqual([3, 3]);
  ends.shift()?.();
  await pass(0);
  expect([driver.calls.length, pump.runningCount]).toEqual([4, 3]);
  while (ends.length > 0) {
    ends.shift()?.();
    await pass(0);
  }
  expect(await left(queue)).toEqual([]);
});

it('leaves in the queue, uncounted, what finds no room in all', async () => {
  const roomy = Math.floor(limits.pushBytesMax / 1_000_000);
  const queue = await create('push');
  const other = await create('other');
  const ends: (() => void)[] = [];
  const driver = recording(() => new Promise((resolve) => ends.push(() => resolve(delivered))));
  pump.watch(source(queue, driver));
  const large = 'x'.repeat(1_000_000);
  for (let i = 0; i <= roomy; i++) await send(queue, [large]);
  await pass(0);
  expect(driver.calls.length).toBe(roomy + 1);
  const second = recording(() => delivered);
  pump.watch(source(other, second, { key: 'b/2' }));
  await send(other, ['a']);
  await pass(0);
  expect([second.calls.length, (await left(other)).map(({ receiveCount }) => receiveCount)]).toEqual([
    0,
    [0],
  ]);
  while (ends.length > 0) ends.shift()?.();
  await pass(0);
  expect([second.calls.length, await left(other)]).toEqual([1, []]);
});

it('delays what is above the rate, and drops nothing of it', async () => {
  const queue = await create('push');
  const driver = recording(() => delivered);
  pump.watch(source(queue, driver, { ratePerSecond: 2 }));
  await send(queue, ['1', '2', '3', '4', '5']);
  await pass(5_000, 100);
  expect(driver.calls.map(([, atMs]) => atMs)).toEqual([0, 500, 1_000, 1_500, 2_000]);
  await pass(5_000, 100);
  // An idle time saves up for no more than a short burst.
  await send(queue, ['6', '7']);
  await pass(1_000, 100);
  expect(driver.calls.slice(5).map(([, atMs]) => atMs)).toEqual([10_000, 10_500]);
});

it('keeps the order of a group over retries, and other groups go on', async () => {
  const queue = await create('push', { ordering: 'group', dedup: 'none' });
  const driver = recording(({ message, receiveCount }) =>
    message.bodyText() === 'a1' && receiveCount < 3 ? failure('x', 'x') : delivered,
  );
  pump.watch(source(queue, driver));
  await send(queue, ['a1', 'a2'], 'a');
  await send(queue, ['b1'], 'b');
  await pass(60_000);
  expect(driver.calls).toEqual([
    ['a1', 0],
    ['b1', 0],
    ['a1', 20_000],
    ['a1', 40_000],
    ['a2', 40_000],
  ]);
});

it('another definition counts from then on, and after an end nothing is delivered', async () => {
  const queue = await create('push');
  const [first, second] = [recording(() => failure('x', 'x')), recording(() => failure('x', 'x'))];
  pump.watch(source(queue, first));
  await send(queue, ['a']);
  await pass(1_000);
  pump.watch(source(queue, second, { concurrency: 1 }));
  await pass(20_000);
  pump.unwatch('b/1');
  await pass(60_000);
  expect([first.calls.length, second.calls.length]).toEqual([1, 1]);
  expect((await left(queue)).map(({ receiveCount }) => receiveCount)).toEqual([2]);
  expect(broker.introspect().waiterCount).toBe(0);
});

it('comes back when the core ended it: no such queue yet, or a commit that failed', async () => {
  const queue = await create('push');
  const driver = recording(() => delivered);
  pump.watch(source(queue + 1, driver));
  await pass(0);
  expect(await create('late')).toBe(queue + 1);
  await send(queue + 1, ['a']);
  await pass(limits.pushAgainMs);
  expect(driver.calls.length).toBe(1);
  armFailpoint('commit.before', () => Promise.reject(new Error('no disk')));
  const messages = [{ body: 'b', attributes: [], sender: 'test' }];
  // Its hand-over is in the same commit: both are undone, and the consumer is told.
  expect((await ask({ kind: 'send', entity: queue + 1, messages })).kind).toBe('error');
  disarmFailpoints();
  await send(queue + 1, ['c']);
  await pass(limits.pushAgainMs);
  expect(driver.calls.map(([body]) => body)).toEqual(['a', 'c']);
  expect(await left(queue + 1)).toEqual([]);
});

it('a crash repeats what was being delivered once its lease is over, as another attempt', async () => {
  const queue = await create('push');
  const held = recording(() => new Promise(() => {}));
  pump.watch(source(queue, held));
  await send(queue, ['a']);
  await pass(0);
  expect(held.calls.length).toBe(1);
  // The old pump and broker are left as they are: nothing more reaches the storage.
  storage = storage.reopen();
  await open();
  const driver = recording(() => delivered);
  pump.watch(source(queue, driver));
  await pass(50_000);
  expect(driver.calls.map(([, atMs]) => atMs)).toEqual([45_000]);
  expect(await left(queue)).toEqual([]);
});

it('makes no attempt that a long stop made too late, and counts the age from the first one', async () => {
  const queue = await create('push');
  const dead = await create('dead');
  const givenUps: GivenUp[] = [];
  await send(queue, ['old']);
  clock.advance(7_200_000);
  const driver = recording(() => failure('x', 'x'));
  const retry = { ...threeRetries, maxAgeMs: 3_600_000 };
  const watched = source(queue, driver, { retry, deadLetter: deadLetters('dead', givenUps) });
  pump.watch(watched);
  await pass(0);
  expect([driver.calls.length, givenUps]).toEqual([1, []]);
  pump.unwatch('b/1');
  clock.advance(3_600_001);
  await broker.tick();
  pump.watch(watched);
  await pass(0);
  expect([driver.calls.length, givenUps]).toEqual([
    1,
    [{ condition: 'age', attempts: 1, failure: undefined }],
  ]);
  expect((await left(dead)).length).toBe(1);
});

it('an orderly stop gives back what it ended', async () => {
  const queue = await create('push');
  const driver = recording(
    (_, signal) =>
      new Promise((resolve) =>
        signal.addEventListener('abort', () => resolve(failure('aborted', 'aborted'))),
      ),
  );
  pump.watch(source(queue, driver, { retry: { ...threeRetries, rampCount: 0 } }));
  await send(queue, ['a']);
  await pass(0);
  await pump.close(0);
  expect((await left(queue)).map(({ state }) => state)).toEqual(['ready']);
});

it('what is handed over while its source ends goes back, uncounted', async () => {
  const queue = await create('push');
  const driver = recording(() => delivered);
  pump.watch(source(queue, driver));
  await pass(0);
  const sending = send(queue, ['a']);
  // Leased by now, in the commit of the send, and not revealed yet.
  pump.unwatch('b/1');
  await sending;
  await pass(0);
  expect(driver.calls).toEqual([]);
  expect((await left(queue)).map(({ state, receiveCount }) => [state, receiveCount])).toEqual([['ready', 0]]);
});

it('a message stays until the dead-letter queue takes it', async () => {
  const queue = await create('push');
  const dead = await create('dead');
  let refusals = 2;
  const full = brokerError('storage_full', 'full');
  const reluctant = new Proxy(broker, {
    get(target, name) {
      if (name === 'submit')
        return (command: Command, sink: ReplySink) => {
          if (command.kind === 'send' && refusals-- > 0) sink.reveal({ kind: 'error', error: full });
          else target.submit(command, sink);
        };
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
  await pump.close(0);
  const deps = { clock, rng: new SeededRng(1), logger: silentLogger };
  pump = new DeliveryPump({ ...deps, broker: reluctant, tickMs: 0 });
  const driver = recording(() => failure('http_404', 'gone', true));
  pump.watch(source(queue, driver, { deadLetter: deadLetters('dead') }));
  await send(queue, ['a']);
  await pass(0);
  expect([(await left(queue)).length, (await left(dead)).length]).toEqual([1, 0]);
  await pass(5_000);
  expect([(await left(queue)).length, (await left(dead)).length]).toEqual([0, 1]);
  expect(pump.counters('b/1')).toMatchObject({ deadLetteredCount: 1, droppedCount: 0 });
});

it('a front may refuse to prepare a message', async () => {
  const sent: object[] = [];
  const transport = {
    send: async (request: { readonly text: string }) => {
      sent.push(request);
      return delivered;
    },
  };
  const driver = driverOf(transport, ({ message }) =>
    message.bodyText() === 'bad' ? failure('unfit', 'unfit', true) : { text: message.bodyText() },
  );
  const queue = await create('push');
  pump.watch(source(queue, driver));
  await send(queue, ['good', 'bad']);
  await pass(0);
  expect(sent).toEqual([{ text: 'good' }]);
  expect(pump.counters('b/1')).toMatchObject({ deliveredCount: 1, droppedCount: 1 });
});
