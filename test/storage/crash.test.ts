// Crashes at the places that matter: between the survivors' commit and the swap, and kill -9 of a process
// that appends and reclaims. Nothing acknowledged is lost, nothing that was reclaimed comes back, orphans
// are gone.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { armFailpoint, disarmFailpoints } from '../../src/base/failpoint.ts';
import { checkDirectory, openLmdbStorage } from '../../src/storage/index.ts';
import type { CellLog, Storage } from '../../src/storage/index.ts';
import {
  batchOf,
  bodyText,
  guideOf,
  reclaimAll,
  removeTemporaryDirectories,
  temporaryDirectory,
} from './storage-driver.ts';

const MiB = 1024 * 1024;

async function open(directory: string, keepLogSegments = false): Promise<{ storage: Storage; log: CellLog }> {
  const options = { directory, segmentBytes: MiB, liveCountIntervalMs: 0, keepLogSegments };
  const storage = await openLmdbStorage(options);
  return { storage, log: await storage.openCell('queue-0') };
}

async function fill(log: CellLog, count: number): Promise<void> {
  for (let n = log.position(); n < count; n++) {
    const bodies = [`${n}-`.padEnd(60_000, '.')];
    await log.append(batchOf([{ entity: 1, firstSequence: n, bodies }]), n);
  }
}

function startOf(log: CellLog, sequence: number): string | undefined {
  return bodyText(log, 1, sequence)?.split('-')[0];
}

describe('crashes', () => {
  afterEach(() => {
    disarmFailpoints();
    removeTemporaryDirectories();
  });

  it('between survivors and swap the old segment still counts, and the new file is an orphan', async () => {
    const directory = temporaryDirectory();
    const image = temporaryDirectory();
    const { storage, log } = await open(directory);
    await fill(log, 40);
    await log.checkpoint(40, []);
    let crashes = 0;
    armFailpoint('seal.swap', () => {
      if (crashes++ === 1) cpSync(directory, image, { recursive: true });
    });
    const live = guideOf((_, sequence) => sequence % 3 === 0);
    await reclaimAll(log, live);
    await storage.close();
    disarmFailpoints();
    rmSync(join(image, 'lock'));
    const bodyFiles = (): string[] =>
      readdirSync(join(image, 'cells/queue-0')).filter((f) => /^body-\d+\.mdb$/.test(f));
    expect(bodyFiles().length).toBe(2);
    const crashed = await open(image);
    expect(bodyFiles().length).toBe(1);
    for (let n = 0; n < 40; n += 3) expect(startOf(crashed.log, n)).toBe(String(n));
    await reclaimAll(crashed.log, live);
    for (let n = 0; n < 40; n += 3) expect(startOf(crashed.log, n)).toBe(String(n));
    await crashed.storage.close();
    expect((await checkDirectory(image)).damages).toEqual([]);
  });

  it('an error at the swap throws the work away, and the next attempt does it', async () => {
    const { storage, log } = await open(temporaryDirectory());
    await fill(log, 40);
    await log.checkpoint(40, []);
    armFailpoint('seal.swap', () => {
      throw new Error('made to fail by a test');
    });
    await expect(
      reclaimAll(
        log,
        guideOf(() => true),
      ),
    ).rejects.toThrow('made to fail by a test');
    disarmFailpoints();
    for (let n = 0; n < 40; n++) expect(startOf(log, n)).toBe(String(n));
    await storage.close();
  });

  it('keeps every batch for a replay from empty when asked to, across reopening', async () => {
    const directory = temporaryDirectory();
    const { storage, log } = await open(directory, true);
    await fill(log, 60);
    await log.checkpoint(55, []);
    await reclaimAll(
      log,
      guideOf((_, sequence) => sequence > 50),
    );
    expect([...log.batches(1)].map((batch) => batch.position)).toEqual(
      Array.from({ length: 60 }, (_, i) => i + 1),
    );
    expect(startOf(log, 3)).toBeUndefined();
    await storage.close();
    const again = await open(directory, true);
    expect([...again.log.batches(1)].length).toBe(60);
    expect(startOf(again.log, 55)).toBe('55');
    await again.storage.close();
    expect((await checkDirectory(directory)).damages).toEqual([]);
  });

  it(
    'kill -9 while appending and reclaiming loses nothing that was acknowledged',
    { timeout: 120_000 },
    async () => {
      const directory = temporaryDirectory();
      let acked = 0;
      for (let round = 0; round < 4; round++) {
        acked = Math.max(acked, await killWhileAppending(directory, 300 + round * 170));
        const { storage, log } = await open(directory);
        expect(log.position()).toBeGreaterThanOrEqual(acked);
        for (let n = Math.max(0, log.position() - 100); n < log.position(); n++) {
          expect(startOf(log, n), `message ${n} of ${log.position()}`).toBe(String(n));
        }
        for (let n = 0; n < log.position(); n += 10) expect(startOf(log, n)).toBe(String(n));
        acked = log.position();
        await storage.close();
        expect((await checkDirectory(directory)).damages).toEqual([]);
      }
    },
  );
});

/** Runs the appending process, kills it after `lines` acknowledgements, answers the last one. */
async function killWhileAppending(directory: string, lines: number): Promise<number> {
  const script = join(import.meta.dirname, 'reclaim-script.ts');
  const child = spawn(process.execPath, ['--no-warnings', script, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = once(child, 'exit', { signal: AbortSignal.timeout(60_000) });
  let text = '';
  let seen = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    seen = text.split('\n').length - 1;
    if (seen >= lines) child.kill('SIGKILL');
  });
  await gone;
  expect(seen).toBeGreaterThanOrEqual(lines);
  return Number(text.split('\n').at(-2));
}
