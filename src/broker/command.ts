// Everything that can be asked of the core about queues (of streams: stream-types.ts, group-types.ts): frozen
// plain data, no socket, no callback, no wire word. Each command has its reply type beside it.
import type { BrokerError } from './errors.ts';
import type { CatalogCommand, DefinitionReply } from './catalog-types.ts';
import type { GroupCommand, GroupQuery, GroupsReply, MembershipReply } from './group-types.ts';
import type { ResourceName } from './names.ts';
import type { ViewCommand, ViewReply } from './view-types.ts';
import type { StoredMessage } from './message.ts';
import type { Publish, PublishReply } from './topic-types.ts';
import type {
  AppendReply,
  StreamCommand,
  StreamQuery,
  StreamQueryReply,
  StreamReply,
} from './stream-types.ts';

export interface MessageAttribute {
  readonly name: string;
  /** Free text such as `String`, `Number.int`, `Binary`. */
  readonly type: string;
  readonly value: string | Uint8Array;
}

/** A message on its way in. Id, sequence and times are fixed by `decide`. */
export interface OutgoingMessage {
  readonly body: string | Uint8Array;
  readonly attributes: readonly MessageAttribute[];
  /** Order (ordered queues) or tenant (fair delivery) of the message. */
  readonly group?: string | undefined;
  /** Already resolved: an explicit id, or the hash of the body where the queue says so. */
  readonly dedupId?: string | undefined;
  /** Overrides the queue's delay. */
  readonly delayMs?: number | undefined;
  /** Principal that sends. */
  readonly sender: string;
  /** Tracing header to hand on. */
  readonly trace?: string | undefined;
  /** A heading for people, beside body and attributes. */
  readonly subject?: string | undefined;
}

export interface Send {
  readonly kind: 'send';
  readonly entity: number;
  readonly messages: readonly OutgoingMessage[];
}

export interface SentMessage {
  /** UUID text. */
  readonly id: string;
  readonly sequence: number;
  /** The id was seen within the dedup window: id and sequence are those of the first send. */
  readonly isDuplicate: boolean;
}

export interface SendReply {
  readonly kind: 'sent';
  readonly messages: readonly SentMessage[];
}

export interface Receive {
  readonly kind: 'receive';
  readonly entity: number;
  readonly messagesMax: number;
  /** 0: the message is handed out and counted, and stays visible. Undefined: the queue's. */
  readonly leaseMs?: number | undefined;
  /** 0: answer at once. Undefined: the queue's. */
  readonly waitMs?: number | undefined;
  /** The leases have no deadline: they end with this session (a connection), or with the daemon. */
  readonly session?: number | undefined;
  /** Ordered queues: repeating a receive under one id gives the same messages and leases again. */
  readonly attemptId?: string | undefined;
}

/** A push consumer: messages come to its sink as long as it has credit. */
export interface Consume {
  readonly entity: number;
  /** Messages handed over at a time. */
  readonly messagesMax: number;
  /** As in Receive: a session's leases have no deadline. */
  readonly leaseMs?: number | undefined;
  readonly session?: number | undefined;
}

/** What a consumer may do. Ending it leaves its leases as they are. */
export interface Subscription {
  /** So many messages more may come. */
  grant(messages: number): void;
  cancel(): void;
}

/** Names one lease of one message; a protocol makes its receipt out of it. */
export interface LeaseRef {
  readonly sequence: number;
  /** Differs for each lease of the cell; later leases have larger ones. */
  readonly generation: number;
}

export interface Delivery extends LeaseRef {
  /** This one included. */
  readonly receiveCount: number;
  readonly firstReceivedAtMs: number;
  readonly leaseUntilMs: number;
  readonly message: StoredMessage;
}

export interface ReceiveReply {
  readonly kind: 'received';
  readonly deliveries: readonly Delivery[];
}

/** Ends leases for good: the messages are done. One outcome per entry, in order. */
export interface Settle {
  readonly kind: 'settle';
  readonly entity: number;
  readonly leases: readonly LeaseRef[];
}

/** Moves the deadline of leases to now + leaseMs (0: visible at once). */
export interface ChangeLease {
  readonly kind: 'changeLease';
  readonly entity: number;
  readonly leases: readonly (LeaseRef & { readonly leaseMs: number })[];
}

export interface OutcomesReply {
  readonly kind: 'outcomes';
  /** undefined: done (settling what is already gone counts as done in unordered queues). */
  readonly outcomes: readonly (BrokerError | undefined)[];
}

/** A session is over: every lease of it is, and the messages are back in place. */
export interface EndSession {
  readonly kind: 'endSession';
  /** As in Receive: a positive number, used once per life of the daemon. */
  readonly session: number;
}

/** Drops every message that was sent before, leased and delayed ones included. */
export interface Purge {
  readonly kind: 'purge';
  readonly entity: number;
}

export interface DoneReply {
  readonly kind: 'done';
}

/** Moves the messages of a dead-letter queue back to where they came from, or to `target`. */
export interface StartMove {
  readonly kind: 'startMove';
  readonly entity: number;
  readonly target?: ResourceName | undefined;
  readonly ratePerSecondMax?: number | undefined;
}

export interface CancelMove {
  readonly kind: 'cancelMove';
  readonly entity: number;
  readonly taskId: string;
}

export type MoveStatus = 'running' | 'completed' | 'cancelling' | 'cancelled' | 'failed';

export interface MoveTask {
  /** UUID text. */
  readonly taskId: string;
  readonly entity: number;
  readonly status: MoveStatus;
  readonly target?: ResourceName | undefined;
  readonly ratePerSecondMax?: number | undefined;
  readonly startedAtMs: number;
  readonly movedCount: number;
  /** Messages that were there when it started. */
  readonly toMoveCount: number;
  readonly failure?: BrokerError | undefined;
}

export interface MoveReply {
  readonly kind: 'move';
  readonly task: MoveTask;
}

export type QueueCommand = Send | Receive | Settle | ChangeLease | Purge | StartMove | CancelMove | Publish;
export type Command = QueueCommand | StreamCommand | GroupCommand | ViewCommand | EndSession | CatalogCommand;

/** Newest first; at most ten tasks of a queue are remembered. */
export interface ListMoves {
  readonly kind: 'listMoves';
  readonly entity: number;
}

export interface MovesReply {
  readonly kind: 'moves';
  readonly tasks: readonly MoveTask[];
}

export interface QueueStatsQuery {
  readonly kind: 'queueStats';
  readonly entity: number;
}

export interface QueueStats {
  readonly kind: 'queueStats';
  readonly readyCount: number;
  readonly leasedCount: number;
  readonly delayedCount: number;
  /** When the oldest message that is still there was sent; undefined for an empty queue. */
  readonly oldestSentAtMs?: number | undefined;
}

/** Looks at messages without leasing them. */
export interface Peek {
  readonly kind: 'peek';
  readonly entity: number;
  readonly view: 'ready' | 'leased' | 'delayed' | 'moving' | 'all';
  /** Messages with a sequence above it. */
  readonly after: number;
  readonly limit: number;
}

export interface PeekedMessage {
  readonly sequence: number;
  readonly state: 'ready' | 'leased' | 'delayed' | 'moving';
  readonly receiveCount: number;
  readonly message: StoredMessage;
}

export interface PeekReply {
  readonly kind: 'peeked';
  readonly messages: readonly PeekedMessage[];
  /** Pass as `after` for the next ones; undefined at the end. */
  readonly next?: number | undefined;
}

export type QueueQuery = ListMoves | QueueStatsQuery | Peek;
export type Query = QueueQuery | StreamQuery | GroupQuery;

export type Reply =
  | SendReply
  | PublishReply
  | ReceiveReply
  | OutcomesReply
  | DoneReply
  | MoveReply
  | DefinitionReply
  | MovesReply
  | QueueStats
  | PeekReply
  | StreamReply
  | AppendReply
  | StreamQueryReply
  | MembershipReply
  | GroupsReply
  | ViewReply
  | { readonly kind: 'error'; readonly error: BrokerError };

/**
 * Where an answer goes. `reveal` is called exactly once, after the commit that the answer rests on; for a
 * consumer once per hand-over, and with an error when there will be no more.
 */
export interface ReplySink {
  reveal(reply: Reply): void;
  /** False when nobody is there any more to take the answer: deliveries are put back in place. */
  isOpen(): boolean;
  /** False when its client has more to read than it should: deliveries are put back, and it is throttled. */
  hasRoom?(): boolean;
}

/** For commands whose answer nobody waits for. */
export const noSink: ReplySink = { reveal: () => {}, isOpen: () => true };
