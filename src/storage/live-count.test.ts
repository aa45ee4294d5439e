// Which body segments are worth compacting: empty ones first, then the worst when too much is dead, then
// small ones.
import { describe, expect, it } from 'vitest';
import type { BodySegment } from './body-segment.ts';
import { worthCompacting } from './live-count.ts';

const segmentBytes = 1000;

/** Segments from pairs of record and live bytes; numbers are places in the list. */
function chosen(pairs: readonly (readonly [number, number])[], damaged: readonly number[] = []): number[] {
  const segments = pairs.map(
    ([recordBytes, liveBytes], number) =>
      ({ number, recordBytes, liveBytes, isDamaged: damaged.includes(number) }) as BodySegment,
  );
  return worthCompacting(segments, segmentBytes).map((segment) => segment.number);
}

describe('what is worth compacting', () => {
  it('is nothing while enough is live', () => {
    expect(chosen([])).toEqual([]);
    expect(
      chosen([
        [1000, 700],
        [1000, 700],
      ]),
    ).toEqual([]);
  });

  it('is the emptiest segment once more than a third of all bytes is dead', () => {
    expect(
      chosen([
        [1000, 700],
        [1000, 500],
        [1000, 600],
      ]),
    ).toEqual([1]);
  });

  it('is a segment with nothing live, or next to nothing, however much the others hold', () => {
    expect(
      chosen([
        [1000, 1000],
        [1000, 0],
        [1000, 1000],
        [1000, 1000],
      ]),
    ).toEqual([1]);
    expect(
      chosen([
        [1000, 1000],
        [1000, 99],
        [1000, 1000],
        [1000, 1000],
      ]),
    ).toEqual([1]);
  });

  it('is eight small neighbours, never across a large or a damaged one', () => {
    const small = [100, 100] as const;
    const large = [1000, 1000] as const;
    expect(chosen([large, ...Array(9).fill(small)])).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(chosen([...Array(7).fill(small), large, ...Array(7).fill(small)])).toEqual([]);
    expect(chosen(Array(9).fill(small), [4])).toEqual([]);
  });

  it('is never a damaged segment', () => {
    expect(
      chosen(
        [
          [1000, 0],
          [1000, 1000],
        ],
        [0],
      ),
    ).toEqual([]);
  });
});
