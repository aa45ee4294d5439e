// A topic as the handlers of SNS see it, and the way from a request's ARN to it: parsed, resolved in the
// committed catalog, authorised, with everything that a publish needs worked out once per definition.
import type { TopicDefinition } from '../../../../broker/index.ts';
import type { Call, Resource } from '../../engine/service.ts';
import { invalidParameter, topicNotFound } from './errors.ts';
import { accountOf, type Arn, arnOf, isTopicName, namespaceOf, parseArn, topicName } from './names.ts';
import type { Sns } from './sns.ts';

export interface Topic {
  readonly definition: TopicDefinition;
  readonly entity: number;
  readonly arn: string;
  readonly isFifo: boolean;
  readonly hasContentDedup: boolean;
  /** ARN, account and policy, for authorisation. */
  readonly resource: Resource;
}

/** Definitions are frozen and replaced on change, so what follows from one holds as long as it is there. */
const topics = new WeakMap<TopicDefinition, Topic>();

export function topicOf(definition: TopicDefinition): Topic {
  const known = topics.get(definition);
  if (known !== undefined) return known;
  const { name, settings, annotations, entity } = definition;
  const arn = arnOf(name);
  const topic = {
    definition,
    entity,
    arn,
    isFifo: settings.ordering === 'group',
    hasContentDedup: annotations['ContentBasedDeduplication'] === 'true',
    resource: { arn, account: accountOf(name), policy: annotations['Policy'] },
  };
  topics.set(definition, topic);
  return topic;
}

/** Where a topic's ARN points to; throws for what is no ARN of a topic in the request's region. */
export function parseTopicArn(call: Call, text: string, parameter = 'TopicArn'): Arn {
  const arn = parseArn(parameter, text);
  if (arn.service !== 'sns' || arn.region !== call.region) throw invalidParameter(parameter);
  return arn;
}

export function findTopic(sns: Sns, arn: Arn): Topic | undefined {
  if (!isTopicName(arn.resource)) return undefined;
  const definition = sns.broker.catalog.topics.find(topicName(namespaceOf(arn), arn.resource));
  return definition === undefined ? undefined : topicOf(definition);
}

/** The topic of a request; a missing one is looked for before anybody is asked who may do what. */
export function openTopic(sns: Sns, call: Call, text: string, action: string): Topic {
  const topic = findTopic(sns, parseTopicArn(call, text));
  if (topic === undefined) throw topicNotFound();
  call.authorize(action, topic.resource);
  return topic;
}

/** Everything in the caller's room, for actions on no topic in particular. */
export function resourceIn(call: Call, resource: string): Resource {
  const { account } = call.principal;
  return { arn: `arn:aws:sns:${call.region}:${account}:${resource}`, account };
}

export function roomOf(call: Call): string {
  return namespaceOf({ account: call.principal.account, region: call.region });
}
