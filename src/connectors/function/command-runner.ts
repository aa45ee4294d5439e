// Runs programs as functions: one process per call, a bounded number at once, each bounded in time and
// output. Called by the invoker. No shell is involved, and a program sees nothing of the daemon's own
// environment but where programs are.
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { spawn } from 'node:child_process';
import { limits } from '../../base/limits.ts';
import { failure } from '../driver.ts';
import type { CommandFunction, FunctionAnswer, FunctionCall } from './function.ts';
import { unhandled } from './function.ts';

const STDERR_CHARS_MAX = 1_000;

export class CommandRunner {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  async run(call: FunctionCall, target: CommandFunction, signal: AbortSignal): Promise<FunctionAnswer> {
    if (this.#running >= limits.functionProcessesMax) {
      if (this.#waiting.length >= limits.functionCallsWaitingMax)
        return failure('throttled', 'too many calls wait for a process');
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#running++;
    }
    try {
      if (signal.aborted) return failure('aborted', 'the call was given up');
      return await runProcess(call, target, signal);
    } catch (error) {
      // No program, or an argument that cannot be one.
      return failure('function_not_started', error instanceof Error ? error.message : String(error), true);
    } finally {
      // The place goes on to whoever waits longest.
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }
}

function runProcess(
  call: FunctionCall,
  target: CommandFunction,
  signal: AbortSignal,
): Promise<FunctionAnswer> {
  return new Promise((resolve) => {
    const child = start(call, target);
    const output = new ProcessOutput(child);
    let ended: FunctionAnswer | undefined;
    const end = (answer: FunctionAnswer): void => {
      ended ??= answer;
      killTree(child);
    };
    const seconds = (call.timeoutMs / 1_000).toFixed(2);
    const late = (): void =>
      end(unhandled('Sandbox.Timedout', `${prefix(call)}Task timed out after ${seconds} seconds`));
    const timer = setTimeout(late, call.timeoutMs);
    const stop = (): void => end(failure('aborted', 'the call was given up'));
    signal.addEventListener('abort', stop, { once: true });
    output.onOverflow = () =>
      end(unhandled('Function.ResponseSizeTooLarge', `more than ${limits.functionAnswerBytesMax} bytes`));
    const finish = (answer: FunctionAnswer): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      resolve(ended ?? answer);
    };
    child.once('error', (error) => finish(failure('function_not_started', error.message)));
    child.once('close', (code, killedBy) => finish(answerOf(call, output, code ?? killedBy)));
    // A program may end without reading its input.
    child.stdin.on('error', () => {});
    child.stdin.end(call.event);
  });
}

function start(call: FunctionCall, target: CommandFunction): ChildProcessWithoutNullStreams {
  const [program = '', ...rest] = target.command;
  return spawn(program, rest, {
    cwd: target.directory,
    // A group of its own, so that what it starts ends with it.
    detached: true,
    stdio: 'pipe',
    env: {
      PATH: process.env['PATH'],
      LANG: process.env['LANG'],
      AWS_LAMBDA_FUNCTION_NAME: call.name,
      CAUDAL_REQUEST_ID: call.requestId,
      ...target.environment,
    },
  });
}

function killTree(child: ChildProcessWithoutNullStreams): void {
  // What has left the group may hold them open; nobody waits for that.
  child.stdout.destroy();
  child.stderr.destroy();
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}

class ProcessOutput {
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #errorText = '';
  onOverflow: () => void = () => {};

  constructor(child: ChildProcessWithoutNullStreams) {
    child.stdout.on('data', (chunk: Buffer) => {
      this.#bytes += chunk.byteLength;
      if (this.#bytes > limits.functionAnswerBytesMax) this.onOverflow();
      else this.#chunks.push(chunk);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#errorText = (this.#errorText + text).slice(-STDERR_CHARS_MAX);
    });
  }

  payload(): Buffer {
    const all = Buffer.concat(this.#chunks);
    return all.at(-1) === 0x0a ? all.subarray(0, -1) : all;
  }
  get errorText(): string {
    return this.#errorText.trim();
  }
}

/** A program that fails may have printed its error in Lambda's form; otherwise one is made. */
function answerOf(call: FunctionCall, output: ProcessOutput, end: number | string | null): FunctionAnswer {
  const payload = output.payload();
  if (end === 0) return { kind: 'returned', payload };
  if (isErrorPayload(payload)) return { kind: 'functionError', errorType: 'Unhandled', payload };
  const status = typeof end === 'number' ? `exit status ${end}` : `signal: ${String(end)}`;
  const text = output.errorText;
  const message = `${prefix(call)}Runtime exited with error: ${status}${text === '' ? '' : `\n${text}`}`;
  return unhandled('Runtime.ExitError', message);
}

function prefix(call: FunctionCall): string {
  return `RequestId: ${call.requestId} Error: `;
}

function isErrorPayload(payload: Buffer): boolean {
  try {
    const parsed: unknown = JSON.parse(payload.toString('utf8'));
    return typeof parsed === 'object' && parsed !== null && 'errorMessage' in parsed;
  } catch {
    return false;
  }
}
