// REST-JSON (restJson1): an operation is a method and a path, its members stand in path, query string,
// headers or a JSON body. EventBridge Scheduler, Pipes, the schema registry and Lambda speak it. Errors carry
// their shape name in a header and their own status.
// https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html
import { limits } from '../../../base/limits.ts';
import type { AwsError } from './errors.ts';
import type { OperationPlan, Plan } from './plan.ts';
import type { Problems } from './problems.ts';
import type { NamedMember, RestPlan } from './rest-plan.ts';
import { scalarFromText } from './scalar-text.ts';
import { decodeJsonBody, encodeOutput } from './wire-json.ts';
import { answerHeaders, serializationError, type Exchange, type Wire } from './wire.ts';

type Fields = Record<string, unknown>;

const jsonType = 'application/json';

export const restWire: Wire = {
  name: 'rest',
  isQuery: false,
  decode: decodeRestRequest,
  sendOutput: sendRestOutput,
  sendError: sendRestError,
};

function decodeRestRequest(exchange: Exchange, operation: OperationPlan, problems: Problems): Fields {
  const rest = operation.rest!;
  const { request } = exchange;
  const fields = readBody(rest, request.body, problems);
  readLabels(rest, exchange.labels ?? [], fields, problems);
  if (rest.input.query.length > 0) readQuery(rest.input.query, request.query, fields, problems);
  for (const { name, member } of rest.input.headers) {
    const text = request.headers.get(name.toLowerCase());
    if (text !== undefined) setScalar(fields, { name, member }, text, problems);
  }
  return fields;
}

function readBody({ input }: RestPlan, body: Buffer, problems: Problems): Fields {
  const { payload } = input;
  if (payload === undefined) {
    return input.body.members.length === 0 ? {} : decodeJsonBody(input.body, body, problems);
  }
  if (body.length === 0) return {};
  if (payload.plan.kind === 'blob') return { [payload.name]: body };
  if (payload.plan.kind === 'string') return { [payload.name]: body.toString('utf8') };
  problems.enter(payload);
  const value = decodeJsonBody(payload.plan, body, problems);
  problems.leave();
  return { [payload.name]: value };
}

function readLabels(rest: RestPlan, labels: readonly string[], fields: Fields, problems: Problems): void {
  let index = 0;
  for (const member of rest.segments) {
    if (typeof member === 'string') continue;
    setScalar(fields, { name: member.name, member }, decodeText(labels[index++] ?? ''), problems);
  }
}

/** A name that comes several times fills a list; of any other member the last value counts. */
function readQuery(members: readonly NamedMember[], query: string, fields: Fields, problems: Problems): void {
  const pairs = query.split('&', limits.awsFormFieldsMax);
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    const name = decodeText(plusAsSpace(equals < 0 ? pair : pair.slice(0, equals)));
    const bound = members.find((member) => member.name === name);
    if (bound === undefined) continue;
    const text = equals < 0 ? '' : decodeText(plusAsSpace(pair.slice(equals + 1)));
    if (bound.member.plan.kind === 'list') addItem(fields, bound, text, problems);
    else setScalar(fields, bound, text, problems);
  }
}

function addItem(fields: Fields, { member }: NamedMember, text: string, problems: Problems): void {
  const items = (fields[member.name] ??= []) as unknown[];
  problems.enter(member);
  problems.enter(items.length);
  const value = scalarFromText(member.plan.item!, text, problems);
  problems.leave();
  problems.leave();
  if (value !== undefined) items.push(value);
}

function setScalar(fields: Fields, { member }: NamedMember, text: string, problems: Problems): void {
  problems.enter(member);
  const value = scalarFromText(member.plan, text, problems);
  problems.leave();
  if (value !== undefined) fields[member.name] = value;
}

function plusAsSpace(text: string): string {
  return text.includes('+') ? text.replaceAll('+', ' ') : text;
}

function decodeText(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    throw serializationError();
  }
}

function sendRestOutput(exchange: Exchange, operation: OperationPlan, output: object): void {
  const rest = operation.rest!;
  const fields = output as Fields;
  const { payload, status: statusMember, headers: bound } = rest.output;
  const status = (statusMember === undefined ? undefined : fields[statusMember.name]) ?? rest.status;
  const isBytes = payload?.plan.kind === 'blob';
  const headers = answerHeaders(exchange, isBytes ? rest.contentType : jsonType);
  for (const { name, member } of bound) {
    const value = fields[member.name];
    if (value !== undefined) headers.push(name, String(value));
  }
  exchange.reply.send(status as number, headers, status === 204 ? '' : bodyOf(rest, fields));
}

function bodyOf({ output }: RestPlan, fields: Fields): Buffer | string {
  const { payload, body } = output;
  if (payload === undefined) {
    if (body.members.length === 0) return '{}';
    const isWhole = output.headers.length === 0 && output.status === undefined;
    return encodeOutput(body, isWhole ? fields : membersOf(body, fields));
  }
  const value = fields[payload.name];
  if (value === undefined) return '';
  if (typeof value === 'string') return value;
  return value instanceof Uint8Array ? bufferOf(value) : encodeOutput(payload.plan, value as Fields);
}

function membersOf({ members }: Plan, fields: Fields): Fields {
  return Object.fromEntries(members.map(({ name }) => [name, fields[name]]));
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function sendRestError(exchange: Exchange, error: AwsError): void {
  const rest = exchange.service?.service.rest;
  const headers = answerHeaders(exchange, jsonType);
  headers.push('x-amzn-ErrorType', error.type);
  const fault = rest?.hasFault === true ? { Type: error.fault === 'Sender' ? 'User' : 'Service' } : {};
  const body = { ...fault, [rest?.messageKey ?? 'message']: error.message, ...error.members };
  exchange.reply.send(error.status, headers, JSON.stringify(body));
}
