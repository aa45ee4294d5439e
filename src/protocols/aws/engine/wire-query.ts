// The Query wire: form parameters to input by the rows' query names, output and errors as XML, or as JSON of
// the same tree for clients that ask for it with `Accept: application/json`.
import type { AwsError } from './errors.ts';
import type { MemberPlan, OperationPlan, Plan } from './plan.ts';
import type { Problems } from './problems.ts';
import { queryJsonMembers } from './query-json.ts';
import { scalarFromText } from './scalar-text.ts';
import type { Exchange, FormNode, Wire } from './wire.ts';
import { escapeXml, xmlMembers } from './xml.ts';

type Fields = Record<string, unknown>;

export const queryWire: Wire = {
  name: 'query',
  isQuery: true,
  decode: decodeQueryRequest,
  sendOutput: sendQueryOutput,
  sendError: sendQueryError,
};

function decodeQueryRequest(exchange: Exchange, operation: OperationPlan, problems: Problems): Fields {
  return exchange.form === undefined ? {} : readForm(operation.input, exchange.form, problems);
}

/** The input of an operation from its parameters. */
export function readForm(plan: Plan, node: FormNode, problems: Problems): Fields {
  const fields: Fields = {};
  if (node.children === undefined) return fields;
  for (const member of plan.members) {
    // Either name is read: clients differ in which one they write (TagQueue: `Tag.1.Key`, `Tags.1.Key`).
    const child = node.children.get(member.queryName) ?? node.children.get(member.name);
    if (child === undefined) continue;
    const value = readMember(member, child, problems);
    if (value !== undefined) fields[member.name] = value;
  }
  return fields;
}

function readMember(member: MemberPlan, node: FormNode, problems: Problems): unknown {
  problems.enter(member);
  const value = readValue(member.plan, node, problems);
  problems.leave();
  return value;
}

function readValue(plan: Plan, node: FormNode, problems: Problems): unknown {
  switch (plan.kind) {
    case 'list':
      return readList(plan, node, problems);
    case 'map':
      return readMap(plan, node, problems);
    case 'structure':
      return readForm(plan, node, problems);
    default:
      return node.value === undefined ? undefined : scalarFromText(plan, node.value, problems);
  }
}

/** `Name.1`, `Name.2` when flat, else `Name.member.1`; numbers give the order and may have gaps. */
function readList(plan: Plan, node: FormNode, problems: Problems): unknown[] {
  const list: unknown[] = [];
  const items = numbered(node.children?.get('member') ?? node);
  for (let i = 0; i < items.length; i++) {
    problems.enter(i);
    const value = readValue(plan.item!, items[i]!, problems);
    problems.leave();
    if (value !== undefined) list.push(value);
  }
  return list;
}

/** Keys are the client's, so the result has no prototype that one of them could meet. */
function readMap(plan: Plan, node: FormNode, problems: Problems): Fields {
  const map = Object.create(null) as Fields;
  for (const entry of numbered(node.children?.get('entry') ?? node)) {
    const key = entry.children?.get(plan.keyName)?.value;
    const valueNode = entry.children?.get(plan.valueName);
    if (key === undefined || valueNode === undefined) continue;
    problems.enter(key);
    const value = readValue(plan.item!, valueNode, problems);
    problems.leave();
    if (value !== undefined) map[key] = value;
  }
  return map;
}

function numbered(node: FormNode): FormNode[] {
  if (node.children === undefined) return [];
  const entries: [number, FormNode][] = [];
  for (const [name, child] of node.children) {
    const index = Number(name);
    if (name !== '' && Number.isInteger(index) && index >= 0) entries.push([index, child]);
  }
  return entries.sort((a, b) => a[0] - b[0]).map((entry) => entry[1]);
}

function sendQueryOutput(exchange: Exchange, operation: OperationPlan, output: object): void {
  const { name, output: plan } = operation;
  const fields = output as Fields;
  const hasResult = plan.members.length > 0 || operation.operation.hasEmptyResult === true;
  if (wantsJson(exchange)) {
    const result = hasResult ? { [`${name}Result`]: queryJsonMembers(plan, fields) } : {};
    const body = { [`${name}Response`]: { ...result, ResponseMetadata: { RequestId: exchange.requestId } } };
    return send(exchange, 200, 'application/json', JSON.stringify(body));
  }
  const members = hasResult ? xmlMembers(plan, fields) : undefined;
  const result =
    members === undefined
      ? ''
      : members === ''
        ? `<${name}Result/>`
        : `<${name}Result>${members}</${name}Result>`;
  const metadata = `<ResponseMetadata><RequestId>${exchange.requestId}</RequestId></ResponseMetadata>`;
  const root = `<${name}Response${namespaceOf(exchange)}>`;
  send(exchange, 200, 'text/xml', `<?xml version="1.0"?>${root}${result}${metadata}</${name}Response>`);
}

function sendQueryError(exchange: Exchange, error: AwsError): void {
  const { requestId } = exchange;
  if (wantsJson(exchange)) {
    const detail = { Code: error.code, Message: error.message, Type: error.fault };
    return send(
      exchange,
      error.status,
      'application/json',
      JSON.stringify({ Error: detail, RequestId: requestId }),
    );
  }
  const code = `<Type>${error.fault}</Type><Code>${escapeXml(error.code)}</Code>`;
  const detail = exchange.service?.service.isQueryErrorPlain === true ? '' : '<Detail/>';
  const body = `<Error>${code}<Message>${escapeXml(error.message)}</Message>${detail}</Error>`;
  const id = `<RequestId>${requestId}</RequestId>`;
  const xml = `<?xml version="1.0"?><ErrorResponse${namespaceOf(exchange)}>${body}${id}</ErrorResponse>`;
  send(exchange, error.status, 'text/xml', xml);
}

function namespaceOf(exchange: Exchange): string {
  const namespace = exchange.service?.service.queryNamespace;
  return namespace === undefined ? '' : ` xmlns="${namespace}"`;
}

function wantsJson(exchange: Exchange): boolean {
  return exchange.request.headers.get('accept')?.startsWith('application/json') === true;
}

function send(exchange: Exchange, status: number, contentType: string, body: string): void {
  exchange.reply.send(status, ['x-amzn-RequestId', exchange.requestId, 'Content-Type', contentType], body);
}
