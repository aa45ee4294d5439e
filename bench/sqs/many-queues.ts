// Bytes written to the device per message when 64 messages of 300 B at a time go to 64 of 10,000 queues in
// turn: what keeping thousands of small queues in one log costs.
import { join } from 'node:path';
import { queueUrl, startDaemon } from '../daemon.ts';
import type { Experiment, ExperimentContext } from '../experiment.ts';
import { windowFlags } from '../gate.ts';
import { percentileMs } from '../generator/latency.ts';
import { deviceWriteBytes } from '../proc.ts';
import { finishResult } from '../report.ts';
import type { BenchResult } from '../report.ts';

const fullQueueCount = 10_000;
const bodyBytes = 300;
const laneCount = 64;
const windowMs = 5000;
const createMsMax = 60_000;
/** Device bytes a message, from the design. */
const bytesMax = 3 * 1024;

async function run(context: ExperimentContext): Promise<BenchResult[]> {
  const daemon = context.own(await startDaemon({ dataDirectory: join(context.directory, 'data') }));
  const queueCount = Math.ceil(fullQueueCount * context.scale);
  const shared = { queueUrl: queueUrl(daemon.endpoint, 'many-'), queueCount, ledger: 'sqs-many-queues' };
  const session = { target: { endpoint: daemon.endpoint }, connectionCount: laneCount, seed: context.seed };
  context.progress(`creating ${queueCount} queues`);
  const creator = await context.generator.open({ ...session, workload: { ...shared, kind: 'create' } });
  const created = await creator.run({ loop: 'closed', durationMs: createMsMax, prepareCount: 0 });
  await creator.close();
  const flags = windowFlags(created);
  if (created.units < queueCount)
    flags.push(`void: only ${created.units} queues within ${createMsMax / 1000} s`);
  const sender = await context.generator.open({
    ...session,
    workload: { ...shared, kind: 'send', bodyBytes },
  });
  context.progress('warm-up');
  const warmUp = await sender.run({ loop: 'closed', durationMs: 1000, prepareCount: 0 });
  context.progress('sending');
  const bytesBefore = deviceWriteBytes(daemon.pid);
  const prepareCount = Math.ceil(warmUp.rateHz * (windowMs / 1000) * 1.3);
  const sent = await sender.run({ loop: 'closed', durationMs: windowMs, prepareCount });
  const bytes = deviceWriteBytes(daemon.pid) - bytesBefore;
  await sender.close();
  flags.push(
    ...windowFlags(sent),
    `${Math.round(sent.rateHz)} msg/s, ${Math.round(created.rateHz)} queues created/s`,
  );
  const perMessage = bytes / sent.units;
  return [
    finishResult({
      name: 'sqs-many-queues',
      value: perMessage,
      unit: 'B/msg',
      p50Ms: percentileMs(sent.latency, 50),
      p99Ms: percentileMs(sent.latency, 99),
      yardstick: { name: 'body', value: bodyBytes },
      ratio: perMessage / bodyBytes,
      bar: { measure: 'value', atMost: bytesMax },
      verification: { ...sent.tally.verification, lost: 0 },
      flags,
    }),
  ];
}

export const manyQueues: Experiment = {
  name: 'sqs-many-queues',
  summary: 'device bytes per message, 64 messages of 300 B at a time to 64 of 10,000 queues in turn',
  isDefault: true,
  run,
};
