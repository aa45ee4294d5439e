// The pattern language that EventBridge rules, SNS filter policies and Pipes filters share, compiled to the
// core's Matcher. Texts of refusals are those of the service (aws/event-ruler's, which both use). Called by
// event-pattern.ts, filter-policy.ts and pipe-filter.ts, which add their own limits.
import { isIP } from 'node:net';
import type { Clause, Test } from '../../../broker/index.ts';

/** What is wrong with a pattern, in the words of the service, without its prefix. */
export class PatternError extends Error {
  override name = 'PatternError';
}

/** One that no place in the text is told of: the service finds it when it has read all of it (recorded). */
export class PlacelessPatternError extends PatternError {}

export interface PatternDialect {
  /** Objects below the top level. */
  readonly isNested: boolean;
  /** Largest magnitude of numbers in `numeric`. */
  readonly numberMax: number;
  readonly nestedText: string;
  /** What may stand in `anything-but` as an object. SNS takes `prefix` alone, in older words (recorded). */
  readonly anythingBut: 'prefix' | 'all';
}

type Alternatives = readonly (readonly Clause[])[];
type JsonObject = Readonly<Record<string, unknown>>;

/** Alternatives of one pattern; more than this many are refused. */
const alternativesMax = 1000;

const keywords: ReadonlySet<string> = new Set([
  'exists',
  'prefix',
  'suffix',
  'numeric',
  'anything-but',
  'cidr',
  'equals-ignore-case',
  'wildcard',
]);

export function parsePattern(pattern: unknown, dialect: PatternDialect): Alternatives {
  if (!isObject(pattern)) throw new PatternError('Filter is not an object');
  return objectAlternatives(pattern, [], dialect);
}

function objectAlternatives(
  pattern: JsonObject,
  path: readonly string[],
  dialect: PatternDialect,
): Alternatives {
  if (Object.keys(pattern).length === 0 && path.length > 0)
    throw new PatternError('Empty objects are not allowed');
  let alternatives: Alternatives = [[]];
  for (const [name, value] of Object.entries(pattern)) {
    alternatives = product(alternatives, memberAlternatives(name, value, path, dialect));
  }
  return alternatives;
}

function product(left: Alternatives, right: Alternatives): Alternatives {
  if (left.length * right.length > alternativesMax) throw new PatternError('Rule is too complex');
  return left.flatMap((clauses) => right.map((others) => [...clauses, ...others]));
}

function memberAlternatives(
  name: string,
  value: unknown,
  path: readonly string[],
  dialect: PatternDialect,
): Alternatives {
  if (name === '$or' && isAlternative(value))
    return value.flatMap((pattern) => objectAlternatives(pattern, path, dialect));
  const inner = [...path, name];
  if (Array.isArray(value)) {
    if (value.length === 0) throw new PatternError('Empty arrays are not allowed');
    return [[{ path: inner, tests: value.flatMap((one) => testsOf(one, dialect)) }]];
  }
  if (!isObject(value)) throw new PatternError(`"${name}" must be an object or an array`);
  const alternatives = objectAlternatives(value, inner, dialect);
  if (!dialect.isNested) throw new PatternError(dialect.nestedText);
  return alternatives;
}

/** `$or` with anything else is an ordinary member. */
function isAlternative(value: unknown): value is JsonObject[] {
  if (!Array.isArray(value) || value.length < 2) return false;
  return value.every(
    (pattern) =>
      isObject(pattern) &&
      Object.keys(pattern).length > 0 &&
      !Object.keys(pattern).some((name) => keywords.has(name)),
  );
}

function testsOf(value: unknown, dialect: PatternDialect): Test[] {
  if (isScalar(value)) return [{ kind: 'equals', value }];
  if (!isObject(value)) throw new PatternError('Match value must be String, number, true, false, or null');
  const names = Object.keys(value);
  if (names.length !== 1) throw new PatternError('Only one key allowed in match expression');
  return [testOf(names[0] as string, value[names[0] as string], dialect)];
}

function testOf(name: string, value: unknown, dialect: PatternDialect): Test {
  switch (name) {
    case 'prefix':
    case 'suffix':
      return edgeTest(name, value);
    case 'equals-ignore-case':
      return { kind: 'equalsIgnoreCase', text: textOf(name, value) };
    case 'wildcard':
      return { kind: 'wildcard', pieces: wildcardPieces(textOf(name, value)) };
    case 'exists':
      if (typeof value !== 'boolean')
        throw new PatternError('exists match pattern must be either true or false.');
      return { kind: 'exists', isWanted: value };
    case 'numeric':
      return numericTest(value, dialect);
    case 'cidr':
      return cidrTest(value);
    case 'anything-but':
      return { kind: 'not', tests: anythingBut(value, dialect) };
    default:
      throw new PatternError(`Unrecognized match type ${name}`);
  }
}

function edgeTest(kind: 'prefix' | 'suffix', value: unknown): Test {
  if (isObject(value)) {
    const names = Object.keys(value);
    if (names.length !== 1 || names[0] !== 'equals-ignore-case')
      throw new PatternError(`Unsupported ${kind} match pattern: ${names.join(', ')}`);
    return { kind, text: textOf('equals-ignore-case', value['equals-ignore-case']), isCaseIgnored: true };
  }
  return { kind, text: textOf(kind, value) };
}

function textOf(name: string, value: unknown): string {
  if (typeof value !== 'string') throw new PatternError(`${name} match pattern must be a string`);
  return value;
}

/** `\*` and `\\` are the characters themselves; any other escape, and `**`, is refused. */
function wildcardPieces(pattern: string): string[] {
  const pieces = [''];
  for (let i = 0; i < pattern.length; i++) {
    const character = pattern[i] as string;
    if (character === '*') {
      if (pattern[i + 1] === '*') throw new PatternError(`Consecutive wildcard characters at pos ${i + 1}`);
      pieces.push('');
      continue;
    }
    const isEscape = character === '\\';
    if (isEscape && pattern[i + 1] !== '*' && pattern[i + 1] !== '\\')
      throw new PatternError(`Invalid escape character at pos ${i}`);
    if (isEscape) i++;
    pieces[pieces.length - 1] += pattern[i] as string;
  }
  return pieces;
}

const oneValueText = 'Value of anything-but must be an array or single string/number value.';

function anythingBut(value: unknown, dialect: PatternDialect): Test[] {
  if (isObject(value)) return anythingButPattern(value, dialect);
  if (!Array.isArray(value)) {
    if (typeof value !== 'string' && typeof value !== 'number') throw new PatternError(oneValueText);
    return [{ kind: 'equals', value }];
  }
  if (value.length === 0) throw new PatternError('Empty arrays are not allowed');
  const tests = value.map((one: unknown): Test => {
    if (typeof one !== 'string' && typeof one !== 'number')
      throw new PatternError('Inside anything but list, start|null|boolean is not supported.');
    return { kind: 'equals', value: one };
  });
  if (new Set(value.map((one) => typeof one)).size > 1) {
    throw new PatternError(
      'Inside anything but list, either all values are number or string, mixed type is not supported',
    );
  }
  return tests;
}

function anythingButPattern(pattern: JsonObject, dialect: PatternDialect): Test[] {
  const names = Object.keys(pattern);
  if (names.length !== 1) throw new PatternError('Only one key allowed in match expression');
  const name = names[0] as string;
  const isKnown =
    dialect.anythingBut === 'prefix'
      ? name === 'prefix'
      : ['prefix', 'suffix', 'equals-ignore-case', 'wildcard'].includes(name);
  if (!isKnown) throw new PatternError(`Unsupported anything-but pattern: ${name}`);
  const inner = pattern[name];
  const texts: unknown[] = Array.isArray(inner) ? inner : [inner];
  if (texts.length === 0) throw new PatternError('Empty arrays are not allowed');
  return texts.map((text) => {
    if (dialect.anythingBut === 'all') checkAnythingButText(name, text);
    return testOf(name, text, dialect);
  });
}

/** The words differ from those of the same pattern outside `anything-but` (recorded). */
function checkAnythingButText(name: string, text: unknown): void {
  if (isObject(text)) throw new PatternError(oneValueText);
  if (name === 'equals-ignore-case' && typeof text !== 'string') {
    throw new PatternError(
      'Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.',
    );
  }
  if (name !== 'prefix' && name !== 'suffix') return;
  if (typeof text !== 'string') throw new PatternError('prefix/suffix match pattern must be a string');
  if (text === '') throw new PatternError('Null prefix/suffix not allowed');
}

function numericTest(value: unknown, dialect: PatternDialect): Test {
  if (!Array.isArray(value)) throw new PatternError('Value of numeric must be an array.');
  if (value.length === 0) throw new PatternError('Invalid member in numeric match: ]');
  const [operator, operand, second, limit, ...more] = value as unknown[];
  if (typeof operator !== 'string')
    throw new PatternError(`Invalid member in numeric match: ${JSON.stringify(operator)}`);
  if (operator === '=') {
    const number = numberOf('equals', operand, dialect);
    if (value.length > 2) throw new PatternError('Too many elements in numeric expression');
    const bound = { value: number, isIncluded: true };
    return { kind: 'range', low: bound, high: bound };
  }
  if (!['<', '<=', '>', '>='].includes(operator))
    throw new PatternError(`Unrecognized numeric range operator: ${operator}`);
  const first = { value: numberOf(operator, operand, dialect), isIncluded: operator.endsWith('=') };
  if (operator.startsWith('<')) {
    if (value.length > 2) throw new PatternError('Too many elements in numeric expression');
    return { kind: 'range', high: first };
  }
  if (value.length === 2) return { kind: 'range', low: first };
  if (typeof second !== 'string')
    throw new PatternError(`Bad value in numeric range: ${JSON.stringify(second)}`);
  if (!['<', '<='].includes(second)) throw new PatternError(`Bad numeric range operator: ${second}`);
  const high = { value: numberOf(second, limit, dialect), isIncluded: second.endsWith('=') };
  if (more.length > 0) throw new PatternError('Too many terms in numeric range expression');
  if (high.value <= first.value) throw new PatternError('Bottom must be less than top');
  return { kind: 'range', low: first, high };
}

function numberOf(operator: string, value: unknown, { numberMax }: PatternDialect): number {
  if (typeof value !== 'number') throw new PatternError(`Value of ${operator} must be numeric`);
  if (Math.abs(value) > numberMax)
    throw new PatternError(`Value must be between -${numberMax} and ${numberMax}, inclusive`);
  return value;
}

function cidrTest(value: unknown): Test {
  const text = textOf('prefix', value);
  const parts = text.split('/');
  if (parts.length !== 2) throw new PlacelessPatternError("Malformed CIDR, one '/' required");
  const [address = '', mask = ''] = parts;
  if (!/^\d+$/.test(mask)) throw new PlacelessPatternError('Malformed CIDR, mask bits must be an integer');
  const version = isIP(address);
  if (version === 0) throw new PlacelessPatternError(`Nonstandard IP address: ${address}`);
  const bits = Number(mask);
  if (bits > (version === 4 ? 32 : 128))
    throw new PlacelessPatternError('Malformed CIDR, mask bits must be < 32');
  return { kind: 'cidr', version: version === 4 ? 4 : 6, address, bits };
}

function isScalar(value: unknown): value is string | number | boolean | null {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
