// Which body segments are worth compacting: empty ones first, then the worst when too much is dead, then
// small ones of a band.
import { describe, expect, it } from 'vitest';
import type { BodySegment } from './body-segment.ts';
import { worthCompacting, worthJoining } from './worth-compacting.ts';

const segmentBytes = 1000;

interface Given {
  readonly recordBytes: number;
  readonly liveBytes?: number;
  readonly homeBytes?: number;
  readonly band?: number;
  readonly isDamaged?: boolean;
}

function segmentsOf(given: readonly Given[]): BodySegment[] {
  return given.map((each, number) => {
    const { recordBytes, liveBytes = recordBytes, homeBytes = liveBytes, band = 0, isDamaged = false } = each;
    return { number, recordBytes, liveBytes, homeBytes, band, isDamaged } as BodySegment;
  });
}

/** Numbers are places in the list. */
function worst(given: readonly Given[], isByFloor = false): number[] {
  return worthCompacting(segmentsOf(given), isByFloor).map((segment) => segment.number);
}

/** The first run. */
function joined(given: readonly Given[]): number[] {
  const [first = []] = worthJoining(segmentsOf(given), segmentBytes);
  return first.map((segment) => segment.number);
}

const share = (liveBytes: number, homeBytes = liveBytes): Given => ({
  recordBytes: 1000,
  liveBytes,
  homeBytes,
});

describe('what is worth compacting', () => {
  it('is nothing while enough is live', () => {
    expect(worst([])).toEqual([]);
    expect(worst([share(700), share(700)])).toEqual([]);
  });

  it('is the emptiest segment once more than a third of all bytes is dead', () => {
    expect(worst([share(700), share(500), share(600)])).toEqual([1]);
    expect(worst([share(700), share(500), share(600)], true)).toEqual([1]);
  });

  it('is a segment with nothing live, or next to nothing, however much the others hold', () => {
    expect(worst([share(1000), share(0), share(1000)])).toEqual([1]);
    expect(worst([share(1000), share(99), share(1000), share(1000)])).toEqual([1]);
  });

  it('waits for a segment that dies from its old end', () => {
    expect(worst([share(1), share(1000), share(1000), share(1000)], true)).toEqual([]);
    expect(worst([share(0), share(1000), share(1000), share(1000)], true)).toEqual([0]);
  });

  it('is a segment of which only what was moved to another band is left', () => {
    const others = [share(1000), share(1000), share(1000)];
    expect(worst([share(600, 0), ...others], true)).toEqual([0]);
    expect(worst([share(600, 1), ...others], true)).toEqual([]);
    expect(worst([share(900, 0), ...others], true)).toEqual([]);
  });

  it('is never a damaged segment', () => {
    expect(worst([{ recordBytes: 1000, liveBytes: 0, isDamaged: true }, share(1000)])).toEqual([]);
  });
});

describe('what is worth joining', () => {
  const small = { recordBytes: 100 };
  const large = { recordBytes: 1000 };
  const times = (count: number, given: Given): Given[] => Array.from({ length: count }, () => given);

  it('is eight small neighbours, never across a large or a damaged one', () => {
    expect(joined([large, ...times(9, small)])).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(joined([...times(7, small), large, ...times(7, small)])).toEqual([]);
    expect(joined([...times(4, small), { ...small, isDamaged: true }, ...times(4, small)])).toEqual([]);
  });

  it('is of one band, over the segments of others', () => {
    const pairs = times(8, small).flatMap((each) => [
      { ...each, band: 1 },
      { ...large, band: 2 },
    ]);
    expect(joined(pairs)).toEqual([0, 2, 4, 6, 8, 10, 12, 14]);
    expect(joined(times(14, small).map((each, n) => ({ ...each, band: n % 2 })))).toEqual([]);
  });

  it('leaves out what was joined before until there are as many of its size', () => {
    expect(joined([{ recordBytes: 125 }, ...times(7, { recordBytes: 10 })])).toEqual([]);
    expect(joined([{ recordBytes: 125 }, ...times(8, { recordBytes: 10 })])).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8,
    ]);
    const uneven = Array.from({ length: 16 }, (_, n) => ({ recordBytes: n % 7 === 0 ? 125 : 1 }));
    expect(joined(uneven)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });
});
