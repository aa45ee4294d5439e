// Reads streams: positions, and records in order. Everything is of the committed state, so no answer waits
// for a commit. What is past retention is gone at once for readers, whenever its space goes.
import type { Reply } from '../command.ts';
import { arrivedAtMs, lengthBytes, recordOverheadBytes } from '../record-batch.ts';
import type { ReadStream, RecordsReply, RecordViews, ShardsReply, StreamPosition } from '../stream-types.ts';
import type { StreamContext } from './context.ts';
import { shardNotFound, streamNotFound } from './errors.ts';
import { horizonOf } from './horizon.ts';
import type { Shard } from './shard.ts';

export function describeShards(context: StreamContext, entity: number): ShardsReply | typeof streamNotFound {
  const stream = context.state.stream(entity);
  if (stream === undefined) return streamNotFound;
  const shards = [...stream.shards.values()].sort((a, b) => a.birth.index - b.birth.index);
  return { kind: 'shards', shards: shards.map((shard) => shard.view()) };
}

/** Where a position by something else than time is. The horizon has to be known, or blocks are read. */
export function sequenceAt(
  context: StreamContext,
  shard: Shard,
  position: Exclude<StreamPosition, { readonly at: 'time' }>,
): number {
  switch (position.at) {
    case 'horizon':
      return horizonOf(context, shard);
    case 'latest':
      return shard.committedNext;
    case 'sequence':
      return Math.max(horizonOf(context, shard), position.sequence);
  }
}

/** The shard, or the error that says what is missing: one that is not committed is not there yet. */
export function findShard(context: StreamContext, entity: number, index: number): Shard | Reply {
  const stream = context.state.stream(entity);
  if (stream === undefined) return streamNotFound;
  const shard = stream.shards.get(index);
  return shard?.isCommitted === true ? shard : shardNotFound;
}

/** Records of one read, one after the other in bytes of its own: reused, so valid until the next read. */
export class RecordWindow implements RecordViews {
  count = 0;
  readonly sequences: number[] = [];
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  source = Buffer.allocUnsafeSlow(windowBytes);
  #length = 0;

  clear(): void {
    this.count = 0;
    this.#length = 0;
    if (this.source.length > windowBytes) this.source = Buffer.allocUnsafeSlow(windowBytes);
  }

  /** A copy: what a scan shows is gone with the next block that it reads. */
  add(sequence: number, source: Buffer, start: number, end: number): void {
    const length = this.#length + end - start;
    if (length > this.source.length) this.#grow(length);
    source.copy(this.source, this.#length, start, end);
    const i = this.count++;
    this.sequences[i] = sequence;
    this.starts[i] = this.#length;
    this.ends[i] = length;
    this.#length = length;
  }

  #grow(length: number): void {
    const grown = Buffer.allocUnsafeSlow(Math.max(length, this.source.length * 2));
    this.source.copy(grown, 0, 0, this.#length);
    this.source = grown;
  }
}

/** Kept between reads; a larger answer grows it for once. */
const windowBytes = 1024 * 1024;

export type ReadRange = Pick<ReadStream, 'from' | 'recordsMax' | 'bytesMax'>;

export function readRecords(
  context: StreamContext,
  shard: Shard,
  range: ReadRange,
  window: RecordWindow,
): RecordsReply {
  const from = Math.max(range.from, horizonOf(context, shard));
  const end = shard.committedNext;
  let bytesLeft = range.bytesMax;
  let nextSequence = from;
  window.clear();
  if (from < end) {
    context.log.scan(shard.entity, from, (sequence, source, start, stop) => {
      if (sequence >= end) return false;
      const bytes = stop - start;
      if (window.count > 0 && bytes > bytesLeft) return false;
      window.add(sequence, source, start, stop);
      bytesLeft -= bytes;
      nextSequence = sequence + 1;
      return window.count < range.recordsMax && bytesLeft > 0;
    });
    // Nothing stored up to the end (numbers skipped by a restore, damage): there is nothing to wait for.
    if (window.count === 0) nextSequence = end;
  }
  const isEnd = shard.isCommittedClosed && nextSequence >= end;
  const stream = context.state.stream(shard.birth.stream);
  if (stream !== undefined) {
    stream.readRecordCount += window.count;
    stream.readBytes += range.bytesMax - bytesLeft - window.count * (recordOverheadBytes - lengthBytes);
  }
  return {
    kind: 'records',
    shard: shard.committedView(),
    records: window,
    nextSequence,
    behindMs: behindMs(shard, window, nextSequence),
    isEnd,
    children:
      isEnd && stream !== undefined ? stream.children(shard.birth.index).map((s) => s.committedView()) : [],
  };
}

function behindMs(shard: Shard, window: RecordWindow, nextSequence: number): number {
  if (nextSequence >= shard.committedNext || window.count === 0) return 0;
  const last = window.count - 1;
  const arrived = arrivedAtMs(window.source, window.starts[last] as number);
  return Math.max(0, shard.committedArrivedMs - arrived);
}
