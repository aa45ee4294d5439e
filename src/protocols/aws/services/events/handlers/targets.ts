// Targets of rules: PutTargets, RemoveTargets, ListTargetsByRule. They are part of the rule's binding, so
// that a request's targets are changed together or not at all.
import type { BindingTarget } from '../../../../../broker/index.ts';
import type { Call } from '../../../engine/service.ts';
import { changeBinding } from '../change.ts';
import type { Events } from '../events.ts';
import type { EventsInput, EventsOutput } from '../model.ts';
import { pageOf } from '../paging.ts';
import { admitTargets } from '../quotas.ts';
import { openRuleBus, requireRule, ruleOf, targetsOf } from '../rule-ref.ts';
import { bindingTarget } from '../target.ts';

/** Targets of known ids are replaced, the others added. */
export async function putTargets(
  events: Events,
  input: EventsInput<'PutTargets'>,
  call: Call,
): Promise<EventsOutput<'PutTargets'>> {
  const { Rule: name, Targets: given } = input;
  const address = await openRuleBus(events, call, { Name: name, EventBusName: input.EventBusName });
  const find = () => requireRule(events, address, name).definition;
  await changeBinding(call, find, (definition) => {
    const rule = ruleOf(definition)!;
    const targets = new Map<string, BindingTarget>(definition.targets.map((target) => [target.id, target]));
    for (const target of given) targets.set(target.Id, bindingTarget(rule, target));
    admitTargets(events, address, targets.size);
    return { targets: [...targets.values()] };
  });
  return { FailedEntryCount: 0, FailedEntries: [] };
}

/** Ids that are not there count as removed. */
export async function removeTargets(
  events: Events,
  input: EventsInput<'RemoveTargets'>,
  call: Call,
): Promise<EventsOutput<'RemoveTargets'>> {
  const { Rule: name, Ids: ids } = input;
  const address = await openRuleBus(events, call, { Name: name, EventBusName: input.EventBusName });
  const find = () => requireRule(events, address, name).definition;
  await changeBinding(call, find, ({ targets }) => {
    const kept = targets.filter(({ id }) => !ids.includes(id));
    return kept.length === targets.length ? undefined : { targets: kept };
  });
  return { FailedEntryCount: 0, FailedEntries: [] };
}

export async function listTargetsByRule(
  events: Events,
  input: EventsInput<'ListTargetsByRule'>,
  call: Call,
): Promise<EventsOutput<'ListTargetsByRule'>> {
  const { Rule: name } = input;
  const address = await openRuleBus(events, call, { Name: name, EventBusName: input.EventBusName });
  const rule = requireRule(events, address, name);
  const targets = targetsOf(rule);
  const { items, NextToken } = pageOf(events, call, input, {
    scope: rule.arn,
    read: (after, limit) => targets.filter(({ Id: id }) => after === undefined || id > after).slice(0, limit),
    position: ({ Id: id }) => id,
  });
  return { Targets: items, NextToken };
}
