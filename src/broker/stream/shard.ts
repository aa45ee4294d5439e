// One shard: a range of key hashes, a lane of records in the cell's log, and where it came from.
//
//   opened (with its stream, by a split, by a merge) -> OPEN --split, merge--> CLOSED --retention--> gone
//
// An open shard takes records; a closed one is read until its last record is past retention.
import { ByteReader, ByteWriter } from '../../base/bytes.ts';
import type { Persistent } from '../cell/persistent.ts';
import { rowKind } from '../cell/persistent.ts';
import type { ShardView } from '../stream-types.ts';

const VERSION = 1;
const scratch = new ByteWriter(256);

/** How a shard came to be; never changes. */
export interface ShardBirth {
  /** Number of the shard's records in the cell's log: u32, never used again. */
  readonly lane: number;
  /** Entity of the stream. */
  readonly stream: number;
  readonly index: number;
  readonly startHash: bigint;
  readonly endHash: bigint;
  readonly createdAtMs: number;
  /** -1: none. */
  readonly parentIndex: number;
  readonly adjacentParentIndex: number;
}

/** What of a shard is on disk: reads and pushes see no more than this. */
export interface CommittedEnd {
  batch: number;
  readonly shard: Shard;
  nextSequence: number;
  lastArrivedMs: number;
  isClosed: boolean;
}

export class Shard implements Persistent {
  readonly kind = rowKind.shard;
  readonly entity: number;
  readonly index = 0;
  dirtySince = 0;
  isSaving = false;
  loadedPosition = 0;

  readonly birth: ShardBirth;
  nextSequence = 1;
  /** First sequence that was not trimmed yet. */
  floor = 1;
  /** When the newest record arrived; 0 before the first one. */
  lastArrivedMs = 0;
  /** 0 while it is open. */
  closedAtMs = 0;
  isGone = false;

  // --- volatile: not in rows, not hashed ---
  /** Its birth is on disk: before that no reader finds it. */
  isCommitted = false;
  committedNext = 1;
  committedArrivedMs = 0;
  isCommittedClosed = false;
  /** The newest change that is not committed. */
  pending: CommittedEnd | undefined;
  /** The oldest record within retention when that was last asked; sequence 0: never. */
  horizonSequence = 0;
  horizonArrivedMs = 0;
  /** The oldest record arrived at this time or later: no trim before it is past retention. */
  oldestArrivedMs = 0;
  /** What `rate` lets through, and when that was last topped up. */
  allowedRecords = 0;
  allowedBytes = 0;
  allowedAtMs = 0;
  /** Records and bytes since the load was last looked at. */
  loadRecords = 0;
  loadBytes = 0;

  constructor(birth: ShardBirth) {
    this.entity = birth.lane;
    this.birth = birth;
  }

  get isOpen(): boolean {
    return this.closedAtMs === 0;
  }

  /** Everything applied so far is on disk: after a load. */
  settle(): void {
    this.isCommitted = true;
    this.committedNext = this.nextSequence;
    this.committedArrivedMs = this.lastArrivedMs;
    this.isCommittedClosed = !this.isOpen;
    this.pending = undefined;
  }

  /** As decided: for answers that wait for their commit. */
  view(): ShardView {
    const { index, startHash, endHash, createdAtMs, parentIndex, adjacentParentIndex } = this.birth;
    return {
      index,
      startHash,
      endHash,
      createdAtMs,
      closedAtMs: this.isOpen ? undefined : this.closedAtMs,
      parentIndex: parentIndex < 0 ? undefined : parentIndex,
      adjacentParentIndex: adjacentParentIndex < 0 ? undefined : adjacentParentIndex,
      firstSequence: Math.max(this.floor, this.horizonSequence),
      nextSequence: this.nextSequence,
    };
  }

  /** For answers that do not wait. */
  committedView(): ShardView {
    const closedAtMs = this.isCommittedClosed ? this.closedAtMs : undefined;
    return { ...this.view(), closedAtMs, nextSequence: this.committedNext };
  }

  /** Canonical text of what counts, for the replay test. */
  facts(): string {
    const { lane, stream, index, startHash, endHash, createdAtMs, ...parents } = this.birth;
    return (
      `shard ${lane} of ${stream}/${index} [${startHash.toString(16)},${endHash.toString(16)}] ` +
      `created=${createdAtMs} parents=${parents.parentIndex},${parents.adjacentParentIndex} ` +
      `next=${this.nextSequence} floor=${this.floor} last=${this.lastArrivedMs} closed=${this.closedAtMs}\n`
    );
  }

  encode(position: number): Uint8Array | null {
    if (this.isGone) return null;
    const { stream, index, startHash, endHash, createdAtMs, parentIndex, adjacentParentIndex } = this.birth;
    scratch.reset();
    scratch.u8(VERSION);
    scratch.f64(position);
    scratch.u32(stream);
    scratch.u32(index);
    scratch.text16(startHash.toString(16));
    scratch.text16(endHash.toString(16));
    scratch.f64(createdAtMs);
    scratch.f64(parentIndex);
    scratch.f64(adjacentParentIndex);
    scratch.f64(this.nextSequence);
    scratch.f64(this.floor);
    scratch.f64(this.lastArrivedMs);
    scratch.f64(this.closedAtMs);
    return scratch.bytes();
  }

  static decode(lane: number, bytes: Uint8Array): Shard {
    const reader = new ByteReader(bytes);
    reader.u8();
    const position = reader.f64();
    const shard = new Shard({
      lane,
      stream: reader.u32(),
      index: reader.u32(),
      startHash: BigInt(`0x${reader.text16()}`),
      endHash: BigInt(`0x${reader.text16()}`),
      createdAtMs: reader.f64(),
      parentIndex: reader.f64(),
      adjacentParentIndex: reader.f64(),
    });
    shard.loadedPosition = position;
    shard.nextSequence = reader.f64();
    shard.floor = reader.f64();
    shard.lastArrivedMs = reader.f64();
    shard.closedAtMs = reader.f64();
    return shard;
  }
}
