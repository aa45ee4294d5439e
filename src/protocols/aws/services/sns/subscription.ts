// A subscription as the handlers of SNS see it: a binding of a topic with one target, what its annotations
// say, and the way from a request's ARN to it.
//
//   Subscribe -> PENDING --token--> CONFIRMED --Unsubscribe by its owner--> gone
//                   \--two days--> gone  |  ^
//                                        |  \--token of UnsubscribeConfirmation, within two days
//                                        \--Unsubscribe by a link--> LEFT --two days--> gone
//
// Who is past its two days is not there for anybody, and is taken away when its topic is next subscribed to.
import type { BindingDefinition, TopicDefinition } from '../../../../broker/index.ts';
import type { Call } from '../../engine/service.ts';
import { invalidParameter, missingValue, subscriptionNotFound } from './errors.ts';
import { arnOf, bindingName, isTopicName, namespaceOf, parseArn } from './names.ts';
import type { Sns } from './sns.ts';
import { type Topic, topicOf } from './topic.ts';

type SubscriptionState = 'pending' | 'confirmed' | 'left';

/** What SNS keeps of a subscription beside the texts of its settable attributes. */
export const annotation = {
  state: 'state',
  protocol: 'protocol',
  endpoint: 'endpoint',
  /** Account. */
  owner: 'owner',
  principal: 'principal',
  /** Under which the subscriber reached the daemon: where links in messages lead. */
  baseUrl: 'baseUrl',
  /** `true`: links may not end it. */
  isAuthenticated: 'isAuthenticated',
  /** When it left, ms. */
  leftAtMs: 'leftAtMs',
} as const;

export interface Subscription {
  readonly definition: BindingDefinition;
  readonly topic: Topic;
  readonly arn: string;
  readonly protocol: string;
  readonly endpoint: string;
  readonly owner: string;
}

const graceMs = 2 * 86_400_000;

export function stateOf({ annotations }: BindingDefinition): SubscriptionState {
  return (annotations[annotation.state] ?? 'confirmed') as SubscriptionState;
}

export function isPending(binding: BindingDefinition): boolean {
  return stateOf(binding) === 'pending';
}

/** Whether it is over, although its binding may still be there. */
export function isGone(binding: BindingDefinition, nowMs: number): boolean {
  const state = stateOf(binding);
  return state === 'left' || (state === 'pending' && binding.createdAtMs + graceMs <= nowMs);
}

/** Whether nothing can bring it back. */
export function isGoneForGood(binding: BindingDefinition, nowMs: number): boolean {
  if (stateOf(binding) !== 'left') return isGone(binding, nowMs);
  return Number(binding.annotations[annotation.leftAtMs]) + graceMs <= nowMs;
}

export function isTokenFresh(issuedAtMs: number, nowMs: number): boolean {
  return issuedAtMs + graceMs > nowMs;
}

export function subscriptionOf(definition: BindingDefinition, topic: TopicDefinition): Subscription {
  const { annotations, name } = definition;
  return {
    definition,
    topic: topicOf(topic),
    arn: arnOf(name),
    protocol: annotations[annotation.protocol] ?? '',
    endpoint: annotations[annotation.endpoint] ?? '',
    owner: annotations[annotation.owner] ?? '',
  };
}

/** Topics of SNS have no slash in their names, so a subscription's binding has exactly one. */
export function isSubscription({ name }: BindingDefinition): boolean {
  const slash = name.name.indexOf('/');
  return slash > 0 && isTopicName(name.name.slice(slash + 1));
}

const idPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Undefined: there is none (any more). Throws for what is no ARN of a subscription. */
export function findSubscription(sns: Sns, call: Call, text: string | undefined): Subscription | undefined {
  if (text === undefined || text === '') throw missingValue('SubscriptionArn');
  const arn = parseArn('SubscriptionArn', text);
  const [topic = '', id = '', ...rest] = arn.resource.split(':');
  if (!idPattern.test(id) || rest.length > 0) throw invalidParameter('SubscriptionId');
  if (arn.service !== 'sns' || arn.region !== call.region) throw invalidParameter('SubscriptionArn');
  const { bindings, topics } = sns.broker.catalog;
  const definition = bindings.find(bindingName(namespaceOf(arn), topic, id));
  const topicDefinition = definition === undefined ? undefined : topics.byEntity(definition.topic);
  if (definition === undefined || topicDefinition === undefined) return undefined;
  if (isGone(definition, sns.clock.nowMs())) return undefined;
  return subscriptionOf(definition, topicDefinition);
}

/** The subscription of a request, and its caller may do this. */
export function openSubscription(
  sns: Sns,
  call: Call,
  text: string | undefined,
  action: string,
): Subscription {
  const subscription = findSubscription(sns, call, text);
  if (subscription === undefined) throw subscriptionNotFound();
  authorizeSubscriber(call, subscription, action);
  return subscription;
}

/** Subscriptions are their subscriber's; the topic's policy has no say. */
export function authorizeSubscriber(call: Call, subscription: Subscription, action: string): void {
  call.authorize(action, { arn: subscription.topic.arn, account: subscription.owner });
}
