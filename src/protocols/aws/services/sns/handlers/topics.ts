// CreateTopic, DeleteTopic and ListTopics. The core also holds topics of others; they are never shown here.
import type { TopicDefinition } from '../../../../../broker/index.ts';
import type { Call } from '../../../engine/service.ts';
import { invalidParameter, invalidState } from '../errors.ts';
import { arnOf, isTopicName, isValidTopicName, topicName } from '../names.ts';
import type { SnsInput, SnsOutput } from '../model.ts';
import { pageOf, readWanted } from '../paging.ts';
import { expectReply } from '../reply.ts';
import type { Sns } from '../sns.ts';
import { readTags } from '../tags.ts';
import { findTopic, parseTopicArn, resourceIn, roomOf } from '../topic.ts';
import { draftNewTopic, hasArchive, hasSameAttributes } from '../topic-attributes.ts';
import { checkDataProtection } from './data-protection.ts';

export async function createTopic(
  _sns: Sns,
  input: SnsInput<'CreateTopic'>,
  call: Call,
): Promise<SnsOutput<'CreateTopic'>> {
  const { Name: name, Attributes: given = {}, DataProtectionPolicy: protection } = input;
  const isFifo = given['FifoTopic']?.toLowerCase() === 'true';
  if (!isValidTopicName(name, isFifo)) throw invalidParameter('Topic Name');
  call.authorize('sns:CreateTopic', resourceIn(call, name));
  const draft = draftNewTopic(given);
  const tags = readTags(input.Tags ?? []);
  if (protection !== undefined) checkDataProtection(protection);
  const annotations =
    protection === undefined ? draft.annotations : { ...draft.annotations, DataProtectionPolicy: protection };
  const { settings } = draft;
  const command = {
    kind: 'createTopic',
    name: topicName(roomOf(call), name),
    settings,
    annotations,
    tags,
  } as const;
  const { definition, isCreated } = expectReply(await call.run(command), 'topic');
  if (!isCreated) {
    if (!hasSameAttributes(definition, given)) {
      throw invalidParameter('Attributes Reason: Topic already exists with different attributes');
    }
    if (!Object.entries(tags).every(([key, value]) => definition.tags[key] === value)) {
      throw invalidParameter('Tags Reason: Topic already exists with different tags');
    }
  }
  return { TopicArn: arnOf(definition.name) };
}

/** Deleting what is not there is fine. */
export async function deleteTopic(sns: Sns, input: SnsInput<'DeleteTopic'>, call: Call): Promise<object> {
  const arn = parseTopicArn(call, input.TopicArn);
  const topic = findTopic(sns, arn);
  call.authorize('sns:DeleteTopic', topic?.resource ?? { arn: arn.text, account: arn.account });
  if (topic === undefined) return {};
  if (hasArchive(topic.definition)) {
    throw invalidState('Topic has an active archive policy. Deactivate it before deleting the topic.');
  }
  const reply = await call.run({ kind: 'deleteTopic', entity: topic.entity });
  if (reply.kind !== 'error' || reply.error.code !== 'topic_not_found') expectReply(reply, 'topic');
  return {};
}

export function listTopics(sns: Sns, input: SnsInput<'ListTopics'>, call: Call): SnsOutput<'ListTopics'> {
  call.authorize('sns:ListTopics', resourceIn(call, '*'));
  const { topics } = sns.broker.catalog;
  const page = pageOf<TopicDefinition>(sns, call, {
    token: input.NextToken,
    read: readWanted(
      (after, limit) =>
        topics.list({ namespace: roomOf(call), limit, ...(after === undefined ? {} : { after }) }),
      ({ name }) => isTopicName(name.name),
    ),
    positionOf: ({ name }) => name.name,
  });
  return {
    Topics: page.items.map(({ name }) => ({ TopicArn: arnOf(name) })),
    NextToken: page.nextToken,
  };
}
