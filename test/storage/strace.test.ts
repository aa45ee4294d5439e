// What the kernel sees: an append resolves only after the fdatasync of its segment and the meta write
// behind it have returned, and a storage that nobody uses writes nothing. Needs strace.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { removeTemporaryDirectories, temporaryDirectory } from './storage-driver.ts';

const hasStrace = canTrace();
if (!hasStrace && process.env['CI'] !== undefined) throw new Error('strace tests need strace');
const calls = 'openat,fdatasync,fsync,msync,pwrite64,pwritev,write,writev,unlink,rename';
const isCall = /^(\w+)\((\d+)/;

interface Call {
  readonly name: string;
  readonly path: string;
  readonly text: string;
}

function canTrace(): boolean {
  try {
    execFileSync('strace', ['-o', '/dev/null', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/**
 * The calls on files of the directory, and the marks written to standard output, in the order they
 * returned.
 */
function traced(directory: string, idleMs: number): Call[] {
  const log = join(temporaryDirectory(), 'strace.log');
  const script = join(import.meta.dirname, 'append-script.ts');
  const command = [process.execPath, '--no-warnings', script, directory, '5', String(idleMs)];
  const options = { encoding: 'utf8', timeout: 60_000 } as const;
  const run = spawnSync('strace', ['-f', '-s', '64', '-e', `trace=${calls}`, '-o', log, ...command], options);
  if (run.status !== 0) throw new Error(run.stderr);
  return parsed(readFileSync(log, 'utf8'), directory);
}

function parsed(text: string, directory: string): Call[] {
  const paths = new Map<string, string>([['1', 'stdout']]);
  const begun = new Map<string, string>();
  const found: Call[] = [];
  for (const line of text.split('\n')) {
    const [, pid = '', rest = ''] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    if (rest.endsWith('<unfinished ...>')) {
      begun.set(pid, rest.replace(' <unfinished ...>', ''));
      continue;
    }
    const call = rest.replace(/^<\.\.\. \w+ resumed>/, begun.get(pid) ?? '');
    const opened = /^openat\(AT_FDCWD, "([^"]+)", ([\w|]+).*= (\d+)$/.exec(call);
    if (opened !== null) {
      paths.set(opened[3] ?? '', `${opened[1]}${opened[2]?.includes('O_DSYNC') === true ? ' (dsync)' : ''}`);
      continue;
    }
    const [, name = '', descriptor = ''] = isCall.exec(call) ?? [];
    const path = paths.get(descriptor) ?? '';
    if (path === 'stdout' || path.startsWith(directory)) found.push({ name, path, text: call });
  }
  return found;
}

describe.skipIf(!hasStrace)('under strace (skipped, needs strace, when it is missing)', () => {
  afterEach(removeTemporaryDirectories);

  it('acknowledges after fdatasync and the meta write, and writes nothing when idle', () => {
    const directory = join(temporaryDirectory(), 'data');
    const seen = traced(directory, 1200);
    const segment = join(directory, 'cells/queue-0/log-1.mdb');
    let from = 0;
    for (let n = 1; n <= 5; n++) {
      const ack = seen.findIndex((call) => call.text.includes(`acked ${n}`));
      expect(ack, `ack ${n}`).toBeGreaterThan(from);
      const before = seen.slice(from, ack);
      const sync = before.findLastIndex((call) => call.name === 'fdatasync' && call.path === segment);
      const meta = before.findLastIndex(
        (call) => call.name === 'pwrite64' && call.path === `${segment} (dsync)`,
      );
      expect(sync, `fdatasync before ack ${n}`).toBeGreaterThanOrEqual(0);
      expect(meta, `meta write after the fdatasync of ack ${n}`).toBeGreaterThan(sync);
      from = ack;
    }
    const begin = seen.findIndex((call) => call.text.includes('idle begins'));
    const end = seen.findIndex((call) => call.text.includes('idle ends'));
    expect(begin).toBeGreaterThan(0);
    expect(seen.slice(begin + 1, end)).toEqual([]);
  }, 60_000);
});
