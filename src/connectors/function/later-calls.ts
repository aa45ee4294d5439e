// Calls of functions whose answer nobody waits for: bounded, tried three times as Lambda does
// (docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html). Called for Invoke of type
// Event. They are kept in memory alone: what has not succeeded when the daemon stops is lost, and logged.
import { limits } from '../../base/limits.ts';
import type { Logger } from '../../base/log.ts';
import type { FunctionCall, FunctionInvoker } from './function.ts';

/** Before the second and the third attempt. */
const delaysMs = [60_000, 120_000] as const;

export class LaterCalls {
  readonly #invoker: FunctionInvoker;
  readonly #logger: Logger;
  readonly #closing = new AbortController();
  readonly #running = new Set<Promise<void>>();

  constructor(invoker: FunctionInvoker, logger: Logger) {
    this.#invoker = invoker;
    this.#logger = logger;
  }

  /** False when too many are on their way. */
  add(call: FunctionCall): boolean {
    if (this.#running.size >= limits.functionLaterCallsMax || this.#closing.signal.aborted) return false;
    const running = this.#run(call).finally(() => this.#running.delete(running));
    this.#running.add(running);
    return true;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.#running);
  }

  async #run(call: FunctionCall): Promise<void> {
    const { signal } = this.#closing;
    for (let attempt = 0; ; attempt++) {
      const answer = await this.#invoker.invoke(call, signal);
      if (answer.kind === 'returned') return;
      const message = answer.kind === 'failed' ? answer.message : answer.payload.toString('utf8', 0, 500);
      const delayMs = delaysMs[attempt];
      if (delayMs !== undefined && !signal.aborted) await this.#wait(delayMs);
      if (delayMs === undefined || signal.aborted) {
        const facts = { function: call.name, requestId: call.requestId, attempts: attempt + 1, message };
        this.#logger.warn('asynchronous call given up', facts);
        return;
      }
    }
  }

  #wait(delayMs: number): Promise<void> {
    const { signal } = this.#closing;
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, delayMs);
      signal.addEventListener('abort', done, { once: true });
    });
  }
}
