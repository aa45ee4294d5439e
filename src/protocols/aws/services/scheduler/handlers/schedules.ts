// Schedules: CreateSchedule, UpdateSchedule, DeleteSchedule, GetSchedule, ListSchedules. A schedule is a
// binding of its group through which nothing comes but what the daemon's firing loop publishes for it.
import type { BindingDefinition } from '../../../../../broker/index.ts';
import type { Call } from '../../../engine/service.ts';
import { nothingMatches } from '../../../patterns/event-pattern.ts';
import { beingChanged, expectReply, scheduleExists, scheduleNotFound } from '../errors.ts';
import { openGroup, requireGroup } from '../group.ts';
import type { SchedulerInput, SchedulerOutput } from '../model.ts';
import {
  defaultGroup,
  groupPrefix,
  type ScheduleAddress,
  scheduleArn,
  scheduleBindingName,
} from '../names.ts';
import { pageOf } from '../paging.ts';
import {
  describeSchedule,
  type GivenSchedule,
  givenSchedule,
  type KeptSchedule,
  scheduleAnnotation,
  type ScheduleInput,
  scheduleOfBinding,
  summarizeSchedule,
} from '../schedule.ts';
import { authorize, callerPlace, type Scheduler } from '../scheduler.ts';
import { bindingTarget } from '../target.ts';
import { templatedTarget } from '../universal-target.ts';

/** Each attempt loses only to a change that was made; more than this many in a row is a storm. */
const attemptsMax = 10;

interface ScheduleIds {
  readonly Name: string;
  readonly GroupName?: string | undefined;
}

export async function createSchedule(
  scheduler: Scheduler,
  input: ScheduleInput,
  call: Call,
): Promise<SchedulerOutput<'CreateSchedule'>> {
  const address = open(call, input);
  const { schedule, group } = address;
  const given = givenSchedule(input);
  const binding = bindingOf(address, given);
  const topic = await openGroup(scheduler, call, { place: address, group });
  const nowMs = scheduler.clock.nowMs();
  const reply = await call.run({
    kind: 'createBinding',
    topic: topic.entity,
    name: schedule,
    matcher: nothingMatches,
    tags: {},
    ...binding,
    annotations: annotationsOf(given, { anchorMs: nowMs, sinceMs: nowMs, token: input.ClientToken }),
  });
  const { definition, isCreated } = expectReply(reply, 'binding');
  if (!isCreated && !isRepeated(definition, input.ClientToken)) throw scheduleExists(schedule);
  return { ScheduleArn: scheduleArn(address) };
}

/** The same request again, as its token says, is answered as the first one was. */
function isRepeated({ annotations }: BindingDefinition, token: string | undefined): boolean {
  return token !== undefined && annotations[scheduleAnnotation.clientToken] === token;
}

function bindingOf(address: ScheduleAddress, given: GivenSchedule) {
  return {
    isEnabled: given.State !== 'DISABLED',
    targets: [bindingTarget(scheduleArn(address), templatedTarget(address, given.Target))],
  };
}

interface Since {
  readonly anchorMs: number;
  readonly sinceMs: number;
  readonly token: string | undefined;
}

function annotationsOf(given: GivenSchedule, { anchorMs, sinceMs, token }: Since): Record<string, string> {
  return {
    [scheduleAnnotation.given]: JSON.stringify(given),
    [scheduleAnnotation.anchorMs]: String(anchorMs),
    [scheduleAnnotation.sinceMs]: String(sinceMs),
    ...(token === undefined ? {} : { [scheduleAnnotation.clientToken]: token }),
  };
}

export async function updateSchedule(
  scheduler: Scheduler,
  input: ScheduleInput,
  call: Call,
): Promise<SchedulerOutput<'UpdateSchedule'>> {
  const address = open(call, input);
  const given = givenSchedule(input);
  const binding = bindingOf(address, given);
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const current = requireSchedule(scheduler, address);
    const { entity, revision, annotations } = current.definition;
    const sinceMs = scheduler.clock.nowMs();
    const isSame = current.given.ScheduleExpression === given.ScheduleExpression;
    const anchorMs = isSame ? Number(annotations[scheduleAnnotation.anchorMs]) : sinceMs;
    const token = annotations[scheduleAnnotation.clientToken];
    const next = annotationsOf(given, { anchorMs, sinceMs, token });
    const expected = { kind: 'updateBinding', entity, expectedRevision: revision } as const;
    const reply = await call.run({ ...expected, ...binding, annotations: next });
    if (reply.kind === 'error' && reply.error.code === 'revision_conflict') continue;
    expectReply(reply, 'binding');
    return { ScheduleArn: current.arn };
  }
  throw beingChanged(`Schedule ${input.Name}`);
}

export async function deleteSchedule(
  scheduler: Scheduler,
  input: SchedulerInput<'DeleteSchedule'>,
  call: Call,
): Promise<object> {
  const address = open(call, input);
  const { entity } = requireSchedule(scheduler, address).definition;
  const reply = await call.run({ kind: 'deleteBinding', entity });
  if (reply.kind === 'error' && reply.error.code === 'binding_not_found') throw scheduleNotFound(input.Name);
  expectReply(reply, 'binding');
  return {};
}

export function getSchedule(
  scheduler: Scheduler,
  input: SchedulerInput<'GetSchedule'>,
  call: Call,
): SchedulerOutput<'GetSchedule'> {
  return describeSchedule(requireSchedule(scheduler, open(call, input)));
}

export function listSchedules(
  scheduler: Scheduler,
  input: SchedulerInput<'ListSchedules'>,
  call: Call,
): SchedulerOutput<'ListSchedules'> {
  const place = callerPlace(call);
  const { GroupName: group, NamePrefix: prefix = '', State: state } = input;
  const all = { ...place, group: group ?? '*', schedule: '*' };
  authorize(call, { arn: scheduleArn(all), account: place.account });
  if (group !== undefined && group !== defaultGroup) requireGroup(scheduler, place, group);
  const isShown = (definition: BindingDefinition): boolean => {
    const shown = scheduleOfBinding(definition);
    if (shown === undefined || (state !== undefined && shown.given.State !== state)) return false;
    return shown.schedule.startsWith(prefix);
  };
  const { items, NextToken } = pageOf<BindingDefinition>(scheduler, call, {
    definitions: scheduler.broker.catalog.bindings,
    prefix: group === undefined ? groupPrefix : `${groupPrefix}${group}/${prefix}`,
    scope: `${prefix} ${state}`,
    input,
    isShown,
  });
  return { Schedules: items.map((item) => summarizeSchedule(scheduleOfBinding(item)!)), NextToken };
}

/** The address that a request names, for which the caller may do this. */
function open(call: Call, { Name: schedule, GroupName: group = defaultGroup }: ScheduleIds): ScheduleAddress {
  const address = { ...callerPlace(call), group, schedule };
  authorize(call, { arn: scheduleArn(address), account: address.account });
  return address;
}

function requireSchedule(scheduler: Scheduler, address: ScheduleAddress): KeptSchedule {
  const definition = scheduler.broker.catalog.bindings.find(scheduleBindingName(address));
  const found = definition === undefined ? undefined : scheduleOfBinding(definition);
  if (found === undefined) throw scheduleNotFound(address.schedule);
  return found;
}
