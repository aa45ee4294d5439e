// Whether dead-lettering by receive count stays exact over a restart: messages that were received before must
// go to the dead-letter queue at their next receive, all of them, and those that never were must come once.
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExperimentContext } from '../experiment.ts';
import { finishResult } from '../report.ts';
import type { BenchResult } from '../report.ts';
import type { SqsApi } from './api.ts';
import type { BacklogDaemon } from './backlog-daemon.ts';
import { countAll, queueUrlAt } from './backlog-daemon.ts';
import type { BacklogShape } from './backlog-shapes.ts';
import { shapeLoad } from './backlog-shapes.ts';

const roundMs = 5000;
const roundsMax = 400;
const settleMs = 3000;
const settleRoundsMax = 40;
const deadLetterQueue = 'deep-dead';
/** Longer than the whole check: a lease of it never expires. */
const visibilitySeconds = 43_200;

export async function measureDeadLetters(
  context: ExperimentContext,
  shape: BacklogShape,
  daemon: BacklogDaemon,
): Promise<BenchResult> {
  const { api } = daemon;
  await api.createQueue(deadLetterQueue);
  const deadLetterTargetArn = `arn:aws:sqs:us-east-1:000000000000:${deadLetterQueue}`;
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 1 });
  for (let index = 0; index < shape.queueCount; index++) {
    const QueueUrl = queueUrlAt(daemon, shape, index);
    await api.call('SetQueueAttributes', { QueueUrl, Attributes: { RedrivePolicy } });
  }
  const load = shapeLoad(shape, daemon.url(shape.queueName));
  const drain = await daemon.openLoad({ ...load, kind: 'drain', visibilitySeconds });
  const receivedBefore = await drain.distinctReceivedCount();
  const inQueuesBefore = await countAll(daemon, shape);
  let last = await drain.run({ loop: 'closed', durationMs: roundMs, prepareCount: 0 });
  for (let round = 1; round < roundsMax; round++) {
    const total = await countAll(daemon, shape);
    context.progress(`${shape.name}: dead letters, ${total} messages to go`);
    if (total === 0) break;
    last = await drain.run({ loop: 'closed', durationMs: roundMs, prepareCount: 0 });
  }
  const moved = await settledCount(api, daemon.url(deadLetterQueue));
  const left = await countAll(daemon, shape);
  const drained = (await drain.distinctReceivedCount()) - receivedBefore;
  await drain.close();
  const flags = [`${drained} never received before, ${moved} moved, ${left} left, of ${inQueuesBefore}`];
  const missing = inQueuesBefore - drained - moved - left;
  return finishResult({
    name: `backlog-${shape.name}-dead-letters`,
    value: moved,
    unit: 'messages',
    yardstick: { name: 'received before', value: receivedBefore },
    ratio: moved / receivedBefore,
    bar: { measure: 'ratio', atLeast: 1, atMost: 1 },
    // A message that came although it had been received before shows up as duplicated.
    verification: { ...last.tally.verification, lost: Math.max(0, missing), reordered: 0 },
    flags,
  });
}

/** Moves may still be under way when their source is already empty: waits until the count stands still. */
async function settledCount(api: SqsApi, queueUrl: string): Promise<number> {
  let previous = -1;
  for (let round = 0; round < settleRoundsMax; round++) {
    const { total } = await api.messageCounts(queueUrl);
    if (total === previous) return total;
    previous = total;
    await sleep(settleMs);
  }
  return previous;
}
