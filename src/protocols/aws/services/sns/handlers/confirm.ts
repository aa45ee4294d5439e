// ConfirmSubscription and Unsubscribe: also the links that messages carry, which come without a signature.
import type { Call } from '../../../engine/service.ts';
import { changeSubscription } from '../change.ts';
import { askEndpoint } from '../confirmation.ts';
import { isHttp } from '../endpoints.ts';
import { invalidParameter, invalidToken } from '../errors.ts';
import { isTopicName, parseArn } from '../names.ts';
import type { SnsInput, SnsOutput } from '../model.ts';
import { expectReply } from '../reply.ts';
import type { Sns } from '../sns.ts';
import {
  annotation,
  authorizeSubscriber,
  findSubscription,
  isGoneForGood,
  isTokenFresh,
  type Subscription,
  stateOf,
  subscriptionOf,
} from '../subscription.ts';
import { compiled, onSet } from '../subscription-attributes.ts';

/** Idempotent. The topic's name is not held against the token's (recorded). */
export async function confirmSubscription(
  sns: Sns,
  input: SnsInput<'ConfirmSubscription'>,
  call: Call,
): Promise<SnsOutput<'ConfirmSubscription'>> {
  checkConfirmedTopic(call, input.TopicArn);
  const token = sns.tokens.open(input.Token);
  if (token === 'malformed') throw invalidToken();
  if (token === 'unknown') throw invalidParameter('Token');
  const find = (): Subscription => {
    const nowMs = sns.clock.nowMs();
    const { bindings, topics } = sns.broker.catalog;
    const binding = bindings.byEntity(token.binding);
    const topic = binding === undefined ? undefined : topics.byEntity(binding.topic);
    if (binding === undefined || topic === undefined) throw invalidToken();
    if (isGoneForGood(binding, nowMs) || !isTokenFresh(token.issuedAtMs, nowMs)) throw invalidToken();
    if (stateOf(binding) === 'left' && token.purpose !== 'restore') throw invalidToken();
    return subscriptionOf(binding, topic);
  };
  const isAuthenticated = input.AuthenticateOnUnsubscribe?.toLowerCase() === 'true';
  await changeSubscription(call, find, (subscription) => {
    const { definition } = subscription;
    if (stateOf(definition) === 'confirmed') return undefined;
    const annotations = {
      ...definition.annotations,
      [annotation.state]: 'confirmed',
      [annotation.isAuthenticated]: String(isAuthenticated),
    };
    return { ...compiled(annotations, subscription, onSet), isEnabled: true };
  });
  return { SubscriptionArn: find().arn };
}

function checkConfirmedTopic(call: Call, text: string): void {
  const parts = text.split(':');
  if (parts.length !== 6 || parts[0] !== 'arn') throw invalidParameter('Topic');
  const arn = parseArn('TopicArn', text);
  if (arn.service !== 'sns' || arn.region !== call.region || !isTopicName(arn.resource)) {
    throw invalidParameter('Topic');
  }
}

/**
 * What is not there is unsubscribed already. Whoever comes with a link is not asked who they are; the
 * endpoint then hears of it, and may take the subscription back.
 */
export async function unsubscribe(sns: Sns, input: SnsInput<'Unsubscribe'>, call: Call): Promise<object> {
  const subscription = findSubscription(sns, call, input.SubscriptionArn);
  if (subscription === undefined) return {};
  const { definition, protocol } = subscription;
  const isLinkEnough = definition.annotations[annotation.isAuthenticated] !== 'true';
  if (!isAnonymous(call) || !isLinkEnough) {
    authorizeSubscriber(call, subscription, 'sns:Unsubscribe');
    const reply = await call.run({ kind: 'deleteBinding', entity: definition.entity });
    if (reply.kind !== 'error' || reply.error.code !== 'binding_not_found') expectReply(reply, 'binding');
    return {};
  }
  const find = (): Subscription | undefined => findSubscription(sns, call, input.SubscriptionArn);
  await leave(sns, call, () => find() ?? subscription);
  if (isHttp(protocol) || protocol.startsWith('email')) {
    await askEndpoint(sns, call, definition, 'UnsubscribeConfirmation');
  }
  return {};
}

async function leave(sns: Sns, call: Call, find: () => Subscription): Promise<void> {
  await changeSubscription(call, find, (subscription) => {
    const annotations = {
      ...subscription.definition.annotations,
      [annotation.state]: 'left',
      [annotation.leftAtMs]: String(sns.clock.nowMs()),
    };
    return { ...compiled(annotations, subscription, onSet), isEnabled: false };
  });
}

function isAnonymous({ principal }: Call): boolean {
  return principal.id === 'anonymous';
}
