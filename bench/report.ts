// The results of a bench as data (schema caudal.bench/1) and as the table that people read. Filled by the
// experiments, written by main.ts; it measures nothing.
import type { Verification } from './generator/ledger.ts';

export const schemaName = 'caudal.bench/1';

/** A floor or a ceiling that the design fixes for one figure of a result. */
export interface Bar {
  readonly measure: 'ratio' | 'value' | 'p99Ms';
  readonly atLeast?: number;
  readonly atMost?: number;
}

/**
 * `void`: a validity rule was broken, so the figures mean nothing. `wrong`: messages were lost, doubled or
 * reordered.
 */
export type Verdict = 'ok' | 'below' | 'none' | 'void' | 'wrong';

export interface BenchResult {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly yardstick: { readonly name: string; readonly value: number } | null;
  /** Median of the pairs' ratios, subject to yardstick. */
  readonly ratio: number | null;
  readonly pairRatios: readonly number[];
  readonly bar: Bar | null;
  readonly verdict: Verdict;
  /** What the generator reaches with the same load against a server that answers at once. */
  readonly ceiling: number | null;
  /** CPU time of the subject's process per unit. */
  readonly cpuMicros: number | null;
  readonly verification: (Verification & { readonly lost: number }) | null;
  readonly flags: readonly string[];
}

export interface BenchReport {
  readonly schema: typeof schemaName;
  readonly startedAt: string;
  readonly durationSeconds: number;
  readonly environment: Readonly<Record<string, string | number | boolean>>;
  readonly results: readonly BenchResult[];
}

/** The parts of a result that every experiment has; the rest is optional and defaults to "not measured". */
export type ResultDraft = Pick<BenchResult, 'name' | 'value' | 'unit'> &
  Partial<Omit<BenchResult, 'verdict'>>;

export function finishResult(draft: ResultDraft): BenchResult {
  const result: BenchResult = {
    name: draft.name,
    value: draft.value,
    unit: draft.unit,
    p50Ms: draft.p50Ms ?? null,
    p99Ms: draft.p99Ms ?? null,
    yardstick: draft.yardstick ?? null,
    ratio: draft.ratio ?? null,
    pairRatios: draft.pairRatios ?? [],
    bar: draft.bar ?? null,
    verdict: 'none',
    ceiling: draft.ceiling ?? null,
    cpuMicros: draft.cpuMicros ?? null,
    verification: draft.verification ?? null,
    flags: draft.flags ?? [],
  };
  return { ...result, verdict: judge(result) };
}

/** Wrong answers outweigh everything, a void run outweighs its bar. */
function judge(result: BenchResult): Verdict {
  const { verification } = result;
  if (verification !== null) {
    const { lost, duplicated, unknown, reordered } = verification;
    if (lost + duplicated + unknown + reordered > 0) return 'wrong';
  }
  if (result.flags.some((flag) => flag.startsWith('void'))) return 'void';
  if (result.bar === null) return 'none';
  const measured = result[result.bar.measure] ?? Number.NaN;
  const isReached =
    measured >= (result.bar.atLeast ?? Number.NEGATIVE_INFINITY) &&
    measured <= (result.bar.atMost ?? Number.POSITIVE_INFINITY);
  return isReached ? 'ok' : 'below';
}

const columns = [
  'name',
  'value',
  'unit',
  'p50 ms',
  'p99 ms',
  'yardstick',
  'ratio',
  'bar',
  'verdict',
] as const;
/** The first and the unit columns read better from the left. */
const leftColumns = new Set([0, 2, 5, 7, 8]);

export function renderTable(results: readonly BenchResult[]): string {
  const rows = [columns as readonly string[], ...results.map(cells)];
  const widths = columns.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => pad(cell, widths[column] ?? 0, column))
      .join('  ')
      .trimEnd(),
  );
  lines.splice(1, 0, widths.map((width) => '-'.repeat(width)).join('  '));
  const notes = results.flatMap((result) => result.flags.map((flag) => `  ${result.name}: ${flag}`));
  return `${lines.join('\n')}\n${notes.length > 0 ? `notes\n${notes.join('\n')}\n` : ''}`;
}

function pad(cell: string, width: number, column: number): string {
  return leftColumns.has(column) ? cell.padEnd(width) : cell.padStart(width);
}

function cells(result: BenchResult): string[] {
  return [
    result.name,
    formatNumber(result.value),
    result.unit,
    result.p50Ms === null ? '' : result.p50Ms.toFixed(2),
    result.p99Ms === null ? '' : result.p99Ms.toFixed(2),
    result.yardstick === null ? '' : `${result.yardstick.name} ${formatNumber(result.yardstick.value)}`,
    result.ratio === null ? '' : result.ratio.toFixed(2),
    formatBar(result.bar),
    result.verdict === 'none' ? '' : result.verdict,
  ];
}

function formatBar(bar: Bar | null): string {
  if (bar === null) return '';
  const name = bar.measure === 'p99Ms' ? 'p99 ' : '';
  const suffix = bar.measure === 'ratio' ? 'x' : bar.measure === 'p99Ms' ? ' ms' : '';
  return bar.atLeast === undefined ? `${name}<= ${bar.atMost}${suffix}` : `${name}>= ${bar.atLeast}${suffix}`;
}

export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return 'n/a';
  return Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en-US') : value.toFixed(2);
}
