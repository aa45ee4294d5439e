// `caudal check --data DIR`: reads everything that a stopped daemon stored and names what is damaged.
import { parseArguments } from '../../base/arguments.ts';
import { fail, print } from '../output.ts';

export async function check(args: readonly string[]): Promise<number> {
  const given = parseArguments(args, { data: 'value' });
  if (!given.ok) return fail(given.error, 2);
  const [word] = given.value.words;
  if (word !== undefined)
    return fail(`check takes no argument '${word}'; the directory is named by --data`, 2);
  const directory = given.value.values.get('data') ?? process.env['CAUDAL_DATA'] ?? './caudal-data';
  const { checkData } = await import('../../daemon/main.ts');
  const result = await checkData(directory);
  if (!result.ok) return fail(result.error);
  const { damages, summary } = result.value;
  for (const line of damages) print(line);
  if (damages.length > 0) return fail(`${directory}: ${damages.length} damaged (${summary})`);
  print(`${directory}: nothing is damaged (${summary})`);
  return 0;
}
