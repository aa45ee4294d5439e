// A command with verbs (`caudal queue ls`, `caudal stream put`): finds the verb, or says which there are.
// Called by the commands of queues and streams.
import type { FlagKinds, ParsedArguments } from '../base/arguments.ts';
import { didYouMean } from '../base/suggest.ts';
import type { AdminClient } from './admin-client.ts';
import { adminCommand } from './admin-command.ts';
import { fail } from './output.ts';

type Verb = (client: AdminClient, given: ParsedArguments, words: readonly string[]) => Promise<number>;

export interface VerbCommand {
  readonly name: string;
  readonly verbs: Readonly<Record<string, Verb>>;
  readonly flags: FlagKinds;
}

export function verbCommand(args: readonly string[], { name, verbs, flags }: VerbCommand): Promise<number> {
  return adminCommand(args, flags, async (client, given) => {
    const [word = '', ...words] = given.words;
    const verb = Object.hasOwn(verbs, word) ? verbs[word] : undefined;
    if (verb !== undefined) return verb(client, given, words);
    const hint = didYouMean(word, Object.keys(verbs));
    return fail(`usage: caudal ${name} ${Object.keys(verbs).join('|')} ...${hint}`, 2);
  });
}
