// GetTopicAttributes and SetTopicAttributes; what an attribute may hold is topic-attributes.ts's business.
import type { Call } from '../../../engine/service.ts';
import { changeTopic } from '../change.ts';
import { isGone, isPending } from '../subscription.ts';
import type { SnsInput, SnsOutput } from '../model.ts';
import type { Sns } from '../sns.ts';
import { openTopic } from '../topic.ts';
import { draftChangedTopic, shownTopicAttributes, type SubscriptionCounts } from '../topic-attributes.ts';

export function getTopicAttributes(
  sns: Sns,
  input: SnsInput<'GetTopicAttributes'>,
  call: Call,
): SnsOutput<'GetTopicAttributes'> {
  const { definition } = openTopic(sns, call, input.TopicArn, 'sns:GetTopicAttributes');
  return { Attributes: shownTopicAttributes(definition, countSubscriptions(sns, definition.entity)) };
}

function countSubscriptions(sns: Sns, topic: number): SubscriptionCounts {
  const nowMs = sns.clock.nowMs();
  const there = sns.broker.catalog.bindings.ofTopic(topic).filter((binding) => !isGone(binding, nowMs));
  const pendingCount = there.filter(isPending).length;
  return { confirmedCount: there.length - pendingCount, pendingCount };
}

export async function setTopicAttributes(
  sns: Sns,
  input: SnsInput<'SetTopicAttributes'>,
  call: Call,
): Promise<object> {
  const { AttributeName: name, AttributeValue: value = '' } = input;
  await changeTopic(
    call,
    () => openTopic(sns, call, input.TopicArn, 'sns:SetTopicAttributes'),
    ({ definition }) => draftChangedTopic(definition, name, value),
  );
  return {};
}
