// `caudal test`: everything that CI checks, in one run: types, lint, format, unused code, then every test.
// The last line is `N passed, N failed`; each static check counts as one test.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { parseArguments } from '../../base/arguments.ts';
import { countTests, type TestCount } from '../test-report.ts';
import { fail, print } from '../output.ts';

const root = resolve(import.meta.dirname, '../../..');
const checkMs = 180_000;
// The whole run has 15 minutes in CI: a suite that hangs must still leave time to say so.
const suiteMs = 12.5 * 60_000;
const soakMs = 4 * 3_600_000;

interface Check {
  readonly name: string;
  readonly tool: string;
  readonly bin: string;
  readonly args: readonly string[];
}

const folders = ['src', 'test', 'bench', 'scripts'];
const checks: readonly Check[] = [
  { name: 'types', tool: 'typescript', bin: 'tsc', args: ['--noEmit', '-p', 'tsconfig.json'] },
  { name: 'lint', tool: 'oxlint', bin: 'oxlint', args: ['--type-aware'] },
  { name: 'format', tool: 'oxfmt', bin: 'oxfmt', args: ['--check', ...folders] },
  { name: 'unused code', tool: 'knip', bin: 'knip', args: [] },
];

export async function test(args: readonly string[]): Promise<number> {
  const given = parseArguments(args, { soak: 'switch' });
  if (!given.ok) return fail(given.error, 2);
  const { words, switches } = given.value;
  let passed = 0;
  let failed = 0;
  // Named files are a developer's short loop: the static checks are left out.
  for (const check of words.length > 0 ? [] : checks) {
    const isGood = await runCheck(check);
    if (isGood) passed += 1;
    else failed += 1;
  }
  const tests = await runTests(words, switches.has('soak'));
  passed += tests.passed;
  failed += tests.failed;
  if (tests.skipped > 0) print(`${tests.skipped} skipped (see above for what they need)`);
  print(`${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0 ? 0 : 1;
}

async function runCheck(check: Check): Promise<boolean> {
  const code = await runTool(check.tool, check.bin, check.args, { timeoutMs: checkMs });
  print(`${check.name}: ${code === 0 ? 'ok' : 'FAILED'}`);
  return code === 0;
}

async function runTests(files: readonly string[], isSoak: boolean): Promise<TestCount> {
  const directory = mkdtempSync(join(tmpdir(), 'caudal-report-'));
  const report = join(directory, 'report.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const environment = isSoak ? { CAUDAL_SOAK: '1' } : {};
  const timeoutMs = isSoak ? soakMs : suiteMs;
  const code = await runTool('vitest', 'vitest', ['run', ...reporters, ...files], { timeoutMs, environment });
  try {
    const count = countTests(readFileSync(report, 'utf8'));
    // Vitest also fails for what belongs to no test (an unhandled rejection): that must not pass as green.
    return code !== 0 && count.failed === 0 ? { ...count, failed: 1 } : count;
  } catch {
    print('the test run left no report');
    return { passed: 0, failed: 1, skipped: 0 };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

interface ToolOptions {
  readonly timeoutMs: number;
  readonly environment?: Readonly<Record<string, string>>;
}

// Tools run under this very Node: the one that `env node` would find may be too old for them.
async function runTool(
  tool: string,
  bin: string,
  args: readonly string[],
  options: ToolOptions,
): Promise<number> {
  const path = binPath(tool, bin);
  if (path === undefined) return fail(`${tool} is not installed`);
  const PATH = dirname(process.execPath) + delimiter + (process.env['PATH'] ?? '');
  const env = { ...process.env, PATH, ...options.environment };
  const child = spawn(process.execPath, [path, ...args], {
    cwd: root,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const timer = setTimeout(() => {
    fail(`${bin} was ended after ${options.timeoutMs / 1000} s`);
    child.kill('SIGKILL');
  }, options.timeoutMs);
  const code = await new Promise<number>((settle) => {
    child.once('exit', (exitCode) => settle(exitCode ?? 1));
    child.once('error', () => settle(1));
  });
  clearTimeout(timer);
  return code;
}

function binPath(tool: string, bin: string): string | undefined {
  const folder = join(root, 'node_modules', tool);
  try {
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
      bin?: string | Readonly<Record<string, string>>;
    };
    const path = typeof manifest.bin === 'string' ? manifest.bin : manifest.bin?.[bin];
    return path === undefined ? undefined : join(folder, path);
  } catch {
    return undefined;
  }
}
