// Which body segment holds the first stored sequence of an entity at or after a given one: a binary search
// over the segments that have the entity, since its sequences grow from segment to segment. Called by the
// body chain and by read-ahead; never reads a file itself, what the fences say comes from the caller.
import type { BodySegment } from './body-segment.ts';

/** Last sequence of the entity in a segment, -1 when it has none; undefined when nobody has looked yet. */
export type LastOf = (segment: BodySegment) => number | undefined;

/** The place of the segment in the list. */
export type SegmentSearch =
  | { readonly kind: 'found'; readonly index: number }
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown'; readonly segment: BodySegment };

const none: SegmentSearch = { kind: 'none' };

/**
 * Log n segments are looked at when most have the entity; when few have it, those without it are passed by,
 * each once.
 */
export function searchSegment(
  segments: readonly BodySegment[],
  sequence: number,
  lastOf: LastOf,
): SegmentSearch {
  let low = 0;
  let high = segments.length;
  let best = -1;
  // The first look is at the newest one: most reads are near the end, and then most entities are there.
  let probe = high - 1;
  while (low < high) {
    let last: number | undefined = -1;
    let index = probe;
    for (; index < high && last === -1; index++) {
      const segment = segments[index] as BodySegment;
      last = lastOf(segment);
      if (last === undefined) return { kind: 'unknown', segment };
    }
    if (last !== -1 && last < sequence) {
      low = index;
    } else {
      if (last !== -1) best = index - 1;
      high = probe;
    }
    probe = (low + high) >>> 1;
  }
  return best === -1 ? none : { kind: 'found', index: best };
}
