// Answers of the queue cell that more than one decision gives.
import type { Reply } from '../command.ts';
import { brokerError } from '../errors.ts';

export const queueNotFound: Reply = {
  kind: 'error',
  error: brokerError('queue_not_found', 'the queue does not exist'),
};
export const leaseInvalid = brokerError('lease_invalid', 'the queue never had such a message');
export const leaseExpired = brokerError('lease_expired', 'the lease is over');
export const messageGone = brokerError('message_gone', 'the message is settled or has expired');
export const leaseTooLong = brokerError('lease_too_long', 'a message can be held for twelve hours at most');

export const topicNotFound: Reply = {
  kind: 'error',
  error: brokerError('topic_not_found', 'the topic does not exist'),
};
