// The forms that descriptions of operations and bodies are put together from. Called by openapi.ts, its part
// about streams, and the schemas; holds no operation itself.

export type Json = Readonly<Record<string, unknown>>;

export interface Operation {
  readonly summary: string;
  readonly tag: string;
  readonly query?: readonly Json[];
  readonly body?: string;
  /** Status of success and schema of its body. */
  readonly answer: readonly [status: number, schema: string];
  readonly isOpen?: boolean;
}

export const query = (name: string, schema: Json, description: string): Json => ({
  name,
  in: 'query',
  schema,
  description,
});
export const text = { type: 'string' };
export const whole = { type: 'integer', minimum: 0 };
export const choice = (...values: readonly string[]) => ({
  type: 'string',
  enum: values,
  default: values[0],
});

/** The forms of bodies. */
export const schema = {
  text: { type: 'string' },
  whole: { type: 'integer' },
  flag: { type: 'boolean' },
  map: { type: 'object', additionalProperties: true },
  textMap: { type: 'object', additionalProperties: { type: 'string' } },
} as const;

export const list = (items: object) => ({ type: 'array', items });
export const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });

export function object(
  properties: Readonly<Record<string, object>>,
  required: readonly string[] = Object.keys(properties),
) {
  return { type: 'object', properties, required };
}
