// What an experiment is and what it gets: a name on the command line, and a context with the generator, a
// directory of its own on the measured disk, and the sizes of a run. main.ts runs them one after the other.
import type { Generator } from './generator/generator.ts';
import type { Program } from './program.ts';
import type { BenchResult } from './report.ts';

export interface ExperimentContext {
  readonly generator: Generator;
  /** An empty directory on the file system that is measured; removed afterwards. */
  readonly directory: string;
  readonly pairCount: number;
  readonly windowMs: number;
  /** How long a window may wait for the machine to be idle before it begins. */
  readonly settleMs: number;
  /** Share of the full size, for experiments that take a long time. */
  readonly scale: number;
  /** Names of the variants to run, of an experiment that has variants; empty: all. */
  readonly shapes: readonly string[];
  readonly seed: number;
  progress(text: string): void;
  /** Programs that are stopped when the experiment is over, however it ends. */
  own(program: Program): Program;
}

export interface Experiment {
  readonly name: string;
  readonly summary: string;
  /** Part of the set that plain `bench` runs. */
  readonly isDefault: boolean;
  run(context: ExperimentContext): Promise<readonly BenchResult[]>;
}
