// The only importer of the metrics library: gauges and counters that ask for their values on scrape, and
// histograms that are told. Called by the admin API; it knows no metric by name.
import { Counter, Gauge, Histogram, Registry as Library } from 'prom-client';

export interface MetricText {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
}

/** Label values in the order of the metric's labels. */
export type SetValue = (labels: readonly string[], value: number) => void;
export type Collect = (set: SetValue) => void | Promise<void>;

export interface Registry {
  readonly contentType: string;
  gauge(text: MetricText, collect: Collect): void;
  /** The collected values are totals since the start. */
  counter(text: MetricText, collect: Collect): void;
  histogram(text: MetricText & { readonly buckets: readonly number[] }): Observer;
  text(): Promise<string>;
}

export interface Observer {
  observe(labels: readonly string[], value: number): void;
}

export function createRegistry(): Registry {
  const library = new Library();
  const registers = [library];
  return {
    contentType: library.contentType,
    gauge: ({ name, help, labels }, collect) => {
      const gauge: Gauge = new Gauge({
        name,
        help,
        labelNames: [...labels],
        registers,
        collect: async () => {
          // What is no longer there (a deleted queue) must not go on being reported.
          if (labels.length > 0) gauge.reset();
          await collect((given, value) => gauge.labels(...given).set(value));
        },
      });
    },
    counter: ({ name, help, labels }, collect) => {
      const counter: Counter = new Counter({
        name,
        help,
        labelNames: [...labels],
        registers,
        collect: async () => {
          counter.reset();
          await collect((given, value) => counter.labels(...given).inc(value));
        },
      });
    },
    histogram: ({ name, help, labels, buckets }) => {
      const histogram = new Histogram({
        name,
        help,
        labelNames: [...labels],
        buckets: [...buckets],
        registers,
      });
      return { observe: (given, value) => histogram.labels(...given).observe(value) };
    },
    text: () => library.metrics(),
  };
}
