// A schedule group as the handlers see it: a topic, found by name. The default group of an account and region
// is made when it is first used.
import type { TopicDefinition } from '../../../../broker/index.ts';
import type { Call } from '../../engine/service.ts';
import type { Place } from '../events/names.ts';
import { expectReply, groupNotFound } from './errors.ts';
import { defaultGroup, groupArn, groupNameOf, groupTopicName } from './names.ts';
import type { Scheduler } from './scheduler.ts';

export const groupAnnotation = { clientToken: 'clientToken' } as const;

function findGroup(scheduler: Scheduler, place: Place, group: string): TopicDefinition | undefined {
  return scheduler.broker.catalog.topics.find(groupTopicName(place, group));
}

export function requireGroup(scheduler: Scheduler, place: Place, group: string): TopicDefinition {
  const found = findGroup(scheduler, place, group);
  if (found === undefined) throw groupNotFound(group);
  return found;
}

export async function openGroup(
  scheduler: Scheduler,
  call: Call,
  { place, group }: { readonly place: Place; readonly group: string },
): Promise<TopicDefinition> {
  if (group === defaultGroup && findGroup(scheduler, place, group) === undefined) {
    return (await createGroupTopic(call, { place, group }, { annotations: {}, tags: {} })).definition;
  }
  return requireGroup(scheduler, place, group);
}

export async function createGroupTopic(
  call: Call,
  { place, group }: { readonly place: Place; readonly group: string },
  own: Pick<TopicDefinition, 'annotations' | 'tags'>,
): Promise<{ readonly definition: TopicDefinition; readonly isCreated: boolean }> {
  const settings = { ordering: 'none', dedup: 'none' } as const;
  const name = groupTopicName(place, group);
  return expectReply(await call.run({ kind: 'createTopic', name, settings, ...own }), 'topic');
}

export function describeGroup(place: Place, { name, createdAtMs, modifiedAtMs }: TopicDefinition) {
  const group = groupNameOf(name);
  return {
    Arn: groupArn(place, group),
    Name: group,
    State: 'ACTIVE',
    CreationDate: createdAtMs,
    LastModificationDate: modifiedAtMs,
  } as const;
}
