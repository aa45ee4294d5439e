// Validity rules of a window: what makes its figures meaningless (void) or worth a note. Pure.
import { percentileMs } from './generator/latency.ts';
import type { RunResult } from './generator/messages.ts';
import type { MachineShares } from './proc.ts';

/**
 * A figure above this share of the generator's ceiling says as much about the generator as about the subject.
 */
export const ceilingShareMax = 0.7;

export interface GateRules {
  /** Of the reported p99: a schedule kept worse than that measures the generator. */
  readonly lagShareMax: number;
  /** Lateness that is always allowed: latencies near it are good enough for any bar. */
  readonly lagMsAllowed: number;
  readonly stealShareMax: number;
  readonly foreignShareMax: number;
  readonly clockStepMsMax: number;
  /** Busy share of the generator's thread in a closed loop, whose waiting is the subject's time. */
  readonly utilizationMax: number;
}

const undisturbed: MachineShares = { steal: 0, foreign: 0 };

const gateRules: GateRules = {
  lagShareMax: 0.1,
  lagMsAllowed: 0.5,
  stealShareMax: 0.1,
  foreignShareMax: 0.1,
  clockStepMsMax: 50,
  utilizationMax: 0.95,
};

export function windowFlags(
  run: RunResult,
  shares: MachineShares = undisturbed,
  rules: GateRules = gateRules,
): string[] {
  const flags: string[] = [];
  const { tally } = run;
  if (run.isTimedOut) flags.push('void: operations did not come back in time');
  if (run.brokenLanes > 0) flags.push(`void: ${run.brokenLanes} connections broke`);
  if (tally.failures > 0) flags.push(`void: ${tally.failures} failures, the first: ${tally.firstFailure}`);
  if (Math.abs(run.clockStepMs) > rules.clockStepMsMax)
    flags.push('void: the clock stepped during the window');
  if (shares.steal > rules.stealShareMax) {
    flags.push(`another tenant took more than ${rules.stealShareMax * 100} % of the machine in some window`);
  }
  if (shares.foreign > rules.foreignShareMax) {
    flags.push(
      `other processes took more than ${rules.foreignShareMax * 100} % of the machine in some window`,
    );
  }
  if (run.lag === null) {
    if (run.utilization > rules.utilizationMax)
      flags.push('the generator was busy all the time in some window');
    return flags;
  }
  const lagMs = percentileMs(run.lag, 99);
  const p99Ms = percentileMs(run.latency, 99);
  if (lagMs > Math.max(p99Ms * rules.lagShareMax, rules.lagMsAllowed)) {
    flags.push(
      `void: requests left ${lagMs.toFixed(2)} ms late (p99) at a latency of ${p99Ms.toFixed(2)} ms (p99)`,
    );
  }
  return flags;
}
