// One call of a function, and its answer in the sense of Lambda's Invoke
// (docs.aws.amazon.com/lambda/latest/api/API_Invoke.html): a payload, or an error of the function that is a
// payload too. Plain data, and how an answer counts as a delivery.
import type { FailedDelivery, Outcome, Transport } from '../driver.ts';
import { delivered, failure } from '../driver.ts';

export interface FunctionCall {
  /** For the log and the environment of commands. */
  readonly name: string;
  readonly target: HttpFunction | CommandFunction;
  /** JSON. */
  readonly event: string;
  readonly requestId: string;
  readonly timeoutMs: number;
}

/** Gets the event as the body of a POST, as the Lambda runtime interface emulator does. */
export interface HttpFunction {
  readonly kind: 'http';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** A program of this machine: event on standard input, payload on standard output. */
export interface CommandFunction {
  readonly kind: 'command';
  /** Program and arguments; no shell reads them. */
  readonly command: readonly string[];
  readonly directory?: string | undefined;
  readonly environment?: Readonly<Record<string, string>> | undefined;
}

export type FunctionAnswer =
  | { readonly kind: 'returned'; readonly payload: Buffer }
  | { readonly kind: 'functionError'; readonly errorType: string; readonly payload: Buffer }
  | FailedDelivery;

export interface FunctionInvoker {
  /** Never rejects. */
  invoke(call: FunctionCall, signal: AbortSignal): Promise<FunctionAnswer>;
}

/** The payload of an error that happened outside of the function's code. */
export function unhandled(errorType: string, errorMessage: string): FunctionAnswer {
  const payload = Buffer.from(JSON.stringify({ errorType, errorMessage }));
  return { kind: 'functionError', errorType: 'Unhandled', payload };
}

/** A function that fails is called again, as asynchronous calls of Lambda are. */
export class FunctionTransport implements Transport<FunctionCall> {
  readonly #invoker: FunctionInvoker;

  constructor(invoker: FunctionInvoker) {
    this.#invoker = invoker;
  }

  async send(call: FunctionCall, signal: AbortSignal): Promise<Outcome> {
    const answer = await this.#invoker.invoke(call, signal);
    if (answer.kind === 'returned') return delivered;
    if (answer.kind === 'failed') return answer;
    return failure('function_error', answer.payload.toString('utf8', 0, 500));
  }
}
