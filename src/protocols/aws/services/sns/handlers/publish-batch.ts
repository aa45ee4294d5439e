// PublishBatch: fails as a whole for whatever is wrong with it or with one of its messages (recorded); its
// messages go to the core as one command.
import type { Publication, Reply } from '../../../../../broker/index.ts';
import type { Call, Pending } from '../../../engine/service.ts';
import { batchTooLong, emptyBatch, idsNotDistinct, invalidEntryId, tooManyEntries } from '../errors.ts';
import { messageBytesMax, prepareMessage, sequenceNumber } from '../message.ts';
import type { SnsInput, SnsOutput } from '../model.ts';
import { expectReply } from '../reply.ts';
import type { Sns } from '../sns.ts';
import { openTopic } from '../topic.ts';

type Entries = SnsInput<'PublishBatch'>['PublishBatchRequestEntries'];

const entriesMax = 10;
const idCharsMax = 80;

interface BatchContext {
  readonly ids: readonly string[];
  readonly isFifo: boolean;
}

export function publishBatch(sns: Sns, input: SnsInput<'PublishBatch'>, call: Call): Pending {
  const topic = openTopic(sns, call, input.TopicArn, 'sns:Publish');
  const entries = input.PublishBatchRequestEntries;
  checkBatch(entries);
  let bytes = 0;
  const messages: Publication[] = [];
  for (const entry of entries) {
    const prepared = prepareMessage(topic, entry, call);
    bytes += prepared.bytes;
    messages.push(prepared.publication);
  }
  if (bytes > messageBytesMax) throw batchTooLong();
  const context = { ids: entries.map(({ Id }) => Id), isFifo: topic.isFifo };
  return call.submit({ kind: 'publish', entity: topic.entity, messages }, respondBatch, context);
}

function checkBatch(entries: Entries): void {
  if (entries.length === 0) throw emptyBatch();
  if (entries.length > entriesMax) throw tooManyEntries();
  const ids = new Set<string>();
  for (const { Id: id } of entries) {
    if (id.length > idCharsMax) throw invalidEntryId('is too long', id);
    if (!/^[A-Za-z0-9_-]+$/.test(id)) throw invalidEntryId('contains an impermissible character', id);
    ids.add(id);
  }
  if (ids.size < entries.length) throw idsNotDistinct();
}

function respondBatch(reply: Reply, _call: Call, { ids, isFifo }: BatchContext): SnsOutput<'PublishBatch'> {
  const { messages } = expectReply(reply, 'published');
  const successful = messages.map(({ id, sequence }, i) => ({
    Id: ids[i]!,
    MessageId: id,
    SequenceNumber: isFifo ? sequenceNumber(sequence) : undefined,
  }));
  return { Successful: successful, Failed: [] };
}
