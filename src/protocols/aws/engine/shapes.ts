// The wire as data: shapes with bounds, from which parsing, validation, encoding in each wire form and the
// TypeScript types of handlers all follow. A row here is what the public service model calls a shape.

export type Shape =
  | StringShape
  | NumberShape
  | BooleanShape
  | BlobShape
  | TimestampShape
  | ListShape
  | MapShape
  | StructShape;

interface Common {
  /** The member must be present. */
  readonly isRequired?: boolean;
  /** Name in the Query/XML wire where it differs from the member's (`AttributeName` for AttributeNames). */
  readonly queryName?: string;
  /** REST-JSON: where it stands, unless it is a member of the body. */
  readonly location?: Location;
  /** REST-JSON: its name in the query string or header where that differs from the member's. */
  readonly locationName?: string;
}

/** Part of the path, of the query string, a header, the whole body, the status code of an answer. */
export type Location = 'label' | 'query' | 'header' | 'payload' | 'status';

export interface StringShape extends Common {
  readonly type: 'string';
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: RegExp;
  readonly enum?: readonly string[];
}
export interface NumberShape extends Common {
  readonly type: 'integer' | 'long' | 'double';
  readonly min?: number;
  readonly max?: number;
}
export interface BooleanShape extends Common {
  readonly type: 'boolean';
}
export interface BlobShape extends Common {
  readonly type: 'blob';
  readonly min?: number;
  readonly max?: number;
}
/** Seconds with a fraction in JSON, ISO 8601 in Query/XML, milliseconds in CBOR and for handlers. */
export interface TimestampShape extends Common {
  readonly type: 'timestamp';
  /** ISO 8601 in JSON too (the schema registry). */
  readonly isIso?: boolean;
}
export interface ListShape<M extends Shape = Shape> extends Common {
  readonly type: 'list';
  readonly member: M;
  readonly min?: number;
  readonly max?: number;
  /** Query/XML: members stand directly in the parent (`Attribute.1`, repeated elements). */
  readonly isFlat?: boolean;
}
export interface MapShape<V extends Shape = Shape> extends Common {
  readonly type: 'map';
  readonly value: V;
  /** Bounds of the keys. */
  readonly keys?: StringShape;
  readonly min?: number;
  readonly max?: number;
  /** Query/XML names of key and value inside an entry (`Name`/`Value`, `Key`/`Value`). */
  readonly keyName?: string;
  readonly valueName?: string;
  readonly isFlat?: boolean;
}
export interface StructShape<M extends Members = Members> extends Common {
  readonly type: 'structure';
  readonly members: M;
  /** What validation messages print for one: `com.amazonaws.kinesis.v20131202.PutRecordsRequestEntry@c9`. */
  readonly printedAs?: string;
}
export type Members = { readonly [name: string]: Shape };

type Options<T> = Omit<T, 'type' | 'member' | 'value' | 'members'>;

export const str = <const O extends Options<StringShape>>(options: O = {} as O) =>
  ({ type: 'string', ...options }) as const;
export const int = <const O extends Options<NumberShape>>(options: O = {} as O) =>
  ({ type: 'integer', ...options }) as const;
export const long = <const O extends Options<NumberShape>>(options: O = {} as O) =>
  ({ type: 'long', ...options }) as const;
export const double = <const O extends Options<NumberShape>>(options: O = {} as O) =>
  ({ type: 'double', ...options }) as const;
export const bool = <const O extends Options<BooleanShape>>(options: O = {} as O) =>
  ({ type: 'boolean', ...options }) as const;
export const blob = <const O extends Options<BlobShape>>(options: O = {} as O) =>
  ({ type: 'blob', ...options }) as const;
export const timestamp = <const O extends Options<TimestampShape>>(options: O = {} as O) =>
  ({ type: 'timestamp', ...options }) as const;
/** Two forms, as the compiler follows the intersection with no options without end where lists are nested. */
export function list<const M extends Shape>(member: M): { readonly type: 'list'; readonly member: M };
export function list<const M extends Shape, const O extends Options<ListShape>>(
  member: M,
  options: O,
): { readonly type: 'list'; readonly member: M } & O;
export function list(member: Shape, options: Options<ListShape> = {}): ListShape {
  return { type: 'list', member, ...options };
}
export const map = <const V extends Shape, const O extends Options<MapShape>>(
  value: V,
  options: O = {} as O,
) => ({ type: 'map', value, ...options }) as const;
export const struct = <const M extends Members>(members: M) =>
  ({ type: 'structure', members, isRequired: false }) as const;
export const structMember = <const M extends Members, const O extends Options<StructShape>>(
  members: M,
  options: O,
) => ({ type: 'structure', members, ...options }) as const;

/** A pattern as the model writes it, for the whole text: messages repeat it, the model's own escapes included. */
export const whole = (pattern: string): RegExp => new RegExp(`^(?:${pattern})$`);

/** The TypeScript type of a value of a shape, as handlers see it. */
export type Infer<S> = S extends { readonly type: 'string'; readonly enum: readonly (infer E)[] }
  ? E
  : S extends { readonly type: 'string' }
    ? string
    : S extends { readonly type: 'integer' | 'long' | 'double' | 'timestamp' }
      ? number
      : S extends { readonly type: 'boolean' }
        ? boolean
        : S extends { readonly type: 'blob' }
          ? Uint8Array
          : S extends { readonly type: 'list'; readonly member: infer M }
            ? readonly Infer<M>[]
            : S extends { readonly type: 'map'; readonly value: infer V }
              ? Readonly<Record<string, Infer<V>>>
              : S extends { readonly type: 'structure'; readonly members: infer Ms }
                ? InferMembers<Ms>
                : never;

type InferMembers<Ms> = {
  readonly [K in keyof Ms as Ms[K] extends { readonly isRequired: true } ? K : never]: Infer<Ms[K]>;
} & {
  readonly [K in keyof Ms as Ms[K] extends { readonly isRequired: true } ? never : K]?:
    | Infer<Ms[K]>
    | undefined;
};
