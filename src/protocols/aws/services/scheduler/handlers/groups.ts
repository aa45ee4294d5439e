// Schedule groups and their tags. A group that is deleted takes its schedules with it, at once.
import type { TopicDefinition } from '../../../../../broker/index.ts';
import type { Call } from '../../../engine/service.ts';
import type { Place } from '../../events/names.ts';
import { mergeTags, tagList, type Tags, tagsOf, withoutTags } from '../../events/tags.ts';
import { beingChanged, expectReply, groupExists, groupNotFound, validationError } from '../errors.ts';
import { createGroupTopic, describeGroup, groupAnnotation, openGroup, requireGroup } from '../group.ts';
import type { SchedulerInput, SchedulerOutput } from '../model.ts';
import { defaultGroup, groupArn, groupPrefix, parseGroupArn } from '../names.ts';
import { pageOf } from '../paging.ts';
import { authorize, callerPlace, type Scheduler } from '../scheduler.ts';

/** Each attempt loses only to a change that was made; more than this many in a row is a storm. */
const attemptsMax = 10;

export async function createScheduleGroup(
  _scheduler: Scheduler,
  input: SchedulerInput<'CreateScheduleGroup'>,
  call: Call,
): Promise<SchedulerOutput<'CreateScheduleGroup'>> {
  const { Name: group, ClientToken: token, Tags: tags } = input;
  const place = open(call, group);
  const annotations = token === undefined ? {} : { [groupAnnotation.clientToken]: token };
  const own = { annotations, tags: tagsOf(tags) };
  const { definition, isCreated } = await createGroupTopic(call, { place, group }, own);
  const isRepeated = token !== undefined && definition.annotations[groupAnnotation.clientToken] === token;
  if (!isCreated && !isRepeated) throw groupExists(group);
  return { ScheduleGroupArn: groupArn(place, group) };
}

export async function deleteScheduleGroup(
  scheduler: Scheduler,
  { Name: group }: SchedulerInput<'DeleteScheduleGroup'>,
  call: Call,
): Promise<object> {
  const place = open(call, group);
  if (group === defaultGroup) throw validationError('The default schedule group cannot be deleted.');
  const { entity } = requireGroup(scheduler, place, group);
  const reply = await call.run({ kind: 'deleteTopic', entity });
  if (reply.kind === 'error' && reply.error.code === 'topic_not_found') throw groupNotFound(group);
  expectReply(reply, 'topic');
  return {};
}

export async function getScheduleGroup(
  scheduler: Scheduler,
  { Name: group }: SchedulerInput<'GetScheduleGroup'>,
  call: Call,
): Promise<SchedulerOutput<'GetScheduleGroup'>> {
  const place = open(call, group);
  return describeGroup(place, await openGroup(scheduler, call, { place, group }));
}

export async function listScheduleGroups(
  scheduler: Scheduler,
  input: SchedulerInput<'ListScheduleGroups'>,
  call: Call,
): Promise<SchedulerOutput<'ListScheduleGroups'>> {
  const place = open(call, '*');
  await openGroup(scheduler, call, { place, group: defaultGroup });
  const { items, NextToken } = pageOf<TopicDefinition>(scheduler, call, {
    definitions: scheduler.broker.catalog.topics,
    prefix: `${groupPrefix}${input.NamePrefix ?? ''}`,
    scope: '',
    input,
  });
  return { ScheduleGroups: items.map((item) => describeGroup(place, item)), NextToken };
}

// --- tags ---

export async function listTagsForResource(
  scheduler: Scheduler,
  { ResourceArn: arn }: SchedulerInput<'ListTagsForResource'>,
  call: Call,
): Promise<SchedulerOutput<'ListTagsForResource'>> {
  return { Tags: tagList((await openTagged(scheduler, call, arn)).tags) };
}

export async function tagResource(
  scheduler: Scheduler,
  { ResourceArn: arn, Tags: tags }: SchedulerInput<'TagResource'>,
  call: Call,
): Promise<object> {
  return changeTags(scheduler, call, { arn, change: (current) => mergeTags(current, tags) });
}

export async function untagResource(
  scheduler: Scheduler,
  { ResourceArn: arn, TagKeys: keys }: SchedulerInput<'UntagResource'>,
  call: Call,
): Promise<object> {
  return changeTags(scheduler, call, { arn, change: (current) => withoutTags(current, keys) });
}

async function changeTags(
  scheduler: Scheduler,
  call: Call,
  { arn, change }: { readonly arn: string; readonly change: (current: Tags) => Tags },
): Promise<object> {
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const { entity, revision, tags } = await openTagged(scheduler, call, arn);
    const expected = { kind: 'updateTopic', entity, expectedRevision: revision } as const;
    const reply = await call.run({ ...expected, tags: change(tags) });
    if (reply.kind === 'error' && reply.error.code === 'revision_conflict') continue;
    expectReply(reply, 'topic');
    return {};
  }
  throw beingChanged('The schedule group');
}

async function openTagged(scheduler: Scheduler, call: Call, arn: string): Promise<TopicDefinition> {
  const address = parseGroupArn(arn);
  if (address === undefined) throw validationError(`Invalid ResourceArn ${arn}.`);
  const { group, ...place } = address;
  authorize(call, { arn: groupArn(place, group), account: place.account });
  return openGroup(scheduler, call, { place, group });
}

/** Where the group of a request is, for which the caller may do this. */
function open(call: Call, group: string): Place {
  const place = callerPlace(call);
  authorize(call, { arn: groupArn(place, group), account: place.account });
  return place;
}
