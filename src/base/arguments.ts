// Command-line flags over node:util's parser, with errors a person can act on. Used by the command line, the
// daemon's settings and the bench; it knows no flag by itself.
import { parseArgs } from 'node:util';
import { err, ok, type Result } from './result.ts';
import { didYouMean } from './suggest.ts';

/** Flag name without dashes, to whether it takes a value. */
export type FlagKinds = Readonly<Record<string, 'value' | 'switch'>>;

export interface ParsedArguments {
  readonly words: readonly string[];
  readonly values: ReadonlyMap<string, string>;
  readonly switches: ReadonlySet<string>;
}

/** `--flag value`, `--flag=value`, `--switch`; words anywhere; everything after `--` is a word. */
export function parseArguments(args: readonly string[], kinds: FlagKinds): Result<ParsedArguments, string> {
  const options: Record<string, { type: 'string' | 'boolean' }> = {};
  for (const [name, kind] of Object.entries(kinds))
    options[name] = { type: kind === 'value' ? 'string' : 'boolean' };
  const { tokens } = parseArgs({
    args: [...args],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const words: string[] = [];
  const values = new Map<string, string>();
  const switches = new Set<string>();
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value);
    if (token.kind !== 'option') continue;
    const kind = Object.hasOwn(kinds, token.name) ? kinds[token.name] : undefined;
    if (kind === undefined) {
      return err(`unknown flag ${token.rawName}${didYouMean(token.name, Object.keys(kinds), '--')}`);
    }
    if (kind === 'switch') {
      if (token.value !== undefined) return err(`${token.rawName} takes no value`);
      switches.add(token.name);
      continue;
    }
    if (token.value === undefined || (!token.inlineValue && token.value.startsWith('--'))) {
      return err(`${token.rawName} needs a value`);
    }
    values.set(token.name, token.value);
  }
  return ok({ words, values, switches });
}
