// Goal: what is decided while a commit is on its way goes into as many further groups as its size asks for;
// they are committed in order, and a failed one takes all that follow it back.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Desk } from './desk.ts';
import { System } from './system.ts';
import { withLimits } from './tight-limits.ts';

let system: System;
let desk: Desk;

beforeEach(async () => {
  system = await System.start(1, 1);
  desk = new Desk(system);
});
afterEach(() => system.stop());

const commits = (): number => system.broker.introspect().cells.reduce((sum, cell) => sum + cell.position, 0);

it('more than one group may wait for its turn', async () => {
  await withLimits({ commitBytesMax: 10_000 }, async () => {
    const queue = await desk.create('q');
    const before = commits();
    system.stall();
    const asked = Array.from({ length: 50 }, (_, i) => desk.sending(queue, [`${i}`.padEnd(1000)]));
    const received = desk.receiving(queue, { messagesMax: 10 });
    await system.turns(20);
    expect([...asked, received].filter((one) => one.reply !== undefined)).toEqual([]);
    system.release();
    await system.answers([...asked, received]);
    // 50 KB in groups of about 10 KB.
    expect(commits() - before).toBeGreaterThanOrEqual(5);
    expect(commits() - before).toBeLessThan(10);
    expect(await desk.counts(queue)).toEqual([40, 10, 0]);
    expect(await system.broker.stateHash()).toBe(await system.broker.replayHash());
  });
});

it('a failed group takes the groups behind it back', async () => {
  await withLimits({ commitBytesMax: 10_000 }, async () => {
    const queue = await desk.create('q');
    await desk.send(queue, ['kept']);
    system.stall();
    const asked = Array.from({ length: 50 }, (_, i) => desk.sending(queue, [`${i}`.padEnd(1000)]));
    await system.turns(5);
    system.failNextCommits([0]);
    system.release();
    await system.answers(asked);
    const errors = asked.filter((one) => one.reply?.kind === 'error');
    expect(errors.length).toBeGreaterThan(30);
    expect(await desk.counts(queue)).toEqual([1 + asked.length - errors.length, 0, 0]);
    await desk.send(queue, ['after']);
    expect(await system.broker.stateHash()).toBe(await system.broker.replayHash());
  });
});
