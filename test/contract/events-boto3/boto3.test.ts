// Goal: boto3 programs that use EventBridge run unchanged. Method: one Python process runs all of cases.py
// against one daemon, each of its cases is a test here.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { needs } from '../../support/clients.ts';
import { type Daemon, startDaemon } from '../../support/daemon.ts';

const program = join(import.meta.dirname, 'cases.py');
const names = [...readFileSync(program, 'utf8').matchAll(/^def test_(\w+)/gm)].map((match) => match[1]!);
const python = needs('python3-boto3');
const runMs = 100_000;

interface Outcome {
  readonly name: string;
  readonly error?: string;
}

describe.skipIf(python.skip)(`boto3 ${python.note}`, () => {
  const outcomes = new Map<string, Outcome>();
  let daemon: Daemon;
  let stderr = '';

  beforeAll(async () => {
    daemon = await startDaemon();
    const child = spawn(python.program, [program, daemon.endpoint], { timeout: runMs });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    await new Promise((settle) => child.once('close', settle));
    for (const line of stdout.split('\n').filter((text) => text !== '')) {
      const outcome = JSON.parse(line) as Outcome;
      outcomes.set(outcome.name, outcome);
    }
  }, runMs);
  afterAll(() => daemon.stop());

  test.each(names)('%s', (name) => {
    const outcome = outcomes.get(name);
    expect(outcome, `no outcome of ${name}: ${stderr}`).toBeDefined();
    expect(outcome?.error ?? '').toBe('');
  });
});
