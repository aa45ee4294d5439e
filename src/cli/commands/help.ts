// `caudal help [COMMAND]`: the list of commands, or the flags of one.
import { didYouMean } from '../../base/suggest.ts';
import { fail, print, table } from '../output.ts';

const texts: Readonly<Record<string, readonly [summary: string, usage: string]>> = {
  start: ['run the daemon', 'start [flags]'],
  env: ['print AWS_ENDPOINT_URL, keys and region for eval', 'env [--http-port 4566] [--region us-east-1]'],
  queue: [
    'look at queues and act on them',
    'queue ls [PREFIX] [--sort name|ready|leased|delayed|age]\n' +
      'queue peek NAME [--view all|ready|leased|delayed|dead] [--count 10] [--full]\n' +
      'queue send NAME BODY [--group ID] [--dedup-id ID] [--delay-seconds N]   (BODY -: standard input)\n' +
      'queue purge NAME\n' +
      'queue redrive NAME [--to NAME] [--rate N]\n' +
      'NAME is a name of the home region, or ACCOUNT/REGION/NAME.',
  ],
  stream: [
    'look at streams and act on them',
    'stream ls [PREFIX] [--sort name|shards|records|bytes]\n' +
      'stream create NAME [--shards N] [--automatic] [--retention-hours N]\n' +
      'stream delete NAME\n' +
      'stream peek NAME [--shard N] [--position horizon|latest] [--from SEQUENCE]\n' +
      '            [--count 10] [--wait-seconds N]\n' +
      'stream put NAME KEY DATA [--base64]   (DATA -: standard input)\n' +
      'stream split NAME SHARD [--at KEY_HASH]\n' +
      'stream merge NAME SHARD NEIGHBOUR\n' +
      'stream resize NAME COUNT\n' +
      'stream groups NAME [GROUP [--delete]]\n' +
      'NAME is a name of the home region, or ACCOUNT/REGION/NAME.',
  ],
  backup: ['copy the data of a serving daemon', 'backup DIR'],
  restore: ['make a data directory from a backup', 'restore DIR [--data ./caudal-data]'],
  check: [
    'read all stored data of a stopped daemon and name what is damaged',
    'check [--data ./caudal-data]',
  ],
  reset: ['drop all data (daemon started with --allow-reset)', 'reset'],
  import: [
    'turn the configuration of another product into caudal.yaml',
    'import elasticmq FILE > caudal.yaml',
  ],
  test: ['run the whole test suite, as CI does', 'test [--soak] [FILE...]'],
  bench: ['measure, beside a yardstick', 'bench [--json FILE] [--only NAME]'],
  version: ['print the version', 'version'],
  help: ['print this, or the flags of one command', 'help [COMMAND]'],
};

const adminNote =
  'The daemon is found at --admin-url or CAUDAL_ADMIN_URL (http://127.0.0.1:8088);\n' +
  'the user is --key ID:SECRET or CAUDAL_ADMIN_KEY.';

export async function help(args: readonly string[]): Promise<number> {
  const [name] = args;
  if (name === undefined) {
    print('usage: caudal COMMAND [flags]\n');
    print(
      table(
        ['command', ''],
        Object.entries(texts).map(([command, [summary]]) => [command, summary]),
      ),
    );
    print("\n'caudal help COMMAND' tells more.");
    return 0;
  }
  const text = Object.hasOwn(texts, name) ? texts[name] : undefined;
  if (text === undefined) return fail(`unknown command ${name}${didYouMean(name, Object.keys(texts))}`, 2);
  const [summary, usage] = text;
  print(`${summary}\n`);
  for (const line of usage.split('\n')) print(line.startsWith(name) ? `  caudal ${line}` : `  ${line}`);
  if (name === 'start') print(`\n${await startFlags()}`);
  if (['queue', 'stream', 'reset', 'backup'].includes(name)) print(`\n${adminNote}`);
  return 0;
}

async function startFlags(): Promise<string> {
  const { describeFlags } = await import('../../daemon/main.ts');
  return table(['flag', 'default', 'variable', ''], describeFlags());
}
