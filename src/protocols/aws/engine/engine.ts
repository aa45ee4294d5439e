// The way of every AWS request: route, authenticate, decode, validate, hand to the service's function, and
// answer. Called by the HTTP listener for each request; never throws for anything a client can send.
import type { HttpReply, HttpRequest } from '../../../net/http.ts';
import type { Authenticator } from './authenticate.ts';
import { EngineCall, type CallContext } from './call.ts';
import type { EdgeAnswer } from './dialect.ts';
import type { OperationPlan } from './plan.ts';
import { Problems } from './problems.ts';
import { secondIdOf } from './request-id.ts';
import type { Router } from './router.ts';
import { validate } from './validate.ts';
import { requestTooLarge } from './wire.ts';

export interface EngineParts {
  readonly router: Router;
  readonly authenticator: Authenticator;
  readonly context: CallContext;
}

export class Engine {
  readonly #parts: EngineParts;
  readonly #problems = new Problems();

  constructor(parts: EngineParts) {
    this.#parts = parts;
  }

  handle(request: HttpRequest, reply: HttpReply): void {
    const { router, context } = this.#parts;
    const route = router.route(request);
    if (route === undefined) return sendNothingHere(reply, context);
    if (route.answer !== undefined) return sendEdgeAnswer(reply, context, route.answer);
    const call = new EngineCall(context, request, reply, route);
    try {
      if (route.error !== undefined) call.fail(route.error);
      else this.#run(call, route.operation!);
    } catch (error) {
      call.fail(error);
    }
  }

  #run(call: EngineCall, operation: OperationPlan): void {
    const { bodyBytesMax } = operation.service.service;
    if (bodyBytesMax !== undefined && call.request.body.length > bodyBytesMax)
      throw requestTooLarge(bodyBytesMax);
    call.admit(this.#parts.authenticator.authenticate(call.request, operation, call.form));
    const result = operation.handler(this.#read(call, operation) as never, call as never);
    if (!(result instanceof Promise)) return call.finish(result as object);
    void result.then((output: object) => call.finish(output)).catch((error: unknown) => call.fail(error));
  }

  #read(call: EngineCall, operation: OperationPlan): object {
    const byHand = operation.operation.decodeBody?.(call.request.body, call.wire.name);
    if (byHand !== undefined) return byHand;
    const problems = this.#problems;
    problems.reset();
    const input = call.wire.decode(call, operation, problems);
    if (problems.failures.length === 0) validate(operation.input, input, problems);
    if (problems.failures.length === 0) return input;
    throw operation.service.module.errors.validation([...problems.failures]);
  }
}

/** What the service's front end says by itself. */
function sendEdgeAnswer(reply: HttpReply, context: CallContext, answer: EdgeAnswer): void {
  const requestId = context.requestIds.next();
  const headers = ['x-amzn-RequestId', requestId, 'x-amz-id-2', secondIdOf(requestId)];
  if (answer.contentType !== undefined) headers.push('Content-Type', answer.contentType);
  reply.send(answer.status, headers, answer.body);
}

/** What AWS answers to a request without an action, whatever it accepts (recorded). */
function sendNothingHere(reply: HttpReply, context: CallContext): void {
  const headers = ['x-amzn-RequestId', context.requestIds.next(), 'Content-Type', 'text/xml'];
  reply.send(404, headers, '<UnknownOperationException/>');
}
