// Condition blocks of IAM policies: operators as a table, each one a comparison of a context value with a
// policy value. IfExists, ForAnyValue and ForAllValues wrap around any of them.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
import { err, ok, type Result } from '../../../../base/result.ts';
import { isInCidr } from './cidr.ts';
import {
  compilePattern,
  expandPattern,
  matchesArn,
  matchesWildcards,
  type Pattern,
  type Variables,
} from './wildcard.ts';

export interface Condition {
  readonly operator: Operator;
  readonly isNegated: boolean;
  readonly ifExists: boolean;
  readonly quantifier: 'any' | 'all' | undefined;
  /** Lower case. */
  readonly key: string;
  readonly values: readonly Pattern[];
}

/** Values of a condition key in this request; undefined when the request has no such key. */
export type ContextKeys = (key: string) => readonly string[] | undefined;

/** `wanted` is the policy's value, compiled; `actual` comes from the request. */
type Compare = (wanted: string, actual: string) => boolean;
type Operator = Compare | 'null';

const asNumber = (compare: (actual: number, wanted: number) => boolean): Compare => {
  return (wanted, actual) => {
    const [a, w] = [toNumber(actual), toNumber(wanted)];
    return a !== undefined && w !== undefined && compare(a, w);
  };
};
const asDate = (compare: (actual: number, wanted: number) => boolean): Compare => {
  return (wanted, actual) => {
    const [a, w] = [toMs(actual), toMs(wanted)];
    return a !== undefined && w !== undefined && compare(a, w);
  };
};

const equals = (a: number, b: number): boolean => a === b;
const less = (a: number, b: number): boolean => a < b;
const lessEquals = (a: number, b: number): boolean => a <= b;
const greater = (a: number, b: number): boolean => a > b;
const greaterEquals = (a: number, b: number): boolean => a >= b;

/** Of these, values are patterns; of all others, `*` and `?` are characters like any. */
const wildcardOperators = new Set(['StringLike', 'ArnEquals', 'ArnLike']);

const operators: Readonly<Record<string, Operator>> = {
  StringEquals: (wanted, actual) => wanted === actual,
  StringEqualsIgnoreCase: (wanted, actual) => wanted.toLowerCase() === actual.toLowerCase(),
  StringLike: matchesWildcards,
  ArnEquals: matchesArn,
  ArnLike: matchesArn,
  NumericEquals: asNumber(equals),
  NumericLessThan: asNumber(less),
  NumericLessThanEquals: asNumber(lessEquals),
  NumericGreaterThan: asNumber(greater),
  NumericGreaterThanEquals: asNumber(greaterEquals),
  DateEquals: asDate(equals),
  DateLessThan: asDate(less),
  DateLessThanEquals: asDate(lessEquals),
  DateGreaterThan: asDate(greater),
  DateGreaterThanEquals: asDate(greaterEquals),
  Bool: (wanted, actual) => wanted.toLowerCase() === actual.toLowerCase(),
  BinaryEquals: (wanted, actual) => wanted === actual,
  IpAddress: isInCidr,
  Null: 'null',
};

const negations: Readonly<Record<string, string>> = {
  StringNotEquals: 'StringEquals',
  StringNotEqualsIgnoreCase: 'StringEqualsIgnoreCase',
  StringNotLike: 'StringLike',
  ArnNotEquals: 'ArnEquals',
  ArnNotLike: 'ArnLike',
  NumericNotEquals: 'NumericEquals',
  DateNotEquals: 'DateEquals',
  NotIpAddress: 'IpAddress',
};

export function parseConditions(block: unknown, canHaveVariables: boolean): Result<Condition[], string> {
  if (block === undefined) return ok([]);
  if (!isObject(block)) return err('Condition is not an object');
  const conditions: Condition[] = [];
  for (const [name, keys] of Object.entries(block)) {
    const head = parseOperator(name);
    if (head === undefined) return err(`unknown condition operator ${name}`);
    if (!isObject(keys)) return err(`condition ${name} is not an object`);
    for (const [key, value] of Object.entries(keys)) {
      const texts = (Array.isArray(value) ? value : [value]).map(String);
      const values = texts.map((text) => compileValue(text, head.isWildcard, canHaveVariables));
      conditions.push({ ...head.condition, key: key.toLowerCase(), values });
    }
  }
  return ok(conditions);
}

function compileValue(text: string, isWildcard: boolean, canHaveVariables: boolean): Pattern {
  if (isWildcard) return compilePattern(text, canHaveVariables);
  return { text, hasVariables: canHaveVariables && text.includes('${') };
}

function parseOperator(name: string) {
  let rest = name;
  let quantifier: Condition['quantifier'];
  if (rest.startsWith('ForAnyValue:')) quantifier = 'any';
  if (rest.startsWith('ForAllValues:')) quantifier = 'all';
  if (quantifier !== undefined) rest = rest.slice(rest.indexOf(':') + 1);
  const ifExists = rest.endsWith('IfExists');
  if (ifExists) rest = rest.slice(0, -'IfExists'.length);
  const isNegated = Object.hasOwn(negations, rest);
  const base = isNegated ? negations[rest]! : rest;
  if (!Object.hasOwn(operators, base)) return undefined;
  const condition = { operator: operators[base]!, isNegated, ifExists, quantifier };
  return { condition, isWildcard: wildcardOperators.has(base) };
}

export function isConditionMet(condition: Condition, context: ContextKeys, variables: Variables): boolean {
  const actual = context(condition.key);
  if (condition.operator === 'null') {
    return condition.values.some((value) => (value.text.toLowerCase() === 'true') === (actual === undefined));
  }
  if (actual === undefined || actual.length === 0) {
    // A missing key meets what is negated, what says IfExists, and every "all values of it".
    return condition.isNegated
      ? condition.quantifier !== 'any'
      : condition.ifExists || condition.quantifier === 'all';
  }
  const isOneMet = (value: string) => compareOne(condition, condition.operator as Compare, value, variables);
  return condition.quantifier === 'all' ? actual.every(isOneMet) : actual.some(isOneMet);
}

/** Against several policy values: any of them for a positive operator, none of them for a negated one. */
function compareOne(condition: Condition, compare: Compare, actual: string, variables: Variables): boolean {
  const isMatch = condition.values.some((value) => {
    const wanted = expandPattern(value, variables);
    return wanted !== undefined && compare(wanted, actual);
  });
  return isMatch !== condition.isNegated;
}

function toNumber(text: string): number | undefined {
  const number = text.trim() === '' ? Number.NaN : Number(text);
  return Number.isNaN(number) ? undefined : number;
}

/** ISO 8601 or seconds since the epoch. */
function toMs(text: string): number | undefined {
  const seconds = toNumber(text);
  if (seconds !== undefined) return seconds * 1000;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
