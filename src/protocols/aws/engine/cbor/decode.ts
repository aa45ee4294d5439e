// CBOR to an operation's input, driven by its plan as wire-json.ts is: unknown members and nulls are dropped,
// scalars are read in the service's own way. Blobs are views of the body. Called by wire-cbor.ts.
import { AwsError } from '../errors.ts';
import type { MemberPlan, Plan } from '../plan.ts';
import type { Problems } from '../problems.ts';
import { timestampFromSeconds } from '../timestamp.ts';
import { serializationError } from '../wire.ts';
import { CborReader, major } from './reader.ts';

type Fields = Record<string, unknown>;

/** Throws a SerializationException for anything but one well-formed map. */
export function decodeCbor(plan: Plan, body: Buffer, problems: Problems): Fields {
  const reader = new CborReader(body);
  reader.nextValue();
  if (reader.major !== major.map) throw serializationError();
  const fields = readStructure(plan, reader, problems);
  if (!reader.isAtEnd) throw serializationError();
  return fields;
}

/** One map and nothing after it. */
export function isWellFormedCbor(body: Buffer): boolean {
  try {
    const reader = new CborReader(body);
    reader.nextValue();
    const isMap = reader.major === major.map;
    reader.skip();
    return isMap && reader.isAtEnd;
  } catch (error) {
    if (error instanceof AwsError) return false;
    throw error;
  }
}

function readStructure(plan: Plan, reader: CborReader, problems: Problems): Fields {
  const fields: Fields = {};
  const count = reader.argument;
  reader.enter();
  for (let i = 0; i < count; i++) {
    reader.next();
    if (reader.endsContainer(count)) break;
    const member = readMemberName(plan, reader);
    reader.nextValue();
    if (member === undefined || reader.isNull) {
      reader.skip();
      continue;
    }
    problems.enter(member);
    const value = readValue(member.plan, reader, problems);
    problems.leave();
    if (value !== undefined) fields[member.name] = value;
  }
  reader.leave();
  return fields;
}

function readMemberName(plan: Plan, reader: CborReader): MemberPlan | undefined {
  if (reader.major === major.text) return plan.memberByName.get(reader.takeText());
  reader.skip();
  return undefined;
}

function readValue(plan: Plan, reader: CborReader, problems: Problems): unknown {
  switch (plan.kind) {
    case 'list':
      if (reader.major === major.array) return readList(plan, reader, problems);
      return plan.types.mismatch(plan, reader.take(), problems);
    case 'map':
      if (reader.major === major.map) return readMap(plan, reader, problems);
      return plan.types.mismatch(plan, reader.take(), problems);
    case 'structure':
      if (reader.major === major.map) return readStructure(plan, reader, problems);
      return plan.types.mismatch(plan, reader.take(), problems);
    default:
      return readScalar(plan, reader, problems);
  }
}

function readScalar(plan: Plan, reader: CborReader, problems: Problems): unknown {
  const raw = reader.take();
  if (plan.kind === 'string' && typeof raw === 'string') return raw;
  if (plan.kind === 'blob' && raw instanceof Uint8Array) return raw;
  if (plan.kind === 'timestamp' && typeof raw === 'number' && Number.isFinite(raw)) {
    return millisecondsOf(raw, reader.isFloat);
  }
  return plan.types.scalar(plan, raw, problems);
}

/** Times in seconds reach this in the year 5138, times in milliseconds have been above it since 1973. */
const secondsMax = 1e11;

/** AWS's own clients send integer milliseconds (under tag 1 too); generic libraries send float seconds. */
function millisecondsOf(raw: number, isFloat: boolean): number {
  return isFloat && Math.abs(raw) <= secondsMax ? timestampFromSeconds(raw) : Math.round(raw);
}

function readList(plan: Plan, reader: CborReader, problems: Problems): unknown[] {
  const list: unknown[] = [];
  const count = reader.argument;
  reader.enter();
  for (let i = 0; i < count; i++) {
    reader.next();
    if (reader.endsContainer(count)) break;
    if (reader.isNull) continue;
    problems.enter(i);
    const value = readValue(plan.item!, reader, problems);
    problems.leave();
    if (value !== undefined) list.push(value);
  }
  reader.leave();
  return list;
}

/** Keys are the client's, so the result has no prototype that one of them could meet. */
function readMap(plan: Plan, reader: CborReader, problems: Problems): Fields {
  const map = Object.create(null) as Fields;
  const count = reader.argument;
  reader.enter();
  for (let i = 0; i < count; i++) {
    reader.next();
    if (reader.endsContainer(count)) break;
    if (reader.major !== major.text) throw serializationError();
    const key = reader.takeText();
    reader.nextValue();
    if (reader.isNull) continue;
    problems.enter(key);
    const value = readValue(plan.item!, reader, problems);
    problems.leave();
    if (value !== undefined) map[key] = value;
  }
  reader.leave();
  return map;
}
