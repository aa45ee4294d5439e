// A change of a queue's definition: read, decide, update, and again when somebody else was quicker.
// Everything that a request wants is checked before the update, so that it happens whole or not at all.
import type { UpdateQueue } from '../../../../broker/index.ts';
import type { Call } from '../../engine/service.ts';
import type { Queue } from './queue.ts';
import { requestThrottled } from './errors.ts';
import { expectReply } from './reply.ts';

/** Each attempt loses only to a change that was made; more than this many in a row is a storm. */
const attemptsMax = 10;

export type Change = Omit<UpdateQueue, 'kind' | 'entity' | 'expectedRevision'>;

/** `find` is asked anew for each attempt, so that every check is made on what is really changed. */
export async function changeQueue(
  call: Call,
  find: () => Queue,
  decide: (queue: Queue) => Change,
): Promise<void> {
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const queue = find();
    const { entity, revision } = queue.definition;
    const reply = await call.run({
      kind: 'updateQueue',
      entity,
      expectedRevision: revision,
      ...decide(queue),
    });
    if (reply.kind === 'error' && reply.error.code === 'revision_conflict') continue;
    expectReply(reply, 'catalog', call);
    return;
  }
  throw requestThrottled('The queue is being changed by other requests. Try again.');
}
