// Errors of the stream cell that are said in more than one place.
import type { Reply } from '../command.ts';
import type { BrokerErrorCode } from '../errors.ts';
import { brokerError } from '../errors.ts';

export function refused(code: BrokerErrorCode, message: string): Reply & { readonly kind: 'error' } {
  return { kind: 'error', error: brokerError(code, message) };
}

export const streamNotFound = refused('stream_not_found', 'the stream does not exist');
export const shardNotFound = refused('shard_not_found', 'the stream has no such shard');
export const storageFull = refused('storage_full', 'the disk is too full to take new records');
export const throttled = refused('throttled', 'too many records wait for their commit');
