// Decides appends: which shard each record goes to, then whole stretches of records into the group, shard by
// shard, in the order of the command. The hot path: nothing is made per record but its place in the answer.
import { limits } from '../../base/limits.ts';
import type { Reply } from '../command.ts';
import type { RecordBatch } from '../record-batch.ts';
import { recordOverheadBytes, setArrival } from '../record-batch.ts';
import type { Append, AppendReply, ShardRate } from '../stream-types.ts';
import { refusedSequence } from '../stream-types.ts';
import type { StreamContext } from './context.ts';
import { storageFull, streamNotFound, throttled } from './errors.ts';
import { rangeOf } from './key-hash.ts';
import type { Shard } from './shard.ts';
import type { Stream } from './stream.ts';

export function decideAppend(context: StreamContext, command: Append): Reply {
  const stream = context.state.stream(command.entity);
  if (stream === undefined || context.catalog.streams.byEntity(command.entity) === undefined)
    return streamNotFound;
  return refusalOf(context) ?? appendRecords(context, stream, command);
}

/** New records are refused while they cannot be stored; everything else goes on. */
export function refusalOf(context: StreamContext): (Reply & { readonly kind: 'error' }) | undefined {
  if (!context.log.isWritable()) return storageFull;
  return context.uncommittedBytes() > limits.uncommittedBytesMax ? throttled : undefined;
}

/** Takes them all, but what a rate refuses. */
export function appendRecords(context: StreamContext, stream: Stream, command: Append): AppendReply {
  const { records } = command;
  const { count } = records;
  const answer = {
    kind: 'appended' as const,
    arrivedAtMs: context.state.nowMs,
    shardIndexes: new Uint32Array(count),
    shardsCreatedAtMs: new Float64Array(count),
    sequences: new Float64Array(count),
    refusedCount: 0,
  };
  const places = route(stream, records);
  for (let open = 0; open < stream.open.length; open++) {
    if ((places.counts[open] as number) === 0) continue;
    const shard = stream.open[open] as Shard;
    const order = places.order.subarray(places.starts[open], places.starts[open + 1]);
    answer.refusedCount += fill(context, { shard, records, order, answer, rate: command.rate });
  }
  stream.recordCount += count - answer.refusedCount;
  stream.recordBytes += (records.starts[count] as number) - count * recordOverheadBytes;
  stream.refusedCount += answer.refusedCount;
  return answer;
}

/** Records in the order of their shards; within a shard in the order of the command. */
interface Places {
  readonly counts: Uint32Array;
  readonly starts: Uint32Array;
  readonly order: Uint32Array;
}

interface Scratch extends Places {
  readonly shardOf: Uint32Array;
  readonly next: Uint32Array;
}
let scratch: Scratch = { ...noPlaces(), shardOf: new Uint32Array(0), next: new Uint32Array(0) };

function noPlaces(): Places {
  return { counts: new Uint32Array(0), starts: new Uint32Array(0), order: new Uint32Array(0) };
}

/** Typed arrays cost an allocation outside of the heap each: one command after the other uses the same. */
function scratchFor(count: number, shardCount: number): Scratch {
  if (scratch.order.length < count || scratch.counts.length < shardCount) {
    const records = Math.max(count, scratch.order.length);
    const shards = Math.max(shardCount, scratch.counts.length);
    scratch = {
      counts: new Uint32Array(shards),
      starts: new Uint32Array(shards + 1),
      order: new Uint32Array(records),
      shardOf: new Uint32Array(records),
      next: new Uint32Array(shards),
    };
  }
  return scratch;
}

/** A counting sort by shard. The places are valid until the next command. */
function route(stream: Stream, records: RecordBatch): Places {
  const { count, hashes } = records;
  const shardCount = stream.open.length;
  const { counts, starts, order, shardOf, next } = scratchFor(count, shardCount);
  counts.fill(0, 0, shardCount);
  shardOf.fill(0, 0, count);
  const { openStarts } = stream;
  if (shardCount > 1) for (let i = 0; i < count; i++) shardOf[i] = rangeOf(openStarts, hashes, i << 2);
  for (let i = 0; i < count; i++) (counts[shardOf[i] as number] as number)++;
  for (let open = 0; open < shardCount; open++)
    starts[open + 1] = (starts[open] as number) + (counts[open] as number);
  for (let open = 0; open < shardCount; open++) next[open] = starts[open] as number;
  for (let i = 0; i < count; i++) {
    const open = shardOf[i] as number;
    const at = next[open] as number;
    order[at] = i;
    next[open] = at + 1;
  }
  return { counts, starts, order };
}

interface Fill {
  readonly shard: Shard;
  readonly records: RecordBatch;
  readonly order: Uint32Array;
  readonly answer: Pick<AppendReply, 'shardIndexes' | 'shardsCreatedAtMs' | 'sequences'>;
  readonly rate: ShardRate | undefined;
}

/** Writes one shard's records; answers how many its rate refused. */
function fill(context: StreamContext, { shard, records, order, answer, rate }: Fill): number {
  const { group, state } = context;
  const { starts, bytes } = records;
  const first = shard.nextSequence;
  let taken = 0;
  let takenBytes = 0;
  // Neighbours in the command that go to the same shard are copied together.
  let stretchStart = 0;
  let stretchEnd = 0;
  group.beginBody();
  for (const i of order) {
    answer.shardIndexes[i] = shard.birth.index;
    answer.shardsCreatedAtMs[i] = shard.birth.createdAtMs;
    const start = starts[i] as number;
    const end = starts[i + 1] as number;
    if (rate !== undefined && !isWithinRate(shard, rate, end - start - recordOverheadBytes, state.nowMs)) {
      answer.sequences[i] = refusedSequence;
      continue;
    }
    setArrival(bytes, start, state.nowMs);
    answer.sequences[i] = first + taken++;
    takenBytes += end - start;
    if (start === stretchEnd) {
      stretchEnd = end;
      continue;
    }
    if (stretchEnd > stretchStart) group.bodies.slice(bytes, stretchStart, stretchEnd);
    stretchStart = start;
    stretchEnd = end;
  }
  if (stretchEnd > stretchStart) group.bodies.slice(bytes, stretchStart, stretchEnd);
  if (taken > 0) {
    group.endBodies(shard.entity, first, taken);
    context.record.appended(shard.entity, taken);
    shard.loadRecords += taken;
    shard.loadBytes += takenBytes;
  }
  return order.length - taken;
}

/**
 * Takes the record out of the shard's buckets, which hold a second's worth; a full bucket takes any record.
 */
function isWithinRate(shard: Shard, rate: ShardRate, bytes: number, nowMs: number): boolean {
  const seconds = (nowMs - shard.allowedAtMs) / 1000;
  shard.allowedAtMs = nowMs;
  shard.allowedRecords = Math.min(
    rate.recordsPerSecond,
    shard.allowedRecords + seconds * rate.recordsPerSecond,
  );
  shard.allowedBytes = Math.min(rate.bytesPerSecond, shard.allowedBytes + seconds * rate.bytesPerSecond);
  const isFull = shard.allowedBytes >= rate.bytesPerSecond;
  if (shard.allowedRecords < 1 || (shard.allowedBytes < bytes && !isFull)) return false;
  shard.allowedRecords -= 1;
  shard.allowedBytes -= bytes;
  return true;
}
