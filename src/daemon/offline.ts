// What the command line does to a data directory while no daemon runs on it: check and restore.
import { existsSync } from 'node:fs';
import { err, ok, type Result } from '../base/result.ts';
import { checkDirectory, restoreDirectory, StorageError } from '../storage/index.ts';

export interface DataCheck {
  /** One line for each damaged place. */
  readonly damages: readonly string[];
  /** What was read, in words. */
  readonly summary: string;
}

export async function checkData(directory: string): Promise<Result<DataCheck, string>> {
  if (!existsSync(directory)) return err(`${directory}: there is no such directory`);
  return catching(async () => {
    const { damages, commitCount, blockCount } = await checkDirectory(directory);
    return {
      damages: damages.map(({ cell, segment, key, problem }) => `${cell} ${segment} ${key}: ${problem}`),
      summary: `${commitCount} commits and ${blockCount} blocks read`,
    };
  });
}

export async function restoreData(backup: string, target: string): Promise<Result<void, string>> {
  if (!existsSync(backup)) return err(`${backup}: there is no such directory`);
  return catching(async () => restoreDirectory(backup, target));
}

async function catching<T>(action: () => Promise<T>): Promise<Result<T, string>> {
  try {
    return ok(await action());
  } catch (error) {
    if (error instanceof StorageError) return err(error.message);
    throw error;
  }
}
