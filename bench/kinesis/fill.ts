// Fills a stream with records before something is measured on it, and answers how that went.
import type { ExperimentContext } from '../experiment.ts';
import type { RunResult } from '../generator/messages.ts';
import type { KinesisWorkloadSpec } from '../generator/workload.ts';
import type { Program } from '../program.ts';

const fillMsMax = 900_000;
const connectionCount = 16;

export async function fillStream(
  context: ExperimentContext,
  program: Program,
  workload: KinesisWorkloadSpec,
): Promise<RunResult> {
  const session = await context.generator.open({
    target: { endpoint: program.endpoint },
    connectionCount,
    workload,
    seed: context.seed,
  });
  const filled = await session.run({ loop: 'closed', durationMs: fillMsMax, prepareCount: 0 });
  await session.close();
  const wanted = workload.messagesMax ?? 0;
  if (filled.units < wanted) {
    throw new Error(`took only ${filled.units} of ${wanted} records: ${filled.tally.firstFailure}`);
  }
  return filled;
}
