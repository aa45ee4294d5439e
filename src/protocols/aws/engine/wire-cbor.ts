// The CBOR wire: the JSON protocol with binary bodies, which the Java SDKs (and so KCL, Flink, Spark) use for
// Kinesis unless they are told not to. Chosen by the router for services that have it.
import { decodeCbor } from './cbor/decode.ts';
import { encodeCbor, encodeCborText } from './cbor/encode.ts';
import { cborContentType } from './content-type.ts';
import type { AwsError } from './errors.ts';
import type { OperationPlan } from './plan.ts';
import type { Problems } from './problems.ts';
import { answerHeaders, errorFields, type Exchange, type Wire } from './wire.ts';

export const cborWire: Wire = {
  name: 'cbor',
  isQuery: false,
  decode: decodeCborRequest,
  sendOutput: sendCborOutput,
  sendError: sendCborError,
};

function decodeCborRequest(
  exchange: Exchange,
  operation: OperationPlan,
  problems: Problems,
): Record<string, unknown> {
  const { body } = exchange.request;
  return body.length === 0 ? {} : decodeCbor(operation.input, body, problems);
}

function sendCborOutput(exchange: Exchange, operation: OperationPlan, output: object): void {
  const { output: plan } = operation;
  const body =
    operation.operation.encodeOutput?.(output, 'cbor') ??
    (plan.members.length === 0 ? '' : encodeCbor(plan, output));
  exchange.reply.send(200, answerHeaders(exchange, cborContentType), body);
}

function sendCborError(exchange: Exchange, error: AwsError): void {
  const status = error.status < 500 ? 400 : error.status;
  const body = encodeCborText(errorFields(exchange, error));
  exchange.reply.send(status, answerHeaders(exchange, cborContentType), body);
}
