// Evaluates one matcher against one publication, as simply as can be: what the index is tested against, and
// what explains why something did or did not match. Pure.
import { isInBlock } from '../../base/ip-block.ts';
import { limits } from '../../base/limits.ts';
import type { MessageAttribute } from '../command.ts';
import type { Clause, Matcher, Test } from '../matcher-types.ts';

interface Input {
  readonly attributes: readonly MessageAttribute[];
  readonly body: string | Uint8Array;
}
/** How many arrays there were on the way to a value: none, or some. */
interface Elements {
  readonly size: 0 | 1;
}
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
  return matcher.any.some((clauses) => holdTogether(clauses, document));
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
      holds: holdTogether([clause], document),
    })),
  );
}

/**
 * Clauses may not be held by different elements of one array. Goes down the document once with all clauses:
 * trying each choice of elements takes time to the power of the number of clauses.
 */
export function holdTogether(clauses: readonly Clause[], document: unknown): boolean {
  const steps: Step[] = [];
  for (const { path, tests } of clauses) {
    if (valuesAt(document, path).length > 0) steps.push({ tests, path: path.join('.') });
    else if (!tests.some(isAbsence)) return false;
  }
  return stepsHold(steps, document, { depth: 0, choices: { count: 0 } });
}

function isAbsence(test: Test): boolean {
  return test.kind === 'exists' && !test.isWanted;
}

/** A clause, and what of its path lies below the value that is looked at; undefined: it is the value. */
interface Step {
  readonly tests: readonly Test[];
  readonly path: string | undefined;
}
interface Descent {
  readonly depth: number;
  readonly choices: { count: number };
}

function stepsHold(steps: readonly Step[], value: unknown, { depth, choices }: Descent): boolean {
  if (depth > limits.matchDepthMax) return false;
  const inner = { depth: depth + 1, choices };
  if (Array.isArray(value)) return value.some((element) => stepsHold(steps, element, inner));
  if (isObject(value)) return membersHold(steps, value, { inner, shares: new Map() });
  return steps.every(({ tests, path }) => path === undefined && tests.some((test) => passes(test, value)));
}

/** Each step goes on in one member; only where names hold dots can it be one of several. */
function membersHold(
  steps: readonly Step[],
  object: Readonly<Record<string, unknown>>,
  { inner, shares }: { readonly inner: Descent; readonly shares: Map<string, readonly Step[]> },
): boolean {
  const down = steps.map(({ path }) => waysDown(object, path));
  const undecided = down.findIndex((one) => one.length !== 1);
  if (undecided >= 0) {
    return (down[undecided] as readonly Way[]).some(({ name, rest }) => {
      if (inner.choices.count++ >= limits.matchChoicesMax) return false;
      const share = [...(shares.get(name) ?? []), { tests: (steps[undecided] as Step).tests, path: rest }];
      return membersHold(steps.toSpliced(undecided, 1), object, {
        inner,
        shares: new Map(shares).set(name, share),
      });
    });
  }
  const all = new Map([...shares].map(([name, share]) => [name, [...share]]));
  steps.forEach(({ tests }, index) => {
    const { name, rest } = (down[index] as readonly Way[])[0] as Way;
    const share = all.get(name) ?? [];
    share.push({ tests, path: rest });
    all.set(name, share);
  });
  return [...all].every(([name, share]) => stepsHold(share, object[name], inner));
}

/** Scalars at a path; arrays are looked into. A member's name may hold dots: `a.b` is also `b` in `a`. */
export function valuesAt(document: unknown, path: readonly string[]): FoundValue[] {
  const way = wayOf(path);
  const plain = way.isPlain ? plainValue(document, way) : undefined;
  if (plain !== undefined) return plain;
  const found: FoundValue[] = [];
  walk(document, path.join('.'), { found, elements: noElements, depth: 0 });
  return found;
}

const noElements: Elements = { size: 0 };
const someElements: Elements = { size: 1 };
const nothingFound: FoundValue[] = [];

/** A path's names without dots and, for each, those with dots that could stand in its place. */
interface PlainWay {
  /** Short, and no name of what every object inherits: reading a member is then enough of a look. */
  readonly isPlain: boolean;
  readonly names: readonly string[];
  readonly dotted: readonly (readonly string[])[];
}
/** Longer ones are walked: their dotted names grow with the square. */
const plainNamesMax = 8;
/** A path is asked for with each publication. */
const ways = new WeakMap<readonly string[], PlainWay>();

function wayOf(path: readonly string[]): PlainWay {
  let way = ways.get(path);
  if (way === undefined) {
    const names = path.join('.').split('.');
    const isPlain = names.length <= plainNamesMax && !names.some((name) => name in Object.prototype);
    const from = (start: number): string[] =>
      names.slice(start + 1).map((_, index) => names.slice(start, start + index + 2).join('.'));
    way = { isPlain, names, dotted: isPlain ? names.map((_, start) => from(start)) : [] };
    ways.set(path, way);
  }
  return way;
}

/** The common case: no dotted name and no array on the way. undefined: look properly. */
function plainValue(document: unknown, { names, dotted }: PlainWay): FoundValue[] | undefined {
  let value = document;
  for (let level = 0; level < names.length; level++) {
    if (!isObject(value)) return Array.isArray(value) ? undefined : nothingFound;
    const others = dotted[level] as readonly string[];
    for (let i = 0; i < others.length; i++) if (value[others[i] as string] !== undefined) return undefined;
    value = value[names[level] as string];
    if (value === undefined) return nothingFound;
  }
  if (typeof value !== 'object' || value === null) return [{ value, elements: noElements }];
  return Array.isArray(value) ? undefined : nothingFound;
}

interface Walk {
  readonly found: FoundValue[];
  readonly elements: Elements;
  readonly depth: number;
}

function walk(value: unknown, path: string | undefined, { found, elements, depth }: Walk): void {
  if (depth > limits.matchDepthMax) return;
  if (Array.isArray(value)) {
    const inner = { found, elements: someElements, depth: depth + 1 };
    for (const element of value) walk(element, path, inner);
  } else if (isObject(value)) {
    const inner = { found, elements, depth: depth + 1 };
    for (const { name, rest } of waysDown(value, path)) walk(value[name], rest, inner);
  } else if (path === undefined) found.push({ value, elements });
}

/** A member that a path can go through, and the rest of the path below it. */
interface Way {
  readonly name: string;
  readonly rest: string | undefined;
}

/** Looks through the object's names, not the path's: a path of a thousand dots has a million parts. */
function waysDown(object: object, path: string | undefined): readonly Way[] {
  if (path === undefined) return noWays;
  const dot = path.indexOf('.');
  if (dot < 0) return Object.hasOwn(object, path) ? [{ name: path, rest: undefined }] : noWays;
  const found: Way[] = [];
  for (const name of Object.keys(object)) {
    if (!path.startsWith(name)) continue;
    if (path.length === name.length) found.push({ name, rest: undefined });
    else if (path[name.length] === '.') found.push({ name, rest: path.slice(name.length + 1) });
  }
  return found;
}

const noWays: readonly Way[] = [];

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
