// Subscribe: idempotent by topic, protocol and endpoint. Endpoints that must agree first get a message with
// a token.
import type { BindingDefinition } from '../../../../../broker/index.ts';
import type { Call } from '../../../engine/service.ts';
import { askEndpoint } from '../confirmation.ts';
import { checkEndpoint, needsConfirmation } from '../endpoints.ts';
import { invalidParameter } from '../errors.ts';
import { arnOf } from '../names.ts';
import type { SnsInput, SnsOutput } from '../model.ts';
import { admitFilterPolicy, admitSubscription } from '../quotas.ts';
import { expectReply } from '../reply.ts';
import type { Sns } from '../sns.ts';
import { annotation, isGone, isGoneForGood, isPending } from '../subscription.ts';
import { applyAttributes, compiled, hasSameAttributes, onSubscribe } from '../subscription-attributes.ts';
import { openTopic, type Topic } from '../topic.ts';

type Input = SnsInput<'Subscribe'>;

export async function subscribe(sns: Sns, input: Input, call: Call): Promise<SnsOutput<'Subscribe'>> {
  const { Protocol: protocol, Endpoint: endpoint = '' } = input;
  const topic = openTopic(sns, call, input.TopicArn, 'sns:Subscribe');
  checkEndpoint(sns, topic, protocol, endpoint);
  if (protocol === 'firehose' && input.Attributes?.['SubscriptionRoleArn'] === undefined) {
    throw invalidParameter('SubscriptionRoleArn Reason: no value for required parameter');
  }
  const binding = await sns.turns.take(`${topic.entity} ${protocol} ${endpoint}`, () =>
    subscribeInTurn(sns, topic, input, call),
  );
  const isShown = !isPending(binding) || input.ReturnSubscriptionArn === true;
  return { SubscriptionArn: isShown ? arnOf(binding.name) : 'pending confirmation' };
}

async function subscribeInTurn(sns: Sns, topic: Topic, input: Input, call: Call): Promise<BindingDefinition> {
  const { Protocol: protocol, Endpoint: endpoint = '', Attributes: given = {} } = input;
  const context = { topic, protocol, endpoint };
  const wanted = applyAttributes({}, given, context, onSubscribe);
  const existing = await findExisting(sns, topic, input, call);
  if (existing !== undefined) {
    if (!hasSameAttributes(existing, wanted, given)) {
      throw onSubscribe('Subscription already exists with different attributes');
    }
    if (isPending(existing)) await askEndpoint(sns, call, existing, 'SubscriptionConfirmation');
    return existing;
  }
  admitSubscription(sns, topic);
  if (wanted['FilterPolicy'] !== undefined) admitFilterPolicy(sns, topic, undefined);
  const { account, arn } = call.principal;
  const isAsked = needsConfirmation(protocol, endpoint, account);
  const annotations = {
    ...wanted,
    [annotation.state]: isAsked ? 'pending' : 'confirmed',
    [annotation.protocol]: protocol,
    [annotation.endpoint]: endpoint,
    [annotation.owner]: account,
    [annotation.principal]: arn,
    [annotation.baseUrl]: call.baseUrl,
    [annotation.isAuthenticated]: String(!isAsked),
  };
  const { matcher, targets = [] } = compiled(annotations, context, onSubscribe);
  const reply = await call.run({
    kind: 'createBinding',
    topic: topic.entity,
    isEnabled: !isAsked,
    matcher: matcher ?? undefined,
    targets,
    annotations,
    tags: {},
  });
  const { definition } = expectReply(reply, 'binding');
  if (isAsked) await askEndpoint(sns, call, definition, 'SubscriptionConfirmation');
  return definition;
}

/** Meets every binding of the topic anyway, so it also takes away those that are over for good. */
async function findExisting(
  sns: Sns,
  topic: Topic,
  { Protocol: protocol, Endpoint: endpoint = '' }: Input,
  call: Call,
): Promise<BindingDefinition | undefined> {
  const nowMs = sns.clock.nowMs();
  let existing: BindingDefinition | undefined;
  for (const binding of sns.broker.catalog.bindings.ofTopic(topic.entity)) {
    const { annotations, entity } = binding;
    if (isGoneForGood(binding, nowMs)) await call.run({ kind: 'deleteBinding', entity });
    if (isGone(binding, nowMs)) continue;
    if (annotations[annotation.protocol] !== protocol) continue;
    if (annotations[annotation.endpoint] === endpoint) existing = binding;
  }
  return existing;
}
