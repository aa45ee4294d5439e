// Which body segments are worth compacting next, by what was last counted live in them. Called by reclaim
// before each merge; pure.
import type { BodySegment } from './body-segment.ts';

const nearlyEmptyShare = 0.1;
/**
 * More than this dead, of all segments or of one that nothing keeps as it is, is worth a copy of the rest.
 */
const deadShareMax = 1 / 3;
/** This many small neighbours become one segment, so that the number of files follows the bytes. */
const smallRunLength = 8;

/**
 * A segment without anything live goes first: it costs nothing. `isByFloor`: entities die from their old end,
 * so a segment that is nearly dead is going to be dead altogether, and waits for that.
 */
export function worthCompacting(segments: readonly BodySegment[], isByFloor = false): readonly BodySegment[] {
  const sound = segments.filter((segment) => !segment.isDamaged);
  const empty = sound.find((segment) => segment.liveBytes === 0);
  if (empty !== undefined) return [empty];
  const left = isByFloor ? sound.find(isLeftToOthers) : undefined;
  if (left !== undefined) return [left];
  let bytes = 0;
  let liveBytes = 0;
  let worst: BodySegment | undefined;
  for (const segment of sound) {
    bytes += segment.recordBytes;
    liveBytes += segment.liveBytes;
    if (worst === undefined || liveShare(segment) < liveShare(worst)) worst = segment;
  }
  if (worst === undefined) return [];
  const isTooDead = bytes - liveBytes > bytes * deadShareMax;
  const isNearlyEmpty = !isByFloor && liveShare(worst) < nearlyEmptyShare;
  return isTooDead || isNearlyEmpty ? [worst] : [];
}

/**
 * Runs of small neighbours of one band: neighbours among the segments of their band. Whether they may be
 * joined over those of others is not looked at here (BodyChain.canJoin).
 */
export function* worthJoining(
  segments: readonly BodySegment[],
  segmentBytes: number,
): Iterable<readonly BodySegment[]> {
  const runs = new Map<number, BodySegment[]>();
  for (const segment of segments) {
    const run = runs.get(segment.band) ?? [];
    runs.set(segment.band, run);
    if (segment.isDamaged || segment.recordBytes > segmentBytes / smallRunLength) {
      run.length = 0;
      continue;
    }
    run.push(segment);
    const newest = run.slice(-smallRunLength);
    if (newest.length === smallRunLength && isEven(newest)) yield newest;
    if (run.length >= 2 * smallRunLength) yield run.splice(0, smallRunLength);
  }
}

/** None is as large as all others: what was joined is not copied again for each small one behind it. */
function isEven(run: readonly BodySegment[]): boolean {
  const bytes = run.reduce((sum, segment) => sum + segment.recordBytes, 0);
  return run.every((segment) => segment.recordBytes * 2 <= bytes);
}

/** All that is live in it belongs to another band by now, and what it was written for has died. */
function isLeftToOthers(segment: BodySegment): boolean {
  return segment.homeBytes === 0 && 1 - liveShare(segment) > deadShareMax;
}

function liveShare(segment: BodySegment): number {
  return segment.liveBytes / segment.recordBytes;
}
