// Queues that the configuration declares: made or brought up to date before the daemon reports ready,
// through the same checks as CreateQueue and SetQueueAttributes. Messages of queues that exist are not
// touched, and nothing that is not declared is changed or removed.
import { isDeepStrictEqual } from 'node:util';
import type { Broker, Command, QueueDefinition, Reply, ResourceName } from '../../../../broker/index.ts';
import type { Tags } from './tags.ts';
import { applyAttributes, draftOf, type GivenAttributes } from './attributes.ts';
import { queueName } from './names.ts';
import { draftNewQueue } from './new-queue.ts';
import { applyRedrive } from './redrive.ts';
import { expectReply } from './reply.ts';
import { mergeTags } from './tags.ts';

export interface QueueDeclaration {
  readonly account: string;
  readonly region: string;
  readonly name: string;
  /** Under their SQS names, values as text. */
  readonly attributes: GivenAttributes;
  readonly tags: Tags;
}

const wire = { isQuery: false };

/** Throws the AwsError of the first declaration that SQS would refuse; its message names the queue. */
export async function declareQueues(
  broker: Broker,
  declarations: readonly QueueDeclaration[],
): Promise<void> {
  // First all queues, then who points at whom: a dead-letter queue may be declared after its sources.
  for (const declaration of declarations) {
    await named(declaration, () => declareQueue(broker, declaration));
  }
  for (const declaration of declarations) {
    const { RedrivePolicy } = declaration.attributes as { RedrivePolicy?: string };
    if (RedrivePolicy !== undefined) {
      await named(declaration, () => updateQueue(broker, nameOf(declaration), { RedrivePolicy }, {}));
    }
  }
}

async function named(declaration: QueueDeclaration, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof Error) error.message = `queue ${declaration.name}: ${error.message}`;
    throw error;
  }
}

function nameOf({ account, region, name }: QueueDeclaration): ResourceName {
  return queueName(account, region, name);
}

async function declareQueue(broker: Broker, declaration: QueueDeclaration): Promise<void> {
  const name = nameOf(declaration);
  const given = { ...declaration.attributes };
  delete given['RedrivePolicy'];
  if (broker.catalog.find(name) !== undefined) return updateQueue(broker, name, given, declaration.tags);
  const draft = draftNewQueue({ broker }, wire, name, given);
  const tags = mergeTags(name.name, {}, declaration.tags);
  expectReply(await run(broker, { kind: 'createQueue', name, ...draft, tags }), 'catalog', wire);
}

async function updateQueue(
  broker: Broker,
  name: ResourceName,
  given: GivenAttributes,
  tags: Tags,
): Promise<void> {
  const definition = broker.catalog.find(name)!;
  const draft = draftOf(definition);
  applyAttributes(draft, given);
  applyRedrive({ broker }, wire, name, { given, draft });
  const change = { ...draft, tags: mergeTags(name.name, definition.tags, tags) };
  // Most starts change nothing, and then nothing is written and no time of modification moves.
  if (isDeepStrictEqual(change, draftAndTags(definition))) return;
  const { entity, revision } = definition;
  const update = { kind: 'updateQueue', entity, expectedRevision: revision, ...change } as const;
  expectReply(await run(broker, update), 'catalog', wire);
}

function draftAndTags(definition: QueueDefinition): object {
  return { ...draftOf(definition), tags: { ...definition.tags } };
}

function run(broker: Broker, command: Command): Promise<Reply> {
  return new Promise((resolve) => broker.submit(command, { reveal: resolve, isOpen: () => true }));
}
