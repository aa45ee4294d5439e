// What every storage has to do, in one suite that runs over each of them (storage.test.ts).
// An implementation is handed in as a way to open it, and to open again what was committed: closed or
// crashed.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CellLog, CommittedBatch, Storage } from '../../src/storage/index.ts';
import {
  batchOf,
  bodyList,
  bodyText,
  guideOf,
  reclaimAll,
  removeTemporaryDirectories,
  scanList,
  scannedSequences,
  textOf,
} from '../storage/storage-driver.ts';

export interface StorageUnderTest {
  open(): Promise<Storage>;
  /** Closes in good order and opens again. */
  reopen(storage: Storage): Promise<Storage>;
  /** Opens what a crash at this moment would leave. */
  crash(storage: Storage): Promise<Storage>;
}

const everything = guideOf(() => true);
const big = 'x'.repeat(200_000);

/** Enough commits to fill several segments, `perCommit` messages of entity 1 in each. */
async function fill(log: CellLog, commits: number, perCommit = 3): Promise<void> {
  for (let i = 0; i < commits; i++) {
    const position = log.position();
    const bodies = Array.from({ length: perCommit }, (_, n) => `${i * perCommit + n}-${big}`);
    await log.append(batchOf([{ entity: 1, firstSequence: i * perCommit, bodies }]), position);
  }
}

function startOf(log: CellLog, sequence: number): string | undefined {
  return bodyText(log, 1, sequence)?.slice(0, 12).split('-')[0];
}

export function storageContract(name: string, makeSubject: () => StorageUnderTest): void {
  describe(`${name}: the storage contract`, () => {
    let subject: StorageUnderTest;
    let storage: Storage;
    let log: CellLog;

    beforeEach(async () => {
      subject = makeSubject();
      storage = await subject.open();
      log = await storage.openCell('queue-0');
    });
    afterEach(async () => {
      await storage.close();
      removeTemporaryDirectories();
    });

    async function reopen(how: 'reopen' | 'crash' = 'reopen'): Promise<void> {
      storage = await subject[how](storage);
      log = await storage.openCell('queue-0');
    }

    describe('append', () => {
      it('numbers commits from 1', async () => {
        expect(log.position()).toBe(0);
        expect(await log.append(batchOf([]), 0)).toBe(1);
        expect(await log.append(batchOf([]), 1)).toBe(2);
        expect(log.position()).toBe(2);
      });

      it('refuses a batch for another position as fenced and stores nothing of it', async () => {
        await log.append(batchOf([]), 0);
        const late = batchOf([{ entity: 1, firstSequence: 1, bodies: ['late'] }]);
        await expect(log.append(late, 0)).rejects.toMatchObject({ code: 'fenced' });
        await expect(log.append(late, 2)).rejects.toMatchObject({ code: 'fenced' });
        expect(log.position()).toBe(1);
        expect(bodyText(log, 1, 1)).toBeUndefined();
      });

      it('refuses a batch that is too large and goes on', async () => {
        const huge = { ...batchOf([]), journal: Buffer.alloc(20_000_000) };
        await expect(log.append(huge, 0)).rejects.toMatchObject({ code: 'too_large' });
        expect(await log.append(batchOf([]), 0)).toBe(1);
      });

      it('keeps what it was given when the caller reuses its buffers at once', async () => {
        const batch = batchOf([{ entity: 1, firstSequence: 1, bodies: ['mine'] }], 'journal');
        const done = log.append(batch, 0);
        batch.journal.fill(0);
        batch.bodies.fill(0);
        await done;
        expect(bodyText(log, 1, 1)).toBe('mine');
        expect(textOf([...log.batches(1)][0]?.journal)).toBe('journal');
      });
    });

    describe('batches and follow', () => {
      it('answers committed batches whole and in order', async () => {
        await log.append(batchOf([{ entity: 5, firstSequence: 9, bodies: ['a', 'bc'] }], 'one', 11), 0);
        await log.append(batchOf([], 'two', 22), 1);
        const batches = [...log.batches(1)];
        expect(batches.map((b) => b.position)).toEqual([1, 2]);
        expect(batches.map((b) => textOf(b.journal))).toEqual(['one', 'two']);
        expect(batches.map((b) => [b.epoch, b.timeMs, b.catalogPosition])).toEqual([
          [7, 11, 3],
          [7, 22, 3],
        ]);
        expect(batches[0]?.runs).toEqual([{ entity: 5, firstSequence: 9, count: 2, offset: 0, length: 11 }]);
        expect(batches[0]?.bodies.length).toBe(11);
        expect([...log.batches(2)].map((b) => b.position)).toEqual([2]);
        expect([...log.batches(3)]).toEqual([]);
      });

      it('may be left in the middle', async () => {
        await fill(log, 3);
        for (const batch of log.batches(1)) if (batch.position === 2) break;
        expect(await log.append(batchOf([]), 3)).toBe(4);
      });

      it('follows from the past into the present until stopped', async () => {
        await log.append(batchOf([], 'past'), 0);
        const seen: string[] = [];
        const note = (b: CommittedBatch): number => seen.push(`${b.position}:${textOf(b.journal)}`);
        const stop = log.follow(1, note);
        const later: string[] = [];
        const stopLater = log.follow(3, (b) => later.push(String(b.position)));
        await log.append(batchOf([], 'present'), 1);
        await log.append(batchOf([], 'future'), 2);
        stop();
        stopLater();
        await log.append(batchOf([], 'unseen'), 3);
        expect(seen).toEqual(['1:past', '2:present', '3:future']);
        expect(later).toEqual(['3']);
      });
    });

    describe('bodies', () => {
      it('finds each body of each run, and nothing beside them', async () => {
        await log.append(
          batchOf([
            { entity: 1, firstSequence: 10, bodies: ['a', '', 'ccc'] },
            { entity: 2, firstSequence: 10, bodies: ['other'] },
          ]),
          0,
        );
        await log.append(batchOf([{ entity: 1, firstSequence: 13, bodies: ['d'] }]), 1);
        await log.append(batchOf([{ entity: 1, firstSequence: 20, bodies: ['k'] }]), 2);
        expect([9, 10, 11, 12, 13, 14, 20, 21].map((s) => bodyText(log, 1, s))).toEqual([
          undefined,
          'a',
          '',
          'ccc',
          'd',
          undefined,
          'k',
          undefined,
        ]);
        expect(bodyText(log, 2, 10)).toBe('other');
        expect(bodyText(log, 3, 10)).toBeUndefined();
        expect(bodyList(log, 1)).toEqual(['10:a', '11:', '12:ccc', '13:d', '20:k']);
        expect(bodyList(log, 1, 12, 2)).toEqual(['12:ccc', '13:d']);
        expect(bodyList(log, 1, 14)).toEqual(['20:k']);
        expect(bodyList(log, 1, 21)).toEqual([]);
        expect(bodyList(log, 9)).toEqual([]);
      });

      it('reads a run backwards and forwards', async () => {
        const bodies = Array.from({ length: 50 }, (_, i) => `body ${i}`);
        await log.append(batchOf([{ entity: 1, firstSequence: 0, bodies }]), 0);
        for (let i = 49; i >= 0; i--) expect(bodyText(log, 1, i)).toBe(`body ${i}`);
        for (let i = 0; i < 50; i += 7) expect(bodyText(log, 1, i)).toBe(`body ${i}`);
      });
    });

    describe('scan', () => {
      it('visits what bodies answers, from any sequence on, until told to stop', async () => {
        await log.append(
          batchOf([
            { entity: 1, firstSequence: 10, bodies: ['a', '', 'ccc'] },
            { entity: 2, firstSequence: 10, bodies: ['other'] },
          ]),
          0,
        );
        await log.append(batchOf([{ entity: 1, firstSequence: 13, bodies: ['d'] }]), 1);
        await log.append(batchOf([{ entity: 1, firstSequence: 20, bodies: ['k', 'l'] }]), 2);
        for (let from = 0; from <= 23; from++) {
          for (const limit of [1, 2, 100]) {
            expect(scanList(log, 1, from, limit)).toEqual(bodyList(log, 1, from, limit));
          }
        }
        expect(scanList(log, 1, 12, 3)).toEqual(['12:ccc', '13:d', '20:k']);
        expect(scanList(log, 3)).toEqual([]);
      });

      it('goes from sealed bodies on to those that are not, over segments and gaps', async () => {
        await fill(log, 12);
        await log.checkpoint(9, []);
        await reclaimAll(
          log,
          guideOf((_, sequence) => sequence % 4 !== 1),
        );
        const stored = log.bodies(1, 0, 100).map((record) => record.sequence);
        const live = Array.from({ length: 36 }, (_, sequence) => sequence).filter((s) => s % 4 !== 1);
        expect(stored).toEqual(expect.arrayContaining(live));
        for (let from = 0; from <= 36; from++) {
          expect(scannedSequences(log, 1, from)).toEqual(stored.filter((sequence) => sequence >= from));
        }
        log.scan(1, 0, (sequence, source, start, end) => {
          expect(source.toString('latin1', start, start + 8).split('-')[0]).toBe(String(sequence));
          expect(end - start).toBe(big.length + String(sequence).length + 1);
          return true;
        });
      });

      it('may be begun again inside its own run, and by many at once', async () => {
        const bodies = Array.from({ length: 50 }, (_, i) => `body ${i}`);
        await log.append(batchOf([{ entity: 1, firstSequence: 0, bodies }]), 0);
        for (let i = 0; i < 50; i += 3) {
          expect(scanList(log, 1, i, 3)).toEqual(bodyList(log, 1, i, 3));
          expect(scanList(log, 1, 49 - i, 1)).toEqual([`${49 - i}:body ${49 - i}`]);
        }
      });

      it('is warm for what is not sealed, and after it was warmed', async () => {
        await fill(log, 12);
        expect(log.isWarm(1, 0)).toBe(true);
        expect(log.isWarm(1, 36)).toBe(true);
        expect(log.isWarm(7, 0)).toBe(true);
        await log.checkpoint(12, []);
        await reclaimAll(log, everything);
        await reopen();
        for (const from of [0, 7, 20]) {
          await log.warm(1, from, 500_000);
          expect(log.isWarm(1, from)).toBe(true);
          expect(log.isWarm(1, from, 500_000)).toBe(true);
          expect(startOf(log, from)).toBe(String(from));
        }
        await log.warm(7, 0, 1000);
        expect(log.isWarm(7, 0)).toBe(true);
        expect(scannedSequences(log, 1)).toEqual(Array.from({ length: 36 }, (_, s) => s));
      });
    });

    describe('pages', () => {
      it('stores, replaces, removes and finds rows', async () => {
        const bytes = Buffer.from('page');
        await log.append(batchOf([]), 0);
        await log.checkpoint(1, [
          { kind: 0, entity: 1, index: 0, bytes },
          { kind: 0, entity: 1, index: 5_000_000_000, bytes },
          { kind: 0, entity: 2, index: 7, bytes },
          { kind: 1, entity: 1, index: 3, bytes: Buffer.alloc(0) },
          { kind: 255, entity: 0xffff_fffe, index: 1, bytes },
        ]);
        expect(textOf(log.page(0, 1, 5_000_000_000))).toBe('page');
        expect(log.page(1, 1, 3)?.length).toBe(0);
        expect(log.page(0, 1, 1)).toBeUndefined();
        expect([0, 1, 5_000_000_001].map((from) => log.nextPage(0, 1, from))).toEqual([0, 5_000_000_000, -1]);
        expect([...log.pagesOfKind(0)].map((p) => [p.entity, p.index])).toEqual([
          [1, 0],
          [1, 5_000_000_000],
          [2, 7],
        ]);
        expect([...log.pagesOfKind(255)].map((p) => p.entity)).toEqual([0xffff_fffe]);
        await log.checkpoint(1, [
          { kind: 0, entity: 1, index: 0, bytes: null },
          { kind: 0, entity: 2, index: 7, bytes: Buffer.from('newer') },
        ]);
        expect(log.page(0, 1, 0)).toBeUndefined();
        expect(textOf(log.page(0, 2, 7))).toBe('newer');
        expect(log.nextPage(0, 1, 0)).toBe(5_000_000_000);
      });

      it('keeps a page that was read as it was', async () => {
        await log.checkpoint(0, [{ kind: 1, entity: 1, index: 1, bytes: Buffer.from('old') }]);
        const page = log.page(1, 1, 1);
        await log.checkpoint(0, [{ kind: 1, entity: 1, index: 1, bytes: Buffer.from('new') }]);
        log.page(1, 1, 1);
        expect(textOf(page)).toBe('old');
      });

      it('lists more rows than one read fetches', async () => {
        const bytes = Buffer.from('p');
        const rows = Array.from({ length: 1000 }, (_, index) => ({ kind: 4, entity: 1, index, bytes }));
        await log.checkpoint(0, rows);
        expect([...log.pagesOfKind(4)].map((p) => p.index)).toEqual(rows.map((row) => row.index));
      });

      it('remembers where a replay has to start, and that it never goes back', async () => {
        expect(log.checkpointPosition()).toBe(0);
        await fill(log, 3);
        await log.checkpoint(2, []);
        expect(log.checkpointPosition()).toBe(2);
        await expect(log.checkpoint(1, [])).rejects.toThrow('never goes back');
        await expect(log.checkpoint(4, [])).rejects.toThrow('committed state only');
        await reopen();
        expect(log.checkpointPosition()).toBe(2);
      });
    });

    describe('reclaim', () => {
      it('keeps the live bodies readable and drops the dead ones', async () => {
        await fill(log, 12);
        await log.checkpoint(10, []);
        await reclaimAll(
          log,
          guideOf((_, sequence) => sequence % 5 === 0),
        );
        for (let s = 0; s < 36; s += 5) expect(startOf(log, s)).toBe(String(s));
        for (const s of [1, 2, 3, 4]) expect(startOf(log, s)).toBeUndefined();
        const list = log.bodies(1, 0, 3).map((record) => record.sequence);
        expect(list).toEqual([0, 5, 10]);
        expect(log.position()).toBe(12);
        await reopen();
        expect(log.position()).toBe(12);
        for (let s = 0; s < 36; s += 5) expect(startOf(log, s)).toBe(String(s));
        expect(startOf(log, 1)).toBeUndefined();
      });

      it('loses nothing when the barrier says that the answers were undone', async () => {
        await fill(log, 12);
        await log.checkpoint(12, []);
        const undone = guideOf(() => false, false);
        for (let i = 0; i < 20; i++) await log.reclaim(undone);
        for (let s = 0; s < 36; s++) expect(startOf(log, s)).toBe(String(s));
        await reclaimAll(log, everything);
        for (let s = 0; s < 36; s++) expect(startOf(log, s)).toBe(String(s));
        await reopen();
        expect(log.bodies(1, 0, 100).map((r) => r.sequence)).toEqual(Array.from({ length: 36 }, (_, s) => s));
      });

      it('asks floors instead of bits when it is given them', async () => {
        await fill(log, 12);
        await log.checkpoint(10, []);
        const asked = guideOf(() => {
          throw new Error('asked bit by bit');
        });
        await reclaimAll(log, {
          ...asked,
          floor: (entity) => (entity === 1 ? 10 : 0),
          band: (entity) => entity % 2,
        });
        for (let s = 10; s < 36; s++) expect(startOf(log, s)).toBe(String(s));
        expect(startOf(log, 0)).toBeUndefined();
        await log.append(batchOf([]), 12);
        await log.checkpoint(13, []);
        await reclaimAll(log, { ...asked, floor: () => Number.POSITIVE_INFINITY });
        expect(startOf(log, 20)).toBeUndefined();
        await reopen();
        expect(startOf(log, 20)).toBeUndefined();
      });

      it('has nothing to do before a checkpoint', async () => {
        await fill(log, 12);
        expect(await log.reclaim(guideOf(() => false))).toBe(false);
        expect(startOf(log, 0)).toBe('0');
      });

      it('keeps every batch that a replay needs', async () => {
        await fill(log, 12);
        await log.checkpoint(8, []);
        await reclaimAll(
          log,
          guideOf(() => false),
        );
        expect([...log.batches(9)].map((b) => b.position)).toEqual([9, 10, 11, 12]);
      });
    });

    describe('opening again', () => {
      for (const how of ['reopen', 'crash'] as const) {
        it(`finds everything after ${how === 'reopen' ? 'a close' : 'a crash'}`, async () => {
          await log.append(batchOf([{ entity: 1, firstSequence: 1, bodies: ['kept'] }], 'first'), 0);
          await log.append(batchOf([], 'second'), 1);
          await log.checkpoint(1, [{ kind: 1, entity: 2, index: 3, bytes: Buffer.from('row') }]);
          const { secret } = storage;
          await reopen(how);
          expect(log.position()).toBe(2);
          expect(bodyText(log, 1, 1)).toBe('kept');
          expect([...log.batches(1)].map((b) => textOf(b.journal))).toEqual(['first', 'second']);
          expect(textOf(log.page(1, 2, 3))).toBe('row');
          expect(log.checkpointPosition()).toBe(1);
          expect(Buffer.compare(storage.secret, secret)).toBe(0);
          expect(storage.secret.length).toBe(32);
          expect(await log.append(batchOf([]), 2)).toBe(3);
        });
      }

      it('keeps cells apart and lists them in the order they were made', async () => {
        const other = await storage.openCell('catalog');
        await other.append(batchOf([{ entity: 1, firstSequence: 1, bodies: ['catalog'] }]), 0);
        await log.append(batchOf([{ entity: 1, firstSequence: 1, bodies: ['queue'] }]), 0);
        expect(bodyText(log, 1, 1)).toBe('queue');
        expect(bodyText(other, 1, 1)).toBe('catalog');
        expect(storage.cellNames()).toEqual(['queue-0', 'catalog']);
        await reopen();
        expect(storage.cellNames()).toEqual(['queue-0', 'catalog']);
        expect(storage.wasRestored).toBe(false);
      });

      it('says who leads and how much there is', async () => {
        await log.append(batchOf([{ entity: 1, firstSequence: 1, bodies: ['x'] }]), 0);
        expect(log.role()).toBe('leader');
        log.onRole(() => {})();
        expect(log.stats()).toMatchObject({ commitCount: 1, isWritable: true });
        expect(storage.stats().diskBytes).toBeGreaterThan(0);
      });
    });
  });
}
