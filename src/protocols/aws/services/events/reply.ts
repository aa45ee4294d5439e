// Replies of the core as handlers want them: the kind that belongs to the command, or the error in the words
// of EventBridge, thrown.
import type { Reply } from '../../../../broker/index.ts';
import { assert } from '../../../../base/assert.ts';
import { brokerFailure } from './errors.ts';

export function expectReply<K extends Exclude<Reply['kind'], 'error'>>(
  reply: Reply,
  kind: K,
): Extract<Reply, { readonly kind: K }> {
  if (reply.kind === 'error') throw brokerFailure(reply.error);
  assert(reply.kind === kind, `reply ${reply.kind} to a command that is answered with ${kind}`);
  return reply as Extract<Reply, { readonly kind: K }>;
}
