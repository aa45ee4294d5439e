// A change of a stream's definition: read, decide, update, and again when somebody else was quicker.
// Everything that a request wants is checked before the update, so that it happens whole or not at all.
import type { StreamConsumer, UpdateStream } from '../../../../broker/index.ts';
import type { Call } from '../../engine/service.ts';
import { beingChanged } from './errors.ts';
import { expectReply } from './reply.ts';
import { type Consumer, type Stream, streamOf } from './stream-ref.ts';

/** Each attempt loses only to a change that was made; more than this many in a row is a storm. */
const attemptsMax = 10;

export type Change = Omit<UpdateStream, 'kind' | 'entity' | 'expectedRevision'>;

/**
 * `find` is asked anew for each attempt, so that every check is made on what is really changed. `decide`
 * answers undefined when there is nothing to do.
 */
export async function changeStream(
  call: Call,
  find: () => Stream,
  decide: (stream: Stream) => Change | undefined,
): Promise<Stream> {
  let stream = find();
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const change = decide(stream);
    if (change === undefined) return stream;
    const { entity, revision } = stream.definition;
    const reply = await call.run({ kind: 'updateStream', entity, expectedRevision: revision, ...change });
    if (reply.kind !== 'error' || reply.error.code !== 'revision_conflict') {
      return streamOf(expectReply(reply, 'stream', stream).definition);
    }
    stream = find();
  }
  throw beingChanged(stream);
}

/** The same for one consumer of a stream: replaced, or taken out when `decide` answers undefined. */
export async function changeConsumer(
  call: Call,
  find: () => Consumer,
  decide: (consumer: StreamConsumer) => StreamConsumer | undefined,
): Promise<void> {
  let changed: StreamConsumer;
  const findStream = (): Stream => {
    const { stream, consumer } = find();
    changed = consumer;
    return stream;
  };
  await changeStream(call, findStream, ({ definition }) => {
    const next = decide(changed);
    const others = definition.consumers.filter((consumer) => consumer !== changed);
    return { consumers: next === undefined ? others : [...others, next] };
  });
}
