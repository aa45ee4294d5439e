// Functions of the configuration as fronts call them: by name, for the result or for nobody. Made by
// outward.ts.
import { failure } from '../connectors/driver.ts';
import type { FunctionAnswer, FunctionCall } from '../connectors/function/function.ts';
import type { LaterCalls } from '../connectors/function/later-calls.ts';
import type { FunctionRequest } from '../protocols/aws/index.ts';
import type { Outbound } from './outbound.ts';

export class FunctionCalls {
  readonly #outbound: Outbound;
  readonly #later: LaterCalls;
  readonly #closing = new AbortController();

  constructor(outbound: Outbound, later: LaterCalls) {
    this.#outbound = outbound;
    this.#later = later;
  }

  has(name: string): boolean {
    return this.#outbound.functionNamed(name) !== undefined;
  }

  /** Never rejects; it ends within the function's own timeout. */
  async invoke(request: FunctionRequest, signal = this.#closing.signal): Promise<FunctionAnswer> {
    const call = this.#callOf(request);
    if (call === undefined)
      return failure('function_not_found', `there is no function ${request.name}`, true);
    return this.#outbound.invoker.invoke(call, signal);
  }

  invokeLater(request: FunctionRequest): boolean {
    const call = this.#callOf(request);
    return call !== undefined && this.#later.add(call);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#later.close();
  }

  #callOf({ name, event, requestId }: FunctionRequest): FunctionCall | undefined {
    const found = this.#outbound.functionNamed(name);
    return found === undefined ? undefined : { name, event, requestId, ...found };
  }
}
