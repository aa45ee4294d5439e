// Publications that queue cells hand over: each copy for a stream of this cell becomes a record. One
// high-water mark per source cell, so that what is handed over twice arrives once.
import type { Arrive, ArrivedReply, MoveAnswer } from '../queue/arrive.ts';
import type { Reply } from '../command.ts';
import { RecordBatchWriter } from '../record-batch.ts';
import { publicationCopies } from '../routing/publication.ts';
import { decideAppend } from './append.ts';
import type { StreamContext } from './context.ts';

export function decideArrive(context: StreamContext, command: Arrive): ArrivedReply | Reply {
  const answers: MoveAnswer[] = [];
  const { marks } = context.state.root;
  for (const { entry, message, publication } of command.messages) {
    const { outboxSequence } = entry;
    if (outboxSequence > (marks.get(command.source) ?? 0)) {
      const copies = routeOf(publication, outboxSequence);
      for (const { target, key } of copies) {
        const reply = append(context, {
          entity: target,
          key: key === '' ? message.id : key,
          data: message.body(),
        });
        // Refused for now: handed over again. A stream that is gone takes nothing.
        if (reply.kind === 'error' && reply.error.code !== 'stream_not_found') {
          return answers.length > 0 ? { kind: 'arrived', answers } : reply;
        }
      }
      context.record.arrived(command.source, outboxSequence);
    }
    answers.push({ outboxSequence, isAccepted: true });
  }
  return { kind: 'arrived', answers };
}

function routeOf(publication: Buffer | undefined, outboxSequence: number) {
  if (publication === undefined) return [];
  const { routes } = publicationCopies(publication);
  return routes.find((route) => route.outboxSequence === outboxSequence)?.copies ?? [];
}

function append(
  context: StreamContext,
  record: { readonly entity: number; readonly key: string; readonly data: Uint8Array },
): Reply {
  batch.reset();
  batch.begin();
  batch.keyText(record.key);
  batch.data(record.data);
  batch.end();
  return decideAppend(context, { kind: 'append', entity: record.entity, records: batch });
}

/** One record at a time: its bytes are copied when it is decided. */
const batch = new RecordBatchWriter(1);
