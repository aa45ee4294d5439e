// One daemon per data directory. The lock file names its owner by process id and start time; that of a dead
// process (kill -9, power loss) is taken over without anybody's help. Never waits, never breaks a live lock.
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { StorageError } from './types.ts';

interface Owner {
  readonly pid: number;
  /** Ticks since boot, from /proc: a process id that came round again has another one. */
  readonly startedAt: string;
  readonly bootId: string;
  /** Tells two locks of one process apart. */
  readonly nonce: string;
}

export interface DirectoryLock {
  release(): void;
}

export function lockDirectory(directory: string): DirectoryLock {
  const path = join(directory, 'lock');
  const owner = { ...identity(process.pid), nonce: randomBytes(8).toString('hex') };
  const own = `${path}.${owner.pid}.${owner.nonce}`;
  writeFileSync(own, JSON.stringify(owner), { mode: 0o600 });
  try {
    // A link is made whole or not at all, so nobody ever reads half a lock.
    if (!tryLink(own, path)) takeOver(own, path, directory);
  } finally {
    rmSync(own, { force: true });
  }
  return { release: () => releaseOwn(path, owner.nonce) };
}

function takeOver(own: string, path: string, directory: string): void {
  const found = readOwner(path);
  if (found !== undefined && isAlive(found)) throw locked(directory, found);
  const stale = `${own}.stale`;
  try {
    renameSync(path, stale);
  } catch {
    // Somebody else took it away at the same moment; whoever links first has the directory.
  }
  const moved = readOwner(stale);
  if (moved !== undefined && moved.nonce !== found?.nonce) tryLink(stale, path);
  rmSync(stale, { force: true });
  if (tryLink(own, path)) return;
  throw locked(directory, readOwner(path));
}

function locked(directory: string, owner: Owner | undefined): StorageError {
  const who = owner === undefined ? 'another process' : `the process with pid ${owner.pid}`;
  return new StorageError(
    'locked',
    `${directory} is in use by ${who}; stop it or choose another data directory`,
  );
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function releaseOwn(path: string, nonce: string): void {
  if (readOwner(path)?.nonce === nonce) rmSync(path, { force: true });
}

function readOwner(path: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Owner;
  } catch {
    return undefined;
  }
}

function isAlive(owner: Owner): boolean {
  const now = identity(owner.pid);
  if (now.startedAt !== '') return now.startedAt === owner.startedAt && now.bootId === owner.bootId;
  if (now.bootId !== '') return false;
  try {
    process.kill(owner.pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function identity(pid: number): Omit<Owner, 'nonce'> {
  const stat = readText(`/proc/${pid}/stat`);
  // The command name is in parentheses and may hold spaces; the start time is the 20th field after it.
  const startedAt = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  return { pid, startedAt, bootId: readText('/proc/sys/kernel/random/boot_id').trim() };
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
