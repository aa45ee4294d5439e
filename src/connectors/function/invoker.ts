// Calls functions, whichever kind they are of: over HTTP, or as a program. Made by the daemon; used by
// drivers and by whoever calls a function for its result.
import { limits } from '../../base/limits.ts';
import { failure } from '../driver.ts';
import type { HttpClient } from '../http-client.ts';
import { notificationRules, outcomeOf } from '../http-client.ts';
import { CommandRunner } from './command-runner.ts';
import type { FunctionAnswer, FunctionCall, FunctionInvoker, HttpFunction } from './function.ts';

export class LocalInvoker implements FunctionInvoker {
  readonly #client: HttpClient;
  readonly #commands = new CommandRunner();

  constructor(client: HttpClient) {
    this.#client = client;
  }

  invoke(call: FunctionCall, signal: AbortSignal): Promise<FunctionAnswer> {
    const { target } = call;
    if (target.kind === 'command') return this.#commands.run(call, target, signal);
    return this.#post(call, target, signal);
  }

  async #post(call: FunctionCall, target: HttpFunction, signal: AbortSignal): Promise<FunctionAnswer> {
    const { event, requestId, timeoutMs } = call;
    const request = {
      method: 'POST',
      url: target.url,
      headers: { 'content-type': 'application/json', 'x-amzn-requestid': requestId, ...target.headers },
      body: event,
      timeoutMs,
      answerBytesMax: limits.functionAnswerBytesMax,
    };
    const answer = await this.#client.send(request, signal);
    const outcome = outcomeOf(answer, notificationRules, 0);
    if (outcome.kind === 'failed') return outcome;
    if (answer.kind === 'failed') return failure(answer.reason, answer.message);
    if (answer.isTruncated)
      return failure('function_answer_too_large', `more than ${limits.functionAnswerBytesMax} bytes`, true);
    const errorType = answer.headers['x-amz-function-error'];
    if (errorType === undefined) return { kind: 'returned', payload: answer.body };
    return { kind: 'functionError', errorType, payload: answer.body };
  }
}
