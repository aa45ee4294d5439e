// Rules: PutRule, DeleteRule, DescribeRule, EnableRule, DisableRule. A rule is a binding of its bus; without
// a pattern nothing comes through it but what its schedule fires.
import { parseSchedule } from '../../../../../base/schedule/schedule.ts';
import type { Matcher } from '../../../../../broker/index.ts';
import type { Call } from '../../../engine/service.ts';
import { compileEventPattern, nothingMatches, PatternError } from '../../../patterns/event-pattern.ts';
import { annotated, ruleAnnotation } from '../annotations.ts';
import { requireBus } from '../bus-ref.ts';
import { changeBinding } from '../change.ts';
import { invalidParameter, invalidPattern, validationError } from '../errors.ts';
import type { Events } from '../events.ts';
import type { EventsInput, EventsOutput } from '../model.ts';
import { type BusAddress, defaultBus, ruleArn } from '../names.ts';
import { admitRule } from '../quotas.ts';
import { expectReply } from '../reply.ts';
import {
  describeRule,
  findRule,
  openRuleBus,
  requireRule,
  type RuleIds,
  ruleOf,
  ruleState,
} from '../rule-ref.ts';
import { tagsOf } from '../tags.ts';

type RuleInput = EventsInput<'PutRule'>;

/** One that exists is replaced: what is not given is gone. Its targets and tags stay. */
export async function putRule(
  events: Events,
  input: RuleInput,
  call: Call,
): Promise<EventsOutput<'PutRule'>> {
  const address = await openRuleBus(events, call, input);
  const matcher = matcherOf(input.EventPattern);
  checkSchedule(address, input);
  const state = input.State ?? 'ENABLED';
  const isEnabled = state !== 'DISABLED';
  const annotations = annotationsOf(input, state);
  const arn = ruleArn(address, input.Name);
  if (findRule(events, address, input.Name) === undefined) {
    const bus = requireBus(events, address);
    admitRule(events, bus);
    const reply = await call.run({
      kind: 'createBinding',
      topic: bus.definition.entity,
      name: input.Name,
      isEnabled,
      matcher,
      targets: [],
      annotations: { ...annotations, [ruleAnnotation.createdBy]: call.principal.account },
      tags: tagsOf(input.Tags),
    });
    if (expectReply(reply, 'binding').isCreated) return { RuleArn: arn };
  }
  const find = () => requireRule(events, address, input.Name).definition;
  await changeBinding(call, find, (current) => {
    const createdBy = current.annotations[ruleAnnotation.createdBy];
    return {
      isEnabled,
      matcher,
      annotations: annotated(annotations, { [ruleAnnotation.createdBy]: createdBy }),
    };
  });
  return { RuleArn: arn };
}

function annotationsOf(input: RuleInput, state: string) {
  return annotated(
    {},
    {
      [ruleAnnotation.description]: input.Description,
      [ruleAnnotation.pattern]: given(input.EventPattern),
      [ruleAnnotation.schedule]: given(input.ScheduleExpression),
      [ruleAnnotation.role]: input.RoleArn,
      [ruleAnnotation.state]: state,
    },
  );
}

/** Empty texts count as nothing. */
function given(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

function matcherOf(pattern: string | undefined): Matcher {
  if (given(pattern) === undefined) return nothingMatches;
  return compilePattern(pattern!);
}

export function compilePattern(pattern: string): Matcher {
  try {
    return compileEventPattern(pattern);
  } catch (error) {
    if (error instanceof PatternError) throw invalidPattern(error.message);
    throw error;
  }
}

function checkSchedule(address: BusAddress, input: RuleInput): void {
  const schedule = given(input.ScheduleExpression);
  if (schedule === undefined) {
    if (given(input.EventPattern) !== undefined) return;
    throw validationError('Parameter(s) EventPattern or ScheduleExpression must be specified.');
  }
  if (address.bus !== defaultBus) {
    throw validationError('ScheduleExpression is supported only on the default event bus.');
  }
  if (!parseSchedule(schedule, { dialect: 'rule' }).ok) throw invalidParameter('ScheduleExpression');
}

/** One that is not there counts as deleted. */
export async function deleteRule(
  events: Events,
  input: EventsInput<'DeleteRule'>,
  call: Call,
): Promise<object> {
  const address = await openRuleBus(events, call, input);
  const rule = findRule(events, address, input.Name);
  if (rule === undefined) return {};
  if (rule.definition.targets.length > 0) {
    throw validationError("Rule can't be deleted since it has targets.");
  }
  const reply = await call.run({ kind: 'deleteBinding', entity: rule.definition.entity });
  if (reply.kind !== 'error' || reply.error.code !== 'binding_not_found') expectReply(reply, 'binding');
  return {};
}

export async function describeOneRule(
  events: Events,
  input: EventsInput<'DescribeRule'>,
  call: Call,
): Promise<EventsOutput<'DescribeRule'>> {
  const address = await openRuleBus(events, call, input);
  const rule = requireRule(events, address, input.Name);
  const createdBy = rule.definition.annotations[ruleAnnotation.createdBy];
  return { ...describeRule(rule), CreatedBy: createdBy };
}

/** Enabling keeps ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS where it is. */
export async function switchRule(
  events: Events,
  ids: RuleIds,
  { call, isEnabled }: { readonly call: Call; readonly isEnabled: boolean },
): Promise<object> {
  const address = await openRuleBus(events, call, ids);
  const find = () => requireRule(events, address, ids.Name).definition;
  await changeBinding(call, find, (definition) => {
    const wasEnabled = ruleState(ruleOf(definition)!) !== 'DISABLED';
    if (wasEnabled === isEnabled) return undefined;
    const state = isEnabled ? 'ENABLED' : 'DISABLED';
    return { isEnabled, annotations: annotated(definition.annotations, { [ruleAnnotation.state]: state }) };
  });
  return {};
}
