// Everything that can be asked of the core about streams: frozen plain data, no socket, no callback, no wire
// word. Each command and query has its reply beside it. Key hashes are 128-bit numbers: the MD5 of the
// record's key unless the sender gives one.
import type { RecordBatch } from './record-batch.ts';
import type { ResourceName } from './names.ts';

// --- definitions (catalog) ---

export interface StreamSettings {
  /** Records leave this long after they arrived. */
  readonly retentionMs: number;
  /** `automatic`: hot shards are split by the core as load grows; `fixed`: only by command. */
  readonly sharding: 'fixed' | 'automatic';
  /** Key and data of one record. Checked by the protocols, which name the record in their errors. */
  readonly maxRecordBytes: number;
}

/** Somebody known by name who reads a stream through subscriptions of his own. */
export interface StreamConsumer {
  readonly name: string;
  readonly createdAtMs: number;
  /** Until then it is being made. */
  readonly readyAtMs: number;
  readonly annotations: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

export interface StreamDefinition {
  readonly name: ResourceName;
  /** Incarnation id: u32, never reused. */
  readonly entity: number;
  /** Index of the stream cell that holds it. */
  readonly cell: number;
  readonly createdAtMs: number;
  readonly modifiedAtMs: number;
  /** Raised by every change; an update names the one it was made from. */
  readonly revision: number;
  readonly settings: StreamSettings;
  /** Open shards that it starts with, of equal width. */
  readonly initialShardCount: number;
  /** Until then its last change (the creation, at first) is under way. */
  readonly readyAtMs: number;
  /** Set when it is being deleted: it goes at this time. */
  readonly deletesAtMs?: number | undefined;
  readonly consumers: readonly StreamConsumer[];
  /** What a protocol wants back verbatim and the core does not read. */
  readonly annotations: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

/** Answered when the catalog and the stream's cell have both committed. */
export interface CreateStream {
  readonly kind: 'createStream';
  readonly name: ResourceName;
  readonly settings: StreamSettings;
  readonly initialShardCount: number;
  /** How long it shows as being made. */
  readonly readyAfterMs: number;
  readonly annotations: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

export interface UpdateStream {
  readonly kind: 'updateStream';
  readonly entity: number;
  readonly expectedRevision: number;
  readonly settings?: StreamSettings;
  readonly consumers?: readonly StreamConsumer[];
  readonly annotations?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
  /** How long it shows as being changed. Default 0. */
  readonly readyAfterMs?: number;
}

/** With `afterMs` 0: answered when catalog and cell have forgotten it. Otherwise when the deletion is set. */
export interface DeleteStream {
  readonly kind: 'deleteStream';
  readonly entity: number;
  readonly afterMs: number;
}

export type StreamCatalogCommand = CreateStream | UpdateStream | DeleteStream;

export interface StreamReply {
  readonly kind: 'stream';
  readonly definition: StreamDefinition;
  /** createStream: false when the name existed already (nothing was changed). */
  readonly isCreated: boolean;
}

// --- records ---

/** Adds records to a stream: each goes into the open shard that owns its key hash. */
export interface Append {
  readonly kind: 'append';
  readonly entity: number;
  /** Read before `submit` returns: the writer may reuse it at once. */
  readonly records: RecordBatch;
  /** Records beyond it are refused one by one, as `refusedSequence`. Absent: no limit. */
  readonly rate?: ShardRate | undefined;
}

/** What one shard takes per second; both buckets hold one second's worth. */
export interface ShardRate {
  readonly recordsPerSecond: number;
  readonly bytesPerSecond: number;
}

/** Instead of a sequence: the shard's rate was exceeded. */
export const refusedSequence = 0;

export interface AppendReply {
  readonly kind: 'appended';
  readonly arrivedAtMs: number;
  /** Of each record, in order: index of its shard in the stream, and its sequence there. */
  readonly shardIndexes: Uint32Array;
  /** When that shard was made: with its index it names the shard for ever. */
  readonly shardsCreatedAtMs: Float64Array;
  readonly sequences: Float64Array;
  readonly refusedCount: number;
}

// --- shards ---

export interface ShardView {
  /** 0, 1, 2 ... in the stream; never used again. */
  readonly index: number;
  /** Key hashes from `startHash` to `endHash`, both included. */
  readonly startHash: bigint;
  readonly endHash: bigint;
  /** Whole seconds tell a child from its parents: it is always in a later second. */
  readonly createdAtMs: number;
  readonly closedAtMs?: number | undefined;
  readonly parentIndex?: number | undefined;
  readonly adjacentParentIndex?: number | undefined;
  /** First sequence that can still be read; equal to `nextSequence` when there is none. */
  readonly firstSequence: number;
  readonly nextSequence: number;
}

/** Closes the shard and opens two: [start, atHash - 1] and [atHash, end]. */
export interface SplitShard {
  readonly kind: 'splitShard';
  readonly entity: number;
  readonly shardIndex: number;
  readonly atHash: bigint;
}

/** Closes two neighbours, the lower one named first, and opens one over both ranges. */
export interface MergeShards {
  readonly kind: 'mergeShards';
  readonly entity: number;
  readonly shardIndex: number;
  readonly adjacentIndex: number;
}

/** Splits and merges until so many open shards of equal width are there. */
export interface ResizeStream {
  readonly kind: 'resizeStream';
  readonly entity: number;
  readonly shardCount: number;
}

/** Every shard that still can be read, by index; closed ones until their last record is past retention. */
export interface ListShards {
  readonly kind: 'listShards';
  readonly entity: number;
}

/** Answers splits, merges, resizes and listShards: all readable shards as of now. */
export interface ShardsReply {
  readonly kind: 'shards';
  readonly shards: readonly ShardView[];
}

// --- reading ---

export type StreamPosition =
  /** The oldest record within retention. */
  | { readonly at: 'horizon' }
  /** Behind the newest committed record. */
  | { readonly at: 'latest' }
  /** This record, or the oldest later one that is still there. */
  | { readonly at: 'sequence'; readonly sequence: number }
  /** The first record that arrived at this time or later; behind the newest when there is none. */
  | { readonly at: 'time'; readonly timeMs: number };

export interface FindPosition {
  readonly kind: 'findPosition';
  readonly entity: number;
  readonly shardIndex: number;
  readonly position: StreamPosition;
}

export interface PositionReply {
  readonly kind: 'position';
  readonly shard: ShardView;
  /** Pass as `from` to a read. */
  readonly sequence: number;
}

/** Reads committed records of one shard in order; at least one when there is any, whatever its size. */
export interface ReadStream {
  readonly kind: 'readStream';
  readonly entity: number;
  readonly shardIndex: number;
  readonly from: number;
  readonly recordsMax: number;
  /** Stored bytes: key, data, and a few of our own. */
  readonly bytesMax: number;
}

/**
 * `count` records, each in `source` from `starts[i]` to `ends[i]` in the stored form (record-batch.ts reads
 * it). Valid until the sink's `reveal` returns.
 */
export interface RecordViews {
  readonly count: number;
  readonly source: Buffer;
  readonly sequences: readonly number[];
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

export interface RecordsReply {
  readonly kind: 'records';
  readonly shard: ShardView;
  readonly records: RecordViews;
  /** Where the next read goes on. */
  readonly nextSequence: number;
  /** How much later the newest record arrived than the last one here; 0 at the tip. */
  readonly behindMs: number;
  /** The shard is closed and everything in it was read: go on with its children. */
  readonly isEnd: boolean;
  readonly children: readonly ShardView[];
}

/** Pushes records to a sink as they are committed, one `records` reply per unit of credit. */
export interface FollowShard {
  readonly entity: number;
  readonly shardIndex: number;
  readonly from: number;
  readonly recordsMax: number;
  readonly bytesMax: number;
}

export interface StreamStatsQuery {
  readonly kind: 'streamStats';
  readonly entity: number;
}

/** Counters since the start. */
export interface StreamStats {
  readonly kind: 'streamStats';
  readonly openShardCount: number;
  readonly recordCount: number;
  readonly recordBytes: number;
  readonly readRecordCount: number;
  readonly readBytes: number;
  readonly refusedCount: number;
}

export type StreamCommand = Append | SplitShard | MergeShards | ResizeStream;
export type StreamQuery = ListShards | FindPosition | ReadStream | StreamStatsQuery;
export type StreamQueryReply = ShardsReply | PositionReply | RecordsReply | StreamStats;
