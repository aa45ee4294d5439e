// Arguments of the bench command.
import { describe, expect, it } from 'vitest';
import { experiments } from './experiments.ts';
import { parseBenchOptions, usage } from './options.ts';

function chosen(...args: string[]): readonly string[] | string {
  const parsed = parseBenchOptions(args, experiments);
  return parsed.ok ? parsed.value.experiments.map((experiment) => experiment.name) : parsed.error;
}

describe('parseBenchOptions', () => {
  it('runs the default set without arguments', () => {
    expect(chosen()).toEqual([
      'log-append',
      'sqs-send',
      'sqs-send-256',
      'sqs-send-batch',
      'sqs-cycle',
      'sqs-cycle-batch',
      'sqs-fifo-cycle',
      'sqs-many-queues',
    ]);
  });

  it('runs what is named', () => {
    expect(chosen('--only', 'sqs-backlog')).toEqual(['sqs-backlog']);
    expect(chosen('--only', 'sqs-cycle,log-append', '--only', 'sqs-send')).toHaveLength(3);
    expect(chosen('peers', 'sqs')).toEqual(['peers-sqs']);
    expect(chosen('peers', 'kinesis')).toEqual(['peers-kinesis']);
  });

  it('refuses what it does not know, and says what there is', () => {
    expect(chosen('--only', 'sqs-sendd')).toMatch(/no experiment sqs-sendd; there are log-append/);
    expect(chosen('--colour')).toMatch(/--colour/);
    expect(chosen('--pairs', '4')).toMatch(/at least 5/);
    expect(chosen('--scale', 'x')).toMatch(/--scale/);
    expect(chosen('--window-ms', '1')).toMatch(/--window-ms/);
  });

  it('lists every experiment in its usage', () => {
    for (const { name } of experiments) expect(usage(experiments)).toContain(name);
  });
});
