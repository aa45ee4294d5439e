// What a wire form is to the engine: it reads an operation's input and writes its output or error. JSON,
// CBOR, Query/XML and REST-JSON implement it from the same rows; what their answers have in common stands
// here too.
import type { HttpReply, HttpRequest } from '../../../net/http.ts';
import { AwsError } from './errors.ts';
import type { OperationPlan, ServicePlan } from './plan.ts';
import type { Problems } from './problems.ts';
import { secondIdOf } from './request-id.ts';

/** One request as the wires see it. Service and operation are missing when routing failed. */
export interface Exchange {
  readonly request: HttpRequest;
  readonly reply: HttpReply;
  readonly requestId: string;
  readonly service: ServicePlan | undefined;
  readonly operation: OperationPlan | undefined;
  /** Parsed parameters, Query wire only. */
  readonly form: FormNode | undefined;
  /** Labels of the path as sent, REST-JSON only. */
  readonly labels: readonly string[] | undefined;
}

/** `Attribute.1.Name=x` is the path Attribute, 1, Name in this tree. */
export interface FormNode {
  value: string | undefined;
  children: Map<string, FormNode> | undefined;
}

export type WireName = 'json' | 'cbor' | 'query' | 'rest';

export interface Wire {
  readonly name: WireName;
  readonly isQuery: boolean;
  /** Throws an AwsError for what can't be read at all; reports single bad members to `problems`. */
  decode(exchange: Exchange, operation: OperationPlan, problems: Problems): Record<string, unknown>;
  sendOutput(exchange: Exchange, operation: OperationPlan, output: object): void;
  sendError(exchange: Exchange, error: AwsError): void;
}

/** Namespace of the errors that no service model names: those of AWS's own service framework. */
export const coralNamespace = 'com.amazon.coral.service';

/** Headers of an answer in JSON or CBOR. */
export function answerHeaders(exchange: Exchange, contentType: string): string[] {
  const { requestId, service } = exchange;
  const headers = ['x-amzn-RequestId', requestId, 'Content-Type', contentType];
  if (service?.dialect.hasSecondId === true) headers.push('x-amz-id-2', secondIdOf(requestId));
  return headers;
}

/** The body of an error in JSON or CBOR. */
export function errorFields(exchange: Exchange, error: AwsError): Readonly<Record<string, string>> {
  const { service } = exchange;
  const namespace =
    error.namespace ??
    (isModelled(exchange, error) ? (service!.service.errorNamespace ?? '') : coralNamespace);
  // A service with bare error types (Kinesis) has an empty namespace, and then nothing carries one.
  const isBare = namespace === '' || service?.service.errorNamespace === '';
  const type = isBare ? error.type : `${namespace}#${error.type}`;
  return error.message === '' ? { __type: type } : { __type: type, [error.messageKey]: error.message };
}

/** The body is not what its content type says. */
export function serializationError(): AwsError {
  return new AwsError('', {
    type: 'SerializationException',
    code: 'MalformedInput',
    namespace: coralNamespace,
  });
}

function isModelled(exchange: Exchange, error: AwsError): boolean {
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
