// The space of a fan-out: one stored message lives as long as any of its copies, whatever becomes of the
// topic and of the other targets, and no longer. Over a real data directory with small segments.
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { LocalBroker } from './local-broker.ts';
import { namespace, openLocalBroker, removeDirectory, temporaryDirectory } from './local-broker.ts';

const targets = 1000;
const segmentBytes = 1024 * 1024;
let directory: string;
let local: LocalBroker;

beforeEach(async () => {
  directory = temporaryDirectory();
  local = await openLocalBroker(directory, { segmentBytes });
});
afterEach(async () => {
  await local.close();
  removeDirectory(directory);
});

/** Fills segments until what is reclaimable has been reclaimed. */
async function churn(entity: number, rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    await local.send(
      entity,
      Array.from({ length: 10 }, () => 'y'.repeat(60_000)),
    );
    const { deliveries } = await local.run('received', { kind: 'receive', entity, messagesMax: 10 });
    await local.run('outcomes', { kind: 'settle', entity, leases: deliveries });
    await local.broker.tick();
  }
}

it('the last of a thousand targets receives what everybody else has forgotten', async () => {
  const { definition: topic } = await local.run('topic', {
    kind: 'createTopic',
    name: { kind: 'topic', namespace, name: 'topic' },
    settings: { ordering: 'none', dedup: 'none' },
    annotations: {},
    tags: {},
  });
  const queues: number[] = [];
  for (let i = 0; i < targets; i++) {
    queues.push(await local.create(`target-${i}`));
    await local.run('binding', {
      kind: 'createBinding',
      topic: topic.entity,
      isEnabled: true,
      targets: [
        { id: '', kind: 'queue', name: { kind: 'queue', namespace, name: `target-${i}` }, rendering: 0 },
      ],
      annotations: {},
      tags: {},
    });
  }
  const churned = await local.create('churn');
  const message = { body: 'z'.repeat(100_000), attributes: [], sender: 'me' };
  const publish = { kind: 'publish', entity: topic.entity, messages: [message] } as const;
  for (let i = 0; i < 20; i++) await local.run('published', publish);
  await local.run('topic', { kind: 'deleteTopic', entity: topic.entity });
  for (const entity of queues.slice(1)) await local.run('catalog', { kind: 'deleteQueue', entity });
  await churn(churned, 60);
  const [last] = queues as [number];
  await local.close();
  local = await openLocalBroker(directory, { segmentBytes });
  const bodies: string[] = [];
  for (let i = 0; i < 2; i++) {
    const { deliveries } = await local.run('received', { kind: 'receive', entity: last, messagesMax: 10 });
    bodies.push(...deliveries.map((delivery) => delivery.message.bodyText()));
    await local.run('outcomes', { kind: 'settle', entity: last, leases: deliveries });
  }
  expect(bodies).toEqual(Array.from({ length: 20 }, () => message.body));
  await churn(churned, 60);
  // 2 MB of publications, and what a thousand lists and references took: all of it is given back, in time.
  const bound = 12 * segmentBytes;
  for (let waited = 0; local.storage.stats().diskBytes >= bound && waited < 60; waited++) {
    await churn(churned, 2);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  expect(local.storage.stats().diskBytes).toBeLessThan(bound);
});
