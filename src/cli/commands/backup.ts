// `caudal backup DIR` copies a serving daemon's data as of one moment; `caudal restore DIR --data TARGET`
// makes a data directory from such a copy while no daemon runs on it.
import { resolve } from 'node:path';
import { parseArguments } from '../../base/arguments.ts';
import { adminCommand } from '../admin-command.ts';
import { fail, print } from '../output.ts';

export async function backup(args: readonly string[]): Promise<number> {
  return adminCommand(args, {}, async (client, given) => {
    const [word, ...more] = given.words;
    if (word === undefined || more.length > 0) return fail('usage: caudal backup DIR', 2);
    // The daemon may run in another directory: it gets the whole path.
    const directory = resolve(word);
    await client.post('/v1/backup', { directory });
    print(`backup written to ${directory}`);
    return 0;
  });
}

export async function restore(args: readonly string[]): Promise<number> {
  const given = parseArguments(args, { data: 'value' });
  if (!given.ok) return fail(given.error, 2);
  const [source, ...more] = given.value.words;
  if (source === undefined || more.length > 0)
    return fail('usage: caudal restore DIR [--data ./caudal-data]', 2);
  const target = given.value.values.get('data') ?? process.env['CAUDAL_DATA'] ?? './caudal-data';
  const { restoreData } = await import('../../daemon/main.ts');
  const result = await restoreData(resolve(source), resolve(target));
  if (!result.ok) return fail(result.error);
  print(`${target} restored from ${source}`);
  return 0;
}
