// An operation's output to CBOR, driven by its plan: maps and arrays of indefinite length, as AWS writes
// them, timestamps as tagged milliseconds, blobs as bytes. Called by wire-cbor.ts; returns whole messages.
import type { Plan } from '../plan.ts';
import { CborWriter } from './writer.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Encoding is synchronous, so that one writer serves all answers. */
const writer = new CborWriter();

export function encodeCbor(plan: Plan, output: object): Buffer {
  // What a failed encoding left behind.
  writer.reset();
  writeStructure(plan, output as Fields);
  return writer.finish();
}

/** One text as an item: plans keep the names of members so, and no answer encodes them anew. */
export function encodeCborName(name: string): Buffer {
  writer.reset();
  writer.text(name);
  return writer.finish();
}

/** A map of texts: the body of an error. */
export function encodeCborText(fields: Readonly<Record<string, string>>): Buffer {
  writer.reset();
  writer.startMap();
  for (const [name, text] of Object.entries(fields)) {
    writer.text(name);
    writer.text(text);
  }
  writer.end();
  return writer.finish();
}

function writeStructure(plan: Plan, value: Fields): void {
  writer.startMap();
  const { members } = plan;
  for (let i = 0; i < members.length; i++) {
    const member = members[i]!;
    const inner = value[member.name];
    if (inner === undefined || inner === null) continue;
    writer.encoded(member.cborName);
    writeValue(member.plan, inner);
  }
  writer.end();
}

function writeValue(plan: Plan, value: unknown): void {
  switch (plan.kind) {
    case 'string':
      return writer.text(value as string);
    case 'integer':
    case 'long':
      return writer.number(value as number);
    case 'double':
      return writer.double(value as number);
    case 'boolean':
      return writer.boolean(value as boolean);
    case 'timestamp':
      return writer.timestamp(value as number);
    case 'blob':
      return writer.bytes(typeof value === 'string' ? Buffer.from(value, 'base64') : (value as Uint8Array));
    case 'list':
      return writeList(plan.item!, value as readonly unknown[]);
    case 'map':
      return writeMap(plan.item!, value as Fields);
    case 'structure':
      return writeStructure(plan, value as Fields);
  }
}

function writeList(item: Plan, list: readonly unknown[]): void {
  writer.startArray();
  for (let i = 0; i < list.length; i++) writeValue(item, list[i]);
  writer.end();
}

function writeMap(item: Plan, map: Fields): void {
  writer.startMap();
  for (const key of Object.keys(map)) {
    const value = map[key];
    if (value === undefined || value === null) continue;
    writer.text(key);
    writeValue(item, value);
  }
  writer.end();
}
