// Evaluates one matcher against one publication, as simply as can be: what the index is tested against, and
// what explains why something did or did not match. Pure.
import { isInBlock } from '../../base/ip-block.ts';
import type { MessageAttribute } from '../command.ts';
import type { Clause, Matcher, Test } from '../matcher-types.ts';

interface Input {
  readonly attributes: readonly MessageAttribute[];
  readonly body: string | Uint8Array;
}
/** Which element of each array on its way a value came from: array's place -> index. */
type Elements = ReadonlyMap<string, number>;
export interface FoundValue {
  readonly value: unknown;
  readonly elements: Elements;
}

/** What a matcher of this scope looks at; undefined when there is nothing that it could match. */
export function documentOf(scope: Matcher['scope'], message: Input): unknown {
  if (scope === 'attributes') return attributesDocument(message.attributes);
  try {
    const text = typeof message.body === 'string' ? message.body : Buffer.from(message.body).toString();
    const parsed: unknown = JSON.parse(text);
    return isObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function attributesDocument(attributes: readonly MessageAttribute[]): Record<string, unknown> {
  const document: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const { name, type, value } of attributes) {
    if (typeof value !== 'string') continue;
    if (type.startsWith('Number')) document[name] = Number(value);
    else if (type === 'String.Array') document[name] = listOf(value);
    else document[name] = value;
  }
  return document;
}

function listOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export function matches(matcher: Matcher, message: Input): boolean {
  return holds(matcher, documentOf(matcher.scope, message));
}

export function holds(matcher: Matcher, document: unknown): boolean {
  if (document === undefined) return false;
  return matcher.any.some((clauses) => holdTogether(clauses, document, new Map()));
}

export interface ClauseFinding {
  readonly path: readonly string[];
  readonly seen: readonly unknown[];
  readonly holds: boolean;
}

/** Per alternative and clause: what was there, and whether the clause by itself holds. */
export function explain(matcher: Matcher, message: Input): ClauseFinding[][] {
  const document = documentOf(matcher.scope, message);
  return matcher.any.map((clauses) =>
    clauses.map((clause) => ({
      path: clause.path,
      seen: valuesAt(document, clause.path).map(({ value }) => value),
      holds: holdTogether([clause], document, new Map()),
    })),
  );
}

/** Clauses may not be held by different elements of one array. */
export function holdTogether(clauses: readonly Clause[], document: unknown, chosen: Elements): boolean {
  const [clause, ...others] = clauses;
  if (clause === undefined) return true;
  const found = valuesAt(document, clause.path);
  if (found.length === 0) return clause.tests.some(isAbsence) && holdTogether(others, document, chosen);
  return found.some(({ value, elements }) => {
    if (!isCompatible(chosen, elements) || !clause.tests.some((test) => passes(test, value))) return false;
    return holdTogether(others, document, new Map([...chosen, ...elements]));
  });
}

function isAbsence(test: Test): boolean {
  return test.kind === 'exists' && !test.isWanted;
}

function isCompatible(chosen: Elements, elements: Elements): boolean {
  for (const [array, index] of elements) if ((chosen.get(array) ?? index) !== index) return false;
  return true;
}

/** Scalars at a path; arrays are looked into. A member's name may hold dots: `a.b` is also `b` in `a`. */
export function valuesAt(document: unknown, path: readonly string[]): FoundValue[] {
  const plain = plainValue(document, path);
  if (plain !== undefined) return plain;
  return walk(document, path.join('.').split('.'), { place: '', elements: noElements });
}

const noElements: Elements = new Map();
const nothingFound: FoundValue[] = [];

/** The common case: names without dots, no array on the way. undefined: look properly. */
function plainValue(document: unknown, path: readonly string[]): FoundValue[] | undefined {
  let value = document;
  for (const name of path) {
    if (!isObject(value)) return Array.isArray(value) ? undefined : nothingFound;
    if (!Object.hasOwn(value, name)) return path.length > 1 || name.includes('.') ? undefined : nothingFound;
    value = value[name];
  }
  if (Array.isArray(value)) return undefined;
  return isObject(value) ? nothingFound : [{ value, elements: noElements }];
}

function walk(
  value: unknown,
  path: readonly string[],
  at: { readonly place: string; readonly elements: Elements },
): FoundValue[] {
  if (Array.isArray(value)) {
    return value.flatMap((element, index) =>
      walk(element, path, {
        place: `${at.place}[${index}]`,
        elements: new Map([...at.elements, [at.place, index]]),
      }),
    );
  }
  if (path.length === 0) return isObject(value) ? [] : [{ value, elements: at.elements }];
  if (!isObject(value)) return [];
  const found: FoundValue[] = [];
  for (let length = 1; length <= path.length; length++) {
    const name = path.slice(0, length).join('.');
    if (!Object.hasOwn(value, name)) continue;
    const inner = { place: `${at.place}.${name}`, elements: at.elements };
    found.push(...walk(value[name], path.slice(length), inner));
  }
  return found;
}

export function passes(test: Test, value: unknown): boolean {
  switch (test.kind) {
    case 'equals':
      return value === test.value;
    case 'exists':
      return test.isWanted;
    case 'not':
      return !test.tests.some((other) => passes(other, value));
    case 'range':
      return typeof value === 'number' && isInRange(test, value);
    default:
      return typeof value === 'string' && textPasses(test, value);
  }
}

function isInRange({ low, high }: Test & { kind: 'range' }, value: number): boolean {
  if (low !== undefined && (value < low.value || (value === low.value && !low.isIncluded))) return false;
  return high === undefined || value < high.value || (value === high.value && high.isIncluded);
}

type TextTest = Exclude<Test, { readonly kind: 'equals' | 'exists' | 'not' | 'range' }>;

function textPasses(test: TextTest, value: string): boolean {
  switch (test.kind) {
    case 'equalsIgnoreCase':
      return value.toLowerCase() === test.text.toLowerCase();
    case 'prefix':
      return test.isCaseIgnored === true
        ? value.toLowerCase().startsWith(test.text.toLowerCase())
        : value.startsWith(test.text);
    case 'suffix':
      return test.isCaseIgnored === true
        ? value.toLowerCase().endsWith(test.text.toLowerCase())
        : value.endsWith(test.text);
    case 'wildcard':
      return wildcardPasses(test.pieces, value);
    case 'cidr':
      return isInBlock(test, value);
  }
}

/** The pieces in order, the first at the start, the last at the end: leftmost places are enough. */
function wildcardPasses(pieces: readonly string[], value: string): boolean {
  const first = pieces[0] ?? '';
  const last = pieces[pieces.length - 1] ?? '';
  if (pieces.length === 1) return value === first;
  if (!value.startsWith(first) || value.length < first.length + last.length || !value.endsWith(last))
    return false;
  let at = first.length;
  const end = value.length - last.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = value.indexOf(piece, at);
    if (found < 0 || found + piece.length > end) return false;
    at = found + piece.length;
  }
  return true;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
