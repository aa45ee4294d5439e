// A daemon of the example's own: free ports, a temporary directory, ended by SIGTERM or, to see what that
// does, by SIGKILL. It is started by ./caudal as anybody would; nothing of the product is imported.
import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';

const caudal = resolve(import.meta.dirname, '../../caudal');
const readyMs = 30_000;

export class ExampleDaemon {
  /** Removed with everything in it when the example ends. */
  readonly directory = mkdtempSync(join(tmpdir(), 'caudal-example-'));
  endpoint = '';
  adminEndpoint = '';
  #child: ChildProcess | undefined;

  constructor() {
    process.once('exit', () => {
      this.#child?.kill('SIGKILL');
      rmSync(this.directory, { recursive: true, force: true });
    });
  }

  /** The first time on free ports, later on the same ones. */
  async start(): Promise<void> {
    const ports = ['--http-port', portOf(this.endpoint), '--admin-port', portOf(this.adminEndpoint)];
    const args = ['start', '--data', join(this.directory, 'data'), '--log-level', 'error', ...ports];
    const child = spawn(caudal, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#child = child;
    const line = await readyLine(child);
    this.endpoint = / http=(\S+)/.exec(line)?.[1] ?? '';
    this.adminEndpoint = / admin=(\S+)/.exec(line)?.[1] ?? '';
  }

  /** `kill -9`: nothing is flushed, nobody is told. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  /** For the constructor of every SDK client. */
  get clientConfig() {
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    return { endpoint: this.endpoint, region: 'us-east-1', credentials };
  }
}

async function readyLine(child: ChildProcessByStdio<null, Readable, null>): Promise<string> {
  let text = '';
  const signal = AbortSignal.timeout(readyMs);
  child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
  while (!text.includes('\n')) {
    if (child.exitCode !== null) throw new Error(`the daemon ended with code ${child.exitCode}`);
    await Promise.race([once(child.stdout, 'data', { signal }), once(child, 'exit', { signal })]);
  }
  return text;
}

function portOf(url: string): string {
  return url === '' ? '0' : new URL(url).port;
}
