// The command line: picks the command and runs it; each loads only what it needs. Called by ./caudal and by
// the container image. The exit code is the command's: 0 done, 1 it failed, 2 it was not understood.
import { didYouMean } from '../base/suggest.ts';
import { fail } from './output.ts';

export type Command = (args: readonly string[]) => Promise<number>;

const commands: Readonly<Record<string, () => Promise<Command>>> = {
  start: async () => (await import('./commands/start.ts')).start,
  test: async () => (await import('./commands/test.ts')).test,
  bench: async () => (await import('./commands/bench.ts')).bench,
  env: async () => (await import('./commands/env.ts')).env,
  check: async () => (await import('./commands/check.ts')).check,
  queue: async () => (await import('./commands/queue.ts')).queue,
  stream: async () => (await import('./commands/stream.ts')).stream,
  reset: async () => (await import('./commands/reset.ts')).reset,
  backup: async () => (await import('./commands/backup.ts')).backup,
  restore: async () => (await import('./commands/backup.ts')).restore,
  import: async () => (await import('./commands/import.ts')).importConfiguration,
  help: async () => (await import('./commands/help.ts')).help,
  version: async () => (await import('./commands/version.ts')).version,
};

const aliases: Readonly<Record<string, string>> = {
  '--help': 'help',
  '-h': 'help',
  '--version': 'version',
  '-v': 'version',
};

async function main(args: readonly string[]): Promise<number> {
  const [word = 'help', ...rest] = args;
  const name = aliases[word] ?? word;
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (load === undefined) {
    return fail(
      `unknown command ${word}${didYouMean(word, Object.keys(commands))}; './caudal help' lists them`,
      2,
    );
  }
  const isHelp = rest.includes('--help') || rest.includes('-h');
  if (isHelp && name !== 'help') return (await import('./commands/help.ts')).help([name]);
  const command = await load();
  return command(rest);
}

process.exitCode = await main(process.argv.slice(2));
