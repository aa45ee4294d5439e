// What a binding lets through: conditions on values of a publication, as frozen plain JSON that is kept with
// the binding. broker/routing evaluates it; the syntax that people write belongs to the protocols, which
// compile it to this.

/** Alternatives; a publication matches when all clauses of one of them hold. None at all: nothing matches. */
export interface Matcher {
  /** `body`: values of a JSON object. `attributes`: those of the message's attributes. */
  readonly scope: 'body' | 'attributes';
  readonly any: readonly (readonly Clause[])[];
}

/** One of the tests holds for one of the values at the path. */
export interface Clause {
  /** Member names from the root. */
  readonly path: readonly string[];
  readonly tests: readonly Test[];
}

export type Test =
  | { readonly kind: 'equals'; readonly value: string | number | boolean | null }
  | { readonly kind: 'equalsIgnoreCase'; readonly text: string }
  | { readonly kind: 'prefix'; readonly text: string; readonly isCaseIgnored?: boolean }
  | { readonly kind: 'suffix'; readonly text: string; readonly isCaseIgnored?: boolean }
  /** Literal pieces between runs of any characters. */
  | { readonly kind: 'wildcard'; readonly pieces: readonly string[] }
  | {
      readonly kind: 'range';
      readonly low?: { readonly value: number; readonly isIncluded: boolean } | undefined;
      readonly high?: { readonly value: number; readonly isIncluded: boolean } | undefined;
    }
  | { readonly kind: 'exists'; readonly isWanted: boolean }
  | { readonly kind: 'cidr'; readonly version: 4 | 6; readonly address: string; readonly bits: number }
  /** A value that is there and passes none of these. */
  | { readonly kind: 'not'; readonly tests: readonly Test[] };
