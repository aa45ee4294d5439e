// Starts and ends the processes of a bench: yardsticks, peers and daemons under test. Each prints one ready
// line with its address; nothing here waits without a limit.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { extname, join } from 'node:path';

const readyTimeoutMs = 30_000;
const stopTimeoutMs = 15_000;
const outputCharsMax = 20_000;

export interface ProgramSpec {
  readonly name: string;
  /** Arguments of node: flags, script, arguments. */
  readonly nodeArguments: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface Program {
  readonly endpoint: string;
  readonly pid: number;
  /** From spawn to the ready line. */
  readonly readyMs: number;
  /** SIGTERM, then SIGKILL; answers the exit code. */
  stop(): Promise<number | null>;
  kill9(): Promise<void>;
  isRunning(): boolean;
  /** The last of what it wrote. */
  output(): string;
}

/** A script beside this file, as source or compiled. */
export function benchScript(name: string): string {
  return join(import.meta.dirname, `${name}${extname(import.meta.filename)}`);
}

export async function startProgram(spec: ProgramSpec): Promise<Program> {
  const startedMs = performance.now();
  const child = spawn(process.execPath, [...spec.nodeArguments], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...spec.env },
  });
  let output = '';
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-outputCharsMax);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  running.add(child);
  child.once('exit', () => running.delete(child));
  const endpoint = await readyEndpoint(child, spec.name, () => output);
  return {
    endpoint,
    pid: child.pid as number,
    readyMs: performance.now() - startedMs,
    stop: () => end(child, 'SIGTERM'),
    kill9: async () => void (await end(child, 'SIGKILL')),
    isRunning: () => child.exitCode === null && child.signalCode === null,
    output: () => output,
  };
}

const running = new Set<ChildProcess>();

/** Ends what a failed or interrupted bench left running. */
export function killPrograms(): void {
  for (const child of running) child.kill('SIGKILL');
}

function readyEndpoint(child: ChildProcess, name: string, output: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    const timeout = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`${name} was not ready within ${readyTimeoutMs} ms\n${output()}`));
    }, readyTimeoutMs);
    child.once('error', reject);
    child.once('exit', (code) => {
      clearTimeout(timeout);
      reject(new Error(`${name} ended with code ${code} before it was ready\n${output()}`));
    });
    child.stdout?.on('data', () => {
      const address = /(?:^|\n)(?:caudal )?ready .*?\bhttp=(\S+).*\n/.exec(output())?.[1];
      if (address === undefined) return;
      clearTimeout(timeout);
      resolve(address);
    });
  });
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exited = once(child, 'exit');
  child.kill(signal);
  const timeout = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
  await exited;
  clearTimeout(timeout);
  return child.exitCode;
}
