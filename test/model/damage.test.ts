// Goal: a message whose body cannot be read (damaged storage) is never taken for one that is done: it is not
// delivered, not moved away, and still counted when its body is readable again.
import { expect, it } from 'vitest';
import { Desk } from './desk.ts';
import { resourceName } from './scenario.ts';
import { System } from './system.ts';

it('a dead letter without a readable body stays where it is', async () => {
  const system = await System.start(1, 1);
  const desk = new Desk(system);
  const dead = await desk.create('dead');
  const deadLetter = { target: resourceName('dead'), maxReceives: 1 };
  const queue = await desk.create('q', { deadLetter });
  await desk.send(queue, ['a', 'b']);
  await desk.receive(queue, { leaseMs: 1000 });
  await desk.advance(1000);
  const log = system.storage.cell('queue-0');
  const read = log.body.bind(log);
  log.body = (entity, sequence) => (sequence === 1 ? undefined : read(entity, sequence));
  expect(await desk.receiveBodies(queue)).toEqual([]);
  await system.quiet();
  expect(await desk.counts(queue)).toEqual([1, 0, 0]);
  expect(await desk.counts(dead)).toEqual([1, 0, 0]);
  log.body = read;
  expect(await desk.receiveBodies(queue)).toEqual([]);
  await system.quiet();
  expect(await desk.counts(queue)).toEqual([0, 0, 0]);
  expect(await desk.counts(dead)).toEqual([2, 0, 0]);
  await system.stop();
});
