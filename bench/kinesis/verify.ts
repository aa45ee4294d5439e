// The account of records after the windows of an experiment. That every acknowledged number is unique and
// grows was checked reply by reply; here a sample, one whole shard, is read back over the wire and has to
// hold exactly what was acknowledged.
import type { ExperimentContext } from '../experiment.ts';
import type { KinesisWorkloadSpec } from '../generator/workload.ts';
import type { Account } from '../pair-result.ts';
import type { Side } from '../side.ts';

const readMsMax = 60_000;
const recordsPerRead = 10_000;
/** The generator's lane 0 reads shard 0. */
const sampleShard = 0;

export async function accountForRecords(
  context: ExperimentContext,
  side: Side,
  workload: KinesisWorkloadSpec,
): Promise<Account> {
  const put = side.lastRun?.tally.verification;
  if (put === undefined) return { verification: null, flags: [] };
  const session = await context.generator.open({
    target: { endpoint: side.program.endpoint },
    connectionCount: 1,
    workload: { ...workload, kind: 'get-records', batch: recordsPerRead, isReadBack: true },
    seed: context.seed,
  });
  const read = await session.run({ loop: 'closed', durationMs: readMsMax, prepareCount: 0 });
  const acknowledged = await session.acknowledgedCount(sampleShard);
  await session.close();
  const { received, unknown, duplicated, reordered } = read.tally.verification;
  const lost = Math.max(0, acknowledged - read.units);
  const flags = [`read back: ${read.units} records of shard ${sampleShard}, ${acknowledged} acknowledged`];
  if (read.tally.failures > 0) flags.push(`void: the read back failed: ${read.tally.firstFailure}`);
  const verification = {
    ...put,
    received,
    unknown,
    lost,
    duplicated: put.duplicated + duplicated,
    reordered: put.reordered + reordered,
  };
  return { verification, flags };
}
