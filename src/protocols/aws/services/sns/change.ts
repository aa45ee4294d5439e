// Changes of topics, subscriptions and documents: read, decide, update, and again when somebody else was
// quicker. Everything that a request wants is checked before the update, so that it happens whole or not at
// all.
import type {
  DocumentDefinition,
  Reply,
  ResourceName,
  UpdateBinding,
  UpdateTopic,
} from '../../../../broker/index.ts';
import type { Call } from '../../engine/service.ts';
import { beingChanged } from './errors.ts';
import { expectReply } from './reply.ts';
import type { Sns } from './sns.ts';
import type { Subscription } from './subscription.ts';
import type { Topic } from './topic.ts';

/** Each attempt loses only to a change that was made; more than this many in a row is a storm. */
const attemptsMax = 10;

export type TopicChange = Omit<UpdateTopic, 'kind' | 'entity' | 'expectedRevision'>;
export type SubscriptionChange = Omit<UpdateBinding, 'kind' | 'entity' | 'expectedRevision'>;

/** `find` is asked anew for each attempt; `decide` answers undefined when there is nothing to do. */
export async function changeTopic(
  call: Call,
  find: () => Topic,
  decide: (topic: Topic) => TopicChange | undefined,
): Promise<void> {
  const reply = await changed(() => {
    const topic = find();
    const change = decide(topic);
    if (change === undefined) return undefined;
    const { entity, revision: expectedRevision } = topic.definition;
    return call.run({ kind: 'updateTopic', entity, expectedRevision, ...change });
  });
  if (reply !== undefined) expectReply(reply, 'topic');
}

export async function changeSubscription(
  call: Call,
  find: () => Subscription,
  decide: (subscription: Subscription) => SubscriptionChange | undefined,
): Promise<void> {
  const reply = await changed(() => {
    const subscription = find();
    const change = decide(subscription);
    if (change === undefined) return undefined;
    const { entity, revision: expectedRevision } = subscription.definition;
    return call.run({ kind: 'updateBinding', entity, expectedRevision, ...change });
  });
  if (reply !== undefined) expectReply(reply, 'binding');
}

export interface DocumentChange {
  readonly value: unknown;
  readonly tags?: Readonly<Record<string, string>>;
}

/** Of a document that may be missing: it is made then. */
export async function changeDocument(
  sns: Sns,
  call: Call,
  name: ResourceName,
  decide: (current: DocumentDefinition | undefined) => DocumentChange | undefined,
): Promise<void> {
  const reply = await changed(() => {
    const current = sns.broker.catalog.documents.find(name);
    const change = decide(current);
    if (change === undefined) return undefined;
    return call.run({ kind: 'putDocument', name, expectedRevision: current?.revision ?? 0, ...change });
  });
  if (reply !== undefined) expectReply(reply, 'document');
}

async function changed(attempt: () => Promise<Reply> | undefined): Promise<Reply | undefined> {
  for (let i = 0; i < attemptsMax; i++) {
    const reply = await attempt();
    if (reply?.kind !== 'error' || reply.error.code !== 'revision_conflict') return reply;
  }
  throw beingChanged();
}
