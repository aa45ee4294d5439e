// ListSubscriptions, ListSubscriptionsByTopic, GetSubscriptionAttributes and SetSubscriptionAttributes.
import type { BindingDefinition } from '../../../../../broker/index.ts';
import type { Call } from '../../../engine/service.ts';
import { changeSubscription } from '../change.ts';
import { arnOf, topicName } from '../names.ts';
import type { SnsInput, SnsOutput } from '../model.ts';
import { type Page, pageOf, readWanted } from '../paging.ts';
import { admitFilterPolicy } from '../quotas.ts';
import type { Sns } from '../sns.ts';
import { annotation, isGone, isPending, isSubscription, openSubscription } from '../subscription.ts';
import { applyAttributes, compiled, onSet, shownSubscriptionAttributes } from '../subscription-attributes.ts';
import { openTopic, resourceIn, roomOf } from '../topic.ts';

export function listSubscriptions(
  sns: Sns,
  input: SnsInput<'ListSubscriptions'>,
  call: Call,
): SnsOutput<'ListSubscriptions'> {
  call.authorize('sns:ListSubscriptions', resourceIn(call, '*'));
  const nowMs = sns.clock.nowMs();
  const { bindings } = sns.broker.catalog;
  const page = pageOf<BindingDefinition>(sns, call, {
    token: input.NextToken,
    read: readWanted(
      (after, limit) =>
        bindings.list({ namespace: roomOf(call), limit, ...(after === undefined ? {} : { after }) }),
      (binding) => isSubscription(binding) && !isGone(binding, nowMs),
    ),
    positionOf: ({ name }) => name.name,
  });
  return listed(page);
}

export function listSubscriptionsByTopic(
  sns: Sns,
  input: SnsInput<'ListSubscriptionsByTopic'>,
  call: Call,
): SnsOutput<'ListSubscriptionsByTopic'> {
  const topic = openTopic(sns, call, input.TopicArn, 'sns:ListSubscriptionsByTopic');
  const nowMs = sns.clock.nowMs();
  // In the order in which they were made: entities only grow.
  const page = pageOf(sns, call, {
    token: input.NextToken,
    scope: topic.arn,
    read: (after = '0', limit) => {
      const there = sns.broker.catalog.bindings.ofTopic(topic.entity);
      const first = there.findIndex(({ entity }) => entity > Number(after));
      return first < 0
        ? []
        : there.filter((binding, i) => i >= first && !isGone(binding, nowMs)).slice(0, limit);
    },
    positionOf: ({ entity }) => String(entity),
  });
  return listed(page);
}

function listed({ items, nextToken }: Page<BindingDefinition>): SnsOutput<'ListSubscriptions'> {
  return { Subscriptions: items.map(shown), NextToken: nextToken };
}

function shown(binding: BindingDefinition) {
  const { annotations, name } = binding;
  const topic = name.name.slice(0, name.name.indexOf('/'));
  return {
    SubscriptionArn: isPending(binding) ? 'PendingConfirmation' : arnOf(name),
    Owner: annotations[annotation.owner],
    Protocol: annotations[annotation.protocol],
    Endpoint: annotations[annotation.endpoint],
    TopicArn: arnOf(topicName(name.namespace, topic)),
  };
}

export function getSubscriptionAttributes(
  sns: Sns,
  input: SnsInput<'GetSubscriptionAttributes'>,
  call: Call,
): SnsOutput<'GetSubscriptionAttributes'> {
  const subscription = openSubscription(sns, call, input.SubscriptionArn, 'sns:GetSubscriptionAttributes');
  return { Attributes: shownSubscriptionAttributes(subscription) };
}

export async function setSubscriptionAttributes(
  sns: Sns,
  input: SnsInput<'SetSubscriptionAttributes'>,
  call: Call,
): Promise<object> {
  const { AttributeName: name, AttributeValue: value = '' } = input;
  await changeSubscription(
    call,
    () => openSubscription(sns, call, input.SubscriptionArn, 'sns:SetSubscriptionAttributes'),
    (subscription) => {
      const { definition, topic } = subscription;
      const next = applyAttributes(definition.annotations, { [name]: value }, subscription, onSet);
      if (next['FilterPolicy'] !== undefined) admitFilterPolicy(sns, topic, definition);
      return compiled(next, subscription, onSet);
    },
  );
  return {};
}
