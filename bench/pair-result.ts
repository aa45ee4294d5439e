// The result of a comparison in pairs: the median ratio with its bar, the generator's ceiling beside it, and
// the account of what was sent. Called by the experiments that go over HTTP.
import { ceilingShareMax } from './gate.ts';
import type { Verification } from './generator/ledger.ts';
import { percentileMs } from './generator/latency.ts';
import type { PairsOutcome } from './pairs.ts';
import { finishResult } from './report.ts';
import type { Bar, BenchResult } from './report.ts';

/** What became of the messages of an experiment. */
export interface Account {
  readonly verification: (Verification & { readonly lost: number }) | null;
  readonly flags: readonly string[];
}

export interface PairPlan {
  readonly name: string;
  readonly unit: string;
  readonly bar?: Bar;
}

export interface PairFigures {
  readonly outcome: PairsOutcome;
  readonly ceiling: number;
  readonly yardstickName: string;
  readonly account: Account;
}

export function pairResult(plan: PairPlan, figures: PairFigures): BenchResult {
  const { outcome, ceiling, account } = figures;
  const flags = [...outcome.flags, ...account.flags];
  const share = outcome.subjectRateHz / ceiling;
  if (share > ceilingShareMax) flags.push(`at ${(share * 100).toFixed(0)} % of the generator's own ceiling`);
  return finishResult({
    name: plan.name,
    value: outcome.subjectRateHz,
    unit: plan.unit,
    p50Ms: percentileMs(outcome.latency, 50),
    p99Ms: percentileMs(outcome.latency, 99),
    yardstick: { name: figures.yardstickName, value: outcome.yardstickRateHz },
    ratio: outcome.ratio,
    pairRatios: outcome.pairRatios,
    bar: plan.bar ?? null,
    ceiling,
    cpuMicros: outcome.cpuMicros,
    verification: account.verification,
    flags,
  });
}
