// TagQueue, UntagQueue and ListQueueTags. Tags don't count as a modification of the queue.
import type { Call } from '../../../engine/service.ts';
import type { SqsInput, SqsOutput } from '../model.ts';
import type { Sqs } from '../sqs.ts';
import { changeQueue } from '../change.ts';
import { invalidParameter, missingParameter } from '../errors.ts';
import { openOwnQueue, type Queue } from '../queue.ts';
import { checkTagKey, mergeTags } from '../tags.ts';

export async function tagQueue(sqs: Sqs, input: SqsInput<'TagQueue'>, call: Call): Promise<object> {
  const added = input.Tags ?? {};
  const find = (): Queue => openOwnQueue(sqs, call, input.QueueUrl, 'sqs:TagQueue');
  await changeQueue(call, find, ({ definition }) => {
    if (Object.keys(added).length === 0) throw missingParameter('Tags');
    return { tags: mergeTags(definition.name.name, definition.tags, added), isModification: false };
  });
  return {};
}

export async function untagQueue(sqs: Sqs, input: SqsInput<'UntagQueue'>, call: Call): Promise<object> {
  const keys = input.TagKeys ?? [];
  const find = (): Queue => openOwnQueue(sqs, call, input.QueueUrl, 'sqs:UntagQueue');
  await changeQueue(call, find, ({ definition }) => {
    if (keys.length === 0) {
      throw invalidParameter('Tag keys must be between 1 and 128 characters in length.');
    }
    for (const key of keys) checkTagKey(key);
    const kept = Object.entries(definition.tags).filter(([key]) => !keys.includes(key));
    return { tags: Object.fromEntries(kept), isModification: false };
  });
  return {};
}

export function listQueueTags(
  sqs: Sqs,
  input: SqsInput<'ListQueueTags'>,
  call: Call,
): SqsOutput<'ListQueueTags'> {
  const { tags } = openOwnQueue(sqs, call, input.QueueUrl, 'sqs:ListQueueTags').definition;
  return { Tags: Object.keys(tags).length === 0 ? undefined : tags };
}
