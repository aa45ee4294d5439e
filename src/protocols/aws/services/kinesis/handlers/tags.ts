// Tags: the older operations on streams, the newer ones on streams and consumers.
import type { Call } from '../../../engine/service.ts';
import { changeConsumer, changeStream } from '../change.ts';
import type { Kinesis } from '../kinesis.ts';
import type { KinesisInput, KinesisOutput } from '../model.ts';
import { isConsumerArn } from '../names.ts';
import { openConsumer, openStream, type Stream, type StreamIds } from '../stream-ref.ts';
import { mergeTags, tagList, type Tags, withoutTags } from '../tags.ts';

type Edit = (stream: Stream, current: Tags) => Tags;

export async function addTagsToStream(
  kinesis: Kinesis,
  input: KinesisInput<'AddTagsToStream'>,
  call: Call,
): Promise<object> {
  return editStream(kinesis, call, input, (stream, current) => mergeTags(stream, current, input.Tags));
}

export async function removeTagsFromStream(
  kinesis: Kinesis,
  input: KinesisInput<'RemoveTagsFromStream'>,
  call: Call,
): Promise<object> {
  return editStream(kinesis, call, input, (stream, current) => withoutTags(stream, current, input.TagKeys));
}

export function listTagsForStream(
  kinesis: Kinesis,
  input: KinesisInput<'ListTagsForStream'>,
  call: Call,
): KinesisOutput<'ListTagsForStream'> {
  const { tags } = openStream(kinesis, call, input, 'kinesis:ListTagsForStream').definition;
  const { ExclusiveStartTagKey: after, Limit: limit = Number.POSITIVE_INFINITY } = input;
  const found = tagList(tags).filter(({ Key: key }) => after === undefined || key > after);
  return { Tags: found.slice(0, limit), HasMoreTags: found.length > limit };
}

export async function tagResource(
  kinesis: Kinesis,
  input: KinesisInput<'TagResource'>,
  call: Call,
): Promise<object> {
  return editResource(kinesis, call, input.ResourceARN, (stream, current) =>
    mergeTags(stream, current, input.Tags),
  );
}

export async function untagResource(
  kinesis: Kinesis,
  input: KinesisInput<'UntagResource'>,
  call: Call,
): Promise<object> {
  return editResource(kinesis, call, input.ResourceARN, (stream, current) =>
    withoutTags(stream, current, input.TagKeys),
  );
}

export function listTagsForResource(
  kinesis: Kinesis,
  input: KinesisInput<'ListTagsForResource'>,
  call: Call,
): KinesisOutput<'ListTagsForResource'> {
  const arn = input.ResourceARN;
  const { tags } = isConsumerArn(arn)
    ? openConsumer(kinesis, call, arn, 'kinesis:ListTagsForResource').consumer
    : openStream(kinesis, call, { StreamARN: arn }, 'kinesis:ListTagsForResource').definition;
  return { Tags: tagList(tags) };
}

async function editStream(kinesis: Kinesis, call: Call, ids: StreamIds, edit: Edit): Promise<object> {
  const find = (): Stream => openStream(kinesis, call, ids, `kinesis:${call.operationName}`);
  await changeStream(call, find, (stream) => ({ tags: edit(stream, stream.definition.tags) }));
  return {};
}

async function editResource(kinesis: Kinesis, call: Call, arn: string, edit: Edit): Promise<object> {
  if (!isConsumerArn(arn)) return editStream(kinesis, call, { StreamARN: arn }, edit);
  const find = () => openConsumer(kinesis, call, arn, `kinesis:${call.operationName}`);
  await changeConsumer(call, find, (consumer) => ({
    ...consumer,
    tags: edit(find().stream, consumer.tags),
  }));
  return {};
}
