// Yardstick and subject in turn, window by window, on the same machine in the same minute: the ratio of each
// pair cancels what the machine was doing, and the median of the pairs ignores the odd one out.
import type { Histogram, RecordableHistogram } from 'node:perf_hooks';
import { createLatency } from './generator/latency.ts';

/** One measured window of one side. */
export interface Window {
  readonly rateHz: number;
  readonly units: number;
  readonly latency: Histogram | null;
  /** CPU time of the measured process in the window. */
  readonly cpuMs: number | null;
  /** Reasons why the window may not count. */
  readonly flags: readonly string[];
}

export interface PairsOptions {
  readonly pairCount: number;
  readonly yardstick: () => Promise<Window>;
  readonly subject: () => Promise<Window>;
  readonly onPair?: (index: number, ratio: number) => void;
}

export interface PairsOutcome {
  readonly yardstickRateHz: number;
  readonly subjectRateHz: number;
  readonly ratio: number;
  readonly pairRatios: readonly number[];
  /** All windows of the subject together. */
  readonly latency: RecordableHistogram;
  readonly cpuMicros: number | null;
  readonly flags: readonly string[];
}

export async function runPairs(options: PairsOptions): Promise<PairsOutcome> {
  const yardsticks: Window[] = [];
  const subjects: Window[] = [];
  const pairRatios: number[] = [];
  for (let index = 0; index < options.pairCount; index++) {
    // Each goes first in every other pair, so that neither always gets the warmer machine.
    const isYardstickFirst = index % 2 === 0;
    const first = isYardstickFirst ? await options.yardstick() : await options.subject();
    const second = isYardstickFirst ? await options.subject() : await options.yardstick();
    const [yardstick, subject] = isYardstickFirst ? [first, second] : [second, first];
    yardsticks.push(yardstick);
    subjects.push(subject);
    pairRatios.push(subject.rateHz / yardstick.rateHz);
    options.onPair?.(index, subject.rateHz / yardstick.rateHz);
  }
  const latency = createLatency();
  for (const { latency: windowLatency } of subjects) {
    // The types ask for a recordable one; any histogram can be added.
    if (windowLatency !== null) latency.add(windowLatency as RecordableHistogram);
  }
  return {
    yardstickRateHz: median(yardsticks.map((window) => window.rateHz)),
    subjectRateHz: median(subjects.map((window) => window.rateHz)),
    ratio: median(pairRatios),
    pairRatios,
    latency,
    cpuMicros: cpuPerUnit(subjects),
    flags: [...new Set([...yardsticks, ...subjects].flatMap((window) => window.flags))],
  };
}

function cpuPerUnit(windows: readonly Window[]): number | null {
  const units = windows.reduce((sum, window) => sum + window.units, 0);
  const cpuMs = windows.reduce((sum, window) => sum + (window.cpuMs ?? Number.NaN), 0);
  return units === 0 || Number.isNaN(cpuMs) ? null : (cpuMs * 1000) / units;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
