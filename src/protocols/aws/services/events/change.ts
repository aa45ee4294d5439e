// Changes of definitions: read, decide, update, and again when somebody else was quicker. Everything that a
// request wants is checked before the update, so that it happens whole or not at all.
import type {
  BindingDefinition,
  DocumentDefinition,
  TopicDefinition,
  UpdateBinding,
  UpdateTopic,
} from '../../../../broker/index.ts';
import type { Call } from '../../engine/service.ts';
import { beingChanged } from './errors.ts';
import { expectReply } from './reply.ts';

/** Each attempt loses only to a change that was made; more than this many in a row is a storm. */
export const attemptsMax = 10;

type Changes<U> = Omit<U, 'kind' | 'entity' | 'expectedRevision'>;

/** `find` is asked anew for each attempt; `decide` answers undefined when there is nothing to do. */
export async function changeTopic(
  call: Call,
  find: () => TopicDefinition,
  decide: (topic: TopicDefinition) => Changes<UpdateTopic> | undefined,
): Promise<TopicDefinition> {
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const topic = find();
    const change = decide(topic);
    if (change === undefined) return topic;
    const { entity, revision } = topic;
    const reply = await call.run({ kind: 'updateTopic', entity, expectedRevision: revision, ...change });
    if (reply.kind !== 'error' || reply.error.code !== 'revision_conflict') {
      return expectReply(reply, 'topic').definition;
    }
  }
  throw beingChanged('The event bus');
}

export async function changeBinding(
  call: Call,
  find: () => BindingDefinition,
  decide: (binding: BindingDefinition) => Changes<UpdateBinding> | undefined,
): Promise<BindingDefinition> {
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const binding = find();
    const change = decide(binding);
    if (change === undefined) return binding;
    const { entity, revision } = binding;
    const reply = await call.run({ kind: 'updateBinding', entity, expectedRevision: revision, ...change });
    if (reply.kind !== 'error' || reply.error.code !== 'revision_conflict') {
      return expectReply(reply, 'binding').definition;
    }
  }
  throw beingChanged('The rule');
}

/** The value of a document replaced; undefined when there is nothing to do. */
export async function changeDocument(
  call: Call,
  find: () => DocumentDefinition,
  decide: (document: DocumentDefinition) => object | undefined,
): Promise<DocumentDefinition> {
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const document = find();
    const value = decide(document);
    if (value === undefined) return document;
    const { name, revision } = document;
    const reply = await call.run({ kind: 'putDocument', name, expectedRevision: revision, value });
    if (reply.kind !== 'error' || reply.error.code !== 'revision_conflict') {
      return expectReply(reply, 'document').definition;
    }
  }
  throw beingChanged('The resource');
}
