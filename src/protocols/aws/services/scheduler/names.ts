// Names of EventBridge Scheduler on the wire and in the core. A group is a topic, so that its schedules go
// with it; a schedule is a binding of its group's topic. The slash in a topic's name keeps it from SNS.
// Pure.
import type { ResourceName } from '../../../../broker/index.ts';
import { namespaceOf, type Place, placeOf } from '../events/names.ts';

export const defaultGroup = 'default';
export const groupPrefix = 'schedule/';

export interface ScheduleAddress extends Place {
  readonly group: string;
  readonly schedule: string;
}

export function groupTopicName(place: Place, group: string): ResourceName {
  return { namespace: namespaceOf(place), kind: 'topic', name: `${groupPrefix}${group}` };
}

/** Of its topic. */
export function groupNameOf({ name }: Pick<ResourceName, 'name'>): string {
  return name.slice(groupPrefix.length);
}

export function groupArn({ account, region }: Place, group: string): string {
  return `arn:aws:scheduler:${region}:${account}:schedule-group/${group}`;
}

const groupArnPattern = /^arn:aws[\w-]*:scheduler:([a-z0-9-]+):(\d{12}):schedule-group\/([\w.-]+)$/;

export function parseGroupArn(arn: string): (Place & { readonly group: string }) | undefined {
  const match = groupArnPattern.exec(arn);
  return match === null ? undefined : { region: match[1]!, account: match[2]!, group: match[3]! };
}

export function scheduleBindingName(address: ScheduleAddress): ResourceName {
  const { group, schedule } = address;
  return { namespace: namespaceOf(address), kind: 'binding', name: `${groupPrefix}${group}/${schedule}` };
}

/** Undefined for bindings that are no schedules. */
export function addressOfBinding(
  name: Pick<ResourceName, 'namespace' | 'name'>,
): ScheduleAddress | undefined {
  if (!name.name.startsWith(groupPrefix)) return undefined;
  const [group, schedule] = name.name.slice(groupPrefix.length).split('/');
  if (group === undefined || schedule === undefined) return undefined;
  return { ...placeOf(name), group, schedule };
}

export function scheduleArn({ account, region, group, schedule }: ScheduleAddress): string {
  return `arn:aws:scheduler:${region}:${account}:schedule/${group}/${schedule}`;
}
