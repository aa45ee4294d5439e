// Publications that queue cells hand over: each copy for a stream of this cell becomes a record. One
// high-water mark per source cell, so that what is handed over twice arrives once.
import type { Arrive, ArrivedReply, MoveAnswer } from '../queue/arrive.ts';
import type { Reply } from '../command.ts';
import { RecordBatchWriter } from '../record-batch.ts';
import type { RemoteCopy } from '../routing/publication.ts';
import { publicationCopies } from '../routing/publication.ts';
import { appendRecords, refusalOf } from './append.ts';
import type { StreamContext } from './context.ts';
import { refused } from './errors.ts';
import type { Stream } from './stream.ts';

/** An entry is taken as a whole or not at all: what is not taken now is handed over again. */
export function decideArrive(context: StreamContext, command: Arrive): ArrivedReply | Reply {
  const answers: MoveAnswer[] = [];
  for (const { entry, message, publication } of command.messages) {
    const { outboxSequence } = entry;
    const high = context.state.root.marks.get(command.source) ?? 0;
    if (outboxSequence > high) {
      const copies = targetsOf(context, routeOf(publication, outboxSequence));
      const refusal = copies === undefined ? notOpenYet : refusalOf(context);
      if (copies === undefined || refusal !== undefined)
        return answers.length > 0 ? { kind: 'arrived', answers } : (refusal ?? notOpenYet);
      for (const { stream, key } of copies)
        append(context, stream, { key: key === '' ? message.id : key, data: message.body() });
      context.record.arrived(command.source, outboxSequence);
    }
    answers.push({ outboxSequence, isAccepted: true });
  }
  return { kind: 'arrived', answers };
}

const notOpenYet = refused('unavailable', 'the stream is being made');

/** Streams that are gone take nothing; undefined when one is defined and not made here yet. */
function targetsOf(context: StreamContext, copies: readonly RemoteCopy[]) {
  const targets: { readonly stream: Stream; readonly key: string }[] = [];
  for (const { target, key } of copies) {
    if (context.catalog.streams.byEntity(target) === undefined) continue;
    const stream = context.state.stream(target);
    if (stream === undefined) return undefined;
    targets.push({ stream, key });
  }
  return targets;
}

function routeOf(publication: Buffer | undefined, outboxSequence: number): readonly RemoteCopy[] {
  if (publication === undefined) return [];
  const { routes } = publicationCopies(publication);
  return routes.find((route) => route.outboxSequence === outboxSequence)?.copies ?? [];
}

function append(
  context: StreamContext,
  stream: Stream,
  record: { readonly key: string; readonly data: Uint8Array },
): void {
  batch.reset();
  batch.begin();
  batch.keyText(record.key);
  batch.data(record.data);
  batch.end();
  appendRecords(context, stream, { kind: 'append', entity: stream.entity, records: batch });
}

/** One record at a time: its bytes are copied when it is decided. */
const batch = new RecordBatchWriter(1);
