// Which band of retention an entity is in, as files know it: an integer below limits.retentionBandsMax.
// Used by what writes body segments and what counts what is live in them, which must agree.
import { assert } from '../base/assert.ts';
import { limits } from '../base/limits.ts';
import type { ReclaimGuide } from './types.ts';

export function bandOf(guide: Pick<ReclaimGuide, 'band'>, entity: number): number {
  if (guide.band === undefined) return 0;
  const band = Math.min(guide.band(entity), limits.retentionBandsMax - 1);
  assert(Number.isInteger(band) && band >= 0, 'a band is an integer from 0 on');
  return band;
}
