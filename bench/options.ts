// The arguments of the bench command. Pure: it answers options or one sentence about what is wrong.
import { parseArgs } from 'node:util';
import { err, ok } from '../src/base/result.ts';
import type { Result } from '../src/base/result.ts';
import type { Experiment } from './experiment.ts';

export interface BenchOptions {
  readonly experiments: readonly Experiment[];
  readonly jsonFile: string | undefined;
  readonly directory: string | undefined;
  readonly pairCount: number;
  readonly windowMs: number;
  readonly settleMs: number;
  readonly scale: number;
  readonly shapes: readonly string[];
  readonly seed: number;
  readonly wantsHelp: boolean;
}

/** Medians of fewer pairs follow single disturbances. */
const pairCountMin = 5;
const defaultWindowMs = 1000;

export function usage(experiments: readonly Experiment[]): string {
  const list = experiments.map(({ name, isDefault, summary }) => {
    return `  ${name.padEnd(22)}${isDefault ? '' : '(by name only) '}${summary}`;
  });
  return [
    'caudal bench [--only NAME[,NAME]] [--json FILE] [--dir DIR] [--pairs N] [--window-ms N] [--seed N]',
    '             [--settle-ms N] [--scale F] [--shape NAME]',
    'caudal bench peers sqs|kinesis [the same options]',
    '',
    ...list,
    '',
    '--dir names a folder on the disk to measure; --scale shrinks the long experiments (0.1: a tenth);',
    '--shape picks one of the backlogs or peers; --settle-ms lets each window wait for a quiet machine.',
    '',
  ].join('\n');
}

export function parseBenchOptions(
  args: readonly string[],
  all: readonly Experiment[],
): Result<BenchOptions, string> {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        only: { type: 'string', multiple: true },
        json: { type: 'string' },
        dir: { type: 'string' },
        pairs: { type: 'string' },
        'window-ms': { type: 'string' },
        'settle-ms': { type: 'string' },
        scale: { type: 'string' },
        shape: { type: 'string', multiple: true },
        seed: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    return err(error instanceof Error ? error.message : String(error));
  }
  const { values, positionals } = parsed;
  const names = (values.only ?? []).flatMap((value) => value.split(',')).filter((name) => name !== '');
  if (positionals.length > 0) names.push(positionals.join('-'));
  const unknown = names.find((name) => all.every((experiment) => experiment.name !== name));
  if (unknown !== undefined) {
    return err(`no experiment ${unknown}; there are ${all.map((experiment) => experiment.name).join(', ')}`);
  }
  const chosen = all.filter(({ name, isDefault }) => (names.length === 0 ? isDefault : names.includes(name)));
  const numbers = {
    pairCount: Number(values.pairs ?? pairCountMin),
    windowMs: Number(values['window-ms'] ?? defaultWindowMs),
    settleMs: Number(values['settle-ms'] ?? 0),
    scale: Number(values.scale ?? 1),
    seed: Number(values.seed ?? Date.now() % 2 ** 32),
  };
  if (!Number.isInteger(numbers.pairCount) || numbers.pairCount < pairCountMin) {
    return err(`--pairs is a number of at least ${pairCountMin}`);
  }
  if (!(numbers.windowMs >= 100)) return err('--window-ms is a number of at least 100');
  if (!(numbers.settleMs >= 0)) return err('--settle-ms is a number of at least 0');
  if (!(numbers.scale > 0)) return err('--scale is a number above 0');
  if (!Number.isInteger(numbers.seed)) return err('--seed is a whole number');
  const { json: jsonFile, dir: directory, shape: shapes = [], help } = values;
  return ok({ experiments: chosen, jsonFile, directory, shapes, wantsHelp: help === true, ...numbers });
}
