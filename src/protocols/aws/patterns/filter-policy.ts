// Filter policies of SNS subscriptions, compiled to the core's Matcher, with the limits and the words of SNS
// (developer guide, "Amazon SNS subscription filter policies"; texts recorded). Called by services/sns.
import type { Matcher } from '../../../broker/index.ts';
import {
  isObject,
  parsePattern,
  PatternError,
  type PatternDialect,
  PlacelessPatternError,
} from './pattern-parser.ts';

const keysMax = 5;
const combinationsMax = 150;
const bytesMax = 256 * 1024;

const body: PatternDialect = { isNested: true, numberMax: 1e9, nestedText: '', anythingBut: 'prefix' };
const attributes: PatternDialect = {
  isNested: false,
  numberMax: 1e9,
  nestedText: 'Filter policy scope MessageAttributes does not support nested filter policy',
  anythingBut: 'prefix',
};

/**
 * `{}` and an empty text filter nothing: undefined. Throws PatternError with what follows `Invalid parameter:
 * ` (SetSubscriptionAttributes) or `Invalid parameter: Attributes Reason: ` (Subscribe).
 */
export function compileFilterPolicy(
  text: string,
  scope: 'MessageAttributes' | 'MessageBody',
): Matcher | undefined {
  if (text.trim() === '') return undefined;
  const policy = parseJson(text);
  if (Object.keys(policy).length === 0) return undefined;
  const isBody = scope === 'MessageBody';
  try {
    const any = parsePattern(policy, isBody ? body : attributes);
    const matcher: Matcher = { scope: isBody ? 'body' : 'attributes', any };
    checkSize(policy, matcher);
    return matcher;
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    if (error.message === attributes.nestedText || error.message.startsWith('FilterPolicy: ')) throw error;
    if (error instanceof PlacelessPatternError)
      throw new PatternError(`FilterPolicy: ${error.message}`, { cause: error });
    throw new PatternError(
      `FilterPolicy: ${error.message}\n at [Source: (String)"${text}"; line: 1, column: ${text.length}]`,
      { cause: error },
    );
  }
}

function parseJson(text: string): Readonly<Record<string, unknown>> {
  if (Buffer.byteLength(text) > bytesMax) throw tooComplex;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new PatternError(`FilterPolicy: failed to parse JSON. ${(error as Error).message}`, {
      cause: error,
    });
  }
  if (!isObject(parsed))
    throw new PatternError('FilterPolicy: failed to parse JSON. Filter is not an object');
  return parsed;
}

const tooComplex = new PatternError('FilterPolicy: Filter policy is too complex');

/**
 * Combinations add up over the alternatives of `$or`; in bodies each value counts by its depth (recorded).
 */
function checkSize(policy: Readonly<Record<string, unknown>>, { scope, any }: Matcher): void {
  if (keyCount(policy) > keysMax)
    throw new PatternError('FilterPolicy: Filter policy can not have more than 5 keys');
  let combinations = 0;
  for (const clauses of any) {
    let product = 1;
    for (const { path, tests } of clauses) product *= tests.length * (scope === 'body' ? path.length : 1);
    combinations += product;
  }
  if (combinations > combinationsMax) throw tooComplex;
}

function keyCount(policy: Readonly<Record<string, unknown>>): number {
  let count = 0;
  for (const [name, value] of Object.entries(policy)) {
    if (name === '$or' && Array.isArray(value) && value.every(isObject))
      for (const inner of value) count += keyCount(inner);
    else if (Array.isArray(value)) count++;
    else if (isObject(value)) count += keyCount(value);
  }
  return count;
}
