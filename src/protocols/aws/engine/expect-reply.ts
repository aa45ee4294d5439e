// Replies of the core as handlers and responders want them: the kind that belongs to the command. Bound by
// each service to its own words for errors of the core.
import { assert } from '../../../base/assert.ts';
import type { BrokerError, Reply } from '../../../broker/index.ts';
import type { AwsError } from './errors.ts';

export type ReplyOf<K extends Reply['kind']> = Extract<Reply, { readonly kind: K }>;

/** Throws what `failure` makes of an error; `place` is handed to it, so that hot paths need no closure. */
export function replyOfKind<K extends Exclude<Reply['kind'], 'error'>, P = undefined>(
  reply: Reply,
  kind: K,
  failure: (error: BrokerError, place?: P) => AwsError,
  place?: P,
): ReplyOf<K> {
  if (reply.kind === 'error') throw failure(reply.error, place);
  assert(reply.kind === kind, `reply ${reply.kind} to a command that is answered with ${kind}`);
  return reply as ReplyOf<K>;
}
