// Replies of the core as handlers want them: the kind that belongs to the command, or the error in the words
// of SNS, thrown.
import type { Reply } from '../../../../broker/index.ts';
import { type ReplyOf, replyOfKind } from '../../engine/expect-reply.ts';
import { brokerFailure } from './errors.ts';

export function expectReply<K extends Exclude<Reply['kind'], 'error'>>(reply: Reply, kind: K): ReplyOf<K> {
  return replyOfKind(reply, kind, brokerFailure);
}
