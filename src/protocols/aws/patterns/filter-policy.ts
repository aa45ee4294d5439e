// Filter policies of SNS subscriptions, compiled to the core's Matcher, with the limits and the words of SNS
// (developer guide, "Amazon SNS subscription filter policies"; texts recorded). Called by services/sns.
import type { Matcher } from '../../../broker/index.ts';
import { isObject, parsePattern, PatternError, type PatternDialect } from './pattern-parser.ts';

export { PatternError } from './pattern-parser.ts';

const keysMax = 5;
const combinationsMax = 150;
const bytesMax = 256 * 1024;

const body: PatternDialect = { isNested: true, numberMax: 1e9, nestedText: '' };
const attributes: PatternDialect = {
  isNested: false,
  numberMax: 1e9,
  nestedText: 'Filter policy scope MessageAttributes does not support nested filter policy',
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
    checkSize(policy, isBody);
    return { scope: isBody ? 'body' : 'attributes', any };
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    if (error.message === attributes.nestedText || error.message.startsWith('FilterPolicy: ')) throw error;
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

function checkSize(policy: Readonly<Record<string, unknown>>, isBody: boolean): void {
  const lists = leavesOf(policy, 1);
  if (lists.length > keysMax)
    throw new PatternError('FilterPolicy: Filter policy can not have more than 5 keys');
  let combinations = 1;
  for (const { count, depth } of lists) combinations *= isBody ? count * depth : count;
  if (combinations > combinationsMax) throw tooComplex;
}

function leavesOf(
  policy: Readonly<Record<string, unknown>>,
  depth: number,
): { readonly count: number; readonly depth: number }[] {
  return Object.entries(policy).flatMap(([name, value]) => {
    if (name === '$or' && Array.isArray(value) && value.every(isObject))
      return value.flatMap((inner) => leavesOf(inner, depth));
    if (Array.isArray(value)) return [{ count: value.length, depth }];
    return isObject(value) ? leavesOf(value, depth + 1) : [];
  });
}
