// Goal: nothing gets out before the commit it rests on, whatever happens to that commit: it is slow, it
// fails, the process dies before it, or after it and before the answer; and what an answer could not reach is
// put back.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { armFailpoint, disarmFailpoints } from '../../src/base/failpoint.ts';
import type { ReceiveReply, Reply } from '../../src/broker/index.ts';
import { checkReplay } from './lifecycle.ts';
import { Desk, bodiesOf } from './desk.ts';
import { resourceName } from './scenario.ts';
import { System } from './system.ts';

let system: System;
let desk: Desk;

beforeEach(async () => {
  system = await System.start(1, 1);
  desk = new Desk(system);
});
afterEach(async () => {
  disarmFailpoints();
  await system.stop();
});

const received = (reply: Reply | undefined): string[] => bodiesOf(reply as ReceiveReply);
const codeOf = (reply: Reply | undefined): string | undefined =>
  reply?.kind === 'error' ? reply.error.code : reply?.kind;

describe('a stalled commit', () => {
  it('hides sends, receives, settles and queries, and lets them out in order', async () => {
    const queue = await desk.create('q');
    system.stall();
    const asked = [
      desk.sending(queue, ['a']),
      desk.receiving(queue),
      desk.receiving(queue),
      desk.asking(queue),
    ];
    await system.turns(20);
    expect(asked.map((one) => one.reply)).toEqual([undefined, undefined, undefined, undefined]);
    system.release();
    await system.answers(asked);
    expect(received(asked[1]?.reply)).toEqual(['a']);
    expect(received(asked[2]?.reply), 'one message, one lease').toEqual([]);
    expect(asked[3]?.reply).toMatchObject({ readyCount: 0, leasedCount: 1 });
    expect(system.revealed.slice(-4)).toEqual(asked);
  });

  it('shows one of two sends of an id as the duplicate of the other', async () => {
    const queue = await desk.create('q', { ordering: 'group', dedup: 'queue' });
    system.stall();
    const sends = ['a', 'b'].map((body) => desk.sending(queue, [body], { group: 'g', dedupId: 'same' }));
    const count = desk.asking(queue);
    await system.turns(20);
    expect([...sends, count].filter((one) => one.reply !== undefined)).toEqual([]);
    system.release();
    await system.answers([...sends, count]);
    const [first, second] = sends.map((one) =>
      one.reply?.kind === 'sent' ? one.reply.messages[0] : undefined,
    );
    expect(first?.isDuplicate).toBe(false);
    expect(second).toEqual({ ...first, isDuplicate: true });
    expect(count.reply).toMatchObject({ readyCount: 1 });
  });

  it('hides that a message was given up until it is', async () => {
    const dead = await desk.create('dead');
    const queue = await desk.create('q', { deadLetter: { target: resourceName('dead'), maxReceives: 1 } });
    await desk.send(queue, ['a']);
    await desk.receive(queue, { leaseMs: 0 });
    system.stall();
    const asked = [desk.receiving(queue), desk.asking(queue)];
    await system.turns(20);
    expect(asked.filter((one) => one.reply !== undefined)).toEqual([]);
    system.release();
    await system.answers(asked);
    await system.quiet();
    expect(received(asked[0]?.reply)).toEqual([]);
    expect(await desk.receiveBodies(dead)).toEqual(['a']);
  });

  it('that ends in a crash leaves nothing behind', async () => {
    const queue = await desk.create('q');
    await desk.send(queue, ['kept']);
    system.stall();
    const lease = desk.receiving(queue);
    desk.sending(queue, ['lost']);
    await system.turns(20);
    expect(lease.reply).toBeUndefined();
    await system.crash();
    expect(await desk.counts(queue)).toEqual([1, 0, 0]);
    const { deliveries } = await desk.receive(queue);
    expect(deliveries.map((one) => [one.message.bodyText(), one.receiveCount])).toEqual([['kept', 1]]);
    await checkReplay(system);
  });
});

describe('a crash after the commit and before the answer', () => {
  it('keeps what was committed: the message, the lease, its count', async () => {
    const queue = await desk.create('q');
    armFailpoint('commit.after', () => new Promise(() => {}));
    const asked = [desk.sending(queue, ['a']), desk.receiving(queue, { leaseMs: 10_000 })];
    await system.turns(20);
    expect(asked.filter((one) => one.reply !== undefined)).toEqual([]);
    disarmFailpoints();
    await system.crash();
    expect(await desk.counts(queue)).toEqual([0, 1, 0]);
    expect(await desk.receiveBodies(queue)).toEqual([]);
    await desk.advance(10_000);
    const { deliveries } = await desk.receive(queue);
    expect(deliveries.map((one) => [one.message.bodyText(), one.receiveCount])).toEqual([['a', 2]]);
  });

  it('knows the id of a send again', async () => {
    const queue = await desk.create('q', { ordering: 'group', dedup: 'queue' });
    armFailpoint('commit.after', () => new Promise(() => {}));
    desk.sending(queue, ['a'], { group: 'g', dedupId: 'x' });
    await system.turns(20);
    disarmFailpoints();
    await system.crash();
    const again = await desk.send(queue, ['a'], { group: 'g', dedupId: 'x' });
    expect(again.messages[0]?.isDuplicate).toBe(true);
    expect(await desk.counts(queue)).toEqual([1, 0, 0]);
  });
});

describe('a commit that fails', () => {
  it.each(['io', 'disk_full', 'fenced'] as const)(
    'is undone and answered with an invitation to retry: %s',
    async (code) => {
      const queue = await desk.create('q');
      await desk.send(queue, ['kept']);
      system.storage.failNextAppend('queue-0', code);
      const asked = [desk.sending(queue, ['undone']), desk.receiving(queue, { messagesMax: 1 })];
      await system.answers(asked);
      expect(asked.map((one) => codeOf(one.reply))).toEqual(
        Array(2).fill(code === 'disk_full' ? 'storage_full' : 'unavailable'),
      );
      expect(asked.every((one) => one.reply?.kind === 'error' && one.reply.error.isRetryable)).toBe(true);
      expect(await desk.counts(queue)).toEqual([1, 0, 0]);
      await desk.send(queue, ['next']);
      const { deliveries } = await desk.receive(queue);
      expect(deliveries.map((one) => [one.message.bodyText(), one.receiveCount])).toEqual([
        ['kept', 1],
        ['next', 1],
      ]);
      await checkReplay(system);
    },
  );

  it('does not take the id of an undone send for known', async () => {
    const queue = await desk.create('q', { ordering: 'group', dedup: 'queue' });
    system.storage.failNextAppend('queue-0', 'io');
    await desk.answer(desk.sending(queue, ['a'], { group: 'g', dedupId: 'x' }));
    expect((await desk.send(queue, ['a'], { group: 'g', dedupId: 'x' })).messages[0]?.isDuplicate).toBe(
      false,
    );
  });

  it('lets a full disk take settles while it refuses sends', async () => {
    const queue = await desk.create('q');
    await desk.send(queue, ['a', 'b']);
    system.storage.cell('queue-0').setWritable(false);
    expect(codeOf(await desk.answer(desk.sending(queue, ['c'])))).toBe('storage_full');
    const { deliveries } = await desk.receive(queue);
    expect(await desk.settle(queue, deliveries)).toEqual([undefined, undefined]);
    system.storage.cell('queue-0').setWritable(true);
    await desk.send(queue, ['c']);
    expect(await desk.receiveBodies(queue)).toEqual(['c']);
  });
});

describe('a client that is gone when its answer comes', () => {
  it('leaves the message in its place, with its count as before', async () => {
    await desk.create('dead');
    const queue = await desk.create('q', { deadLetter: { target: resourceName('dead'), maxReceives: 1 } });
    await desk.send(queue, ['a', 'b']);
    system.stall();
    const gone = desk.receiving(queue, { messagesMax: 1 });
    await system.turns(5);
    gone.isConnected = false;
    system.release();
    await system.quiet();
    const { deliveries } = await desk.receive(queue);
    expect(deliveries.map((one) => [one.message.bodyText(), one.receiveCount])).toEqual([
      ['a', 1],
      ['b', 1],
    ]);
    expect(await desk.counts(queue)).toEqual([0, 2, 0]);
    await checkReplay(system);
  });

  it('leaves an ordered group as it was', async () => {
    const queue = await desk.create('q', { ordering: 'group' });
    await desk.send(queue, ['a', 'b'], { group: 'g' });
    system.stall();
    const gone = desk.receiving(queue);
    await system.turns(5);
    gone.isConnected = false;
    system.release();
    await system.quiet();
    const { deliveries } = await desk.receive(queue);
    expect(deliveries.map((one) => [one.message.bodyText(), one.receiveCount])).toEqual([
      ['a', 1],
      ['b', 1],
    ]);
  });
});
