// Every numeric limit of the product, named, with its unit and its reason. A queue, cache or buffer that
// has no line here is a defect. Protocol limits that a specification fixes live with that protocol.
import { outwardLimits } from './outward-limits.ts';

const KiB = 1024;
const MiB = 1024 * KiB;

export const limits = {
  // --- group commit (broker/cell) ---
  /**
   * Bytes of one group commit; more waiting work goes into the next one. A larger command gets its own
   * batch.
   */
  commitBytesMax: 8 * MiB,
  /** Bytes decided but not yet committed in one cell; beyond it new sends are throttled. */
  uncommittedBytesMax: 64 * MiB,
  /** Journal bytes that a restart may have to replay; a checkpoint starts at half of it. */
  journalTailBytesMax: 16 * MiB,
  /** Bytes of pages written in one slice of a checkpoint, so that no slice stalls the loop for 20 ms. */
  checkpointSliceBytes: 512 * KiB,

  // --- pages (broker/pages), shared by all cells of the daemon ---
  /** Resident page bytes of all entities together; clean pages are evicted beyond it. */
  pageCacheBytesMax: 24 * MiB,

  // --- leases ---
  /** Leases of one queue: what SQS allows in flight. */
  leasesPerQueueMax: 120_000,
  /** Leases of the whole daemon: 40 B each in packed arrays. */
  leasesMax: 2_000_000,

  // --- groups ---
  /** Messages from the head of a queue that are searched for an available group. */
  groupWindowMessages: 120_000,
  /** Window entries of all queues together (16 B each); the least recently used window is dropped. */
  groupWindowMessagesMax: 1_000_000,

  // --- dedup ---
  /** Length of the window in which a second send of an id is answered with the first one's result. */
  dedupWindowMs: 300_000,
  /** Dedup chunks (1,024 ids, 32 KiB) kept whole in memory per cell; of older ones 8 bytes an id stay. */
  dedupChunksResidentMax: 64,

  // --- topics ---
  /** A publication passes through so many topics that feed each other, then its loop is cut. */
  topicHopsMax: 8,
  /** Keys of publications that happen once (schedules, replays), per cell: 20 B each in its root row. */
  onceKeysMax: 100_000,

  // --- matching (broker/routing) ---
  /** Levels of objects and arrays that a matcher looks into: more only wants to exhaust the stack. */
  matchDepthMax: 512,
  /** Ways through names with dots that are tried for one matcher and one message, then it does not match. */
  matchChoicesMax: 1_024,

  // --- waiters ---
  /** Long polls and push consumers that may wait on one daemon. */
  waitersMax: 100_000,

  // --- streams (broker/stream) ---
  /** Open shards of one stream: each costs some 500 B of memory and a row of 120 B. */
  shardsPerStreamMax: 10_000,
  /** Open shards up to which automatic sharding splits by itself. */
  automaticShardsMax: 128,
  /** What one shard takes, as Kinesis has it; beyond it automatic sharding splits. */
  shardRecordsPerSecond: 1_000,
  shardBytesPerSecond: 1 * MiB,
  /** Push subscriptions to shards on one daemon: 200 B each, and what their protocols keep. */
  followersMax: 20_000,

  /** Consumer groups of one stream, and members of one group: each heartbeat looks at all of a group. */
  groupsPerStreamMax: 100,
  groupMembersMax: 1_000,

  /** Records of one shard that a view looks ahead for a key that nobody holds: 150 B each. */
  viewWindowRecords: 1_024,

  // --- moves between queues ---
  /** Messages of one cell that are on their way to another queue; beyond it they stay where they are. */
  outboxEntriesMax: 10_000,
  /** Messages handed to a target cell in one command. */
  outboxBatchMessages: 256,
  /** Bytes of messages after which such a command is full: it has to fit into a group beside others. */
  outboxBatchBytes: 4 * MiB,
  /** Move tasks (running and ended) that a queue remembers. */
  moveTasksPerQueueMax: 10,
  /** Messages a second of a move task that names no rate. */
  moveTaskRateDefault: 500,
  /** Ids of repeated receives that an ordered queue's cell remembers. */
  receiveAttemptsMax: 10_000,

  // --- HTTP listeners (net) ---
  /** One request body: Kinesis PutRecords carries 10 MiB of data as base64, plus its envelope. */
  httpBodyBytesMax: 16 * MiB,
  /** Request target: presigned URLs with session tokens reach 4 KiB; a query-protocol GET may carry more. */
  httpUriBytesMax: 16 * KiB,
  /** Request line and headers together, and separately the trailers of a chunked body. */
  httpHeaderBytesMax: 32 * KiB,
  /** AWS SDKs send 10 to 15 headers, proxies add as many. */
  httpHeaderCountMax: 128,
  /** Chunk extensions of one request, all ignored; unbounded they are a way to burn the loop for nothing. */
  httpChunkExtensionBytesMax: 4 * KiB,
  /** Open connections of one listener; beyond it a client gets 503 at once instead of a stall. */
  httpConnectionsMax: 16_384,
  /** Requests of one connection that run at once (HTTP/1.1 pipelining, HTTP/2 streams). */
  httpPipelinedMax: 128,
  /** Bodies of one listener that are being gathered or handled, beyond those that came in one read. */
  httpBufferedBytesMax: 256 * MiB,
  /** Memory of answered bodies that one listener keeps for the next ones. */
  httpBodyPoolBytesMax: 4 * MiB,
  /** Unsent reply bytes of one connection above which it is not read from. */
  httpOutputBytesMax: 1 * MiB,
  /**
   * Reply bytes of one listener, and of one connection, that clients have not taken: beyond it messages are
   * not handed out (the receive is throttled), because a receive can ask for 10 MiB and then read nothing.
   */
  httpUnsentBytesMax: 128 * MiB,
  httpConnectionUnsentBytesMax: 16 * MiB,
  /** While a listener is beyond it: who has taken nothing for this long makes room for the others. */
  httpCrowdedStallMs: 2_000,
  /** From the first byte of a request to the end of its headers. */
  httpHeaderTimeoutMs: 10_000,
  /** From the first byte of a request to the end of its body. */
  httpBodyTimeoutMs: 300_000,
  /** Between requests; clients pool for 20 to 60 s, so the server must not be the first to close. */
  httpIdleTimeoutMs: 75_000,
  /** Without any progress while a reply waits to be sent. */
  httpWriteTimeoutMs: 30_000,
  /**
   * After a refusal: how long input is still read and dropped, so that the client sees the answer, not a
   * reset.
   */
  httpLingerMs: 2_000,
  /** How often certificate files are looked at; file events miss the symlink swaps of mounted secrets. */
  tlsReloadMs: 5_000,

  // --- storage ---
  /**
   * A log segment is one file, removed whole: large enough for few files, small enough to be reclaimed soon.
   */
  segmentBytesMin: 1 * MiB,
  segmentBytesMax: 64 * MiB,
  /** Segments that fit the file system at the least: a 64 MB disk gets 4 MB segments. */
  segmentsPerFileSystem: 16,
  /** Commits and runs of one log segment: bounds the index of what is not sealed (16 B a run). */
  segmentCommitsMax: 32_768,
  segmentRunsMax: 262_144,
  /**
   * Bytes of one append; lmdb hands out values from 16 MiB on as views of the map, which must not outlive a
   * call.
   */
  batchBytesMax: 15 * MiB,
  /** Newest commits of all cells, kept to be read without LMDB: one ring, allocated once. */
  hotTailBytesMax: 48 * MiB,
  /** Older commits of one cell that were read back from unsealed segments. */
  readBackBytesMax: 4 * MiB,
  /** Blocks of sealed bodies of one cell: consecutive sequences come from the same block. */
  blockCacheBytesMax: 8 * MiB,
  /** Fences of one cell's body segments: 36 B per segment and entity. */
  fenceCacheBytesMax: 8 * MiB,
  /** Open files of sealed body segments of one cell: 0.2 MB each, 3.5 where malloc maps no large blocks. */
  openBodySegmentsMax: 32,
  /** Damaged places that are remembered as reported; beyond that they are reported again. 100 B each. */
  damagedPlacesMax: 1024,
  /** A block with its header: 16 pages less what LMDB puts in front of a value. */
  blockBytesMax: 16 * 4096 - 16,
  /**
   * A record beyond this size gets a block of its own: packing it would cost more in copies than it saves.
   */
  packedRecordBytesMax: 8 * KiB,
  /** Survivors of a log segment that are gathered in memory to bring them into per-entity order. */
  sealGroupBytesMax: 8 * MiB,
  /** One piece of reclaiming, between two commits: bytes and blocks to write, and the time to get there. */
  reclaimSliceBytes: 512 * KiB,
  reclaimSliceBlocks: 1024,
  reclaimSliceMs: 3,
  /** Bands of retention that are kept in body segments of their own; sealing has a file open for each. */
  retentionBandsMax: 16,
  /**
   * Body segments over which small ones of one band are joined: the fences of those between are looked at.
   */
  joinedSpanMax: 64,
  /** Reads of sealed blocks ahead of a scan that the worker has at once, and that wait for it. */
  readAheadsInFlightMax: 4,
  readAheadsWaitingMax: 4096,
  /** Files that the worker keeps open: opening one costs half a millisecond and 100 KB of garbage. */
  readAheadFilesOpenMax: 4,
  /** One of them, in bytes of bodies: more would push out of the block cache what others have read ahead. */
  readAheadBytesMax: 2 * MiB,
  /** At least this long between two counts of what is still live in the body segments. */
  liveCountIntervalMs: 1_000,
  /**
   * The reserve below which no new messages are taken: 2 segments, or 5 % of the disk but not more than
   * this.
   */
  diskReserveBytesMax: 512 * MiB,
  /** A sixteenth of a segment is left alone by every write; four times that is the ballast. */
  diskFloorBytesMin: 256 * KiB,
  diskFloorBytesMax: 2 * MiB,
  /** How long a reading of the free space is used again while there is plenty of it. */
  diskSeenMs: 10,
  /** A missing ballast is written again after this, when there is room. */
  diskCheckIntervalMs: 1_000,

  // --- daemon ---
  /** After SIGTERM: how long running requests may take to finish; supervisors kill after 30 s and more. */
  drainMs: 10_000,

  // --- admin API (protocols/admin) ---
  /** Body of one admin request: a message of 1 MiB as JSON with escapes. */
  adminBodyBytesMax: 8 * MiB,
  /** A message body in a list; the whole body is asked for by itself. */
  adminPreviewBytes: 2 * KiB,
  /** Bodies of one answer when they are asked for whole; the rest comes with the next page. */
  adminAnswerBytesMax: 8 * MiB,
  /** Rows of one page. */
  adminPageRowsMax: 1_000,
  /** Queues in the snapshot behind lists and metrics (some 300 B each, dropped when it is not asked for). */
  adminSnapshotQueuesMax: 50_000,
  /** A snapshot serves all lists and scrapes of this time. */
  adminSnapshotMs: 1_000,
  /** Queues that are asked in one turn of the event loop while a snapshot is made. */
  adminSnapshotSliceQueues: 256,
  /** Messages that are looked through for one page of dead letters of one source. */
  adminDeadLetterScanMessages: 10_000,
  /** Stored bytes of one answer with records (one record always): as base64 some 5 ms of the loop. */
  adminRecordBytesMax: 1 * MiB,
  /** Records of one put: as many as Kinesis takes. */
  adminPutRecordsMax: 500,
  /** How long a read waits for records; clients and proxies give up at 30 s and more. */
  adminWaitMsMax: 20_000,

  // --- SQS front (protocols/aws/services/sqs) ---
  /** Distinct queue URLs kept parsed; a client repeats few, and past it all are dropped and parsed again. */
  sqsUrlsMax: 10_000,
  /** A longer URL is read but not kept, so that hosts of a megabyte do not fill the memory. */
  sqsUrlCharsMax: 512,
  /**
   * Trace header of a message: X-Ray's have about 200 characters, and it does not count to the message's
   * size.
   */
  sqsTraceCharsMax: 1024,
  /**
   * One-second windows that `limits: aws` counts calls in: (queue, action) and (queue, group), 100 B each.
   */
  sqsRateWindowsMax: 50_000,
  /** Queues whose last purge is remembered, for the 60 s rule of `limits: aws`. */
  sqsPurgesMax: 10_000,

  // --- Kinesis front, records (protocols/aws/services/kinesis) ---
  /** Shards whose part of a sequence number is kept as digits; 200 B each, dropped all when it is full. */
  kinesisShardDigitsMax: 10_000,
  /** Stored bytes of one SubscribeToShard event: a larger record comes alone, in base64 within 16 MiB. */
  kinesisEventBytesMax: 1 * MiB,
  /** Records of one SubscribeToShard event; KCL buffers eleven events. */
  kinesisEventRecordsMax: 2_000,
  /** Encoded events that consumers of one shard share, and their bytes; the oldest is forgotten. */
  kinesisFramesMax: 512,
  kinesisFramesBytesMax: 16 * MiB,
  /** Events of all subscriptions that their clients have not taken; beyond it none asks for another. */
  kinesisUnreadBytesMax: 64 * MiB,
  /**
   * Consumers and shards whose last subscription is remembered for the 5 s rule; those that run count too.
   */
  kinesisSubscriptionsMax: 40_000,
  /** Reads that wait for records (X-Caudal-Wait-Ms): each is a follower of its shard. */
  kinesisReadersWaitingMax: 10_000,
  /** Shards that `limits: aws` counts reads of: 100 B each. */
  kinesisReadWindowsMax: 50_000,

  // --- Kinesis front, streams (protocols/aws/services/kinesis) ---
  /** One request: 10 MiB of data as base64 (13.4 MiB), its keys and the envelope. */
  kinesisBodyBytesMax: 15 * MiB,
  /** Consumers of one stream, 200 B each in its definition, which every change writes whole. */
  kinesisConsumersPerStreamMax: 1_000,
  /** Accounts whose settings are remembered; past it all are forgotten. 100 B each. */
  kinesisAccountsMax: 10_000,

  // --- AWS engine (protocols/aws/engine) ---
  /** Parameters of one Query request: ten batch entries with ten attributes each are about 450. */
  awsFormFieldsMax: 10_000,
  /**
   * Dots in a Query parameter's name: `Entries.1.MessageAttributes.1.Value.StringListValues.1` has seven
   * parts.
   */
  awsFormDepthMax: 16,
  /**
   * Credential scopes (key, day, region, service, signed headers) whose signing key is kept; 0.5 KiB each.
   */
  signingScopesMax: 4096,
  /** Canonical requests up to here are laid out in bytes that are kept; longer ones go as text. */
  canonicalScratchBytes: 4 * KiB,
  /** Session tokens that are kept opened, so that a request costs no decryption; 1 KiB each. */
  openSessionsMax: 4096,
  /** Resource policies kept parsed, by their text. */
  parsedPoliciesMax: 4096,
  /** Values, keys and tags of one CBOR body: 500 records have 4,000, and each may become an object. */
  awsCborItemsMax: 262_144,
  /** Nesting of one CBOR body: the deepest of AWS's inputs has six levels. */
  awsCborDepthMax: 64,
  /** A larger body is not parsed to choose an error before its signature is proven. */
  awsUnsignedBodyBytesMax: 64 * KiB,
  /** Characters of a refused value that an error repeats: 501 records print 33,000. */
  awsPrintedValueCharsMax: 64 * 1024,
  /**
   * Texts beyond their own bound and this one are not held against their pattern: 2048 is the longest bound.
   */
  awsPatternCharsMax: 2048,
  /** Text of one IAM policy: AWS's largest (a role's trust and inline policies) has 10,240 characters. */
  policyTextMax: 20_480,

  ...outwardLimits,
} as const;
