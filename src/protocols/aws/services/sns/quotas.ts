// Quotas of AWS's accounts, which hold under `limits: aws` alone, and the rows of the generated table. Sizes,
// names and ranges are not here: they hold under every profile and live with what they check.
import type { BindingDefinition } from '../../../../broker/index.ts';
import type { LimitRow } from '../../engine/service.ts';
import { filterPolicyLimitExceeded, subscriptionLimitExceeded } from './errors.ts';
import type { Sns } from './sns.ts';
import { isGone } from './subscription.ts';
import type { Topic } from './topic.ts';

const fifoSubscriptionsMax = 100;
const filterPoliciesMax = 200;

/** Rows of docs/reference/limits.md. */
export const snsLimits: readonly LimitRow[] = [
  {
    what: 'Subscriptions of a FIFO topic',
    relaxed: 'unlimited',
    aws: `${fifoSubscriptionsMax}, then SubscriptionLimitExceeded`,
  },
  {
    what: 'Filter policies of a topic',
    relaxed: 'unlimited',
    aws: `${filterPoliciesMax}, then FilterPolicyLimitExceeded`,
  },
];

/** Throws when the topic takes no further subscription. */
export function admitSubscription(sns: Sns, topic: Topic): void {
  if (!topic.isFifo || !isStrict(sns, topic)) return;
  if (subscriptionsOf(sns, topic).length < fifoSubscriptionsMax) return;
  throw subscriptionLimitExceeded(`The topic has ${fifoSubscriptionsMax} subscriptions already`);
}

/** Throws when `own` (none yet: undefined) may not become one more with a filter policy. */
export function admitFilterPolicy(sns: Sns, topic: Topic, own: BindingDefinition | undefined): void {
  if (!isStrict(sns, topic)) return;
  const others = subscriptionsOf(sns, topic).filter(({ entity }) => entity !== own?.entity);
  const count = others.filter(({ annotations }) => annotations['FilterPolicy'] !== undefined).length;
  if (count < filterPoliciesMax) return;
  throw filterPolicyLimitExceeded(`The topic has ${filterPoliciesMax} filter policies already`);
}

function isStrict({ limitsFor }: Sns, { definition }: Topic): boolean {
  return limitsFor('sns', definition.name.name) === 'aws';
}

function subscriptionsOf({ broker, clock }: Sns, { entity }: Topic): readonly BindingDefinition[] {
  const nowMs = clock.nowMs();
  return broker.catalog.bindings.ofTopic(entity).filter((binding) => !isGone(binding, nowMs));
}
