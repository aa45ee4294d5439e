// Latency at half of the rate that a closed loop found, by open loop from the intended time. A window whose
// schedule was not kept is void and measured again; when none is valid the result says so.
import type { ExperimentContext } from '../experiment.ts';
import { windowFlags } from '../gate.ts';
import { createLatency, percentileMs } from '../generator/latency.ts';
import type { RunResult } from '../generator/messages.ts';
import { waitForQuiet } from '../proc.ts';
import { finishResult } from '../report.ts';
import type { BenchResult } from '../report.ts';
import type { Side } from '../side.ts';

const windowCount = 3;
const attemptsMax = 6;
const windowMs = 1500;
const p99MsMax = 10;

export async function measureHalfLoad(
  context: ExperimentContext,
  side: Side,
  rateHz: number,
): Promise<BenchResult> {
  const valid: RunResult[] = [];
  const rejected: RunResult[] = [];
  const reasons = new Set<string>();
  for (let attempt = 0; attempt < attemptsMax && valid.length < windowCount; attempt++) {
    await waitForQuiet(context.settleMs);
    const schedule = {
      arrival: 'poisson',
      rateHz,
      durationMs: windowMs,
      seed: context.seed + attempt,
    } as const;
    const run = await side.session.run({ loop: 'open', schedule });
    side.lastRun = run;
    const flags = windowFlags(run);
    (flags.some((flag) => flag.startsWith('void')) ? rejected : valid).push(run);
    for (const flag of flags) reasons.add(flag);
    context.progress(`half load: p99 ${percentileMs(run.latency, 99).toFixed(1)} ms`);
  }
  const runs = valid.length > 0 ? valid : rejected;
  const latency = createLatency();
  for (const run of runs) latency.add(run.latency as ReturnType<typeof createLatency>);
  const isBarReached = percentileMs(latency, 99) <= p99MsMax;
  const flags = valid.length > 0 ? [...reasons].filter((reason) => !reason.startsWith('void')) : [...reasons];
  if (valid.length > 0 && rejected.length > 0) {
    flags.push(
      `${rejected.length} of ${valid.length + rejected.length} windows were void and measured again`,
    );
  }
  if (valid.length === 0 && isBarReached && rejected.every((run) => run.tally.failures === 0)) {
    // Latency counts from the intended time, so a late generator can only have made it worse.
    flags.splice(
      0,
      flags.length,
      'the schedule was kept badly in every window; the bar is reached all the same',
    );
  }
  return finishResult({
    name: 'sqs-send-256-half-load',
    value: runs.reduce((sum, run) => sum + run.rateHz, 0) / runs.length,
    unit: 'msg/s',
    p50Ms: percentileMs(latency, 50),
    p99Ms: percentileMs(latency, 99),
    bar: { measure: 'p99Ms', atMost: p99MsMax },
    flags,
  });
}
