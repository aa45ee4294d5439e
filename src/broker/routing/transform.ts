// Applies a transform to a publication's body. Called by the topic's cell for each copy that has one, and by
// connectors for what they deliver themselves. Pure; a body that is not JSON has no values.
import { isUtf8 } from 'node:buffer';
import type { FactPart, HeldDocument, TemplateTransform, Transform } from '../transform-types.ts';
import type { TransformFacts, ValueForm, ValuePart } from '../transform-types.ts';
import { jsonSlice, stringOfSlice, withMember } from './json-slices.ts';

/** The body that the target gets. */
export function applyTransform(transform: Transform, bodyText: string, facts: TransformFacts): string {
  switch (transform.kind) {
    case 'constant':
      return transform.text;
    case 'path':
      return jsonSlice(bodyText, transform.path) ?? 'null';
    case 'template':
      return fillTemplate(transform, bodyText, facts);
  }
}

function fillTemplate(transform: TemplateTransform, bodyText: string, facts: TransformFacts): string {
  const body = transform.opens === undefined ? bodyText : openMembers(bodyText, transform.opens);
  let text = '';
  for (const part of transform.parts) {
    if (part.kind === 'text') text += part.text;
    else if (part.kind === 'fact') text += insertFact(part, facts);
    else text += insertValue(part, body);
  }
  return text;
}

function insertFact(part: FactPart, facts: TransformFacts): string {
  if (!Object.hasOwn(facts, part.fact)) return part.missing;
  const fact = facts[part.fact] ?? '';
  if (part.form === 'plain') return fact;
  const slice = JSON.stringify(fact);
  return part.form === 'json' ? slice : slice.slice(1, -1);
}

function insertValue(part: ValuePart, body: string): string {
  const slice = jsonSlice(body, part.path);
  return slice === undefined ? part.missing : formSlice(slice, part.form);
}

function formSlice(slice: string, form: ValueForm): string {
  if (form === 'json') return slice;
  if (!slice.startsWith('"')) return withoutQuotes(slice);
  return form === 'quoted' ? slice.slice(1, -1) : (stringOfSlice(slice) ?? '');
}

/** Also those within its strings, with their backslashes: the rest then stays well-formed in a string. */
function withoutQuotes(slice: string): string {
  return slice.replaceAll(/\\["\\]|"/g, (found) => (found === '\\\\' ? found : ''));
}

function openMembers(bodyText: string, members: readonly HeldDocument[]): string {
  let text = bodyText;
  for (const held of members) {
    text = withMember(text, held.member, (slice) => openSlice(slice, held.encoding) ?? slice);
  }
  return text;
}

/** Of texts only objects and arrays are opened: a text that happens to be `12` stays a text. */
function openSlice(slice: string, encoding: 'text' | 'base64'): string | undefined {
  const held = stringOfSlice(slice);
  if (held === undefined) return undefined;
  if (encoding === 'text') return isDocument(held) ? held : undefined;
  const bytes = Buffer.from(held, 'base64');
  if (!isUtf8(bytes)) return undefined;
  const text = bytes.toString('utf8');
  return isDocument(text) ? text : JSON.stringify(text);
}

function isDocument(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
