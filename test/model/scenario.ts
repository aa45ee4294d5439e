// The queues of the model suite: an unordered and an ordered one, each with a queue for what it gives up on,
// and one with a delay. Small limits on purpose, so that short runs reach them.
import type { QueueSettings, ResourceName } from '../../src/broker/index.ts';

export const queueNames = ['std', 'std-dead', 'fifo', 'fifo-dead', 'plain'] as const;
export type QueueName = (typeof queueNames)[number];

export const resourceName = (name: string): ResourceName => ({ namespace: 'model', kind: 'queue', name });

export const base: QueueSettings = {
  ordering: 'none',
  leaseMs: 30_000,
  delayMs: 0,
  retentionMs: 4 * 86_400_000,
  maxMessageBytes: 1_048_576,
  waitMs: 0,
  dedup: 'none',
  durability: 'disk',
};
const ordered: QueueSettings = { ...base, ordering: 'group', dedup: 'queue' };

/** `std` and `fifo` give up on a message after two receives. */
export const settingsOf: Readonly<Record<QueueName, QueueSettings>> = {
  std: { ...base, deadLetter: { target: resourceName('std-dead'), maxReceives: 2 } },
  'std-dead': base,
  fifo: { ...ordered, deadLetter: { target: resourceName('fifo-dead'), maxReceives: 2 } },
  'fifo-dead': { ...ordered, dedup: 'group' },
  plain: { ...base, delayMs: 5_000 },
};
