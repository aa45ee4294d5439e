// The bench command: which experiments to run, one after the other, progress while they run, a table and a
// JSON file at the end. `./caudal bench` calls runBench; exit codes: 0 measured, 1 failed, 2 messages were
// wrong.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { environmentFacts } from './environment.ts';
import { experiments } from './experiments.ts';
import type { Experiment, ExperimentContext } from './experiment.ts';
import { Generator } from './generator/generator.ts';
import { parseBenchOptions, usage } from './options.ts';
import type { BenchOptions } from './options.ts';
import { killPrograms } from './program.ts';
import type { Program } from './program.ts';
import { finishResult, formatNumber, renderTable, schemaName } from './report.ts';
import type { BenchReport, BenchResult } from './report.ts';

export async function runBench(args: readonly string[]): Promise<number> {
  const parsed = parseBenchOptions(args, experiments);
  if (!parsed.ok) {
    process.stderr.write(`caudal bench: ${parsed.error}\n`);
    return 1;
  }
  const options = parsed.value;
  if (options.wantsHelp) {
    process.stdout.write(usage(experiments));
    return 0;
  }
  return measure(options);
}

async function measure(options: BenchOptions): Promise<number> {
  const startedAt = new Date();
  const startedMs = performance.now();
  const parent = resolve(options.directory ?? os.tmpdir());
  mkdirSync(parent, { recursive: true });
  const directory = mkdtempSync(join(parent, 'caudal-bench-'));
  const environment = environmentFacts(directory);
  const { cpu, cpuCount, node, fileSystem, loadAverage1m } = environment;
  progress(`${cpuCount} x ${cpu}, node ${node}, ${fileSystem}, load ${loadAverage1m}`);
  if (fileSystem === 'tmpfs') progress('warning: this directory is in memory; give a disk with --dir');
  const interrupt = (): void => {
    killPrograms();
    rmSync(directory, { recursive: true, force: true });
    process.exit(130);
  };
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  const results: BenchResult[] = [];
  try {
    for (const experiment of options.experiments)
      results.push(...(await runOne(experiment, options, directory)));
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    killPrograms();
    rmSync(directory, { recursive: true, force: true });
  }
  const durationSeconds = Math.round((performance.now() - startedMs) / 100) / 10;
  const report: BenchReport = {
    schema: schemaName,
    startedAt: startedAt.toISOString(),
    durationSeconds,
    environment,
    results,
  };
  process.stdout.write(`${renderTable(results)}${durationSeconds} s\n`);
  if (options.jsonFile !== undefined) writeFileSync(options.jsonFile, `${JSON.stringify(report, null, 2)}\n`);
  return exitCode(results);
}

/**
 * A bar that is not reached is a finding, not a failure; wrong messages and experiments that could not run
 * are.
 */
function exitCode(results: readonly BenchResult[]): number {
  if (results.some((result) => result.verdict === 'wrong')) return 2;
  return results.some((result) => Number.isNaN(result.value)) ? 1 : 0;
}

async function runOne(
  experiment: Experiment,
  options: BenchOptions,
  parent: string,
): Promise<readonly BenchResult[]> {
  const generator = new Generator();
  const programs: Program[] = [];
  const directory = mkdtempSync(join(parent, `${experiment.name}-`));
  const context: ExperimentContext = {
    generator,
    directory,
    pairCount: options.pairCount,
    windowMs: options.windowMs,
    settleMs: options.settleMs,
    scale: options.scale,
    shapes: options.shapes,
    seed: options.seed,
    progress: (text) => progress(`${experiment.name}: ${text}`),
    own: (program) => {
      programs.push(program);
      return program;
    },
  };
  try {
    const results = await experiment.run(context);
    for (const result of results) progress(summaryOf(result));
    return results;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    progress(`${experiment.name}: failed: ${message}`);
    const flags = [`void: could not be measured: ${message.split('\n')[0]}`];
    return [finishResult({ name: experiment.name, value: Number.NaN, unit: '', flags })];
  } finally {
    await generator.terminate();
    for (const program of programs) await program.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

function summaryOf(result: BenchResult): string {
  const ratio = result.ratio === null ? '' : `, ${result.ratio.toFixed(2)} x ${result.yardstick?.name}`;
  return `${result.name}: ${formatNumber(result.value)} ${result.unit}${ratio} ${result.verdict}`;
}

function progress(text: string): void {
  process.stderr.write(`bench  ${text}\n`);
}
