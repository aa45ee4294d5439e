// Damage on the disk: a torn last commit is cut at the next open, anything else is found and named by the
// check, and a directory written by a newer version is refused with both versions in the message.
import { open as openDatabase } from 'lmdb';
import { copyFileSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../src/base/clock.ts';
import { sealedRow } from '../../src/storage/checked-row.ts';
import { checkDirectory, openLmdbStorage } from '../../src/storage/index.ts';
import type { CellLog, LmdbStorageOptions, Storage } from '../../src/storage/index.ts';
import {
  batchOf,
  bodyList,
  bodyText,
  guideOf,
  reclaimAll,
  removeTemporaryDirectories,
  temporaryDirectory,
} from './storage-driver.ts';

describe('damage', () => {
  let directory: string;
  let storage: Storage;
  let log: CellLog;
  const logged: { event: string; fields: unknown }[] = [];

  beforeEach(async () => {
    directory = temporaryDirectory();
    logged.length = 0;
    await open();
  });
  afterEach(async () => {
    await storage.close();
    removeTemporaryDirectories();
  });

  async function open(options: Partial<LmdbStorageOptions> = {}): Promise<void> {
    const note = (event: string, fields?: unknown): number => logged.push({ event, fields });
    const logger = { debug: () => {}, info: note, warn: note, error: note, child: () => logger };
    storage = await openLmdbStorage({ directory, logger, segmentBytes: 1024 * 1024, ...options });
    log = await storage.openCell('queue-0');
  }

  async function fill(count: number, from = 0): Promise<void> {
    for (let n = from; n < from + count; n++) {
      const sent = [{ entity: 1, firstSequence: n, bodies: [`message <${n}> `.padEnd(100_000, '.')] }];
      await log.append(batchOf(sent), log.position());
    }
  }

  /** Changes one byte of the body of message `n`, or near its start, wherever it is. */
  function damage(n: number, byte = 50_000): string {
    return change(`message <${n}> `, byte);
  }

  /** Changes a byte near each place where this text stands in the cell's files; answers the last file. */
  function change(text: string, byte: number): string {
    const cell = join(directory, 'cells/queue-0');
    const changed = readdirSync(cell).filter((file) => {
      return file.endsWith('.mdb') && changeIn(join(cell, file), text, byte);
    });
    expect(changed).not.toEqual([]);
    return changed.at(-1) as string;
  }

  function changeIn(path: string, text: string, byte: number): boolean {
    const bytes = readFileSync(path);
    let at = bytes.indexOf(text);
    if (at === -1) return false;
    for (; at !== -1; at = bytes.indexOf(text, at + 1)) {
      bytes[at + byte] = (bytes[at + byte] as number) ^ 0x21;
    }
    writeFileSync(path, bytes);
    return true;
  }

  async function seal(count: number): Promise<void> {
    await fill(count);
    await log.checkpoint(count, []);
    await reclaimAll(
      log,
      guideOf(() => true),
    );
    await storage.close();
  }

  /** Every body is the one that was sent, or missing; answers the missing ones. */
  function missing(count: number): number[] {
    const sequences = Array.from({ length: count }, (_, n) => n);
    const found = sequences.filter((n) => {
      const text = bodyText(log, 1, n);
      expect([undefined, `message <${n}> `.padEnd(100_000, '.')]).toContain(text);
      return text !== undefined;
    });
    const listed = bodyList(log, 1).map((text) => text.split(' ')[1]);
    expect(listed).toEqual(found.map((n) => `<${n}>`));
    return sequences.filter((n) => !found.includes(n));
  }

  it('cuts a torn last commit with a log line and goes on behind it', async () => {
    await fill(3);
    await storage.close();
    damage(2);
    expect((await checkDirectory(directory)).damages).toMatchObject([
      { key: '3', problem: 'checksum does not match' },
    ]);
    await open();
    expect(logged).toMatchObject([{ event: 'log tail cut', fields: { position: 3 } }]);
    expect(bodyText(log, 1, 1)).toMatch('message <1>');
    expect(bodyText(log, 1, 2)).toBeUndefined();
    await fill(1, 2);
    expect(bodyText(log, 1, 2)).toMatch('message <2>');
    expect([...log.batches(1)].map((batch) => [batch.position, batch.runs.length])).toEqual([
      [1, 1],
      [2, 1],
      [3, 0],
      [4, 1],
    ]);
    await storage.close();
    expect((await checkDirectory(directory)).damages).toEqual([]);
    await open();
  });

  it('names a damaged commit in the middle and refuses to replay it', async () => {
    await fill(3);
    await storage.close();
    const segment = damage(1);
    const { damages, commitCount } = await checkDirectory(directory);
    expect(damages).toEqual([{ cell: 'queue-0', segment, key: '2', problem: 'checksum does not match' }]);
    expect(commitCount).toBe(3);
    await open();
    const file = join(directory, 'cells/queue-0', segment);
    expect(() => [...log.batches(1)]).toThrow(
      `cell queue-0, file ${file}, commit 2: checksum does not match; './caudal check --data ${directory}'`,
    );
  });

  it('names a damaged block, and compaction leaves it where it is', async () => {
    await fill(30);
    await log.checkpoint(30, []);
    await reclaimAll(
      log,
      guideOf(() => true),
    );
    await storage.close();
    const segment = damage(5);
    expect(segment).toMatch(/^body-/);
    const { damages, blockCount } = await checkDirectory(directory);
    expect(damages).toEqual([{ cell: 'queue-0', segment, key: '1/5', problem: 'checksum does not match' }]);
    expect(blockCount).toBeGreaterThan(10);
    await open();
    await log.append(batchOf([]), 30);
    const half = guideOf((_, sequence) => sequence === 5 || sequence > 25);
    for (let i = 0; i < 50; i++) await log.reclaim(half);
    expect(logged.map((line) => line.event)).toContain('reclaim stopped');
    expect(bodyText(log, 1, 26)).toMatch('message <26>');
    expect(readdirSync(join(directory, 'cells/queue-0'))).toContain(segment);
  });

  it('hands out no body of a damaged block, whichever of its bytes it is, and says so once', async () => {
    await seal(30);
    // The header is 32 bytes, the length of the record 4.
    for (let byte = -36; byte < 0; byte++) {
      const segment = damage(5, byte);
      await open();
      logged.length = 0;
      expect(missing(30)).toEqual([5]);
      expect(missing(30)).toEqual([5]);
      const file = join(directory, 'cells/queue-0', segment);
      expect(logged).toMatchObject([
        { event: 'bodies found damaged', fields: { cell: 'queue-0', file, key: 'block 1/5' } },
      ]);
      await storage.close();
      // The same change again undoes it.
      damage(5, byte);
    }
    await open();
    expect(missing(30)).toEqual([]);
  });

  it('hands out nothing of a segment with a damaged fence, and keeps it', async () => {
    await seal(30);
    const cell = join(directory, 'cells/queue-0');
    const isSealed = (file: string): boolean => /^body-\d+\.mdb$/.test(file);
    const segment = readdirSync(cell).find((file) => isSealed(file)) as string;
    const fence = Buffer.alloc(12, 0xff).toString('latin1');
    const bytes = readFileSync(join(cell, segment));
    const at = bytes.lastIndexOf(Buffer.from(fence, 'latin1'));
    bytes[at + 12 + 20] = (bytes[at + 12 + 20] as number) ^ 1;
    writeFileSync(join(cell, segment), bytes);
    expect((await checkDirectory(directory)).damages).toEqual([
      { cell: 'queue-0', segment, key: 'fence', problem: 'checksum does not match' },
    ]);
    await open({ clock: new ManualClock(), liveCountIntervalMs: 0 });
    const gone = missing(30);
    expect(gone.length).toBeGreaterThan(5);
    expect(gone.length).toBeLessThan(15);
    await log.append(batchOf([]), 30);
    await reclaimAll(
      log,
      guideOf(() => false),
    );
    await storage.close();
    expect(readdirSync(cell).filter((file) => isSealed(file))).toEqual([segment]);
    await open();
  });

  it('hands out no body of a damaged commit, and keeps its segment when it is sealed', async () => {
    await fill(30);
    await log.checkpoint(30, []);
    await storage.close();
    const segment = damage(4);
    await open();
    expect(missing(30)).toEqual([4]);
    expect(logged).toMatchObject([{ event: 'bodies found damaged', fields: { key: 'commit 5' } }]);
    await reclaimAll(
      log,
      guideOf(() => true),
    );
    expect(missing(30)).toEqual([4]);
    await storage.close();
    expect((await checkDirectory(directory)).damages).toEqual([
      { cell: 'queue-0', segment, key: '5', problem: 'checksum does not match' },
    ]);
    await open();
    expect(missing(30)).toEqual([4]);
    expect(log.position()).toBe(30);
  });

  it('copies no commit that was damaged after the open', async () => {
    await fill(30);
    await log.checkpoint(30, []);
    await storage.close();
    await open();
    // The map shows what the file has.
    const segment = damage(4);
    await reclaimAll(
      log,
      guideOf(() => true),
    );
    expect(missing(30)).toEqual([4]);
    expect(readdirSync(join(directory, 'cells/queue-0'))).toContain(segment);
  });

  describe('of a page', () => {
    beforeEach(async () => {
      await fill(30);
      const rows = Array.from({ length: 20 }, (_, index) => {
        return { kind: 3, entity: 1, index, bytes: Buffer.from(`page <${index}>`.padEnd(3000, '.')) };
      });
      await log.checkpoint(30, rows);
      await storage.close();
    });

    function refusal(key: string): unknown {
      const file = join(directory, 'cells/queue-0/pages.mdb');
      return expect.objectContaining({
        code: 'corrupt',
        message: expect.stringContaining(`cell queue-0, file ${file}, ${key}: checksum does not match`),
      });
    }

    it('is refused, whoever asks for it, and found by the check', async () => {
      expect(change('page <7>', 2000)).toBe('pages.mdb');
      expect((await checkDirectory(directory)).damages).toEqual([
        { cell: 'queue-0', segment: 'pages.mdb', key: 'page 3/1/7', problem: 'checksum does not match' },
      ]);
      await open();
      expect(Buffer.from(log.page(3, 1, 6) as Uint8Array).toString()).toMatch(/^page <6>\.+$/);
      expect(() => log.page(3, 1, 7)).toThrow(refusal('page 3/1/7'));
      expect(() => [...log.pagesOfKind(3)]).toThrow(refusal('page 3/1/7'));
      // What is live would be answered wrongly: reclaiming does not go on either.
      const guide = guideOf((_, sequence) => log.page(3, 1, sequence % 20) !== undefined);
      await expect(reclaimAll(log, guide)).rejects.toEqual(refusal('page 3/1/7'));
    });

    it('that holds the position of the checkpoint keeps the cell from opening', async () => {
      const position = Buffer.alloc(8);
      position.writeDoubleLE(30, 0);
      const path = join(directory, 'cells/queue-0/pages.mdb');
      const bytes = readFileSync(path);
      const row = sealedRow(Buffer.from([0]), position);
      let at = bytes.indexOf(row);
      expect(at).toBeGreaterThan(0);
      for (; at !== -1; at = bytes.indexOf(row)) bytes[at + 7] = (bytes[at + 7] as number) ^ 1;
      writeFileSync(path, bytes);
      expect((await checkDirectory(directory)).damages).toMatchObject([{ key: 'checkpoint position' }]);
      storage = await openLmdbStorage({ directory });
      await expect(storage.openCell('queue-0')).rejects.toEqual(refusal('checkpoint position'));
    });
  });

  it('names a damaged list of files in the manifest, and does not open the cell', async () => {
    await fill(3);
    await storage.close();
    expect(changeIn(join(directory, 'meta.mdb'), '"nextNumber":', 13)).toBe(true);
    expect((await checkDirectory(directory)).damages).toMatchObject([
      { cell: 'queue-0', segment: 'meta.mdb', key: 'cell/queue-0' },
    ]);
    storage = await openLmdbStorage({ directory });
    await expect(storage.openCell('queue-0')).rejects.toMatchObject({
      code: 'corrupt',
      message: expect.stringContaining('meta.mdb, cell/queue-0: checksum does not match'),
    });
    expect(readdirSync(join(directory, 'cells/queue-0'))).toContain('log-1.mdb');
  });

  it('finds a manifest that is an old copy, as the open does', async () => {
    await fill(1);
    const old = join(directory, 'old');
    await storage.close();
    copyFileSync(join(directory, 'meta.mdb'), old);
    await open();
    await fill(29, 1);
    await storage.close();
    copyFileSync(old, join(directory, 'meta.mdb'));
    const { damages } = await checkDirectory(directory);
    expect(damages.length).toBeGreaterThan(0);
    for (const { segment, problem } of damages) {
      expect([segment, problem]).toEqual([
        expect.stringMatching(/^log-\d+\.mdb$/),
        expect.stringContaining('the manifest does not know it'),
      ]);
    }
    storage = await openLmdbStorage({ directory });
    await expect(storage.openCell('queue-0')).rejects.toThrow('the manifest does not know it');
  });

  it('does not arise from others: files are for their owner alone', async () => {
    await fill(30);
    await log.checkpoint(30, []);
    await reclaimAll(
      log,
      guideOf(() => true),
    );
    const cell = join(directory, 'cells/queue-0');
    const files = readdirSync(cell).map((file) => join(cell, file));
    let seenCount = 0;
    for (const file of [join(directory, 'meta.mdb'), join(directory, 'lock'), ...files]) {
      // What was reclaimed is unlinked beside the loop, so it may go between the list and the look.
      const stat = statSync(file, { throwIfNoEntry: false });
      if (stat === undefined) continue;
      seenCount++;
      expect([file, stat.mode & 0o777]).toEqual([file, 0o600]);
    }
    expect(seenCount).toBeGreaterThan(3);
    expect(statSync(cell).mode & 0o777).toBe(0o700);
  });

  it('names a missing file and does not open without it', async () => {
    await fill(1);
    await storage.close();
    rmSync(join(directory, 'cells/queue-0/log-1.mdb'));
    expect((await checkDirectory(directory)).damages).toMatchObject([
      { segment: 'log-1.mdb', problem: 'missing' },
    ]);
    storage = await openLmdbStorage({ directory });
    await expect(storage.openCell('queue-0')).rejects.toMatchObject({ code: 'corrupt' });
  });

  it('changes nothing when it checks', async () => {
    await fill(5);
    await storage.close();
    const file = join(directory, 'cells/queue-0/log-1.mdb');
    const before = [statSync(file).mtimeMs, readFileSync(file)];
    await checkDirectory(directory);
    expect([statSync(file).mtimeMs, readFileSync(file)]).toEqual(before);
    await open();
  });

  it('refuses a newer format and names both versions', async () => {
    await storage.close();
    const meta = openDatabase<Buffer, Uint8Array>({
      path: join(directory, 'meta.mdb'),
      noSubdir: true,
      encoding: 'binary',
      keyEncoding: 'binary',
    });
    const key = Buffer.from('format');
    await meta.put(key, sealedRow(key, Buffer.from('{"version":7}')));
    await meta.close();
    const opening = openLmdbStorage({ directory });
    await expect(opening).rejects.toMatchObject({ code: 'format' });
    await expect(opening).rejects.toThrow(/format 7; this version of Caudal reads formats up to 1/);
    // The refusal has let go of the lock: the second attempt fails for the same reason.
    await expect(openLmdbStorage({ directory })).rejects.toMatchObject({ code: 'format' });
    directory = temporaryDirectory();
    await open();
  });

  it('unlinks files that the manifest does not name', async () => {
    await fill(1);
    await storage.close();
    const orphan = join(directory, 'cells/queue-0/body-99.mdb');
    writeFileSync(orphan, 'left over from a crash');
    await open();
    expect(readdirSync(join(directory, 'cells/queue-0'))).not.toContain('body-99.mdb');
  });
});
