// What a wire form is to the engine: it reads an operation's input and writes its output or error. JSON and
// Query/XML implement it from the same rows; CBOR will be a third.
import type { HttpReply, HttpRequest } from '../../../net/http.ts';
import { AwsError } from './errors.ts';
import type { OperationPlan, ServicePlan } from './plan.ts';
import type { Problems } from './problems.ts';

/** One request as the wires see it. Service and operation are missing when routing failed. */
export interface Exchange {
  readonly request: HttpRequest;
  readonly reply: HttpReply;
  readonly requestId: string;
  readonly service: ServicePlan | undefined;
  readonly operation: OperationPlan | undefined;
  /** Parsed parameters, Query wire only. */
  readonly form: FormNode | undefined;
}

/** `Attribute.1.Name=x` is the path Attribute, 1, Name in this tree. */
export interface FormNode {
  value: string | undefined;
  children: Map<string, FormNode> | undefined;
}

export interface Wire {
  readonly isQuery: boolean;
  /** Throws an AwsError for what can't be read at all; reports single bad members to `problems`. */
  decode(exchange: Exchange, operation: OperationPlan, problems: Problems): Record<string, unknown>;
  sendOutput(exchange: Exchange, operation: OperationPlan, output: object): void;
  sendError(exchange: Exchange, error: AwsError): void;
}

/** Namespace of the errors that no service model names: those of AWS's own service framework. */
export const coralNamespace = 'com.amazon.coral.service';

export function isModelled(exchange: Exchange, error: AwsError): boolean {
  return exchange.operation?.operation.errors.includes(error.type) === true;
}

export function internalFailure(): AwsError {
  const options = { type: 'InternalFailure', status: 500, namespace: coralNamespace };
  return new AwsError('The request processing has failed because of an unknown error.', options);
}

export function requestTooLarge(bodyBytesMax: number): AwsError {
  return new AwsError(`The request must not be longer than ${bodyBytesMax} bytes.`, {
    type: 'RequestEntityTooLargeException',
    code: 'RequestEntityTooLarge',
    status: 413,
    namespace: coralNamespace,
  });
}
