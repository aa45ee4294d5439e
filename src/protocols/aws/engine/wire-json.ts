// AWS JSON 1.0/1.1: bytes to input and output to bytes, both driven by plans. Errors carry their shape name
// in `__type`; clients that once spoke Query (x-amzn-query-mode) also read a header and the real status.
import { isUtf8 } from 'node:buffer';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { AwsError, type AwsError as AwsErrorType } from './errors.ts';
import type { MemberPlan, OperationPlan, Plan } from './plan.ts';
import type { Problems } from './problems.ts';
import { timestampFromSeconds, timestampToSeconds } from './timestamp.ts';
import { coralNamespace, isModelled, type Exchange, type Wire } from './wire.ts';

type Fields = Record<string, unknown>;

export const jsonWire: Wire = {
  isQuery: false,
  decode: decodeJsonRequest,
  sendOutput: sendJsonOutput,
  sendError: sendJsonError,
};

function decodeJsonRequest(exchange: Exchange, operation: OperationPlan, problems: Problems): Fields {
  const { body } = exchange.request;
  if (body.length === 0) return {};
  if (!isUtf8(body)) throw serializationError();
  return decodeJson(operation.input, parseJson(body), problems);
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

function serializationError(): AwsErrorType {
  return new AwsError('', {
    type: 'SerializationException',
    code: 'MalformedInput',
    namespace: coralNamespace,
  });
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
      return Array.isArray(raw) ? readList(plan, raw, problems) : problems.add('type', plan.shape, raw);
    case 'map':
      return isObject(raw) ? readMap(plan, raw, problems) : problems.add('type', plan.shape, raw);
    case 'structure':
      return isObject(raw) ? readStructure(plan, raw, problems) : problems.add('type', plan.shape, raw);
    default:
      return readScalar(plan, raw, problems);
  }
}

function readScalar(plan: Plan, raw: unknown, problems: Problems): unknown {
  switch (plan.kind) {
    case 'boolean':
      return readBoolean(plan, raw, problems);
    case 'integer':
    case 'long':
    case 'double':
      return readNumber(plan, raw, problems);
    case 'timestamp':
      return typeof raw === 'number' ? timestampFromSeconds(raw) : problems.add('type', plan.shape, raw);
    case 'blob':
      return readBlob(plan, raw, problems);
    default:
      return typeof raw === 'string' ? raw : problems.add('type', plan.shape, raw);
  }
}

function readBlob(plan: Plan, raw: unknown, problems: Problems): Uint8Array | undefined {
  const bytes = typeof raw === 'string' ? decodeBase64(raw) : undefined;
  return bytes ?? problems.add('type', plan.shape, raw);
}

function isObject(raw: unknown): raw is Fields {
  return raw !== null && typeof raw === 'object' && !Array.isArray(raw);
}

/** `"true"` is as good as `true`: some clients keep every attribute as text. */
function readBoolean(plan: Plan, raw: unknown, problems: Problems): boolean | undefined {
  if (typeof raw === 'boolean') return raw;
  if (raw === 'true') return true;
  return raw === 'false' ? false : problems.add('type', plan.shape, raw);
}

function readNumber(plan: Plan, raw: unknown, problems: Problems): number | undefined {
  if (typeof raw === 'number') return fitNumber(plan.kind, raw);
  return numberFromText(plan, raw, problems);
}

/** Numbers in quotes are read too (PHP and shell clients send them). */
export function numberFromText(plan: Plan, raw: unknown, problems: Problems): number | undefined {
  const number = typeof raw === 'string' && raw.trim() !== '' ? Number(raw) : Number.NaN;
  return Number.isFinite(number) ? fitNumber(plan.kind, number) : problems.add('type', plan.shape, raw);
}

const int32Max = 2 ** 31 - 1;

/** Fractions are cut off and integers saturate, as AWS's own number reader does. */
function fitNumber(kind: Plan['kind'], number: number): number {
  if (kind === 'double') return number;
  const isInt = kind === 'integer';
  const least = isInt ? -int32Max - 1 : Number.MIN_SAFE_INTEGER;
  const most = isInt ? int32Max : Number.MAX_SAFE_INTEGER;
  return Math.max(least, Math.min(most, Math.trunc(number)));
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
  const { output: plan } = operation;
  // Operations without output answer with an empty body, as AWS does.
  const body =
    plan.members.length === 0
      ? ''
      : JSON.stringify(plan.needsJsonEncoding ? encodeJson(plan, output) : output);
  const headers = ['x-amzn-RequestId', exchange.requestId, 'Content-Type', operation.service.jsonContentType];
  exchange.reply.send(200, headers, body);
}

/** Returns the value itself where nothing in it has to change, so that most output is never copied. */
export function encodeJson(plan: Plan, value: unknown): unknown {
  switch (plan.kind) {
    case 'blob':
      return typeof value === 'string' ? value : encodeBase64(value as Uint8Array);
    case 'timestamp':
      return timestampToSeconds(value as number);
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

function sendJsonError(exchange: Exchange, error: AwsErrorType): void {
  const { service } = exchange;
  const namespace =
    error.namespace ?? (isModelled(exchange, error) ? service!.service.errorNamespace : coralNamespace);
  // A service with bare error types (Kinesis) has an empty namespace, and then nothing carries one.
  const isBare = namespace === '' || service?.service.errorNamespace === '';
  const type = isBare ? error.type : `${namespace}#${error.type}`;
  const body = error.message === '' ? { __type: type } : { __type: type, message: error.message };
  const headers = [
    'x-amzn-RequestId',
    exchange.requestId,
    'Content-Type',
    service?.jsonContentType ?? 'application/x-amz-json-1.0',
  ];
  const isQueryMode = exchange.request.headers.get('x-amzn-query-mode') === 'true';
  // botocore reads the header whenever it is there, so every service that also speaks Query sends it.
  if (service?.service.queryNamespace !== undefined) {
    headers.push('x-amzn-query-error', `${error.code};${error.fault}`);
  }
  const status = error.status < 500 && !isQueryMode ? 400 : error.status;
  exchange.reply.send(status, headers, JSON.stringify(body));
}
