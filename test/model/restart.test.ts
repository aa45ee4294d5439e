// Goal: what holds across starts. Moves between cells happen exactly once whatever is killed in between; a
// queue made again under its name is empty; cells can be added and not taken away; a checkpoint that is cut
// off between two slices, and pages that leave memory while a commit is stalled, change nothing.
import { afterEach, describe, expect, it } from 'vitest';
import { armFailpoint, disarmFailpoints } from '../../src/base/failpoint.ts';
import type { FailpointName } from '../../src/base/failpoint.ts';
import { checkReplay } from './lifecycle.ts';
import { Desk } from './desk.ts';
import { resourceName } from './scenario.ts';
import { System } from './system.ts';
import { withLimits } from './tight-limits.ts';

const running: System[] = [];

async function start(queueCells: number): Promise<Desk> {
  const system = await System.start(1, queueCells);
  running.push(system);
  return new Desk(system);
}

afterEach(async () => {
  disarmFailpoints();
  for (const system of running.splice(0)) await system.stop();
});

describe('a dead letter whose way is cut off by a crash arrives exactly once', () => {
  const places: readonly FailpointName[] = ['commit.before', 'commit.after', 'outbox.deliver'];
  // Each crash strikes one step later than the one before, so that every step of the move is struck once.
  const cuts = places.flatMap((place) => [0, 1, 2, 3, 4].map((skipped) => ({ place, skipped })));

  it.each(cuts)('at $place, after $skipped more', async ({ place, skipped }) => {
    const desk = await start(3);
    const dead = await desk.create('dead');
    const queues: number[] = [];
    for (const name of ['q1', 'q2', 'q3']) {
      queues.push(await desk.create(name, { deadLetter: { target: resourceName('dead'), maxReceives: 1 } }));
    }
    for (const queue of queues) {
      await desk.send(queue, [`a${queue}`]);
      await desk.receive(queue, { leaseMs: 0 });
    }
    let passed = 0;
    armFailpoint(place, () => (passed++ < skipped ? undefined : new Promise(() => {})));
    for (const queue of queues) desk.receiving(queue);
    await desk.system.turns(40);
    disarmFailpoints();
    await desk.system.crash();
    await desk.system.quiet();
    for (const queue of queues) await desk.receive(queue);
    await desk.system.quiet();
    expect((await desk.receiveBodies(dead)).toSorted()).toEqual(
      queues.map((queue) => `a${queue}`).toSorted(),
    );
    for (const queue of queues) expect(await desk.counts(queue)).toEqual([0, 0, 0]);
    await checkReplay(desk.system);
  });
});

it('a move task goes on after a crash and moves everything once, in order', async () => {
  const desk = await start(3);
  const dead = await desk.create('dead', { ordering: 'group' });
  const queue = await desk.create('q', {
    ordering: 'group',
    deadLetter: { target: resourceName('dead'), maxReceives: 1 },
  });
  const bodies = Array.from({ length: 30 }, (_, i) => `m${String(i).padStart(2, '0')}`);
  for (const body of bodies) {
    await desk.send(queue, [body], { group: 'g' });
    await desk.receive(queue, { leaseMs: 0 });
    await desk.receive(queue);
  }
  await desk.system.quiet();
  expect(await desk.counts(dead)).toEqual([30, 0, 0]);
  const started = desk.system.submit({ kind: 'startMove', entity: dead, ratePerSecondMax: 10 }, () => {});
  await desk.system.answers([started]);
  for (let second = 0; second < 10; second++) {
    if (second === 1 || second === 2) await desk.system.crash();
    await desk.advance(1_000);
  }
  expect(await desk.counts(dead)).toEqual([0, 0, 0]);
  expect((await desk.peek(queue)).messages.map((one) => one.message.bodyText())).toEqual(bodies);
  await checkReplay(desk.system);
});

describe('a queue made again under its name', () => {
  it.each([false, true])('is empty, with a crash in between: %s', async (isCrashing) => {
    const desk = await start(1);
    const first = await desk.create('q');
    await desk.send(first, ['old'], { delayMs: 1_000 });
    await desk.send(first, ['old too']);
    await desk.receive(first, { leaseMs: 1_000 });
    await desk.delete(first);
    if (isCrashing) await desk.system.crash();
    const second = await desk.create('q');
    if (isCrashing) await desk.system.crash();
    expect(second).not.toBe(first);
    await desk.advance(10_000);
    expect(await desk.counts(second)).toEqual([0, 0, 0]);
    expect(await desk.receiveBodies(second)).toEqual([]);
  });

  it('is empty when the crash cut off the delete', async () => {
    const desk = await start(3);
    const first = await desk.create('q');
    await desk.send(first, ['old']);
    desk.system.stall();
    const asked = desk.system.submit({ kind: 'deleteQueue', entity: first }, () => {});
    await desk.system.turns(20);
    expect(asked.reply).toBeUndefined();
    await desk.system.crash();
    expect(await desk.receiveBodies(first), 'a delete that was not answered may not have happened').toEqual([
      'old',
    ]);
    await desk.delete(first);
    const second = await desk.create('q');
    expect(await desk.receiveBodies(second)).toEqual([]);
  });
});

describe('cells', () => {
  it('can be added: old queues stay where they are, new ones spread', async () => {
    const desk = await start(1);
    const old = await desk.create('q');
    await desk.send(old, ['a']);
    await desk.system.reopen(3);
    expect(await desk.receiveBodies(old)).toEqual(['a']);
    const cells = new Set<number>();
    for (let i = 0; i < 20; i++) {
      const entity = await desk.create(`q${i}`);
      cells.add(desk.system.broker.catalog.byEntity(entity)?.cell ?? -1);
    }
    expect([...cells].toSorted((a, b) => a - b)).toEqual([0, 1, 2]);
    await checkReplay(desk.system);
  });

  it('cannot be taken away', async () => {
    const desk = await start(3);
    await desk.system.broker.close();
    await desk.system.storage.close();
    await expect(desk.system.open(1)).rejects.toThrow(/3/);
    await desk.system.open(3);
  });
});

describe('pages', () => {
  it('that are written in slices survive a crash between any two of them', async () => {
    await withLimits({ checkpointSliceBytes: 600, journalTailBytesMax: 2_000 }, async () => {
      for (let cut = 0; cut < 6; cut++) {
        const desk = await start(1);
        const queue = await desk.create('q', { ordering: 'group' });
        let slices = 0;
        armFailpoint('checkpoint.slice', () => (slices++ < cut ? undefined : new Promise(() => {})));
        const expected = await fill(desk, queue);
        expect(slices, 'the checkpoint was reached').toBeGreaterThan(cut);
        disarmFailpoints();
        await desk.system.crash();
        expect(await desk.counts(queue)).toEqual(expected);
        await checkReplay(desk.system);
      }
    });
  });

  it('that leave memory while a commit is stalled come back as they were', async () => {
    await withLimits(
      { pageCacheBytesMax: 1_024, checkpointSliceBytes: 600, journalTailBytesMax: 2_000 },
      async () => {
        const desk = await start(1);
        const queue = await desk.create('q');
        let evictions = 0;
        armFailpoint('page.evict', () => void evictions++);
        await fill(desk, queue);
        const { deliveries } = await desk.receive(queue, { messagesMax: 10 });
        desk.system.stall();
        const settle = desk.settling(queue, deliveries.slice(0, 5));
        const sends = Array.from({ length: 40 }, (_, i) => desk.sending(queue, [`more${i}`]));
        await desk.system.turns(20);
        expect([settle, ...sends].filter((one) => one.reply !== undefined)).toEqual([]);
        desk.system.release();
        await desk.system.answers([settle, ...sends]);
        await checkReplay(desk.system);
        expect(evictions).toBeGreaterThan(0);
      },
    );
  });

  it('leave the receive counts of expired leases exact over a restart', async () => {
    await withLimits(
      { pageCacheBytesMax: 1_024, checkpointSliceBytes: 600, journalTailBytesMax: 2_000 },
      async () => {
        const desk = await start(1);
        const dead = await desk.create('dead');
        const queue = await desk.create('q', {
          deadLetter: { target: resourceName('dead'), maxReceives: 2 },
        });
        for (let i = 0; i < 300; i++)
          await desk.send(
            queue,
            Array.from({ length: 10 }, (_, j) => `m${i}-${j}`),
          );
        for (let count = 0; count < 2; count++) {
          for (let i = 0; i < 300; i++)
            expect(await desk.receiveBodies(queue, { leaseMs: 1_000 })).toHaveLength(10);
          await desk.advance(1_000);
          if (count === 0) await desk.system.reopen(1);
          else await desk.system.crash();
        }
        // One receive gives up on a bounded number of messages.
        for (let i = 0; i < 300; i++) expect(await desk.receiveBodies(queue)).toEqual([]);
        await desk.system.quiet();
        expect(await desk.counts(dead)).toEqual([3_000, 0, 0]);
      },
    );
  });
});

it('a restored directory goes on with sequences that nobody has seen', async () => {
  const desk = await start(1);
  const queue = await desk.create('q');
  const before = await desk.send(queue, ['a']);
  const unused = await desk.create('unused');
  await desk.system.broker.close();
  await desk.system.storage.close();
  desk.system.storage.markRestored();
  await desk.system.open(1);
  const after = await desk.send(queue, ['b']);
  expect((after.messages[0]?.sequence ?? 0) - (before.messages[0]?.sequence ?? 0)).toBeGreaterThan(1_000);
  expect(await desk.receiveBodies(queue)).toEqual(['a', 'b']);
  // Of a queue that had no message yet, the lost future had the first ones.
  expect((await desk.send(unused, ['c'])).messages[0]?.sequence).toBeGreaterThan(1_000);
  expect(await desk.system.broker.stateHash()).toBe(await desk.system.broker.replayHash());
});

/** Three thousand messages, some held, some done; answers the counts that have to be there. */
async function fill(desk: Desk, queue: number): Promise<readonly [number, number, number]> {
  for (let i = 0; i < 300; i++) {
    await desk.send(
      queue,
      Array.from({ length: 10 }, (_, j) => `m${i}-${j}`),
      { group: `g${i % 7}` },
    );
    if (i % 3 !== 0) continue;
    const { deliveries } = await desk.receive(queue, { messagesMax: 2 });
    if (i % 2 === 0) await desk.settle(queue, deliveries);
  }
  return desk.counts(queue);
}
