// Brings the files of a cell's directory in line with the manifest at open: what a crash left over is
// removed, and what must be there is. Called once per cell; it never removes what could be messages.
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { corruption } from './damage.ts';
import { readEnvFile } from './env-file.ts';
import type { Room } from './lmdb-env.ts';
import { Env, requireWhole } from './lmdb-env.ts';
import type { CellFiles } from './manifest.ts';
import { pagesFile } from './page-store.ts';

/** Address space to look into a file that no one else will open. */
const mapBytes = 64 * 1024 * 1024;

export function agreeOnFiles(directory: string, files: CellFiles, room: Room): void {
  const logs = [...files.logs, ...files.keptLogs].map((number) => `log-${number}.mdb`);
  const bodies = files.bodies.map(({ number }) => `body-${number}.mdb`);
  const named = new Set([pagesFile, ...logs, ...bodies]);
  const found = readdirSync(directory);
  const isNamed = (file: string): boolean => named.has(file.replace(/-lock$/, ''));
  for (const file of found) {
    const problem = isNamed(file) ? undefined : forgottenProblem(directory, file, files, room);
    if (problem !== undefined) throw corruption(join(directory, file), 'file', problem);
  }
  for (const file of found) if (!isNamed(file)) rmSync(join(directory, file), { force: true });
  for (const file of [...logs, ...bodies]) {
    if (!found.includes(file)) throw corruption(join(directory, file), 'file', 'missing');
  }
  // These are opened when they are read, which must not be when it turns out that they cannot be.
  for (const file of bodies) requireWhole(join(directory, file));
  requirePages(directory, files);
}

/**
 * What is wrong with a file that the manifest does not name, when it is more than what a crash leaves over. A
 * log takes commits only once the manifest names it, and loses its name only to be removed: one that is
 * younger than the manifest knows, and holds commits, is data that an old state of the manifest forgot.
 * Bodies are sealed out of logs, so there are none where there never was a log.
 */
export function forgottenProblem(
  directory: string,
  file: string,
  files: CellFiles,
  room: Room | 'read-only',
): string | undefined {
  if (files.nextNumber === 1 && /^body-\d+\.mdb$/.test(file)) return unknownProblem;
  const number = Number(/^log-(\d+)\.mdb$/.exec(file)?.[1] ?? -1);
  if (number < files.nextNumber) return undefined;
  const path = join(directory, file);
  // Cut off while it was made: nothing can be in it.
  if (typeof readEnvFile(path) !== 'object') return undefined;
  const env = new Env(path, room === 'read-only' ? { readOnly: true } : { mapBytes, room });
  const isUsed = env.firstKey() !== undefined;
  void env.close();
  return isUsed ? unknownProblem : undefined;
}

const unknownProblem = 'it holds messages, but the manifest does not know it (is meta.mdb an old copy?)';

/** What is sealed is known by its pages alone: without them messages would be there and never be found. */
function requirePages(directory: string, files: CellFiles): void {
  const path = join(directory, pagesFile);
  if (files.sealedThrough === 0 || readEnvFile(path) !== undefined) return;
  throw corruption(path, 'file', 'missing or empty');
}
