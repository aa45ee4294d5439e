// Goal: what lies deep in a queue is found without reading bodies and without keeping it in memory: the first
// 120,000 messages of an ordered queue, a quiet tenant behind a noisy backlog, delayed messages by the ten
// thousand. Method: the real broker over the memory storage, body reads counted.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../../src/base/limits.ts';
import { Desk } from './desk.ts';
import { resourceName } from './scenario.ts';
import { System } from './system.ts';
import { withLimits } from './tight-limits.ts';

let system: System;
let desk: Desk;

beforeEach(async () => {
  system = await System.start(1, 1);
  desk = new Desk(system);
});
afterEach(() => system.stop());

/** Sends `count` messages of one group, 1,000 to a command. */
async function sendMany(
  entity: number,
  count: number,
  more: { group?: string; delayMs?: number },
): Promise<void> {
  for (let sent = 0; sent < count; sent += 1000) {
    const length = Math.min(1000, count - sent);
    const bodies = Array.from({ length }, (_, i) => `${more.group ?? ''}${sent + i}`);
    await desk.send(entity, bodies, more);
  }
}

async function countBodyReads(action: () => Promise<void>): Promise<number> {
  const log = system.storage.cell('queue-0');
  const read = log.body.bind(log);
  let reads = 0;
  log.body = (entity, sequence) => {
    reads++;
    return read(entity, sequence);
  };
  await action();
  log.body = read;
  return reads;
}

describe('an ordered queue', () => {
  it('finds an available group 120,000 messages deep and reads only the body it hands out', async () => {
    const queue = await desk.create('deep.fifo', { ordering: 'group' });
    await sendMany(queue, limits.groupWindowMessages - 1, { group: 'busy' });
    await desk.send(queue, ['found'], { group: 'free' });
    await sendMany(queue, 1000, { group: 'busy' });
    await desk.send(queue, ['too deep'], { group: 'other' });
    expect(await desk.receiveBodies(queue, { messagesMax: 1 })).toEqual(['busy0']);
    const reads = await countBodyReads(async () => {
      expect(await desk.receiveBodies(queue, { messagesMax: 1 })).toEqual(['found']);
    });
    expect(reads).toBe(1);
    // The window is full of the busy group: what lies behind it is not looked at.
    expect(await desk.receiveBodies(queue)).toEqual([]);
  }, 60_000);
});

describe('a queue with tenants', () => {
  async function makeNoisy(queue: number): Promise<void> {
    await sendMany(queue, 20_000, { group: 'noisy' });
    for (let i = 0; i < 4; i++) await desk.receive(queue, { messagesMax: 10 });
  }

  it('serves a quiet tenant at once, however long the noisy backlog is', async () => {
    const queue = await desk.create('fair');
    await makeNoisy(queue);
    await desk.send(queue, ['hello'], { group: 'quiet' });
    expect(await desk.receiveBodies(queue, { messagesMax: 1 })).toEqual(['hello']);
    expect(await desk.receiveBodies(queue, { messagesMax: 1 })).toEqual(['noisy40']);
  });

  it('finds the quiet tenant again after a restart', async () => {
    const queue = await desk.create('fair');
    await makeNoisy(queue);
    await desk.send(queue, ['hello'], { group: 'quiet' });
    await system.crash();
    expect(await desk.receiveBodies(queue, { messagesMax: 1 })).toEqual(['hello']);
  });

  it('keeps to the order of arrival while nobody is noisy', async () => {
    const queue = await desk.create('fair');
    await desk.send(queue, ['a1', 'a2'], { group: 'a' });
    await desk.send(queue, ['b1'], { group: 'b' });
    expect(await desk.receiveBodies(queue)).toEqual(['a1', 'a2', 'b1']);
  });
});

describe('dead letters', () => {
  it('are never delivered once too often, however many have to leave at once', async () => {
    await withLimits({ outboxEntriesMax: 5 }, async () => {
      const dead = await desk.create('dead');
      const deadLetter = { target: resourceName('dead'), maxReceives: 1 };
      for (const ordering of ['none', 'group'] as const) {
        const queue = await desk.create(`q-${ordering}`, { ordering, deadLetter });
        for (let i = 0; i < 100; i++) await desk.send(queue, ['x'], { group: `g${i}` });
        for (let i = 0; i < 10; i++) await desk.receive(queue, { leaseMs: 1000 });
        await desk.advance(1000);
        for (let i = 0; i < 40; i++) {
          expect(await desk.receiveBodies(queue)).toEqual([]);
          await system.quiet();
        }
        expect(await desk.counts(queue)).toEqual([0, 0, 0]);
      }
      expect(await desk.counts(dead)).toEqual([200, 0, 0]);
    });
  });
});

describe('delayed messages', () => {
  it('come when they are due, each once, also over a crash in between', async () => {
    const queue = await desk.create('delayed');
    for (let minute = 1; minute <= 5; minute++) await sendMany(queue, 2000, { delayMs: minute * 60_000 });
    expect(await desk.counts(queue)).toEqual([0, 0, 10_000]);
    for (let minute = 1; minute <= 5; minute++) {
      if (minute % 2 === 0) await system.crash();
      system.clock.advance(59_000);
      await system.quiet();
      expect(await desk.counts(queue)).toEqual([(minute - 1) * 2000, 0, (6 - minute) * 2000]);
      system.clock.advance(1000);
      await system.quiet();
      expect(await desk.counts(queue)).toEqual([minute * 2000, 0, (5 - minute) * 2000]);
    }
  });
});
