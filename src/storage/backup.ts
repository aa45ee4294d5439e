// Copies a data directory while it is served, and puts such a copy back. While the barrier holds commits
// still, what is written to (pages, newest log segment, manifest) is copied and everything else hard-
// linked or copied. The copy is an ordinary data directory. Called by the storage and by the restore
// command.
import { constants } from 'node:fs';
import { copyFile, cp, link, mkdir, open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { CellFiles } from './manifest.ts';
import { Manifest } from './manifest.ts';
import { pagesFile } from './page-store.ts';
import type { BackupBarrier } from './types.ts';
import { StorageError } from './types.ts';

interface BackupOptions {
  readonly from: string;
  readonly to: string;
  readonly manifest: Manifest;
  readonly barrier: BackupBarrier;
}

export async function backupDirectory({ from, to, manifest, barrier }: BackupOptions): Promise<void> {
  await makeEmpty(to);
  await barrier.hold();
  try {
    await manifest.copyTo(to);
    const copied = new Manifest(to, 'read-only');
    const cells = copied.cellNames().map((cell) => ({ cell, files: copied.files(cell) }));
    await copied.close();
    for (const { cell, files } of cells) {
      const target = join(to, 'cells', cell);
      await mkdir(target, { recursive: true, mode: 0o700 });
      await copyCell(join(from, 'cells', cell), target, files);
    }
  } finally {
    barrier.release();
  }
}

/** Makes a data directory out of a backup; the next open reports `wasRestored`. */
export async function restoreDirectory(backup: string, target: string): Promise<void> {
  const source = new Manifest(backup, 'read-only');
  await source.close();
  await makeEmpty(target);
  await cp(backup, target, { recursive: true, filter: (path) => !/(-lock|\/lock|\/ballast)$/.test(path) });
  const manifest = new Manifest(target, { take: () => {}, give: () => {} });
  await manifest.setRestored(true);
  await manifest.close();
}

async function makeEmpty(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  if ((await readdir(directory)).length === 0) return;
  throw new StorageError('io', `${directory} is not empty`);
}

async function copyCell(from: string, to: string, files: CellFiles): Promise<void> {
  const bodies = files.bodies.map(({ number }) => `body-${number}.mdb`);
  const logs = files.logs.map((number) => `log-${number}.mdb`);
  const kept = files.keptLogs.map((number) => `log-${number}.mdb`);
  for (const file of [...bodies, ...kept, ...logs.slice(0, -2)])
    await linkOrCopy(join(from, file), join(to, file));
  // The last two: the one being written, and the one opened ahead or filled just before.
  for (const file of [...logs.slice(-2), pagesFile]) await copyWritten(from, to, file);
}

async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch {
    await copyFile(from, to, constants.COPYFILE_FICLONE);
  }
}

/**
 * LMDB writes through the page cache, so with no commit under way a copy of the file is a copy of the
 * data.
 */
async function copyWritten(from: string, to: string, file: string): Promise<void> {
  if ((await stat(join(from, file)).catch(() => undefined)) === undefined) return;
  await copyFile(join(from, file), join(to, file), constants.COPYFILE_FICLONE);
  const copy = await open(join(to, file), 'r');
  await copy.sync();
  await copy.close();
}
