// Unit tests of the dedup table: exact within the window, over many ids, spilled chunks and a restart.
import { expect, test } from 'vitest';
import { limits } from '../../base/limits.ts';
import { DirtySet, markSaved } from '../cell/persistent.ts';
import { DedupTable } from './dedup-table.ts';

function hashOf(n: number): Uint32Array {
  // Neighbours differ in all words; some share the first and second word, to exercise the comparison.
  return Uint32Array.of(
    Math.imul(n >> 1, 0x9e3779b1) >>> 0,
    Math.imul(n >> 1, 0x85ebca6b) >>> 0,
    n,
    ~n >>> 0,
  );
}

function tableWithRows() {
  const rows = new Map<number, Uint8Array>();
  const dirty = new DirtySet();
  const table = new DedupTable(dirty, (_kind, _entity, index) => rows.get(index));
  const save = (position: number): void => {
    const slice = dirty.take(position, Infinity);
    for (const row of slice.rows) {
      if (row.bytes === null) rows.delete(row.index);
      else rows.set(row.index, Uint8Array.from(row.bytes));
    }
    markSaved(slice);
  };
  return { table, rows, save };
}

/** A window of 3,000 sends a second. */
const COUNT = 900_000;

test('every id of the window is found and no other, also from rows and after a restart', () => {
  const { table, rows, save } = tableWithRows();
  for (let n = 1; n <= COUNT; n++) {
    table.add(hashOf(n), { sequence: n, sentAtMs: 1000, batch: n });
    if (n % 10_000 === 0) save(n);
  }
  const restarted = new DedupTable(new DirtySet(), (_kind, _entity, index) => rows.get(index));
  const inOrder = [...rows].sort(([a], [b]) => a - b).map(([index, bytes]) => ({ index, bytes }));
  restarted.restore(inOrder);
  for (const each of [table, restarted]) {
    for (let n = 1; n <= COUNT; n += 997) expect(each.find(hashOf(n), 2000, 0)?.sequence).toBe(n);
    for (let n = COUNT + 1; n < COUNT + 5000; n++) expect(each.find(hashOf(n), 2000, 0)).toBeUndefined();
  }
  // What a row holds already is not added again by a replay.
  restarted.add(hashOf(COUNT + 1), { sequence: 1, sentAtMs: 1000, batch: COUNT });
  expect(restarted.find(hashOf(COUNT + 1), 2000, 0)).toBeUndefined();
  restarted.add(hashOf(COUNT + 1), { sequence: 7, sentAtMs: 1000, batch: COUNT + 1 });
  expect(restarted.find(hashOf(COUNT + 1), 2000, 0)?.sequence).toBe(7);
});

test('a purge frees ids, and the next send under one is found again', () => {
  const { table, rows, save } = tableWithRows();
  table.add(hashOf(1), { sequence: 1, sentAtMs: 1000, batch: 1 });
  table.add(hashOf(2), { sequence: 2, sentAtMs: 1000, batch: 1 });
  expect(table.find(hashOf(1), 1000, 2)).toBeUndefined();
  expect(table.find(hashOf(2), 1000, 2)?.sequence).toBe(2);
  table.add(hashOf(1), { sequence: 3, sentAtMs: 1000, batch: 2 });
  save(2);
  const restarted = new DedupTable(new DirtySet(), (_kind, _entity, index) => rows.get(index));
  restarted.restore([...rows].map(([index, bytes]) => ({ index, bytes })));
  for (const each of [table, restarted]) expect(each.find(hashOf(1), 1000, 2)?.sequence).toBe(3);
});

test('an id is free again when its window is over, and its rows go', () => {
  const { table, rows, save } = tableWithRows();
  table.add(hashOf(1), { sequence: 1, sentAtMs: 1000, batch: 1 });
  save(1);
  expect(rows.size).toBe(1);
  expect(table.find(hashOf(1), 1000 + limits.dedupWindowMs - 1, 0)?.sequence).toBe(1);
  expect(table.find(hashOf(1), 1000 + limits.dedupWindowMs, 0)).toBeUndefined();
  table.expire(1000 + limits.dedupWindowMs, 2);
  save(2);
  expect(rows.size).toBe(0);
});
