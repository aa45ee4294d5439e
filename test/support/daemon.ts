// Starts the real daemon as a child process with ephemeral ports and stops it again, for every suite that
// needs one. Every wait is bounded; a daemon that a failing test left behind dies with the test process.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const readyMs = 20_000;
const stopMs = 20_000;
const logBytesMax = 4 * 1024 * 1024;

export interface DaemonOptions {
  /** Default: CAUDAL_TEST_CELLS, or the daemon's own default. */
  readonly queueCells?: number | undefined;
  /** Further command-line flags, such as `['--auth', 'none']`; they win over the defaults made here. */
  readonly flags?: readonly string[];
  /** Kept after `stop`; without it a temporary one is made, and removed by `stop`. */
  readonly dataDir?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Text of a caudal.yaml to start with. */
  readonly config?: string;
}

export interface Daemon {
  /** `http://127.0.0.1:PORT`, the same after a restart. */
  readonly endpoint: string;
  readonly adminEndpoint: string;
  readonly pid: number;
  readonly dataDir: string;
  /** The whole ready line. */
  readonly readyLine: string;
  /** SIGTERM, then waits; answers the exit code (null: it had to be killed). */
  stop(): Promise<number | null>;
  /** SIGKILL, then waits until the process is gone. */
  kill9(): Promise<void>;
  /** Starts again on the same ports and data (after kill9; a running daemon is stopped first). */
  restart(options?: { readonly queueCells?: number; readonly flags?: readonly string[] }): Promise<void>;
  signal(name: NodeJS.Signals): void;
  /** Waits until the process has ended by itself. */
  exited(): Promise<number | null>;
  /** What it wrote to standard error so far. */
  logs(): string;
}

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Running {
  readonly child: ChildProcess;
  readonly exit: Promise<number | null>;
  readonly log: { text: string };
  readonly readyLine: string;
}

const children = new Set<ChildProcess>();
const killAll = (): void => {
  for (const child of children) child.kill('SIGKILL');
};
process.once('exit', killAll);
// Vitest ends its workers by a signal, without an exit: what a failed test left behind goes with its file.
if (process.env['VITEST'] !== undefined) afterAll(killAll);

export async function startDaemon(options: DaemonOptions = {}): Promise<Daemon> {
  const workDir = await mkdtemp(join(tmpdir(), 'caudal-test-'));
  const dataDir = options.dataDir ?? join(workDir, 'data');
  const configFile = join(workDir, 'caudal.yaml');
  if (options.config !== undefined) await writeFile(configFile, options.config);
  const base = options.config === undefined ? [] : ['--config', configFile];
  let queueCells = options.queueCells ?? cellsFromEnvironment();
  let extra = options.flags ?? [];
  const launch = async (ports: readonly string[]): Promise<Running> => {
    const cells = queueCells === undefined ? [] : ['--queue-cells', String(queueCells)];
    return run(['start', '--data', dataDir, ...ports, ...cells, ...base, ...extra], options.env ?? {});
  };
  let running: Running;
  try {
    running = await launch(['--http-port', '0', '--admin-port', '0']);
  } catch (error) {
    await rm(workDir, { recursive: true, force: true });
    throw error;
  }
  const endpoint = valueOf(running.readyLine, 'http');
  const adminEndpoint = valueOf(running.readyLine, 'admin');

  const stop = async (): Promise<number | null> => {
    const code = await end(running, 'SIGTERM');
    await rm(workDir, { recursive: true, force: true });
    return code;
  };
  return {
    endpoint,
    adminEndpoint,
    dataDir,
    get pid() {
      return running.child.pid ?? -1;
    },
    get readyLine() {
      return running.readyLine;
    },
    stop,
    kill9: async () => void (await end(running, 'SIGKILL')),
    restart: async (changes = {}) => {
      queueCells = changes.queueCells ?? queueCells;
      extra = changes.flags ?? extra;
      await end(running, 'SIGTERM');
      const log = running.log.text;
      running = await launch(['--http-port', portOf(endpoint), '--admin-port', portOf(adminEndpoint)]);
      running.log.text = log + running.log.text;
    },
    signal: (name) => void running.child.kill(name),
    exited: () => within(running.exit, stopMs, 'the daemon did not exit'),
    logs: () => running.log.text,
  };
}

/** Runs one command of the command line to its end. */
export async function runCaudal(
  args: readonly string[],
  options: {
    readonly env?: Readonly<Record<string, string>>;
    readonly cwd?: string;
    readonly timeoutMs?: number;
  } = {},
): Promise<CliResult> {
  const child = spawnCaudal(args, options.env ?? {}, options.cwd);
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const exit = closing(child);
  try {
    const code = await within(exit, options.timeoutMs ?? readyMs, `caudal ${args.join(' ')} did not end`);
    return { code, stdout, stderr };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

// What ./caudal sets too: threads for the logs, and the cache that makes a start quick.
const wrapperEnvironment = {
  UV_THREADPOOL_SIZE: '12',
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_THRESHOLD_: '131072',
  NODE_COMPILE_CACHE: join(root, '.runtime/compile-cache'),
};

function spawnCaudal(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd?: string,
): ChildProcess {
  const flags = [
    '--disable-warning=ExperimentalWarning',
    '--max-semi-space-size=16',
    '--heap-growing-percent=60',
  ];
  const child = spawn(process.execPath, [...flags, join(root, 'src/cli/main.ts'), ...args], {
    cwd: cwd ?? tmpdir(),
    env: { ...cleanEnvironment(), ...wrapperEnvironment, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.add(child);
  child.once('close', () => children.delete(child));
  return child;
}

// A developer's own CAUDAL_* settings must not change what a suite tests.
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('CAUDAL_')));
}

async function run(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Running> {
  const child = spawnCaudal(args, env);
  const exit = closing(child);
  const log = { text: '' };
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    log.text = (log.text + text).slice(-logBytesMax);
  });
  const ready = new Promise<string>((settle, fail) => {
    let stdout = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      if (stdout.length > logBytesMax) return;
      stdout += text;
      const line = /^caudal ready .*$/m.exec(stdout);
      if (line !== null && stdout.includes('\n', line.index)) settle(line[0]);
    });
    void exit.then((code) =>
      fail(new Error(`the daemon ended with code ${code} before it was ready:\n${log.text}`)),
    );
  });
  try {
    return { child, exit, log, readyLine: await within(ready, readyMs, 'the daemon was not ready in time') };
  } catch (error) {
    child.kill('SIGKILL');
    throw new Error(`${(error as Error).message}\n${log.text}`, { cause: error });
  }
}

async function end(running: Running, signal: NodeJS.Signals): Promise<number | null> {
  running.child.kill(signal);
  try {
    return await within(running.exit, stopMs, 'the daemon did not stop');
  } catch {
    running.child.kill('SIGKILL');
    await running.exit;
    return null;
  }
}

function closing(child: ChildProcess): Promise<number | null> {
  return new Promise((settle) => {
    child.once('close', (code) => settle(code));
    child.once('error', () => settle(null));
  });
}

async function within<T>(promise: Promise<T>, ms: number, message: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_settle, fail) => {
    timer = setTimeout(() => fail(new Error(`${message} (${ms} ms)`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

function valueOf(readyLine: string, name: string): string {
  const part = readyLine.split(' ').find((word) => word.startsWith(`${name}=`));
  return part === undefined ? '' : part.slice(name.length + 1);
}

function portOf(url: string): string {
  return url === '' ? 'off' : new URL(url).port;
}

function cellsFromEnvironment(): number | undefined {
  const text = process.env['CAUDAL_TEST_CELLS'];
  return text === undefined || text === '' ? undefined : Number(text);
}
