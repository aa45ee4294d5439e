// Goal: a backup taken while messages move between queues of three cells is one moment of all cells: opened
// again, every message that was acknowledged before it began is there exactly once, and moves that were under
// way go on to their end.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { Peek, PeekReply } from '../../src/broker/index.ts';
import { restoreDirectory } from '../../src/storage/index.ts';
import { namespace, openLocalBroker, removeDirectory, temporaryDirectory } from './local-broker.ts';
import type { LocalBroker } from './local-broker.ts';

let directory = '';
afterEach(() => removeDirectory(directory));

const SOURCES = 6;
const MESSAGES = 1200;

/** Every message is received once and then moved away by the next receive: a steady stream of moves. */
async function drain(local: LocalBroker, entity: number, until: () => boolean): Promise<void> {
  while (!until()) {
    await local.run('received', { kind: 'receive', entity, messagesMax: 10, leaseMs: 0, waitMs: 0 });
  }
}

async function bodiesOf(local: LocalBroker, entity: number): Promise<string[]> {
  const bodies: string[] = [];
  let after: number | undefined = 0;
  while (after !== undefined) {
    const peek: Peek = { kind: 'peek', entity, view: 'all', after, limit: 1000 };
    const page: PeekReply = await local.run('peeked', peek);
    bodies.push(...page.messages.map(({ message }) => message.bodyText()));
    after = page.next;
  }
  return bodies;
}

async function movesEnded(local: LocalBroker, entities: readonly number[]): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    let moving = 0;
    for (const entity of entities) {
      const peek = { kind: 'peek', entity, view: 'moving', after: 0, limit: 1 } as const;
      moving += (await local.run('peeked', peek)).messages.length;
    }
    if (moving === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('moves did not end');
}

it('a backup under a stream of moves restores to every message once', async () => {
  directory = temporaryDirectory();
  const live = await openLocalBroker(join(directory, 'live'), { queueCells: 3 });
  const dead = await live.create('dead');
  const target = { kind: 'queue', namespace, name: 'dead' } as const;
  const sources: number[] = [];
  for (let i = 0; i < SOURCES; i++) {
    sources.push(await live.create(`source-${i}`, { deadLetter: { target, maxReceives: 1 } }));
  }
  const sent: string[] = [];
  for (let n = 0; n < MESSAGES; n += 10) {
    const bodies = Array.from({ length: 10 }, (_, i) => `m${n + i}`);
    await live.send(sources[(n / 10) % SOURCES] as number, bodies);
    sent.push(...bodies);
  }
  let isBackedUp = false;
  const drains = sources.map((entity) => drain(live, entity, () => isBackedUp));
  await live.broker.backup(join(directory, 'backup'));
  isBackedUp = true;
  await Promise.all(drains);
  await live.close();
  rmSync(join(directory, 'live'), { recursive: true });

  await restoreDirectory(join(directory, 'backup'), join(directory, 'restored'));
  const restored = await openLocalBroker(join(directory, 'restored'), { queueCells: 3 });
  await movesEnded(restored, sources);
  const found: string[] = [];
  for (const entity of [dead, ...sources]) found.push(...(await bodiesOf(restored, entity)));
  expect(found.toSorted()).toEqual(sent.toSorted());
  // It goes on: what is left at the sources still moves, each message once.
  let isOver = false;
  const rest = sources.map((entity) => drain(restored, entity, () => isOver));
  for (let tries = 0; tries < 400 && (await bodiesOf(restored, dead)).length < MESSAGES; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  isOver = true;
  await Promise.all(rest);
  expect((await bodiesOf(restored, dead)).toSorted()).toEqual(sent.toSorted());
  await restored.close();
});
