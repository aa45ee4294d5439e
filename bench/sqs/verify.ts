// The account of messages after the windows of an experiment: what was sent only has to be counted by the
// server, exactly; what is cycled is drained, and whatever was confirmed and never came is lost.
import type { ExperimentContext } from '../experiment.ts';
import type { WorkloadSpec } from '../generator/workload.ts';
import type { SqsApi } from './api.ts';
import type { Account } from '../pair-result.ts';
import type { Side } from '../side.ts';

const drainMsMax = 60_000;

export interface Accounted {
  readonly api: SqsApi;
  readonly side: Side;
  readonly workload: WorkloadSpec;
}

export function accountForMessages(context: ExperimentContext, accounted: Accounted): Promise<Account> {
  return accounted.workload.kind === 'send' ? countSent(accounted) : drain(context, accounted);
}

async function countSent({ api, side, workload }: Accounted): Promise<Account> {
  const verification = side.lastRun?.tally.verification;
  if (verification === undefined) return { verification: null, flags: [] };
  const { total } = await api.messageCounts(workload.queueUrl);
  // A request without an answer may have been stored: only the confirmed ones have to be there.
  const lost = Math.max(0, verification.confirmed - total);
  const doubled = Math.max(0, total - verification.issued);
  const flags: string[] = [];
  if (lost > 0) flags.push(`wrong: ${verification.confirmed} confirmed, ${total} in the queue`);
  if (doubled > 0) flags.push(`wrong: ${verification.issued} sent, ${total} in the queue`);
  return { verification: { ...verification, duplicated: doubled, lost }, flags };
}

async function drain(context: ExperimentContext, { side, workload }: Accounted): Promise<Account> {
  const session = await context.generator.open({
    target: { endpoint: side.program.endpoint },
    connectionCount: 16,
    workload: { ...workload, kind: 'drain', batch: 10 },
    seed: context.seed + 1,
  });
  const run = await session.run({ loop: 'closed', durationMs: drainMsMax, prepareCount: 0 });
  const lost = await session.lostCount();
  await session.close();
  const flags = lost > 0 ? [`wrong: ${lost} confirmed messages never came`] : [];
  if (run.tally.failures > 0)
    flags.push(`the drain met ${run.tally.failures} failures: ${run.tally.firstFailure}`);
  return { verification: { ...run.tally.verification, lost }, flags };
}
