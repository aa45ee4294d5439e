// The limits of what fires, polls and delivers: schedules, connectors, SNS and EventBridge. Part of
// limits.ts, through which they are read.

const KiB = 1024;
const MiB = 1024 * KiB;

export const outwardLimits = {
  // --- schedules (base/schedule, daemon) ---
  /** Characters of one schedule expression: EventBridge and Scheduler both have 256. */
  scheduleExpressionCharsMax: 256,
  /**
   * Years of one time zone whose changes of clocks are remembered, 200 B each: asked for is this and next.
   */
  timeZoneYearsMax: 64,
  /** Schedules with a due time on one daemon: AWS's quota of an account; some 60 B each in the heap. */
  scheduledDuesMax: 1_000_000,
  /** Schedules whose publication is being committed; the others that are due then come right after. */
  scheduleFiringsMax: 1_000,
  /** Until a publication is tried again that the core could not take. */
  scheduleAgainMs: 1_000,
  /**
   * How late a schedule is still fired, behind its flexible window: a restart and a repair fit in, and nobody
   * is surprised by yesterday's run.
   */
  scheduleMissedMsMax: 15 * 60_000,

  // --- outbound deliveries (connectors) ---
  /** Bindings with pushed targets on one daemon: 1 KiB each, and a push consumer in its queue's cell. */
  pushSourcesMax: 50_000,
  /** Deliveries of one binding that run at once, where it does not say less. */
  pushConcurrencyMax: 100,
  /**
   * Deliveries of the whole daemon that run at once, and their bodies; beyond it messages stay in their
   * queues.
   */
  pushDeliveriesMax: 1_000,
  pushBytesMax: 64 * MiB,
  /**
   * A lease outlives its delivery's timeout by this, for the commit that settles it; so long a crash delays.
   */
  pushLeaseSlackMs: 30_000,
  /** The longest wait between two attempts (SNS: a whole policy has 3,600 s). A lease may last 12 hours. */
  pushDelayMsMax: 3_600_000,
  /** After an error of the core, until a consumer is registered again, or a dead letter tried again. */
  pushAgainMs: 1_000,
  /** Requests to other hosts that run or wait for a socket, over all drivers. */
  outboundRequestsMax: 2_048,
  /** Sockets to one host and port; requests beyond it wait for one within their timeout. */
  outboundSocketsPerHostMax: 64,
  /** Idle sockets that are kept for the next requests: per host, and in all. */
  outboundIdlePerHostMax: 16,
  outboundIdleSocketsMax: 512,
  /** An idle socket is closed after this; servers close theirs after 5 s and more. */
  outboundIdleMs: 4_000,
  /** Until a connection with TLS stands; what is left of the request's own timeout if that is less. */
  outboundConnectMs: 5_000,
  /** Bytes of an answer that are read where a request does not say otherwise; the rest is not awaited. */
  outboundAnswerBytesMax: 64 * KiB,
  /** E-mails, SMS and push messages that a sink keeps to be looked at; the oldest goes. */
  recordedMessagesMax: 1_000,
  /** Characters of the text of one of them. */
  recordedTextCharsMax: 16 * KiB,
  /** Commands that run as functions at once: each is a process. */
  functionProcessesMax: 16,
  /** Calls that wait for a process to end. */
  functionCallsWaitingMax: 1_000,
  /** What a function may answer: Lambda's synchronous payload. */
  functionAnswerBytesMax: 6 * MiB,
  /** Access tokens kept, by connection or service account: 2 KiB each. */
  outboundTokensMax: 10_000,
  /** HTTP/2 sessions to push gateways, one per gateway and credential. */
  pushGatewaySessionsMax: 64,
  /** SMTP connections to the configured server. */
  smtpConnectionsMax: 5,

  // --- pollers (connectors/poller, AWS's Lambda and Pipes) ---
  /** Event source mappings and pipes that run on one daemon: each waits in a cell, or reads a few shards. */
  pollersMax: 1_000,
  /**
   * Batches of one queue that are with its target at once, where its definition says nothing (AWS starts so).
   */
  pollerConcurrency: 5,
  /** What a batch may hold: Lambda's synchronous payload. */
  pollerBatchBytesMax: 6 * MiB,
  /** Of a poller in its consumer group; a crashed daemon's shards are free after it. */
  pollerSessionMs: 60_000,
  /** Between two attempts with a batch of a shard: the first, doubled each time up to the most. */
  pollerRetryMs: 200,
  pollerRetryMsMax: 30_000,
  /** Until a definition that somebody else removed is noticed (a reset). */
  pollerFollowMs: 1_000,
  /** Asynchronous calls of functions that run or wait for their next attempt. */
  functionLaterCallsMax: 1_000,

  // --- SNS (protocols/aws/services/sns) ---
  /** Signatures that are kept for the copies that are still to be read; 0.5 KiB each. */
  snsSignaturesMax: 16_384,
  /** Until an HTTP endpoint has answered a delivery (SNS: 15 s). */
  snsHttpTimeoutMs: 15_000,

  // --- EventBridge (protocols/aws/services/events) ---
  /** All entries of one PutEvents: AWS raised 256 KiB to this in 2026. */
  eventsPutBytesMax: MiB,
  /** Each is looked at when the index of its bus is built, and held in memory with its targets: 1 KiB. */
  eventsRulesPerBusMax: 20_000,
  /** A rule is one definition, written as a whole with every change of a target. */
  eventsTargetsPerRuleMax: 100,
  /**
   * Replays that run at once in an account and region: AWS's quota, and each reads and publishes all the
   * time.
   */
  eventsReplaysRunningMax: 10,
  /**
   * Events that a replay publishes with one command, of 1 MiB at most each; the log has stretches of so many.
   */
  eventsReplayPageMax: 32,
  /** Of an archive at a time. */
  eventsArchiveReadMax: 100,
  eventsArchiveReadBytesMax: 4 * MiB,
} as const;
