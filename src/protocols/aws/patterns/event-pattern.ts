// Event patterns of EventBridge (rules, archives) and the filters of Pipes and event source mappings,
// compiled to the core's Matcher. Called by those services.
import type { Matcher } from '../../../broker/index.ts';
import { parsePattern, PatternError, type PatternDialect, PlacelessPatternError } from './pattern-parser.ts';

export { PatternError } from './pattern-parser.ts';

const dialect: PatternDialect = {
  isNested: true,
  numberMax: Number.MAX_VALUE,
  nestedText: '',
  anythingBut: 'all',
};

/** Matches nothing: of a rule that only a schedule fires. */
export const nothingMatches: Matcher = { scope: 'body', any: [] };

/** Throws PatternError, `Event pattern is not valid. Reason: ...`. */
export function compileEventPattern(text: string): Matcher {
  try {
    return { scope: 'body', any: parsePattern(parseJson(text), dialect) };
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    const place = error instanceof PlacelessPatternError ? '' : placeOf(text);
    throw new PatternError(`Event pattern is not valid. Reason: ${error.message}${place}`, { cause: error });
  }
}

/** One of several patterns (Pipes, event source mappings). */
export function compileFilters(texts: readonly string[]): Matcher {
  return { scope: 'body', any: texts.flatMap((text) => compileEventPattern(text).any) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new PatternError('Filter is not an object');
  }
}

function placeOf(text: string): string {
  return `\n at [Source: (String)"${text}"; line: 1, column: ${Math.max(text.length, 1)}]`;
}
