// The firing loop over the real broker in memory, with a clock that stands still: each due time once, also
// when the loop is made anew, what was missed, windows, changes, ends, and what a core that takes nothing
// leaves.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ManualClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/log.ts';
import { SeededRng } from '../../base/rng.ts';
import { parseSchedule, type Schedule } from '../../base/schedule/schedule.ts';
import { createBroker } from '../../broker/broker.ts';
import type { BindingDefinition, Broker, Command, PushTarget, Reply } from '../../broker/index.ts';
import { brokerError } from '../../broker/index.ts';
import { MemoryStorage } from '../../storage/index.ts';
import { ScheduleFiring } from './schedule-firing.ts';
import type { BindingSchedule, ScheduleSource } from './source.ts';

const startMs = Date.UTC(2026, 0, 5, 12, 0, 0);
const minuteMs = 60_000;

let clock: ManualClock;
let broker: Awaited<ReturnType<typeof createBroker>>;
let firing: ScheduleFiring;
let topic: number;
let queue: number;
/** Of the bindings, by expression. */
let options: Partial<BindingSchedule>;

beforeEach(async () => {
  clock = new ManualClock(startMs);
  options = {};
  const deps = { clock, rng: new SeededRng(1), logger: silentLogger };
  broker = await createBroker({ ...deps, storage: new MemoryStorage(), queueCells: 1, tickMs: 0 });
  const name = { namespace: 'test', name: 'q' };
  const own = { annotations: {}, tags: {} };
  const made = await ask({
    kind: 'createQueue',
    name: { ...name, kind: 'queue' },
    settings: {
      ordering: 'none',
      leaseMs: 0,
      delayMs: 0,
      retentionMs: 86_400_000,
      maxMessageBytes: 1024,
      waitMs: 0,
      dedup: 'none',
      durability: 'disk',
    },
    ...own,
  });
  if (made.kind !== 'catalog') throw new Error(made.kind);
  queue = made.definition.entity;
  const settings = { ordering: 'none', dedup: 'none' } as const;
  const reply = await ask({ kind: 'createTopic', name: { ...name, kind: 'topic' }, settings, ...own });
  if (reply.kind !== 'topic') throw new Error(reply.kind);
  topic = reply.definition.entity;
  firing = start();
});
afterEach(async () => {
  firing.close();
  await broker.close();
});

function ask(command: Command): Promise<Reply> {
  return new Promise((resolve) => broker.submit(command, { reveal: resolve, isOpen: () => true }));
}

const source: ScheduleSource = {
  scheduleOf(binding) {
    const text = binding.annotations['schedule'];
    if (text === undefined) return undefined;
    const schedule = parsed(text);
    const anchorMs = binding.createdAtMs;
    const afterMs = binding.modifiedAtMs;
    return { schedule, anchorMs, afterMs, windowMs: 0, isDeletedAfterLast: false, ...options };
  },
  publication: (_binding, dueMs) => ({ body: clockText(dueMs), attributes: [], sender: 'test' }),
};

function parsed(text: string): Schedule {
  const schedule = parseSchedule(text, { dialect: 'scheduler' });
  if (!schedule.ok) throw new Error(schedule.error.reason);
  return schedule.value;
}

function clockText(ms: number): string {
  return new Date(ms).toISOString().slice(11, 19);
}

function start(over: Broker = broker): ScheduleFiring {
  return new ScheduleFiring({ broker: over, clock, logger: silentLogger, source, tickMs: 0 });
}

async function bind(schedule: string, target?: PushTarget): Promise<BindingDefinition> {
  const to = target ?? {
    kind: 'queue',
    id: '',
    name: { namespace: 'test', kind: 'queue', name: 'q' },
    rendering: 0,
  };
  const binding = { isEnabled: true, targets: [to], annotations: { schedule }, tags: {} };
  const reply = await ask({ kind: 'createBinding', topic, ...binding } as Command);
  if (reply.kind !== 'binding') throw new Error(reply.kind);
  return reply.definition;
}

async function pass(ms: number, stepMs = 10_000): Promise<void> {
  for (let passed = 0; passed < ms; passed += stepMs) {
    clock.advance(stepMs);
    await settle();
  }
}

/** Until what is due now is done: a tick, its commit, and what follows from that. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) {
    firing.tick();
    await broker.tick();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Bodies that came since the last look. */
async function arrived(): Promise<string[]> {
  const bodies: string[] = [];
  for (;;) {
    const reply = await ask({ kind: 'receive', entity: queue, messagesMax: 10, leaseMs: 60_000, waitMs: 0 });
    if (reply.kind !== 'received') throw new Error(reply.kind);
    if (reply.deliveries.length === 0) return bodies.sort();
    bodies.push(...reply.deliveries.map(({ message }) => message.bodyText()));
    const leases = reply.deliveries.map(({ sequence, generation }) => ({ sequence, generation }));
    await ask({ kind: 'settle', entity: queue, leases });
  }
}

it('fires each due time once', async () => {
  await bind('rate(1 minute)');
  await pass(3.5 * minuteMs);
  expect(await arrived()).toEqual(['12:01:00', '12:02:00', '12:03:00']);
});

it('does not fire again what another loop has fired, and of what was missed the last one', async () => {
  await bind('rate(1 minute)');
  await pass(1.5 * minuteMs);
  firing.close();
  firing = start();
  await settle();
  expect(await arrived()).toEqual(['12:01:00']);
  firing.close();
  clock.advance(5 * minuteMs);
  firing = start();
  await settle();
  expect(await arrived()).toEqual(['12:06:00']);
});

it('skips what was missed too long ago', async () => {
  await bind('cron(5 12 * * ? *)');
  firing.close();
  clock.advance(21 * minuteMs);
  firing = start();
  await settle();
  expect(await arrived()).toEqual([]);
  firing.close();
  await bind('cron(30 12 * * ? *)');
  clock.advance(20 * minuteMs);
  firing = start();
  await settle();
  expect(await arrived()).toEqual(['12:30:00']);
});

it('skips what it finds out too late, such as after a sleep of the machine', async () => {
  await bind('rate(1 hour)');
  clock.advance(90 * minuteMs);
  await settle();
  expect(await arrived()).toEqual([]);
  await pass(40 * minuteMs);
  expect(await arrived()).toEqual(['14:00:00']);
});

it('fires once within the flexible window, also when the loop is made anew all the time', async () => {
  options = { windowMs: 10 * minuteMs };
  await bind('at(2026-01-05T12:05:00)');
  await pass(5 * minuteMs - 1_000, 1_000);
  expect(await arrived()).toEqual([]);
  for (let steps = 0; steps < 60; steps++) {
    firing.close();
    firing = start();
    await pass(10_000);
  }
  expect(await arrived()).toEqual(['12:05:00']);
});

it('keeps to its start and its end', async () => {
  options = { startMs: startMs + 2 * minuteMs, endMs: startMs + 3 * minuteMs, anchorMs: startMs };
  await bind('rate(1 minute)');
  await pass(6 * minuteMs);
  expect(await arrived()).toEqual(['12:02:00', '12:03:00']);
  expect(firing.waitingCount).toBe(0);
});

it('goes on by the new definition when the binding is changed', async () => {
  const { entity, revision } = await bind('rate(1 hour)');
  const changed = { expectedRevision: revision, annotations: { schedule: 'at(2026-01-05T12:02:00)' } };
  await ask({ kind: 'updateBinding', entity, ...changed });
  await pass(3 * minuteMs);
  expect(await arrived()).toEqual(['12:02:00']);
  await ask({ kind: 'updateBinding', entity, expectedRevision: revision + 1, annotations: {} });
  expect(firing.waitingCount).toBe(0);
});

it('does not fire for a time before the change', async () => {
  clock.advance(2 * minuteMs);
  await bind('cron(1 12 * * ? *)');
  await settle();
  expect(await arrived()).toEqual([]);
});

it('forgets a binding that is deleted', async () => {
  const { entity } = await bind('rate(1 minute)');
  await ask({ kind: 'deleteBinding', entity });
  expect(firing.waitingCount).toBe(0);
  await pass(2 * minuteMs);
  expect(await arrived()).toEqual([]);
});

it('deletes a binding that was due for the last time, and none that never was', async () => {
  options = { isDeletedAfterLast: true };
  const { entity } = await bind('at(2026-01-05T12:01:00)');
  const { entity: past } = await bind('at(2026-01-05T11:00:00)');
  await pass(2 * minuteMs);
  expect(await arrived()).toEqual(['12:01:00']);
  expect(broker.catalog.bindings.byEntity(entity)).toBeUndefined();
  expect(broker.catalog.bindings.byEntity(past)).toBeDefined();
});

it('deletes it at the start when a crash came between firing and deleting', async () => {
  options = { isDeletedAfterLast: true };
  const { entity } = await bind('at(2026-01-05T12:01:00)');
  firing.close();
  clock.advance(60 * minuteMs);
  firing = start();
  await settle();
  expect(broker.catalog.bindings.byEntity(entity)).toBeUndefined();
});

it('keeps a binding with a pushed target while that has something to deliver', async () => {
  options = { isDeletedAfterLast: true };
  const { entity } = await bind('at(2026-01-05T12:01:00)', { kind: 'push', id: '', retentionMs: 86_400_000 });
  await pass(2 * minuteMs);
  expect(broker.catalog.bindings.byEntity(entity)).toBeDefined();
});

it('tries again while the core takes nothing', async () => {
  let refusals = 0;
  const refusing: Broker = Object.create(broker, {
    submit: {
      value: (command: Command, sink: Parameters<Broker['submit']>[1]) => {
        if (command.kind !== 'publish' || ++refusals > 3) return broker.submit(command, sink);
        sink.reveal({ kind: 'error', error: brokerError('unavailable', 'not now') });
      },
    },
    catalog: { value: broker.catalog },
  }) as Broker;
  firing.close();
  firing = start(refusing);
  await bind('rate(1 minute)');
  await pass(minuteMs);
  expect(await arrived()).toEqual([]);
  await pass(10_000, 1_000);
  expect(refusals).toBe(4);
  expect(await arrived()).toEqual(['12:01:00']);
});
