// Goal: a data directory that is damaged is refused with a line that names the file, by the daemon and by the
// check alike. LMDB maps its files and trusts them, so what is tested runs in processes of their own: the
// failure to be prevented is a SIGSEGV, a SIGBUS, or an empty broker where there were messages.
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rowKind } from '../../src/broker/cell/persistent.ts';
import { openLmdbStorage } from '../../src/storage/index.ts';
import { batchOf, guideOf, reclaimAll } from '../storage/storage-driver.ts';
import { runCaudal } from '../support/daemon.ts';

const root = mkdtempSync(join(tmpdir(), 'caudal-damaged-'));
const sound = join(root, 'sound');
let copies = 0;

beforeAll(async () => {
  const storage = await openLmdbStorage({ directory: sound, segmentBytes: 1024 * 1024 });
  await storage.openCell('catalog');
  const log = await storage.openCell('queue-0');
  for (let n = 0; n < 40; n++) {
    const bodies = [`message ${n}`.padEnd(60_000, '.')];
    await log.append(batchOf([{ entity: 1, firstSequence: n, bodies }]), log.position());
  }
  // What a start reads, and large enough to lie at the end of its file.
  const row = { kind: rowKind.queue, entity: 1, index: 0, bytes: Buffer.alloc(20_000, 1) };
  await log.checkpoint(40, [row]);
  await reclaimAll(
    log,
    guideOf(() => true),
  );
  await storage.close();
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const inQueue = (directory: string): string => join(directory, 'cells/queue-0');
/** The largest file of a kind: the newest log is opened ahead, and empty. */
const fileOf = (directory: string, kind: string): string => {
  const files = readdirSync(inQueue(directory)).filter(
    (file) => file.startsWith(kind) && file.endsWith('.mdb'),
  );
  const paths = files.map((file) => join(inQueue(directory), file));
  return paths.toSorted((a, b) => statSync(b).size - statSync(a).size)[0] as string;
};

const damages: readonly { what: string; damage: (directory: string) => string }[] = [
  { what: 'a manifest that is gone', damage: (directory) => remove(join(directory, 'meta.mdb')) },
  { what: 'an empty manifest', damage: (directory) => cut(join(directory, 'meta.mdb'), 0) },
  { what: 'a manifest of zeros', damage: (directory) => blank(join(directory, 'meta.mdb')) },
  { what: 'pages that are gone', damage: (directory) => remove(join(inQueue(directory), 'pages.mdb')) },
  { what: 'pages with a head of zeros', damage: (directory) => blank(join(inQueue(directory), 'pages.mdb')) },
  { what: 'pages that end a little early', damage: (directory) => shorten(directory, 4096) },
  { what: 'pages that end 16 KB early', damage: (directory) => shorten(directory, 16_384) },
  { what: 'a log that ends early', damage: (directory) => cut(fileOf(directory, 'log-'), 8192) },
  { what: 'sealed bodies that end early', damage: (directory) => cut(fileOf(directory, 'body-'), 500_000) },
];

describe('a damaged data directory', () => {
  it.each(damages)('$what', { timeout: 60_000 }, async ({ damage }) => {
    const directory = join(root, `copy-${copies++}`);
    cpSync(sound, directory, { recursive: true });
    const path = damage(directory);
    const start = ['start', '--data', directory, '--http-port', '0', '--admin-port', '0'];
    for (const args of [['check', '--data', directory], start]) {
      const { code, stdout, stderr } = await runCaudal(args);
      expect({ command: args[0], code }).toEqual({ command: args[0], code: 1 });
      expect(stdout + stderr).toContain(path.slice(path.lastIndexOf('/') + 1));
      expect(stderr).not.toMatch(/\n\s+at /);
    }
    // Whatever was there beside it still is.
    expect(existsSync(fileOf(directory, 'body-'))).toBe(true);
  });

  it('a data directory that is a file, or below one', async () => {
    const file = join(root, 'file');
    writeFileSync(file, '');
    for (const data of [file, join(file, 'data')]) {
      const { code, stderr } = await runCaudal(['start', '--data', data, '--http-port', '0']);
      expect(code).toBe(1);
      expect(stderr).toContain('cannot be used as data directory');
      expect(stderr).not.toMatch(/\n\s+at /);
    }
  });
});

function remove(path: string): string {
  rmSync(path);
  return path;
}

/** LMDB itself may leave a file as short as that: only the checksums of its rows tell. */
function shorten(directory: string, bytes: number): string {
  const path = join(inQueue(directory), 'pages.mdb');
  return cut(path, statSync(path).size - bytes);
}

function cut(path: string, bytes: number): string {
  truncateSync(path, bytes);
  return path;
}

function blank(path: string): string {
  writeFileSync(path, Buffer.alloc(32_768));
  return path;
}
