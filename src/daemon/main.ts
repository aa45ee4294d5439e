// The daemon's life: configuration, refusals, composition, the ready line, then the wait for a signal and the
// drain. Called by `caudal start`; answers the exit code. It constructs nothing itself (compose.ts does).
import { createLogger } from '../base/log.ts';
import type { Result } from '../base/result.ts';
import { bindProblems } from './bind-rules.ts';
import { type Config, loadConfig } from './config.ts';
import type { DataCheck } from './offline.ts';
import { settingNames, settingTable, variableOf } from './settings.ts';
import { firstSignal, guardRejections } from './signals.ts';
import { StartError } from './start-error.ts';

// Whatever still holds the event loop after the drain (a client library's timer) must not hold the exit.
const lingerMs = 1000;

/** What is stored holds messages and keys: files that are made are for their owner alone. */
const ownerOnlyMask = 0o077;

export type { DataCheck } from './offline.ts';

/** `caudal check` and `caudal restore`: what is done to the data while no daemon runs on it. */
export async function checkData(directory: string): Promise<Result<DataCheck, string>> {
  return (await import('./offline.ts')).checkData(directory);
}

export async function restoreData(backup: string, target: string): Promise<Result<void, string>> {
  process.umask(ownerOnlyMask);
  return (await import('./offline.ts')).restoreData(backup, target);
}

/** The flags of `start`, a row each: flag, default, variable, meaning. */
export function describeFlags(): readonly (readonly [string, string, string, string])[] {
  return settingNames.map((name) => {
    const row = settingTable[name];
    const value =
      row.kind === 'choice' ? row.choices.join('|') : row.kind === 'switch' ? '' : row.kind.toUpperCase();
    const preset = row.default === undefined || row.kind === 'switch' ? '' : String(row.default);
    return [`--${name} ${value}`.trim(), preset, variableOf(name), row.help];
  });
}

export async function runDaemon(args: readonly string[]): Promise<number> {
  const loaded = await loadConfig(args, process.env, process.cwd());
  if (!loaded.ok) return refuse(loaded.error);
  const config = loaded.value;
  const problems = bindProblems(config);
  if (problems.length > 0) return refuse(problems);
  return serve(config);
}

async function serve(config: Config): Promise<number> {
  process.umask(ownerOnlyMask);
  const logger = createLogger({
    level: config.settings['log-level'],
    write: (line) => void process.stderr.write(line),
    now: () => Date.now(),
  });
  guardRejections(logger);
  // Whoever read the ready line or the log may go away; that must not end the broker.
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});
  const signal = firstSignal();
  const { compose } = await import('./compose.ts');
  const daemon = await compose(config, logger).catch((error: unknown) => {
    if (error instanceof StartError) return error;
    throw error;
  });
  if (daemon instanceof StartError) return refuse([daemon.message]);
  process.stdout.write(`${daemon.readyLine}\n`);
  logger.info('daemon started', { pid: process.pid, ...daemon.describe() });
  const name = await signal;
  logger.info('drain started', { signal: name });
  await daemon.close();
  logger.info('daemon stopped');
  setTimeout(() => process.exit(0), lingerMs).unref();
  return 0;
}

function refuse(lines: readonly string[]): number {
  const [first = '', ...rest] = lines;
  process.stderr.write(`caudal: ${[first, ...rest].join('\n')}\n`);
  return 1;
}
