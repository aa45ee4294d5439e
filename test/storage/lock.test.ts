// One daemon per data directory: a second one is refused by name, one that was killed is no obstacle.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openLmdbStorage } from '../../src/storage/index.ts';
import { removeTemporaryDirectories, temporaryDirectory } from './storage-driver.ts';

const children: ChildProcess[] = [];

/** Starts a process that opens the directory; answers what it said. */
async function opener(directory: string): Promise<{ child: ChildProcess; said: string }> {
  const script = join(import.meta.dirname, 'lock-script.ts');
  const child = spawn(process.execPath, ['--no-warnings', script, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const [line] = (await once(child.stdout, 'data', {
    signal: AbortSignal.timeout(20_000),
  })) as [Buffer];
  return { child, said: line.toString() };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit', { signal: AbortSignal.timeout(20_000) });
  child.kill('SIGKILL');
  await gone;
}

describe('the lock of a data directory', () => {
  afterEach(async () => {
    for (const child of children.splice(0)) await kill(child);
    removeTemporaryDirectories();
  });

  it('refuses a second process and names the first; after kill -9 the next one gets in', async () => {
    const directory = temporaryDirectory();
    const first = await opener(directory);
    expect(first.said).toBe('opened\n');
    const second = await opener(directory);
    expect(second.said).toContain('locked: ');
    expect(second.said).toContain(`pid ${first.child.pid}`);
    await expect(openLmdbStorage({ directory })).rejects.toMatchObject({ code: 'locked' });
    await kill(first.child);
    const third = await opener(directory);
    expect(third.said).toBe('opened\n');
    await kill(third.child);
    const storage = await openLmdbStorage({ directory });
    await storage.close();
    expect(readdirSync(directory).filter((file) => file.startsWith('lock'))).toEqual([]);
  });

  it('refuses a second open in the same process', async () => {
    const directory = temporaryDirectory();
    const storage = await openLmdbStorage({ directory });
    await expect(openLmdbStorage({ directory })).rejects.toMatchObject({ code: 'locked' });
    await storage.close();
    await (await openLmdbStorage({ directory })).close();
  });

  it('takes over from a process id that came round again, and from a half-written lock', async () => {
    const directory = temporaryDirectory();
    await (await openLmdbStorage({ directory })).close();
    const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const other = { pid: process.pid, startedAt: '1', bootId, nonce: 'other' };
    for (const stale of [JSON.stringify(other), '{"pid":', '']) {
      writeFileSync(join(directory, 'lock'), stale);
      const storage = await openLmdbStorage({ directory });
      expect(readFileSync(join(directory, 'lock'), 'utf8')).toContain(`"pid":${process.pid}`);
      await storage.close();
      expect(readdirSync(directory)).not.toContain('lock');
    }
  });

  it('lets exactly one of many in when a stale lock is found by all at once', async () => {
    const directory = temporaryDirectory();
    writeFileSync(
      join(directory, 'lock'),
      JSON.stringify({ pid: 1, startedAt: '0', bootId: 'x', nonce: 'dead' }),
    );
    const openers = await Promise.all(Array.from({ length: 4 }, () => opener(directory)));
    const said = openers.map((each) => each.said.split(':')[0]);
    expect(said.filter((word) => word === 'opened\n').length).toBe(1);
    expect(said.filter((word) => word === 'locked').length).toBe(3);
  });
});
