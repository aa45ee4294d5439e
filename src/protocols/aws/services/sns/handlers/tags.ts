// TagResource, UntagResource and ListTagsForResource. Only topics have tags.
import type { Call } from '../../../engine/service.ts';
import { changeTopic } from '../change.ts';
import { resourceMissing } from '../errors.ts';
import type { SnsInput, SnsOutput } from '../model.ts';
import type { Sns } from '../sns.ts';
import { mergeTags, readTags, tagList } from '../tags.ts';
import { findTopic, parseTopicArn, type Topic } from '../topic.ts';

export async function tagResource(sns: Sns, input: SnsInput<'TagResource'>, call: Call): Promise<object> {
  const added = readTags(input.Tags);
  const find = (): Topic => openTagged(sns, call, input.ResourceArn, 'sns:TagResource');
  await changeTopic(call, find, ({ definition }) => ({ tags: mergeTags(definition.tags, added) }));
  return {};
}

export async function untagResource(sns: Sns, input: SnsInput<'UntagResource'>, call: Call): Promise<object> {
  const find = (): Topic => openTagged(sns, call, input.ResourceArn, 'sns:UntagResource');
  await changeTopic(call, find, ({ definition }) => {
    const kept = Object.entries(definition.tags).filter(([key]) => !input.TagKeys.includes(key));
    return { tags: Object.fromEntries(kept) };
  });
  return {};
}

export function listTagsForResource(
  sns: Sns,
  input: SnsInput<'ListTagsForResource'>,
  call: Call,
): SnsOutput<'ListTagsForResource'> {
  const { definition } = openTagged(sns, call, input.ResourceArn, 'sns:ListTagsForResource');
  return { Tags: tagList(definition.tags) };
}

function openTagged(sns: Sns, call: Call, text: string, action: string): Topic {
  const topic = findTopic(sns, parseTopicArn(call, text, 'ResourceArn'));
  if (topic === undefined) throw resourceMissing();
  call.authorize(action, topic.resource);
  return topic;
}
