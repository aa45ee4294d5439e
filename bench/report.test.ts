// The shape of caudal.bench/1 is a promise to whoever reads the files: this is its golden copy.
import { describe, expect, it } from 'vitest';
import { finishResult, renderTable, schemaName } from './report.ts';

const sample = finishResult({
  name: 'sqs-send',
  value: 23_456.7,
  unit: 'msg/s',
  p50Ms: 2.5,
  p99Ms: 7.25,
  yardstick: { name: 'echo', value: 40_000 },
  ratio: 0.586,
  pairRatios: [0.58, 0.59],
  bar: { measure: 'ratio', atLeast: 0.6 },
  ceiling: 100_000,
  cpuMicros: 26,
});

describe('result', () => {
  it('has exactly these fields', () => {
    expect(schemaName).toBe('caudal.bench/1');
    expect(JSON.parse(JSON.stringify(sample))).toEqual({
      name: 'sqs-send',
      value: 23_456.7,
      unit: 'msg/s',
      p50Ms: 2.5,
      p99Ms: 7.25,
      yardstick: { name: 'echo', value: 40_000 },
      ratio: 0.586,
      pairRatios: [0.58, 0.59],
      bar: { measure: 'ratio', atLeast: 0.6 },
      verdict: 'below',
      ceiling: 100_000,
      cpuMicros: 26,
      verification: null,
      flags: [],
    });
  });

  it('says null for what was not measured', () => {
    const bare = finishResult({ name: 'x', value: 1, unit: 'u' });
    expect(bare).toMatchObject({ p50Ms: null, p99Ms: null, yardstick: null, ratio: null, verdict: 'none' });
  });
});

describe('verdict', () => {
  const counts = {
    issued: 1,
    confirmed: 1,
    received: 1,
    deleted: 1,
    duplicated: 0,
    unknown: 0,
    reordered: 0,
    lost: 0,
  };
  const fast = {
    name: 'x',
    value: 1,
    unit: 'u',
    ratio: 0.7,
    bar: { measure: 'ratio', atLeast: 0.6 },
  } as const;

  it('compares the figure that the bar names', () => {
    expect(finishResult(fast).verdict).toBe('ok');
    expect(finishResult({ ...fast, bar: { measure: 'value', atMost: 0.5 } }).verdict).toBe('below');
    expect(finishResult({ ...fast, p99Ms: 9, bar: { measure: 'p99Ms', atMost: 10 } }).verdict).toBe('ok');
    expect(finishResult({ ...fast, ratio: Number.NaN }).verdict).toBe('below');
  });

  it('is void when a validity rule was broken, whatever the figure', () => {
    expect(finishResult({ ...fast, flags: ['void: the clock stepped'] }).verdict).toBe('void');
  });

  it('is wrong when any message was lost, doubled, invented or reordered', () => {
    for (const field of ['lost', 'duplicated', 'unknown', 'reordered']) {
      const verification = { ...counts, [field]: 1 };
      expect(finishResult({ ...fast, verification, flags: ['void: x'] }).verdict).toBe('wrong');
    }
    expect(finishResult({ ...fast, verification: counts }).verdict).toBe('ok');
  });
});

describe('table', () => {
  it('shows figures, bars and notes', () => {
    const noted = { ...sample, name: 'other', flags: ['at 80 % of the ceiling'] };
    expect(renderTable([sample, noted])).toBe(
      [
        'name       value  unit   p50 ms  p99 ms  yardstick    ratio  bar      verdict',
        '--------  ------  -----  ------  ------  -----------  -----  -------  -------',
        'sqs-send  23,457  msg/s    2.50    7.25  echo 40,000   0.59  >= 0.6x  below',
        'other     23,457  msg/s    2.50    7.25  echo 40,000   0.59  >= 0.6x  below',
        'notes',
        '  other: at 80 % of the ceiling',
        '',
      ].join('\n'),
    );
  });
});
