// HDR histograms of latencies in nanoseconds, kept by node:perf_hooks (27 ns a record); they pass between
// threads and add up, so no percentile is ever averaged.
import { createHistogram } from 'node:perf_hooks';
import type { Histogram, RecordableHistogram } from 'node:perf_hooks';

const highestNs = 60_000_000_000;

export function createLatency(): RecordableHistogram {
  return createHistogram({ lowest: 1, highest: highestNs, figures: 3 });
}

export function recordMs(histogram: RecordableHistogram, latencyMs: number): void {
  histogram.record(Math.min(highestNs, Math.max(1, Math.round(latencyMs * 1e6))));
}

export function percentileMs(histogram: Histogram, percentile: number): number {
  return histogram.count === 0 ? 0 : histogram.percentile(percentile) / 1e6;
}
