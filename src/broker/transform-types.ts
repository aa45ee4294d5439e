// How a binding makes a target's body of a publication's: a constant, one value out of it, or a template with
// values put in. Frozen plain JSON that is kept with the binding; broker/routing/transform.ts applies it. The
// syntax that people write templates in belongs to the protocols, which compile it to this.

/** Member names and element indexes from the root of a JSON document. `[]` is the whole document. */
export type JsonPath = readonly (string | number)[];

/**
 * Strings that hold only when it is applied. The core gives `time`, when the publication came (ISO 8601 with
 * milliseconds); connectors add their own, by names that they agree on with the protocol.
 */
export type TransformFacts = Readonly<Record<string, string>>;

export type Transform = ConstantTransform | PathTransform | TemplateTransform;

export interface ConstantTransform {
  readonly kind: 'constant';
  readonly text: string;
}

/** The JSON text of one value of the body as it was written there; `null` where there is none. */
export interface PathTransform {
  readonly kind: 'path';
  readonly path: JsonPath;
}

/** The parts, one after the other. */
export interface TemplateTransform {
  readonly kind: 'template';
  readonly parts: readonly TemplatePart[];
  /** Members of the body that are replaced by what they hold before values are looked up. */
  readonly opens?: readonly HeldDocument[] | undefined;
}

/** A string member of the body that holds a JSON object or array, or, in base64, that or other text. */
export interface HeldDocument {
  readonly member: string;
  readonly encoding: 'text' | 'base64';
}

export type TemplatePart = TextPart | ValuePart | FactPart;

export interface TextPart {
  readonly kind: 'text';
  readonly text: string;
}

/**
 * How a value is put in. `json`: as JSON text, strings in quotes. `quoted`: for inside of a JSON string: a
 * string's characters, escaped; of anything else its JSON text without quotes. `plain`: the same for outside
 * of JSON, a string's characters not escaped.
 */
export type ValueForm = 'json' | 'quoted' | 'plain';

interface InsertedPart {
  readonly form: ValueForm;
  /** What stands there when there is no value. */
  readonly missing: string;
}

export interface ValuePart extends InsertedPart {
  readonly kind: 'value';
  readonly path: JsonPath;
}

export interface FactPart extends InsertedPart {
  readonly kind: 'fact';
  readonly fact: string;
}
