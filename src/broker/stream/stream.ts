// One stream as its cell sees it: its shards, and which open one owns a key hash. Its definition (retention,
// names) is the catalog's.
import { Packr } from 'msgpackr';
import type { Persistent } from '../cell/persistent.ts';
import { rowKind } from '../cell/persistent.ts';
import { wordsOf } from './key-hash.ts';
import type { ConsumerGroup } from './group.ts';
import type { Shard } from './shard.ts';

const packr = new Packr({ useRecords: false });

export class Stream implements Persistent {
  readonly kind = rowKind.stream;
  readonly entity: number;
  readonly index = 0;
  dirtySince = 0;
  isSaving = false;
  loadedPosition = 0;
  isGone = false;

  /** Shards ever made. */
  nextShardIndex = 0;
  readonly shards = new Map<number, Shard>();
  readonly groups = new Map<string, ConsumerGroup>();
  #open: Shard[] | undefined;
  #openStarts: Uint32Array | undefined;

  // --- volatile ---
  recordCount = 0;
  recordBytes = 0;
  readRecordCount = 0;
  readBytes = 0;
  refusedCount = 0;
  /** Automatic sharding rests until then. */
  nextSplitAtMs = 0;

  constructor(entity: number) {
    this.entity = entity;
  }

  /** Open shards by their ranges; together they own every key hash. */
  get open(): readonly Shard[] {
    this.#open ??= [...this.shards.values()]
      .filter((shard) => shard.isOpen)
      .sort((a, b) => (a.birth.startHash < b.birth.startHash ? -1 : 1));
    return this.#open;
  }

  /** Four words per open shard, for rangeOf. */
  get openStarts(): Uint32Array {
    this.#openStarts ??= Uint32Array.from(this.open.flatMap((shard) => wordsOf(shard.birth.startHash)));
    return this.#openStarts;
  }

  /** Shards were opened, closed or removed. */
  changed(): void {
    this.#open = undefined;
    this.#openStarts = undefined;
  }

  children(index: number): Shard[] {
    const isChild = ({ birth }: Shard): boolean =>
      birth.parentIndex === index || birth.adjacentParentIndex === index;
    return [...this.shards.values()].filter(isChild);
  }

  encode(position: number): Uint8Array | null {
    if (this.isGone) return null;
    return packr.pack({ version: 1, position, nextShardIndex: this.nextShardIndex });
  }

  static decode(entity: number, bytes: Uint8Array): Stream {
    const row = packr.unpack(bytes) as { position: number; nextShardIndex: number };
    const stream = new Stream(entity);
    stream.loadedPosition = row.position;
    stream.nextShardIndex = row.nextShardIndex;
    return stream;
  }
}
