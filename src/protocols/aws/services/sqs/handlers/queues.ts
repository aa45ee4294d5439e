// Queues as such: CreateQueue, DeleteQueue, GetQueueUrl, ListQueues, PurgeQueue.
import type { ResourceName } from '../../../../../broker/index.ts';
import type { Call } from '../../../engine/service.ts';
import type { SqsInput, SqsOutput } from '../model.ts';
import type { Queue } from '../queue.ts';
import type { Sqs } from '../sqs.ts';
import { differingAttribute, type GivenAttributes } from '../attributes.ts';
import { missingParameter, queueDeletedRecently, queueDoesNotExist, queueNameExists } from '../errors.ts';
import { recreationIntervalMs } from '../limits.ts';
import { queueName, urlOf } from '../names.ts';
import { checkNewName, draftNewQueue } from '../new-queue.ts';
import { pageOf } from '../paging.ts';
import { openOwnQueue, openQueue, queueOf, refuseQueuePath, resourceIn } from '../queue.ts';
import { expectReply } from '../reply.ts';
import { mergeTags } from '../tags.ts';

export async function createQueue(
  sqs: Sqs,
  input: SqsInput<'CreateQueue'>,
  call: Call,
): Promise<SqsOutput<'CreateQueue'>> {
  refuseQueuePath(call);
  if (input.QueueName === undefined) throw missingParameter('QueueName');
  const given = input.Attributes ?? {};
  const name = queueName(call.principal.account, call.region, input.QueueName);
  const resource = resourceIn(call, name.name);
  checkNewName(name.name, given);
  call.authorize('sqs:CreateQueue', resource);
  const tags = mergeTags(name.name, {}, input.tags ?? {});
  if (Object.keys(tags).length > 0) call.authorize('sqs:TagQueue', resource);
  checkDeletedRecently(sqs, name);
  const existing = sqs.broker.catalog.find(name);
  const draft = draftNewQueue(sqs, call, name, given);
  if (existing !== undefined) return sameQueue(call, queueOf(existing), given);
  const reply = await call.run({ kind: 'createQueue', name, ...draft, tags });
  const { definition, isCreated } = expectReply(reply, 'catalog', call);
  // Another request made it between our look and the catalog's turn.
  if (!isCreated) return sameQueue(call, queueOf(definition), given);
  return { QueueUrl: urlOf(call.baseUrl, name) };
}

function sameQueue(call: Call, queue: Queue, given: GivenAttributes): SqsOutput<'CreateQueue'> {
  const differing = differingAttribute(queue.definition, given, queue.resource.arn);
  if (differing !== undefined) throw queueNameExists(differing);
  return { QueueUrl: urlOf(call.baseUrl, queue.definition.name) };
}

function checkDeletedRecently(sqs: Sqs, name: ResourceName): void {
  if (!sqs.gate.isStrict(name.name)) return;
  const deletedAtMs = sqs.broker.catalog.deletedAtMs(name);
  if (deletedAtMs === undefined || sqs.clock.nowMs() - deletedAtMs >= recreationIntervalMs) return;
  throw queueDeletedRecently();
}

export async function deleteQueue(sqs: Sqs, input: SqsInput<'DeleteQueue'>, call: Call): Promise<object> {
  const { entity } = openOwnQueue(sqs, call, input.QueueUrl, 'sqs:DeleteQueue');
  const reply = await call.run({ kind: 'deleteQueue', entity });
  // The catalog answers with the definition that was, or with nothing to say.
  if (reply.kind !== 'done') expectReply(reply, 'catalog', call);
  return {};
}

export function getQueueUrl(sqs: Sqs, input: SqsInput<'GetQueueUrl'>, call: Call): SqsOutput<'GetQueueUrl'> {
  if (input.QueueName === undefined) throw missingParameter('QueueName');
  const account = input.QueueOwnerAWSAccountId ?? call.principal.account;
  const definition = sqs.broker.catalog.find(queueName(account, call.region, input.QueueName));
  if (definition === undefined) throw queueDoesNotExist(call);
  call.authorize('sqs:GetQueueUrl', queueOf(definition).resource);
  return { QueueUrl: urlOf(call.baseUrl, definition.name) };
}

export function listQueues(sqs: Sqs, input: SqsInput<'ListQueues'>, call: Call): SqsOutput<'ListQueues'> {
  refuseQueuePath(call);
  call.authorize('sqs:ListQueues', resourceIn(call, '*'));
  const prefix = input.QueueNamePrefix ?? '';
  const namespace = `${call.principal.account}/${call.region}`;
  const page = pageOf(sqs, call, input, {
    scope: prefix,
    read: (after, limit) =>
      sqs.broker.catalog.list({ namespace, prefix, limit, ...(after === undefined ? {} : { after }) }),
  });
  return {
    QueueUrls: page.names.length === 0 ? undefined : page.names.map((name) => urlOf(call.baseUrl, name)),
    NextToken: page.nextToken,
  };
}

export async function purgeQueue(sqs: Sqs, input: SqsInput<'PurgeQueue'>, call: Call): Promise<object> {
  const queue = openQueue(sqs, call, input.QueueUrl, 'sqs:PurgeQueue');
  sqs.gate.admitPurge(queue);
  expectReply(await call.run({ kind: 'purge', entity: queue.entity }), 'done', call);
  return {};
}
