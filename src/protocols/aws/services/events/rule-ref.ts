// A rule as the handlers see it: a binding on a bus with what EventBridge calls its parts, found by name.
import type { BindingDefinition } from '../../../../broker/index.ts';
import type { Call, Resource } from '../../engine/service.ts';
import { ruleAnnotation, targetAnnotation } from './annotations.ts';
import { busNotFound, ruleNotFound } from './errors.ts';
import { callerAddress, ensureDefaultBus, findBus } from './bus-ref.ts';
import type { Events } from './events.ts';
import type { EventsInput } from './model.ts';
import { type BusAddress, ruleArn, ruleBindingName, ruleOfBinding } from './names.ts';

export type Target = EventsInput<'PutTargets'>['Targets'][number];

export interface Rule extends BusAddress {
  readonly name: string;
  readonly arn: string;
  readonly definition: BindingDefinition;
}

export interface RuleIds {
  readonly Name: string;
  readonly EventBusName?: string | undefined;
}

export function ruleOf(definition: BindingDefinition): Rule | undefined {
  const address = ruleOfBinding(definition.name);
  if (address === undefined) return undefined;
  const { rule, ...bus } = address;
  return { ...bus, name: rule, arn: ruleArn(bus, rule), definition };
}

export function findRule(events: Events, address: BusAddress, name: string): Rule | undefined {
  const definition = events.broker.catalog.bindings.find(ruleBindingName(address, name));
  return definition === undefined ? undefined : ruleOf(definition);
}

export function requireRule(events: Events, address: BusAddress, name: string): Rule {
  const rule = findRule(events, address, name);
  if (rule !== undefined) return rule;
  throw findBus(events, address) === undefined ? busNotFound(address.bus) : ruleNotFound(name, address.bus);
}

export function ruleResource(address: BusAddress, name: string): Resource {
  return { arn: ruleArn(address, name), account: address.account };
}

/** The address of a rule's bus, which exists; the caller may do this to the rule. */
export async function openRuleBus(events: Events, call: Call, ids: RuleIds): Promise<BusAddress> {
  const address = callerAddress(call, ids.EventBusName);
  call.authorize(`events:${call.operationName}`, ruleResource(address, ids.Name));
  await ensureDefaultBus(events, call, address);
  if (findBus(events, address) === undefined) throw busNotFound(address.bus);
  return address;
}

export function ruleState({ definition }: Rule): string {
  return definition.annotations[ruleAnnotation.state] ?? (definition.isEnabled ? 'ENABLED' : 'DISABLED');
}

/** As answers show it. */
export function describeRule(rule: Rule) {
  const { annotations } = rule.definition;
  return {
    Name: rule.name,
    Arn: rule.arn,
    EventPattern: annotations[ruleAnnotation.pattern],
    ScheduleExpression: annotations[ruleAnnotation.schedule],
    State: ruleState(rule),
    Description: annotations[ruleAnnotation.description],
    RoleArn: annotations[ruleAnnotation.role],
    EventBusName: rule.bus,
  };
}

/** The targets of a rule as they were given, by id. */
export function targetsOf({ definition }: Rule): Target[] {
  return definition.targets
    .map((target) => JSON.parse(target.annotations?.[targetAnnotation.given] ?? '{}') as Target)
    .sort((a, b) => (a.Id < b.Id ? -1 : 1));
}
