// XML text for the Query wire: escaping and values by plan. Output only; nothing here reads XML.
import { encodeBase64 } from './base64.ts';
import type { Plan } from './plan.ts';
import { timestampToIso } from './timestamp.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * `"` and CR are escaped in text too: a raw CR would be read back as LF and break the client's MD5 check
 * (recorded from SQS).
 */
export function escapeXml(text: string): string {
  let escaped = '';
  let done = 0;
  for (let i = 0; i < text.length; i++) {
    const entity = entityOf(text.charCodeAt(i));
    if (entity === undefined) continue;
    escaped += text.slice(done, i) + entity;
    done = i + 1;
  }
  return done === 0 ? text : escaped + text.slice(done);
}

const tab = 0x09;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
/** XML has no way to write a control character; a message that quotes one must stay readable all the same. */
const replacement = '\u{fffd}';

function entityOf(code: number): string | undefined {
  if (code > 0x3e) return undefined;
  if (code < 0x20 && code !== tab && code !== lineFeed && code !== carriageReturn) return replacement;
  switch (code) {
    case 0x26:
      return '&amp;';
    case 0x3c:
      return '&lt;';
    case 0x3e:
      return '&gt;';
    case 0x22:
      return '&quot;';
    case carriageReturn:
      return '&#xD;';
    default:
      return undefined;
  }
}

/** The members of a structure, one element after the other; absent ones are left out. */
export function xmlMembers(plan: Plan, fields: Fields): string {
  let xml = '';
  for (const member of plan.members) {
    const value = fields[member.name];
    if (value !== undefined) xml += xmlElement(member.queryName, member.plan, value);
  }
  return xml;
}

function xmlElement(name: string, plan: Plan, value: unknown): string {
  switch (plan.kind) {
    case 'list':
      return plan.isFlat ? xmlItems(name, plan, value) : wrap(name, xmlItems('member', plan, value));
    case 'map':
      return plan.isFlat ? xmlEntries(name, plan, value) : wrap(name, xmlEntries('entry', plan, value));
    case 'structure':
      return wrap(name, xmlMembers(plan, value as Fields));
    default:
      return wrap(name, escapeXml(scalarText(plan, value)));
  }
}

function xmlItems(name: string, plan: Plan, value: unknown): string {
  let xml = '';
  for (const item of value as readonly unknown[]) xml += xmlElement(name, plan.item!, item);
  return xml;
}

function xmlEntries(name: string, plan: Plan, value: unknown): string {
  let xml = '';
  for (const [key, item] of Object.entries(value as Fields)) {
    xml += wrap(name, wrap(plan.keyName, escapeXml(key)) + xmlElement(plan.valueName, plan.item!, item));
  }
  return xml;
}

export function scalarText(plan: Plan, value: unknown): string {
  if (plan.kind === 'blob') return typeof value === 'string' ? value : encodeBase64(value as Uint8Array);
  return plan.kind === 'timestamp' ? timestampToIso(value as number) : String(value);
}

function wrap(name: string, content: string): string {
  return content === '' ? `<${name}/>` : `<${name}>${content}</${name}>`;
}
