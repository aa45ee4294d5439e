// Every operating error of the core. A protocol maps each code onto its wire (a Record over this union, so
// that a new code does not compile before every protocol has said how it looks).

export type BrokerErrorCode =
  | 'queue_not_found' // no such queue, or it was deleted meanwhile
  | 'stream_not_found' // no such stream, or it was deleted meanwhile
  | 'topic_not_found' // no such topic, or it was deleted meanwhile
  | 'binding_not_found' // no such binding, or it was deleted meanwhile
  | 'document_not_found' // no such document, or it was deleted meanwhile
  | 'shard_not_found' // the stream has no such shard, or everything in it was trimmed
  | 'shard_closed' // a closed shard can be neither split nor merged
  | 'split_outside_shard' // the key hash to split at is not inside the shard
  | 'shards_not_adjacent' // only neighbours can be merged, the lower one named first
  | 'shard_count_out_of_range' // a stream has 1 to limits.shardsPerStreamMax open shards
  | 'group_not_found' // the stream has no such consumer group
  | 'member_not_found' // the member's session is over: join again
  | 'assignment_lost' // the shard belongs to another member of the group now
  | 'groups_exhausted' // too many consumer groups of a stream, or members of a group
  | 'queue_exists' // create: the name is taken (the existing definition comes along)
  | 'revision_conflict' // update: the definition changed since it was read; read again and retry
  | 'lease_invalid' // the lease names a message that this queue never had
  | 'lease_expired' // ordered queue: the lease is over, the message may be with someone else
  | 'message_gone' // the message was settled or has expired
  | 'leases_exhausted' // too many messages of this queue (or of the daemon) are leased
  | 'lease_too_long' // an extension would hold the message longer than allowed since its receive
  | 'waiters_exhausted' // too many long polls and consumers
  | 'task_not_found'
  | 'task_running' // one move task per source at a time
  | 'task_not_running' // cancel: it has already ended
  | 'not_a_dead_letter_queue'
  | 'throttled' // a bounded buffer is full; retry
  | 'storage_full' // the disk is too full for new messages; settles and reads go on
  | 'unavailable' // a commit failed and was undone; retry
  | 'shutting_down';

export interface BrokerError {
  readonly code: BrokerErrorCode;
  readonly message: string;
  /** The same command may succeed later without any change. */
  readonly isRetryable: boolean;
}

const retryable: ReadonlySet<BrokerErrorCode> = new Set([
  'revision_conflict',
  'leases_exhausted',
  'waiters_exhausted',
  'throttled',
  'storage_full',
  'unavailable',
  'shutting_down',
]);

export function brokerError(code: BrokerErrorCode, message: string): BrokerError {
  return { code, message, isRetryable: retryable.has(code) };
}

export const tooManyWaiters: BrokerError = brokerError(
  'waiters_exhausted',
  'too many receives and consumers wait already',
);

export const shuttingDown: BrokerError = brokerError('shutting_down', 'the broker is shutting down');
