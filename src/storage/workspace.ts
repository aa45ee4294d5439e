// What reclaiming works in, one for each cell, made at its first merge and used for all later ones: merge
// after merge costs no new memory. Used by the one merge that is under way; never holds anything between
// merges.
import { limits } from '../base/limits.ts';
import { Arena } from './arena.ts';
import { BlockBuilder } from './block.ts';
import { Survivors } from './survivors.ts';

/** What a commit or a block usually takes. */
const valueBytes = 64 * 1024;

export class Workspace {
  /** The commit or block that is being copied from: LMDB's own buffer is gone with the next read. */
  readonly value = new Arena(valueBytes);
  readonly survivors = new Survivors();
  readonly builder = new BlockBuilder();
  /** Finished blocks of the commit that comes next. */
  readonly blocks = new Arena(limits.reclaimSliceBytes + limits.blockBytesMax);

  clear(): void {
    this.value.shrink();
    this.survivors.clear();
    this.builder.clear();
    this.blocks.shrink();
  }
}
