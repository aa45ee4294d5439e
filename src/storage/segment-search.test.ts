// The search for the segment of a sequence against a walk over all of them; and how few are looked at.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BodySegment } from './body-segment.ts';
import { searchSegment } from './segment-search.ts';

/** Segments that are their own last sequence of the entity, -1 without it. */
function segmentsOf(lasts: readonly number[]): BodySegment[] {
  return lasts.map((last) => ({ number: last }) as BodySegment);
}

const lists = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 3 })), { maxLength: 40 });

describe('the search for a segment', () => {
  it('finds what a walk finds', () => {
    fc.assert(
      fc.property(lists, fc.nat(80), (steps, sequence) => {
        let sum = 0;
        const lasts = steps.map((step) => (step === 0 ? -1 : (sum += step)));
        const segments = segmentsOf(lasts);
        const expected = lasts.findIndex((last) => last >= sequence && last !== -1);
        const found = searchSegment(segments, sequence, (segment) => segment.number);
        expect(found).toEqual(expected === -1 ? { kind: 'none' } : { kind: 'found', index: expected });
      }),
    );
  });

  it('looks at few of many, and at each once when the entity is rare', () => {
    const looks = (lasts: readonly number[], sequence: number): number => {
      let count = 0;
      searchSegment(segmentsOf(lasts), sequence, (segment) => {
        count++;
        return segment.number;
      });
      return count;
    };
    const many = Array.from({ length: 1000 }, (_, n) => n);
    for (const sequence of [0, 499, 999]) expect(looks(many, sequence)).toBeLessThan(13);
    expect(looks(many, 1000)).toBeLessThan(13);
    const rare = many.map((n) => (n === 300 ? 7 : -1));
    expect(looks(rare, 7)).toBeLessThan(1020);
  });

  it('names the first segment that it knows nothing of', () => {
    const segments = segmentsOf([1, 2, 3, 4, 5]);
    const search = searchSegment(segments, 1, (segment) =>
      segment.number === 3 ? undefined : segment.number,
    );
    expect(search).toEqual({ kind: 'unknown', segment: segments[2] });
  });
});
