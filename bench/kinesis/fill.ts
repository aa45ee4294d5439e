// Fills a stream with records before something is measured on it, and answers how that went.
import { setTimeout as sleep } from 'node:timers/promises';
import { startDaemon } from '../daemon.ts';
import type { ExperimentContext } from '../experiment.ts';
import type { RunResult } from '../generator/messages.ts';
import type { KinesisWorkloadSpec } from '../generator/workload.ts';
import type { Program } from '../program.ts';
import { KinesisApi } from './api.ts';

const fillMsMax = 900_000;
const connectionCount = 16;
/** Long enough to seal what can be sealed, and for the checkpoint before it. */
const sealMs = 8000;

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

export interface Sealed {
  readonly streamName: string;
  readonly shardCount: number;
  readonly recordBytes: number;
  readonly recordCount: number;
  readonly ledger: string;
}

/** A data directory with one stream, sealed as far as it can be, whose daemon has stopped. */
export async function fillDirectory(
  context: ExperimentContext,
  dataDirectory: string,
  { streamName, shardCount, recordBytes, recordCount, ledger }: Sealed,
): Promise<{ readonly startMs: number; readonly endMs: number; readonly rateHz: number }> {
  const daemon = context.own(await startDaemon({ dataDirectory }));
  await new KinesisApi(daemon.endpoint).createStream(streamName, shardCount);
  context.progress(`filling ${recordCount} records`);
  const load = { kind: 'put-records', wire: 'cbor', batch: 500 } as const;
  const target = { streamName, shardCount, recordBytes, ledger, messagesMax: recordCount };
  const startMs = Date.now();
  const { rateHz } = await fillStream(context, daemon, { ...load, ...target });
  const endMs = Date.now();
  await sleep(sealMs);
  await daemon.stop();
  return { startMs, endMs, rateHz };
}
