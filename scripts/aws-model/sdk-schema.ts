// The public service model as the JavaScript SDK packages of 2026 carry it: arrays, compressed by the SDK's
// generator. Turned here into plain objects; knows nothing of our rows.
// Layout: https://github.com/smithy-lang/smithy-typescript, packages/core, schema "static schemas":
//   operation [9, namespace, name, traits, () => input, () => output]
//   structure [3, namespace, name, traits, member names, member schemas, how many of them are required]
//   union     [4, as a structure]
//   error     [-3, as a structure]     list [1, namespace, name, traits, item]     map [2, ..., key, value]
//   a schema may come as () => schema, and with traits as [schema, traits]; numbers are simple types.

export interface ModelShape {
  readonly type: string;
  readonly members: ReadonlyMap<string, ModelMember>;
  readonly item: ModelShape | undefined;
  readonly keyName: string | undefined;
  readonly valueName: string | undefined;
}

export interface ModelMember {
  readonly shape: ModelShape;
  readonly isRequired: boolean;
  readonly xmlName: string | undefined;
  readonly isFlat: boolean;
}

export interface SdkModel {
  readonly operations: ReadonlyMap<string, { readonly input: ModelShape; readonly output: ModelShape }>;
  readonly errors: ReadonlySet<string>;
}

type Traits = Readonly<Record<string, unknown>>;
type Raw = readonly unknown[];

const simpleTypes: Readonly<Record<number, string>> = {
  0: 'string',
  1: 'number',
  2: 'boolean',
  4: 'timestamp',
  5: 'timestamp',
  6: 'timestamp',
  7: 'timestamp',
  15: 'document',
  17: 'number',
  19: 'number',
  21: 'blob',
  42: 'blob',
};
const listOf = 64;
const mapOf = 128;
const noMembers: ReadonlyMap<string, ModelMember> = new Map();

export function readSdkModel(module: Readonly<Record<string, unknown>>): SdkModel {
  const operations = new Map<string, { input: ModelShape; output: ModelShape }>();
  const errors = new Set<string>();
  for (const value of Object.values(module)) {
    if (!Array.isArray(value)) continue;
    const schema = value as Raw;
    if (schema[0] === 9)
      operations.set(String(schema[2]), { input: readShape(schema[4]), output: readShape(schema[5]) });
    if (schema[0] === -3) errors.add(String(schema[2]));
  }
  return { operations, errors };
}

function readShape(schema: unknown): ModelShape {
  if (typeof schema === 'function') return readShape((schema as () => unknown)());
  if (typeof schema === 'number') return readSimple(schema);
  if (typeof schema === 'string') return plain('unit');
  const raw = schema as Raw;
  switch (raw[0]) {
    case 0:
      return readShape(raw[4]);
    case 1:
      return { ...plain('list'), item: readShape(split(raw[4]).schema) };
    case 2: {
      const [key, value] = [split(raw[4]), split(raw[5])];
      const names = { keyName: xmlNameOf(key.traits), valueName: xmlNameOf(value.traits) };
      return { ...plain('map'), item: readShape(value.schema), ...names };
    }
    case 3:
    case 4:
    case -3:
      return { ...plain('structure'), members: readMembers(raw) };
    default:
      return readShape(split(raw).schema);
  }
}

function readSimple(code: number): ModelShape {
  if ((code & mapOf) !== 0) return { ...plain('map'), item: readSimple(code & ~mapOf) };
  if ((code & listOf) !== 0) return { ...plain('list'), item: readSimple(code & ~listOf) };
  return plain(simpleTypes[code] ?? `simple ${code}`);
}

function readMembers(raw: Raw): ReadonlyMap<string, ModelMember> {
  const names = raw[4] as readonly string[];
  const schemas = raw[5] as Raw;
  const requiredCount = (raw[6] as number | undefined) ?? 0;
  const members = new Map<string, ModelMember>();
  names.forEach((name, i) => {
    const { schema, traits } = split(schemas[i]);
    members.set(name, {
      shape: readShape(schema),
      isRequired: i < requiredCount,
      xmlName: xmlNameOf(traits),
      isFlat: traits['xmlFlattened'] === 1,
    });
  });
  return members;
}

/** `[schema, traits]` or a bare schema, which is longer. Traits may be packed into a number. */
function split(raw: unknown): { readonly schema: unknown; readonly traits: Traits } {
  if (!Array.isArray(raw) || raw.length !== 2) return { schema: raw, traits: {} };
  const [schema, traits] = raw as [unknown, unknown];
  return { schema, traits: typeof traits === 'object' && traits !== null ? (traits as Traits) : {} };
}

function xmlNameOf(traits: Traits): string | undefined {
  return traits['xmlName'] as string | undefined;
}

function plain(type: string): ModelShape {
  return { type, members: noMembers, item: undefined, keyName: undefined, valueName: undefined };
}
