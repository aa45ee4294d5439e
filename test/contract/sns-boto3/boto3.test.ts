// Goal: boto3 programs run unchanged; Debian's reads answers with an XML parser of its own. Method: one
// Python process per daemon runs all of cases.py, each of its cases is a test here.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { needs } from '../../support/clients.ts';
import { describeSns } from '../../support/sns-suite.ts';

const program = join(import.meta.dirname, 'cases.py');
const names = [...readFileSync(program, 'utf8').matchAll(/^def test_(\w+)/gm)].map((match) => match[1]!);
const python = needs('python3-boto3');
const runMs = 100_000;

interface Outcome {
  readonly name: string;
  readonly error?: string;
}

describe.skipIf(python.skip)(`boto3 ${python.note}`, () => {
  describeSns('SNS from Python', (suite) => {
    const outcomes = new Map<string, Outcome>();
    let stderr = '';

    beforeAll(async () => {
      const child = spawn(python.program, [program, suite.sqs.daemon.endpoint], { timeout: runMs });
      let stdout = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
      await new Promise((settle) => child.once('close', settle));
      for (const line of stdout.split('\n').filter((text) => text !== '')) {
        const outcome = JSON.parse(line) as Outcome;
        outcomes.set(outcome.name, outcome);
      }
    }, runMs);

    test.each(names)('%s', (name) => {
      const outcome = outcomes.get(name);
      expect(outcome, `no outcome of ${name}: ${stderr}`).toBeDefined();
      expect(outcome?.error ?? '').toBe('');
    });
  });
});
