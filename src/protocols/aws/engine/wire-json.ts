// AWS JSON 1.0/1.1: bytes to input and output to bytes, both driven by plans. Errors carry their shape name
// in `__type`; clients that once spoke Query (x-amzn-query-mode) also read a header and the real status.
import { isUtf8 } from 'node:buffer';
import { encodeBase64 } from './base64.ts';
import type { AwsError } from './errors.ts';
import type { MemberPlan, OperationPlan, Plan } from './plan.ts';
import type { Problems } from './problems.ts';
import { timestampToIso, timestampToSeconds } from './timestamp.ts';
import { answerHeaders, errorFields, serializationError, type Exchange, type Wire } from './wire.ts';

type Fields = Record<string, unknown>;

export const jsonWire: Wire = {
  name: 'json',
  isQuery: false,
  decode: decodeJsonRequest,
  sendOutput: sendJsonOutput,
  sendError: sendJsonError,
};

function decodeJsonRequest(exchange: Exchange, operation: OperationPlan, problems: Problems): Fields {
  return decodeJsonBody(operation.input, exchange.request.body, problems);
}

/** An empty body is an empty object. */
export function decodeJsonBody(plan: Plan, body: Buffer, problems: Problems): Fields {
  if (body.length === 0) return {};
  if (!isUtf8(body)) throw serializationError();
  return decodeJson(plan, parseJson(body), problems);
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw serializationError();
  }
}

/** The input of an operation from a parsed body; anything but an object is malformed as a whole. */
export function decodeJson(plan: Plan, raw: unknown, problems: Problems): Fields {
  if (raw === null || typeof raw !== 'object' || Array.isArray(raw)) throw serializationError();
  return readStructure(plan, raw as Fields, problems);
}

/** Unknown members and nulls are dropped, whatever the service. */
function readStructure(plan: Plan, raw: Fields, problems: Problems): Fields {
  const fields: Fields = {};
  const { members } = plan;
  for (let i = 0; i < members.length; i++) {
    const member = members[i]!;
    const value = raw[member.name];
    if (value === undefined || value === null) continue;
    const decoded =
      member.plan.kind === 'string' && typeof value === 'string'
        ? value
        : readMember(member, value, problems);
    if (decoded !== undefined) fields[member.name] = decoded;
  }
  return fields;
}

function readMember(member: MemberPlan, value: unknown, problems: Problems): unknown {
  problems.enter(member);
  const decoded = readValue(member.plan, value, problems);
  problems.leave();
  return decoded;
}

function readValue(plan: Plan, raw: unknown, problems: Problems): unknown {
  switch (plan.kind) {
    case 'list':
      return Array.isArray(raw) ? readList(plan, raw, problems) : plan.types.mismatch(plan, raw, problems);
    case 'map':
      return isObject(raw) ? readMap(plan, raw, problems) : plan.types.mismatch(plan, raw, problems);
    case 'structure':
      return isObject(raw) ? readStructure(plan, raw, problems) : plan.types.mismatch(plan, raw, problems);
    default:
      return plan.types.scalar(plan, raw, problems);
  }
}

function isObject(raw: unknown): raw is Fields {
  return raw !== null && typeof raw === 'object' && !Array.isArray(raw);
}

function readList(plan: Plan, raw: readonly unknown[], problems: Problems): unknown[] {
  const list: unknown[] = [];
  for (let i = 0; i < raw.length; i++) {
    const value = raw[i];
    if (value === null) continue;
    problems.enter(i);
    const decoded = readValue(plan.item!, value, problems);
    problems.leave();
    if (decoded !== undefined) list.push(decoded);
  }
  return list;
}

/** Keys are the client's, so the result has no prototype that one of them could meet. */
function readMap(plan: Plan, raw: Fields, problems: Problems): Fields {
  const map = Object.create(null) as Fields;
  for (const key of Object.keys(raw)) {
    const value = raw[key];
    if (value === null) continue;
    problems.enter(key);
    const decoded = readValue(plan.item!, value, problems);
    problems.leave();
    if (decoded !== undefined) map[key] = decoded;
  }
  return map;
}

function sendJsonOutput(exchange: Exchange, operation: OperationPlan, output: object): void {
  const body = operation.operation.encodeOutput?.(output, 'json') ?? encodeOutput(operation.output, output);
  exchange.reply.send(200, answerHeaders(exchange, operation.service.jsonContentType), body);
}

/** Operations without output answer with an empty body, as AWS does. */
export function encodeOutput(plan: Plan, output: object): string {
  if (plan.members.length === 0) return '';
  return JSON.stringify(plan.needsJsonEncoding ? encodeJson(plan, output) : output);
}

/** Returns the value itself where nothing in it has to change, so that most output is never copied. */
export function encodeJson(plan: Plan, value: unknown): unknown {
  switch (plan.kind) {
    case 'blob':
      return typeof value === 'string' ? value : encodeBase64(value as Uint8Array);
    case 'timestamp':
      return isIso(plan) ? timestampToIso(value as number) : timestampToSeconds(value as number);
    case 'structure':
      return encodeMembers(plan, value as Fields);
    case 'list':
      return (value as readonly unknown[]).map((item) => encodeJson(plan.item!, item));
    case 'map': {
      const map = Object.create(null) as Fields;
      for (const [key, item] of Object.entries(value as Fields)) map[key] = encodeJson(plan.item!, item);
      return map;
    }
    default:
      return value;
  }
}

function isIso({ shape }: Plan): boolean {
  return shape.type === 'timestamp' && shape.isIso === true;
}

function encodeMembers(plan: Plan, value: Fields): Fields {
  let copy: Fields | undefined;
  for (let i = 0; i < plan.members.length; i++) {
    const { name, plan: inner } = plan.members[i]!;
    if (!inner.needsJsonEncoding) continue;
    const field = value[name];
    if (field === undefined) continue;
    const encoded = encodeJson(inner, field);
    if (encoded === field) continue;
    copy ??= { ...value };
    copy[name] = encoded;
  }
  return copy ?? value;
}

function sendJsonError(exchange: Exchange, error: AwsError): void {
  const { service } = exchange;
  const headers = answerHeaders(exchange, service?.jsonContentType ?? 'application/x-amz-json-1.0');
  const isQueryMode = exchange.request.headers.get('x-amzn-query-mode') === 'true';
  // botocore reads the header whenever it is there, so every service that also speaks Query sends it.
  if (service?.service.queryNamespace !== undefined) {
    headers.push('x-amzn-query-error', `${error.code};${error.fault}`);
  }
  const status = error.status < 500 && !isQueryMode ? 400 : error.status;
  exchange.reply.send(status, headers, JSON.stringify(errorFields(exchange, error)));
}
