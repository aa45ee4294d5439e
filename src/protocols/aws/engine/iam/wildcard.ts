// Patterns of IAM policies: `*` and `?`, and variables such as ${aws:username}, whose values are literal
// even when they hold a star. Linear for one star, never exponential.

/** Stand for `*` and `?` inside a compiled pattern, so that a literal star can be told from them. */
const anyRun = '\u{e000}';
const anyOne = '\u{e001}';

export interface Pattern {
  readonly text: string;
  readonly hasVariables: boolean;
}

/** Variables exist since policy version 2012-10-17; before, `${` is just text. */
export function compilePattern(source: string, canHaveVariables: boolean): Pattern {
  let text = '';
  let at = 0;
  while (at < source.length) {
    const end = canHaveVariables && source.startsWith('${', at) ? source.indexOf('}', at) : -1;
    if (end > 0) {
      text += source.slice(at, end + 1);
      at = end + 1;
    } else {
      const character = source[at++]!;
      text += character === '*' ? anyRun : character === '?' ? anyOne : character;
    }
  }
  return { text, hasVariables: canHaveVariables && text.includes('${') };
}

export type Variables = (name: string) => string | undefined;

/** The pattern with its variables filled in; undefined when one has no value: then nothing matches. */
export function expandPattern(pattern: Pattern, variables: Variables): string | undefined {
  if (!pattern.hasVariables) return pattern.text;
  let expanded = '';
  let at = 0;
  for (;;) {
    const start = pattern.text.indexOf('${', at);
    const end = start < 0 ? -1 : pattern.text.indexOf('}', start);
    if (end < 0) return expanded + pattern.text.slice(at);
    const value = variableValue(pattern.text.slice(start + 2, end), variables);
    if (value === undefined) return undefined;
    expanded += pattern.text.slice(at, start) + value.replaceAll(anyRun, '').replaceAll(anyOne, '');
    at = end + 1;
  }
}

/** `${*}`, `${?}` and `${$}` are the characters themselves; `${key, 'default'}` has a default. */
function variableValue(expression: string, variables: Variables): string | undefined {
  if (expression === '*' || expression === '?' || expression === '$') return expression;
  const comma = expression.indexOf(',');
  const name = (comma < 0 ? expression : expression.slice(0, comma)).trim();
  const value = variables(name.toLowerCase());
  if (value !== undefined || comma < 0) return value;
  const fallback = expression.slice(comma + 1).trim();
  return fallback.startsWith("'") && fallback.endsWith("'") ? fallback.slice(1, -1) : undefined;
}

/** `pattern` is an expanded one. */
export function matchesWildcards(pattern: string, text: string): boolean {
  let patternAt = 0;
  let textAt = 0;
  let starAt = -1;
  let retryAt = 0;
  while (textAt < text.length) {
    const wanted = pattern[patternAt];
    if (wanted === anyRun) {
      starAt = patternAt++;
      retryAt = textAt;
    } else if (wanted !== undefined && (wanted === anyOne || wanted === text[textAt])) {
      patternAt++;
      textAt++;
    } else if (starAt >= 0) {
      patternAt = starAt + 1;
      textAt = ++retryAt;
    } else {
      return false;
    }
  }
  while (pattern[patternAt] === anyRun) patternAt++;
  return patternAt === pattern.length;
}

/** ARNs are compared part by part: a star never reaches over a colon of the first five. */
export function matchesArn(pattern: string, arn: string): boolean {
  const patterns = splitArn(pattern);
  const parts = splitArn(arn);
  if (patterns.length !== parts.length) return false;
  return parts.every((part, i) => matchesWildcards(patterns[i]!, part));
}

/** arn, partition, service, region, account, and the rest with its colons. */
function splitArn(arn: string): string[] {
  const parts = arn.split(':');
  return parts.length <= 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(':')];
}
