// Goal: a reader that starts at an instant gets shards which cover every key once, whatever was resharded
// when.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ShardView } from '../../../../broker/index.ts';
import { checkFilter, filterShards, type ShardFilter } from './shard-filter.ts';

const hashEnd = 2n ** 128n;
const startMs = 1_700_000_000_000;

type Editable = { -readonly [K in keyof ShardView]: ShardView[K] };

function shardOf(index: number, startHash: bigint, endHash: bigint, createdAtMs: number): Editable {
  return { index, startHash, endHash, createdAtMs, firstSequence: 0, nextSequence: 0 };
}

interface Step {
  readonly afterMs: number;
  readonly pick: number;
  readonly isSplit: boolean;
}

/** Shards as the core makes them: a child is dated into the second after its parents were closed. */
function history(steps: readonly Step[]): readonly ShardView[] {
  const shards = [
    shardOf(0, 0n, hashEnd / 2n - 1n, startMs),
    shardOf(1, hashEnd / 2n, hashEnd - 1n, startMs),
  ];
  let nowMs = startMs;
  for (const { afterMs, pick, isSplit } of steps) {
    nowMs += afterMs;
    const open = shards
      .filter(({ closedAtMs }) => closedAtMs === undefined)
      .sort((a, b) => (a.startHash < b.startHash ? -1 : 1));
    const bornMs = (Math.floor(nowMs / 1000) + 1) * 1000;
    const at = pick % open.length;
    const [first, second] = [open[at]!, open[at + 1]];
    if (isSplit) {
      const middle = (first.startHash + first.endHash) / 2n;
      first.closedAtMs = nowMs;
      shards.push({ ...shardOf(shards.length, first.startHash, middle, bornMs), parentIndex: first.index });
      shards.push({
        ...shardOf(shards.length, middle + 1n, first.endHash, bornMs),
        parentIndex: first.index,
      });
    } else if (second !== undefined) {
      first.closedAtMs = nowMs;
      second.closedAtMs = nowMs;
      const child = shardOf(shards.length, first.startHash, second.endHash, bornMs);
      shards.push({ ...child, parentIndex: first.index, adjacentParentIndex: second.index });
    }
  }
  return shards;
}

function coversAllKeysOnce(shards: readonly ShardView[]): boolean {
  let next = 0n;
  for (const { startHash, endHash } of shards.toSorted((a, b) => (a.startHash < b.startHash ? -1 : 1))) {
    if (startHash !== next) return false;
    next = endHash + 1n;
  }
  return next === hashEnd;
}

const steps = fc.array(fc.record({ afterMs: fc.nat(3000), pick: fc.nat(20), isSplit: fc.boolean() }), {
  maxLength: 20,
});

describe('filters of an instant', () => {
  test('cover all keys once, at any instant', () => {
    fc.assert(
      fc.property(steps, fc.nat(90_000), (given, afterMs) => {
        const shards = history(given);
        const closings = shards.map(({ closedAtMs }) => closedAtMs).filter((ms) => ms !== undefined);
        for (const Timestamp of [startMs + afterMs, ...closings]) {
          const filter = { Type: 'AT_TIMESTAMP', Timestamp } as const;
          expect(coversAllKeysOnce(filterShards(shards, filter, startMs))).toBe(true);
        }
        expect(coversAllKeysOnce(filterShards(shards, { Type: 'AT_LATEST' }, startMs))).toBe(true);
        expect(coversAllKeysOnce(filterShards(shards, { Type: 'AT_TRIM_HORIZON' }, startMs + afterMs))).toBe(
          true,
        );
      }),
    );
  });

  test('also when the parents of the oldest are trimmed', () => {
    const shards = history([{ afterMs: 5000, pick: 0, isSplit: true }]);
    const readable = shards.filter(({ index }) => index !== 0);
    const closedAtMs = startMs + 5000;
    const filter = { Type: 'AT_TIMESTAMP', Timestamp: startMs } as const;
    expect(coversAllKeysOnce(filterShards(readable, filter, closedAtMs + 1))).toBe(true);
  });
});

test('filters of a range', () => {
  const shards = history([{ afterMs: 5000, pick: 0, isSplit: true }]);
  const indexes = (filter: ShardFilter | undefined) =>
    filterShards(shards, filter, startMs).map(({ index }) => index);
  expect(indexes(undefined)).toEqual([0, 1, 2, 3]);
  expect(indexes({ Type: 'FROM_TRIM_HORIZON' })).toEqual([0, 1, 2, 3]);
  expect(indexes({ Type: 'AFTER_SHARD_ID', ShardId: 'shardId-000000000001' })).toEqual([2, 3]);
  expect(indexes({ Type: 'FROM_TIMESTAMP', Timestamp: startMs + 5000 })).toEqual([0, 1, 2, 3]);
  expect(indexes({ Type: 'FROM_TIMESTAMP', Timestamp: startMs + 5001 })).toEqual([1, 2, 3]);
});

test.each<[ShardFilter, string]>([
  [{ Type: 'AT_TIMESTAMP' }, 'Timestamp must be provided in ShardFilter of type AT_TIMESTAMP.'],
  [{ Type: 'AT_LATEST', Timestamp: 1 }, 'Timestamp cannot be provided in ShardFilter of type AT_LATEST.'],
  [{ Type: 'AFTER_SHARD_ID' }, 'ShardId must be provided in ShardFilter of type AFTER_SHARD_ID.'],
  [{ Type: 'AFTER_SHARD_ID', ShardId: 'x' }, 'ShardId x in ShardFilter is invalid.'],
  [{ Type: 'AT_LATEST', ShardId: '0' }, 'ShardId cannot be provided in ShardFilter of type AT_LATEST.'],
])('%j is refused', (filter, message) => {
  expect(() => checkFilter(filter)).toThrow(message);
});
